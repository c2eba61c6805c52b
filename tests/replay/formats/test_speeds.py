"""The speed of the shaft is read from a column, from a line above the numbers, or from a second file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from replay.formats.reading import POINTS, course_of
from replay.recording import RecordingFormat
from replay.run import open_run
from tests.replay.formats.layouts import RATE, ROWS, at, rows_of, signals

FORM = RecordingFormat("rig", RATE, columns=2, rows=ROWS, separator="auto", time_pattern="%Y%m%d_%H%M%S.csv")


def written(folder: Path, text: str) -> Path:
    (folder / f"{at(0):%Y%m%d_%H%M%S}.csv").write_text(text)
    return folder


@pytest.mark.parametrize(("column", "head"), [("rpm", "a,b,rpm\n"), (3, "")])
def test_speed_in_a_column_is_its_mean(column: int | str, head: str, tmp_path: Path) -> None:
    (signal,) = signals(1)
    rows = [line + f",{1790 + 20 * (index % 2)}" for index, line in enumerate(rows_of(signal).splitlines())]
    form = replace(FORM, speed_column=column)
    form = replace(form, names=("a", "b")) if head else replace(form, columns=3, watched=frozenset({1, 2}))
    run = open_run(written(tmp_path, head + "\n".join(rows) + "\n"), form)
    assert run.read(0).speed == pytest.approx(30.0)


@pytest.mark.parametrize("unit", ["rpm", "Hz"])
def test_speed_in_a_column_is_a_course_within_the_recording(unit: str, tmp_path: Path) -> None:
    (signal,) = signals(1)
    told = np.linspace(1700, 1900, ROWS) / (1 if unit == "rpm" else 60)
    rows = [f"{line},{speed:.6f}" for line, speed in zip(rows_of(signal).splitlines(), told, strict=True)]
    form = replace(FORM, speed_column="speed", names=("a", "b"), speed_unit=unit)
    found = open_run(written(tmp_path, "a,b,speed\n" + "\n".join(rows) + "\n"), form).read(0)
    assert found.course is not None
    assert len(found.course) == min(ROWS, POINTS)
    assert found.course[[0, -1]] == pytest.approx([1700 / 60, 1900 / 60], rel=2e-3)
    assert found.course.mean() == pytest.approx(found.speed, rel=1e-4)


def test_pulses_of_a_tachometer_in_a_column_are_a_course(tmp_path: Path) -> None:
    (signal,) = signals(1)
    speed = RATE / 20
    pulse = (np.mod(np.arange(ROWS) * speed / RATE, 1) < 0.5).astype(int)
    rows = [f"{line},{one}" for line, one in zip(rows_of(signal).splitlines(), pulse, strict=True)]
    form = replace(FORM, speed_column="tacho", names=("a", "b"), speed_unit="pulses")
    found = open_run(written(tmp_path, "a,b,tacho\n" + "\n".join(rows) + "\n"), form).read(0)
    assert found.speed == pytest.approx(speed, rel=1e-6)
    assert found.course is not None
    np.testing.assert_allclose(found.course, speed, rtol=1e-6)


@pytest.mark.parametrize("rows", [10, POINTS, POINTS + 1, 5000])
def test_course_bridges_rows_without_a_speed_and_needs_half_of_them(rows: int) -> None:
    speeds = np.linspace(20.0, 40.0, rows)
    gaps = speeds.copy()
    gaps[rows // 3 : rows // 2] = np.nan
    whole, bridged = course_of(speeds), course_of(gaps)
    assert whole is not None
    assert bridged is not None
    assert len(whole) == min(rows, POINTS)
    np.testing.assert_allclose(bridged, whole, rtol=1e-3)
    gaps[: rows // 2 + 1] = np.nan
    assert course_of(gaps) is None
    assert course_of(speeds[:1]) is None
    assert course_of(np.zeros(rows)) is None


@pytest.mark.parametrize(
    ("line", "unit", "speed"),
    [("Speed: 1770 rpm", "rpm", 29.5), ("# speed: 29,5", "Hz", 29.5), ("nothing", "rpm", None)],
)
def test_speed_in_a_line_above(line: str, unit: str, speed: float | None, tmp_path: Path) -> None:
    text = f"{line}\nDE;FE\n" + rows_of(signals(1)[0], ";")
    form = replace(FORM, speed_words="Speed:", speed_unit=unit)
    found = open_run(written(tmp_path, text), form).read(0).speed
    assert found is None if speed is None else found == pytest.approx(speed)


def test_speed_in_a_second_file_is_that_of_the_time(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(3)):
        (folder / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text(rows_of(signal))
    table = tmp_path / "speeds.csv"
    table.write_text("time,rpm\n" + "".join(f"{at(i):%Y-%m-%d %H:%M:%S},{1500 + 60 * i}\n" for i in range(2)))
    run = open_run(folder, replace(FORM, speed_file=str(table)))
    assert [run.read(index).speed for index in range(3)] == [pytest.approx(25), pytest.approx(26), None]
