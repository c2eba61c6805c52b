"""Guarantees of a snapshot, a format and a recording's name."""

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.file_times import readings_of, time_of
from replay.recording import RecordingError, RecordingFormat, Snapshot, clean_text
from replay.recording_errors import ColumnCountError


def format_of(**changes: Any) -> RecordingFormat:
    values: dict[str, Any] = {"machine": "rig", "sample_rate": 1000.0, "columns": 3, "rows": 6}
    return RecordingFormat(**(values | changes))


def test_name_of_the_ims_rig_is_a_time_in_utc() -> None:
    assert time_of("2004.02.12.10.32.39", format_of()) == datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC)


def test_clock_of_another_zone_is_turned_into_utc() -> None:
    time = time_of("2004.07.12.10.32.39", format_of(timezone="Europe/Vienna"))
    assert (time.hour, time.tzinfo) == (8, UTC)


def test_zone_in_the_name_goes_before_the_zone_of_the_settings() -> None:
    form = format_of(time_pattern="%Y%m%dT%H%M%S%z", timezone="Europe/Vienna")
    assert time_of("20040712T103239+0500", form) == datetime(2004, 7, 12, 5, 32, 39, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "",
        "2004.02.30.10.32.39",
        "2004.02.12.10.32.39.txt",
        "2004.02.12.10.32",
        "0001.01.01.00.00.00 ",
    ],
)
def test_name_that_is_no_time_says_what_one_looks_like(name: str) -> None:
    with pytest.raises(RecordingError) as caught:
        time_of(name, format_of())
    assert caught.value.name == name
    assert caught.value.reason == "its name is not a time like 2004.02.12.10.32.39 (recording.time_pattern)"


def test_example_in_the_error_follows_the_pattern_of_the_settings() -> None:
    with pytest.raises(RecordingError, match="not a time like 20040212_103239 "):
        time_of("2004.02.12.10.32.39", format_of(time_pattern="%Y%m%d_%H%M%S"))


def test_time_before_the_calendar_begins_is_an_error_not_a_crash() -> None:
    with pytest.raises(RecordingError):
        time_of("0001.01.01.00.00.00", format_of(timezone="Europe/Vienna"))


def test_name_with_a_control_character_is_no_time_even_where_the_pattern_would_let_it_pass() -> None:
    with pytest.raises(RecordingError) as caught:
        time_of("2004.02.12\n10.32.39", format_of(time_pattern="%Y.%m.%d %H.%M.%S"))
    assert caught.value.name == "2004.02.12 10.32.39"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Bearing 1", "Bearing 1"),
        ("Lager ä µ", "Lager ä µ"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\tb\nc\rd\x00e\x7ff\x9bg", "a b c defg"),
        ("txt.\u202eexe\u2066\u200f", "txt.exe"),
        ("\udcff\udce4", "\ufffd\ufffd"),
        ("[/b]", "[/b]"),
        ("pay\u200bload \u00adlong\u2060\ufeff", "payload long"),
        ("one\u2028two\x85three", "one two three"),
        ("a\u00a0b\u3000c", "a\u00a0b\u3000c"),
        ("\ue000\U000e0041", ""),
    ],
)
def test_text_from_outside_loses_what_a_terminal_would_obey_and_nothing_else(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert clean_text(clean) == clean


def test_signal_cannot_be_written_to_not_even_after_pickling() -> None:
    signal = np.zeros((6, 3), dtype=np.float32)
    snapshot = Snapshot("rig", "n", datetime(2004, 2, 12, tzinfo=UTC), 1000.0, signal)
    for one in (snapshot, pickle.loads(pickle.dumps(snapshot))):
        with pytest.raises(ValueError, match="read-only"):
            one.signal[0, 0] = 1.0
    assert signal.flags.writeable


def test_errors_survive_the_way_out_of_a_worker_process() -> None:
    plain = pickle.loads(pickle.dumps(RecordingError("n", "the file is empty")))
    assert (plain.name, plain.reason, str(plain)) == ("n", "the file is empty", "n: the file is empty")
    columns = pickle.loads(pickle.dumps(ColumnCountError("n", 8, 4)))
    assert isinstance(columns, ColumnCountError)
    assert (columns.found, columns.expected, columns.reason) == (
        8,
        4,
        "it has 8 columns where 4 are expected",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sample_rate": 0.0}, "sample rate"),
        ({"sample_rate": float("nan")}, "sample rate"),
        ({"columns": 0}, "rows and columns"),
        ({"rows": -1}, "rows and columns"),
        ({"separator": "  "}, "separator"),
        ({"separator": "."}, "separator"),
        ({"timezone": "Europe/Atlantis"}, "unknown time zone 'Europe/Atlantis'"),
        ({"timezone": "../etc/passwd"}, "unknown time zone"),
    ],
)
def test_format_no_file_could_fit_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        format_of(**changes)


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
def test_time_that_no_recording_can_have_is_refused_in_a_sentence(year: str) -> None:
    with pytest.raises(RecordingError, match="cannot be right; set the recorder's clock"):
        time_of(f"{year}.12.31.23.59.59", format_of())


@pytest.mark.parametrize(
    ("name", "hours"),
    [("2024.10.27.02.30.00", (0, 1)), ("2024.10.27.01.59.59", (0,)), ("2024.03.31.02.30.00", (0,))],
)
def test_an_hour_that_the_clock_shows_twice_has_two_readings(name: str, hours: tuple[int, ...]) -> None:
    first, *others = readings_of(name, format_of(timezone="Europe/Vienna"))
    assert [first, *others] == [first + timedelta(hours=hour) for hour in hours]


@given(
    zero=st.sampled_from(["\uff10", "\u0660", "\u06f0", "\u0966", "\u0e50", "\U0001d7ce"]),
    place=st.integers(0, len("2004.02.12.10.32.39") - 1),
)
def test_digits_of_other_scripts_are_no_time(zero: str, place: int) -> None:
    plain = "2004.02.12.10.32.39"
    if not plain[place].isdigit():
        place += 1
    name = plain[:place] + chr(ord(zero) + int(plain[place])) + plain[place + 1 :]
    with pytest.raises(RecordingError, match="its name has digits other than 0 to 9"):
        time_of(name, RecordingFormat("rig", 1000.0, 1, 2))


def test_digits_of_other_scripts_in_the_pattern_itself_are_letters() -> None:
    form = RecordingFormat("rig", 1000.0, 1, 2, time_pattern="\uff11\u53f7_%Y%m%dT%H%M%S")
    assert time_of("\uff11\u53f7_20040212T103239", form) == datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC)
