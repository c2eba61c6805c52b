"""A plant before its engine starts: a machine that could judge nothing is refused with the reason."""

from pathlib import Path

from engine.config.plant_file import PlantMachine
from engine.plant.check import fault_of, notes_of

SETTINGS = """
[machine]
name = "press"
sample_rate = 1024.0

[[component]]
name = "Drive end"
channels = [1]

[[component]]
name = "Far end"
channels = [2]

[recording]
rows = 64
time_pattern = "%Y%m%dT%H%M%S.csv"
"""

PROCESS = """
[machine]
name = "pump"

[[component]]
name = "Pump"
kind = "process"
channels = ["flow", "temperature"]
"""


def machine(place: Path, settings: str | None) -> PlantMachine:
    (place / "in").mkdir(exist_ok=True)
    if settings is None:
        return PlantMachine("press", place / "in")
    (place / "press.toml").write_text(settings)
    return PlantMachine("press", place / "in", place / "press.toml")


def put(place: Path, minute: int, columns: int = 2, rows: int = 64) -> None:
    line = ",".join(f"{0.5 + column}" for column in range(columns))
    (place / "in").mkdir(exist_ok=True)
    (place / "in" / f"20260105T03{minute:02}00.csv").write_text(f"{line}\n" * rows)


def test_recordings_that_fit_are_no_fault_while_the_newest_is_still_written(tmp_path: Path) -> None:
    put(tmp_path, 1)
    put(tmp_path, 2)
    put(tmp_path, 3, rows=11)
    assert fault_of(machine(tmp_path, SETTINGS)) == ""
    assert notes_of(machine(tmp_path, SETTINGS)) == []


def test_recording_of_other_rows_or_columns_is_named_with_settings_file_and_key(tmp_path: Path) -> None:
    put(tmp_path, 1, rows=128)
    words = fault_of(machine(tmp_path, SETTINGS))
    assert words.startswith(
        f"press: the recordings do not fit {tmp_path / 'press.toml'}: 20260105T030100.csv"
    )
    assert "128 rows where 64 are expected" in words
    assert "recording.rows = 128" in words
    put(tmp_path, 1, columns=3)
    words = fault_of(machine(tmp_path, SETTINGS))
    assert "3 columns" in words
    assert "3 channels in [[component]]" in words


def test_folder_whose_names_are_no_times_is_a_fault(tmp_path: Path) -> None:
    place = machine(tmp_path, SETTINGS)
    (tmp_path / "in" / "data10.txt").write_text("0.5,1.5\n" * 64)
    words = fault_of(place)
    assert "data10.txt: its name is not a time" in words
    assert 'recording.time = "number"' in words


def test_rows_of_slow_sensors_without_a_channel_of_the_settings_are_a_fault(tmp_path: Path) -> None:
    place = machine(tmp_path, PROCESS)
    text = "time,flow,temp\n" + "".join(f"2026-01-05T03:{minute:02}:00,1.5,40\n" for minute in range(9))
    (tmp_path / "in" / "rows.csv").write_text(text)
    assert "no single column named 'temperature'" in fault_of(place)
    # Too few rows for a window are no fault: more come.
    (tmp_path / "in" / "rows.csv").write_text(text.replace("temp", "temperature", 1))
    assert fault_of(place) == ""


def test_machine_without_recordings_or_without_settings_is_noted(tmp_path: Path) -> None:
    place = machine(tmp_path, SETTINGS)
    assert fault_of(place) == ""
    assert "is empty" in notes_of(place)[0]
    (tmp_path / "in").rmdir()
    assert fault_of(place) == ""
    assert "does not exist yet; the engine waits for it" in notes_of(place)[0]
    assert "names no config and no rig" in notes_of(machine(tmp_path, None))[0]
