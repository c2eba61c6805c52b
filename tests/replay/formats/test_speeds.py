"""The speed of the shaft is read from a column, from a line above the numbers, or from a second file."""

from dataclasses import replace
from pathlib import Path

import pytest

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
