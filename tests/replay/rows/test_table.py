"""The rows of a finished run: files by day, and what is not a row."""

from pathlib import Path

import pytest

from replay.recording import RecordingError, RecordingFormat
from replay.run import RunError, open_run

FORM = RecordingFormat(
    "m", 1.0, 1, 5, separator="auto", names=("Temp",), time="column", overlap=0.6, cut=True, table=True
)


def day(folder: Path, number: int, first: int = 0, count: int = 12) -> Path:
    path = folder / f"day{number}.csv"
    rows = (
        f"2024-03-{number:02d}T{hour:02d}:00:00,{number}.{hour}\n" for hour in range(first, first + count)
    )
    path.write_text("time,Temp\n" + "".join(rows))
    return path


def test_windows_run_on_from_one_file_to_the_next(tmp_path: Path) -> None:
    day(tmp_path, 2)
    day(tmp_path, 1, first=12)
    run = open_run(tmp_path, FORM)
    assert [entry.name for entry in run.entries] == [
        *(f"day1.csv#{line:05d}" for line in (6, 8, 10, 12)),
        *(f"day2.csv#{line:05d}" for line in (2, 4, 6, 8, 10, 12)),
    ]
    snapshot = run.read(4)
    assert snapshot.signal[:, 0].tolist() == pytest.approx([1.2, 1.21, 1.22, 1.23, 2.0], rel=0.1)
    assert snapshot.time == run.entries[4].time
    assert snapshot.signal[-1, 0] == 2.0


def test_a_single_file_is_a_run(tmp_path: Path) -> None:
    assert len(open_run(day(tmp_path, 1), FORM)) == 4


def test_a_file_that_repeats_another_is_told_once(tmp_path: Path) -> None:
    path = day(tmp_path, 1)
    (tmp_path / "copy.csv").write_bytes(path.read_bytes())
    run = open_run(tmp_path, FORM)
    assert len(run) == 4
    assert [one.reason for one in run.rejected] == [
        "line 2 and 11 more: its time is not later than that of the file before"
    ]


def test_a_file_of_another_kind_costs_no_other(tmp_path: Path) -> None:
    day(tmp_path, 1)
    (tmp_path / "notes.txt").write_text("oil changed\n")
    run = open_run(tmp_path, FORM)
    assert len(run) == 4
    assert [one.name for one in run.rejected] == ["notes.txt"]


def test_too_few_rows_are_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no window of 5 rows"):
        open_run(day(tmp_path, 1, count=4), FORM)


def test_a_window_that_is_gone_is_one_rejected_recording(tmp_path: Path) -> None:
    run = open_run(day(tmp_path, 1), FORM)
    other = open_run(day(tmp_path, 2), FORM)
    with pytest.raises(RecordingError, match="have changed"):
        type(run)(run.path, run.folder, FORM, run.entries, (), tables=other.tables).read(0)
