"""Times in a text, in lines above the numbers, and in the columns of a text."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from replay.formats.text_layout import layout_of_text
from replay.formats.times import clock_of, seconds_between, time_of_lines, time_of_text
from replay.recording import RecordingFormat

FORM = RecordingFormat("m", 1000.0, 1, 1)
WHEN = datetime(2024, 3, 9, 21, 30, tzinfo=UTC)
VALUES = np.random.default_rng(3).normal(size=(40, 2)).round(5)


@pytest.mark.parametrize(
    "text",
    [
        "Start;2024-03-09T21:30:00Z",
        "Recorded 09.03.2024 21:30:00",
        "# Sat Mar 09 21:30:00 2024",
        "on 9-Mar-2024 21:30:00.000",
        "09-Mar-24 21:30:00",
        "March 9, 2024 9:30 PM",
        "1710019800",
        "1710019800000",
        "1710019800000000",
        "1710019800000000000",
        "1710019800.000",
    ],
)
def test_a_time_is_read_however_it_is_written(text: str) -> None:
    assert time_of_text(text, FORM) == WHEN


@pytest.mark.parametrize("text", ["03/09/2024 21:30", "Serial 17100198", "12.34", "171001980012"])
def test_a_text_without_a_sure_time_tells_none(text: str) -> None:
    assert time_of_text(text, FORM) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["Serial: 1610019800", "Date: 09.03.2024", "Time: 21:30:00"],
        ["Date\t2024/03/09", "Operator\tme", "Time\t21:30:00.0000"],
        ["Device 7", "Start 2024-03-09 21:30:00", "Stop 2024-03-09 21:40:00"],
        ["Device 7", "Unix time 1710019800"],
    ],
)
def test_the_lines_above_tell_a_time_in_one_line_or_in_two(lines: list[str]) -> None:
    assert time_of_lines(lines, FORM) == WHEN


@pytest.mark.parametrize("lines", [["Date: 09.03.2024"], ["Time: 21:30:00"], ["Version 1.2.3"], []])
def test_half_a_time_is_none(lines: list[str]) -> None:
    assert time_of_lines(lines, FORM) is None


def test_times_of_day_tell_seconds_over_midnight() -> None:
    assert clock_of("21:30:00.250") == 77_400.25
    assert clock_of("9:30:00 PM") == 77_400.0
    assert seconds_between("23:59:59.900", "00:00:00.150") == pytest.approx(0.25)
    assert seconds_between("1.5", "00:00:00.150") is None


def layout(rows: str):  # type: ignore[no-untyped-def]
    found = layout_of_text(rows.encode())
    assert found is not None
    return found


@pytest.mark.parametrize("start", [65_664, 999_500])
def test_hours_minutes_seconds_and_microseconds_are_no_sensors(start: int) -> None:
    rows = ""
    for number, (a, b) in enumerate(VALUES):
        second, fine = divmod(start + 39 * number, 1_000_000)
        rows += f"9,39,{38 + second},{fine},{a},{b}\n"
    found = layout(rows)
    assert found.has_clock
    assert found.signal_columns == (5, 6)


def test_a_column_that_repeats_the_times_is_no_sensor() -> None:
    rows = "X1,Y1,X2,Y2\n" + "".join(f"{n / 1000},{a},{n / 1000},{b}\n" for n, (a, b) in enumerate(VALUES))
    found = layout(rows)
    assert (found.time_column, found.time_parts, found.signal_columns) == (1, (3,), (2, 4))


def test_two_sensors_with_the_same_numbers_stay_sensors() -> None:
    rows = "t,DE,FE\n" + "".join(f"{n / 1000},{a},{a}\n" for n, (a, _) in enumerate(VALUES))
    assert layout(rows).signal_columns == (2, 3)


def test_whole_numbers_of_a_small_range_are_no_clock() -> None:
    counts = np.random.default_rng(1).integers(0, 20, size=(40, 5))
    assert not layout("".join(",".join(map(str, row)) + "\n" for row in counts)).has_clock


def test_a_unix_time_of_any_unit_is_exact() -> None:
    fine = WHEN + timedelta(microseconds=123_456)
    assert time_of_text("1710019800123456", FORM) == fine
    assert time_of_text("1710019800.123456", FORM) == fine


@pytest.mark.parametrize("digits", [3, 6])
def test_the_fraction_of_a_second_behind_a_comma_is_no_sensor(digits: int) -> None:
    rows = "".join(
        f"2024-03-09 21:30:00,{n * 10 ** (digits - 3):0{digits}d},{a},{b}\n"
        for n, (a, b) in enumerate(VALUES)
    )
    found = layout(rows)
    assert (found.time_column, found.time_parts, found.signal_columns) == (1, (2,), (3, 4))


def test_whole_numbers_beside_a_time_stay_a_sensor() -> None:
    rows = "".join(f"2024-03-09 21:30:{n:02d},{950 + n},{a}\n" for n, (a, _) in enumerate(VALUES))
    assert layout(rows).signal_columns == (2, 3)
