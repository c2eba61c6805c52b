"""Files that no settings read are refused with their nature; faulty ones do not decide about the others."""

import json
import re
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from replay.inspection.contents import content_in
from replay.inspection.lines.line import Sure
from replay.inspection.proposal import proposal_of
from replay.inspection.survey import survey
from replay.recording import RecordingError
from tests.replay.formats.layouts import RATE, at, dated_rows, rows_of, signals

(SIGNAL,) = signals(1)


def refusal(text: str) -> str:
    with pytest.raises(RecordingError) as caught:
        content_in(text.encode(), "a.csv")
    return caught.value.reason


@pytest.mark.parametrize("text", ["0.1,0.2\n0.3,0.4\n0.5", "DE,FE\n0.1,0.2\n0.3,0.", "0.1,0.2"])
def test_a_few_rows_without_a_last_line_end_are_torn(text: str) -> None:
    assert "cut off: it ends within line" in refusal(text)


def test_rows_of_one_value_each_name_the_sensors() -> None:
    times = [f"{at(0) + timedelta(seconds=row / RATE):%Y-%m-%dT%H:%M:%S.%fZ}" for row in range(len(SIGNAL))]
    lines = [
        f"{time},{name},{value}\n"
        for time, row in zip(times, SIGNAL, strict=True)
        for name, value in zip(("DE", "FE"), row, strict=True)
    ]
    for rows in (lines, [*lines[::2], *lines[1::2]]):
        reason = refusal("time,sensor,value\n" + "".join(rows))
        assert "a row for each value" in reason
        assert "'sensor' names the sensor (DE, FE)" in reason


def test_a_column_of_states_is_no_sensor() -> None:
    rows = dated_rows(SIGNAL, at(0), "%Y-%m-%dT%H:%M:%S.%fZ").splitlines()
    text = "time,DE,FE,state\n" + "".join(
        f"{row},{'OK' if n % 7 else 'WARN'}\n" for n, row in enumerate(rows)
    )
    assert content_in(text.encode(), "a.csv").names == ("DE", "FE")


def test_line_protocol_of_several_series_is_refused() -> None:
    assert "several series" in refusal(
        "".join(f"vib,rig={'ab'[n % 2]} x={n} {n}0000000000\n" for n in range(9))
    )


@pytest.mark.parametrize("shape", ["records", "lines", "lists", "rows"])
@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S.%f"])
def test_iso_times_in_json_tell_the_rate(shape: str, form: str) -> None:
    times = [f"{at(0) + timedelta(seconds=row / RATE):{form}}" for row in range(len(SIGNAL))]
    cells = [(time, *map(float, row)) for time, row in zip(times, SIGNAL, strict=True)]
    records = [dict(zip(("time", "x", "y"), row, strict=True)) for row in cells]
    text = {
        "records": json.dumps(records),
        "lines": "\n".join(map(json.dumps, records)),
        "lists": json.dumps({"time": times, "x": SIGNAL[:, 0].tolist(), "y": SIGNAL[:, 1].tolist()}),
        "rows": json.dumps(cells),
    }[shape]
    found = content_in(text.encode(), "a.json")
    assert (found.sample_rate, found.time) == (RATE, at(0))
    np.testing.assert_array_equal(found.signal, SIGNAL)


def test_uneven_iso_times_in_json_tell_no_rate() -> None:
    times = [f"{at(0) + timedelta(seconds=row**2 / RATE):%Y-%m-%dT%H:%M:%S.%f}" for row in range(len(SIGNAL))]
    text = json.dumps([{"time": time, "x": float(row[0])} for time, row in zip(times, SIGNAL, strict=True)])
    found = content_in(text.encode(), "a.json")
    assert (found.sample_rate, found.names) == (None, ("x",))


