"""Rows of slow sensors beside recordings: the row at or before each, no hindsight, a bounded wait."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from replay.recording import RecordingFormat, SlowRows, Snapshot
from replay.rows.slow import is_row_awaited, slow_values, with_slow_values

AT = datetime(2025, 1, 6, 12, 0, tzinfo=UTC)
SLOW = SlowRows("log.csv", ("Speed", "Temp"), speed="Speed", age=120.0, wait=30.0)
FORM = RecordingFormat("m", 1000.0, 1, 100, slow=SLOW)


def line(seconds: float, speed: object, temp: object, separator: str = ";") -> str:
    return separator.join([(AT + timedelta(seconds=seconds)).isoformat(), str(speed), str(temp)]) + "\n"


def written(folder: Path, *lines: str, name: str = "log.csv") -> Path:
    (folder / name).write_text("Time;Speed;Temp\n" + "".join(lines))
    return folder


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ((line(-60, 1500, 50), line(0, 1510, 51), line(60, 9, 9)), (1510.0, 51.0)),
        ((line(-60, 1500, 50), line(1, 9, 9)), (1500.0, 50.0)),
        ((line(-120, 1500, 50), line(1, 9, 9)), (1500.0, 50.0)),
    ],
)
def test_a_recording_takes_the_last_row_at_or_before_it(
    tmp_path: Path, lines: tuple[str, ...], known: tuple[float, ...]
) -> None:
    assert slow_values(AT, written(tmp_path, *lines), FORM) == known


def test_later_rows_change_nothing(tmp_path: Path) -> None:
    before = slow_values(AT, written(tmp_path, line(-70, 1500, 50), line(-10, 1510, 51)), FORM)
    after = [line(-70, 1500, 50), line(-10, 1510, 51), line(30, 1, 1), line(90, 2, 2)]
    assert slow_values(AT, written(tmp_path, *after), FORM) == before


@pytest.mark.parametrize("lines", [(), (line(-121, 1500, 50), line(-122.5, 1, 1)), (line(1, 1500, 50),)])
def test_nothing_is_known_without_a_row_that_is_recent_enough(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert all(map(math.isnan, slow_values(AT, written(tmp_path, *lines), FORM)))


def test_a_missing_file_makes_no_recording_unreadable(tmp_path: Path) -> None:
    assert all(map(math.isnan, slow_values(AT, tmp_path, FORM)))


def test_a_missing_value_hides_no_other(tmp_path: Path) -> None:
    written(tmp_path, line(-60, 1500, 50), line(-1, "", 51))
    speed, temp = slow_values(AT, tmp_path, FORM)
    assert math.isnan(speed)
    assert temp == 51.0


def test_files_by_day_are_joined(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    written(tmp_path / "rows", line(-90_000, 1, 1), line(-86_400, 2, 2), name="a.csv")
    written(tmp_path / "rows", line(-60, 1500, 50), line(60, 9, 9), name="b.csv")
    form = replace(FORM, slow=replace(SLOW, rows="rows"))
    assert slow_values(AT, tmp_path, form) == (1500.0, 50.0)
    assert slow_values(AT - timedelta(days=1), tmp_path, form) == (2.0, 2.0)


@pytest.mark.parametrize(("unit", "hertz"), [("rpm", 25.0), ("Hz", 1500.0)])
def test_the_speed_of_the_shaft_comes_with_the_recording(tmp_path: Path, unit: str, hertz: float) -> None:
    written(tmp_path, line(-60, 1490, 49), line(-1, 1500, 50))
    made = Snapshot("m", "a", AT, 1000.0, np.zeros((100, 1), np.float32))
    found = with_slow_values(made, tmp_path, replace(FORM, speed_unit=unit))
    assert (found.speed, found.slow) == (hertz, (1500.0, 50.0))


def test_a_speed_of_zero_is_no_speed(tmp_path: Path) -> None:
    written(tmp_path, line(-60, 0, 49), line(-1, 0, 50))
    made = Snapshot("m", "a", AT, 1000.0, np.zeros((100, 1), np.float32), 24.0)
    assert with_slow_values(made, tmp_path, FORM).speed == 24.0


def test_a_watched_recording_waits_for_a_row_as_late_as_itself_but_not_for_ever(tmp_path: Path) -> None:
    now, long_ago = int(datetime.now(UTC).timestamp() * 1e9), 0
    written(tmp_path, line(-120, 1, 1), line(-60, 1500, 50))
    assert is_row_awaited(AT, now, tmp_path, FORM)
    assert not is_row_awaited(AT, long_ago, tmp_path, FORM)
    written(tmp_path, line(-120, 1, 1), line(-60, 1500, 50), line(0, 1510, 51))
    assert not is_row_awaited(AT, now, tmp_path, FORM)
    assert not is_row_awaited(AT, now, tmp_path, replace(FORM, slow=None))


def test_the_file_of_rows_is_no_recording() -> None:
    assert FORM.excludes("log.csv")
    assert not FORM.excludes("log2.csv")