@pytest.mark.parametrize("torn", [0, 5, 11])
@pytest.mark.parametrize("rows", [10, 70])
def test_a_torn_file_does_not_shorten_the_snapshots(torn: int, rows: int, tmp_path: Path) -> None:
    for index, signal in enumerate(signals(12)):
        text = rows_of(signal[: rows if index == torn else None])
        (tmp_path / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text(text)
    proposal = proposal_of(survey(tmp_path))
    assert proposal.value("recording", "rows") == len(SIGNAL)
    assert proposal.value("recording", "most_rows") is None


def test_recordings_of_many_lengths_are_read_at_the_shortest(tmp_path: Path) -> None:
    for index, signal in enumerate(signals(12)):
        (tmp_path / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text(rows_of(signal[: 60 + 5 * index]))
    assert proposal_of(survey(tmp_path)).value("recording", "rows") == 60


def test_channels_whose_names_hold_the_number_of_the_file_are_named_by_a_pattern(tmp_path: Path) -> None:
    for index, signal in enumerate(signals(9)):
        number = f"X{97 + index:03d}"
        columns = {f"{number}_DE_time": signal[:, :1], f"{number}_FE_time": signal[:, 1:]}
        if index % 3 == 0:
            columns[f"{number}_BA_time"] = signal[:, :1]
        savemat(tmp_path / f"{97 + index}.mat", columns)
    parts = proposal_of(survey(tmp_path)).components
    assert [part.channel for part in parts] == ["X*_DE_time", "X*_FE_time"]
    assert [part.name for part in parts] == ["DE_time", "FE_time"]


@pytest.mark.parametrize("days", [0, 693_960])
def test_days_of_a_spreadsheet_tell_the_times(days: int, tmp_path: Path) -> None:
    zero = at(0).replace(year=1899, month=12, day=30, hour=0, minute=0)
    for index, signal in enumerate(signals(4)):
        first = (at(index) - zero) / timedelta(days=1) + days
        rows = (f"{first + row / RATE / 86_400:.10f},{a},{b}\n" for row, (a, b) in enumerate(signal))
        (tmp_path / f"m{index}.csv").write_text("date,DE,FE\n" + "".join(rows))
    proposal = proposal_of(survey(tmp_path))
    assert proposal.value("recording", "time") == "column"
    rate = proposal.value("machine", "sample_rate")
    assert isinstance(rate, float)
    np.testing.assert_allclose(rate, RATE, rtol=1e-3)
    assert next(one for one in proposal.lines if one.key == "sample_rate").sure is Sure.SEEN


def test_a_row_for_each_channel_is_refused() -> None:
    text = "".join(
        f"{name}," + ",".join(map(str, column)) + "\n" for name, column in zip("xy", SIGNAL.T, strict=True)
    )
    assert "a row a channel; write a column for each" in refusal(text)


def test_records_of_one_value_each_name_the_sensors() -> None:
    records = [
        {"n": n, "t": row / RATE, "v": v}
        for row, pair in enumerate(SIGNAL)
        for n, v in zip("xy", pair, strict=True)
    ]
    assert "'n' names the sensor (x, y)" in refusal(json.dumps(records))


def test_blocks_of_samples_are_one_recording() -> None:
    lines = [
        json.dumps({"ts": at(0).timestamp() + k, "x": SIGNAL[k::4, 0].tolist()}) + "\n" for k in range(4)
    ]
    content = content_in("".join(lines).encode(), "a.jsonl")
    assert (content.names, content.rows) == (("x",), len(SIGNAL))


def test_a_count_of_rows_in_a_matrix_is_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    savemat(path, {"data": np.column_stack([np.arange(len(SIGNAL), dtype=float), SIGNAL])})
    content = content_in(path.read_bytes(), "a.mat")
    assert (content.sample_rate, len(content.names)) == (None, 2)


def test_seconds_beside_the_times_are_no_channel() -> None:
    rows = [
        f"{1709328000000000000 + k * 1000000},{k / RATE:.6f},{a},{b}\n" for k, (a, b) in enumerate(SIGNAL)
    ]
    content = content_in(("time,seconds_elapsed,z,y\n" + "".join(rows)).encode(), "a.csv")
    assert (content.names, content.sample_rate) == (("z", "y"), RATE)


def test_a_header_that_comes_again_and_the_end_of_dos_are_no_rows() -> None:
    rows = rows_of(SIGNAL).splitlines(keepends=True)
    text = "DE,FE\n" + "".join(rows[:50]) + "DE,FE\n" + "".join(rows[50:]) + "\x1a"
    assert content_in(text.encode(), "a.csv").rows == len(SIGNAL)


def test_a_text_with_reserved_space_is_said_to_be_one() -> None:
    assert "a text that ends with 99 zero bytes" in refusal(rows_of(SIGNAL) + "\0" * 99)


def test_of_two_recorders_the_larger_files_are_meant_and_the_case_of_endings_is_none(tmp_path: Path) -> None:
    for index, signal in enumerate(signals(12)):
        stem = f"{at(index):%Y%m%d_%H%M%S}"
        (tmp_path / f"{stem}_vib.{'csv' if index % 2 else 'CSV'}").write_text(rows_of(signal))
        (tmp_path / f"{stem}_temp.csv").write_text("21.5\n21.6\n")
    found = survey(tmp_path)
    assert len(found.meant.names) == 12
    assert all("_vib" in name for name in found.meant.names)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"SQLite format 3\0" + bytes(900), "an SQLite database"),
        (b"MDF     4.10    " + bytes(range(256)), "an MDF (ASAM) file"),
        (b"ID3\x04" + bytes(range(256)), "an MP3 sound"),
        (b"\x80\x04\x95" + bytes(range(256)), "Python objects (pickle)"),
    ],
)
def test_binary_files_of_other_programs_are_named(head: bytes, words: str) -> None:
    with pytest.raises(RecordingError, match=re.escape(words)):
        content_in(head, "a.bin")
