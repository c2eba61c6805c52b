"""Motors among the channels of recordings as laboratories publish them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.config.settings import Settings, load_settings
from replay.inspection.lines.line import Sure
from replay.inspection.motors import NamedChannel, found_motors, rate_by_mains, snapshot_rows
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import survey
from replay.synthetic.motor import Motor, recording

RATE = 2000.0


def signal(voltages: bool = False, motor: Motor | None = None, seconds: float = 4.0) -> NDArray[np.float64]:
    return recording(motor or Motor(), seconds, RATE, 1, voltages=voltages).astype(np.float64)


def channels(*named: str) -> list[NamedChannel]:
    """Return channels of names like "Ia/A"."""
    parts = [one.partition("/") for one in named]
    return [NamedChannel(name, number, unit) for number, (name, _, unit) in enumerate(parts, 1)]


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (("Ia", "Ib", "Ic", "Va", "Vb", "Vc"), (1, 2, 3, 4, 5, 6)),
        (("i_1/A", "i_2/A", "i_3/A", "u_1/V", "u_2/V", "u_3/V"), (1, 2, 3, 4, 5, 6)),
        (("Ia/V", "Ib/V", "Ic/V", "Va/V", "Vb/V", "Vc/V"), (1, 2, 3, 4, 5, 6)),
        (("/V", "/V", "/V", "/V", "/V", "/V"), (1, 2, 3, 4, 5, 6)),
    ],
)
def test_voltages_are_told_from_currents_by_names_then_by_units(
    names: tuple[str, ...], own: tuple[int, ...]
) -> None:
    (motor,) = found_motors(signal(voltages=True), channels(*names), RATE).motors
    assert motor.channels == own


@pytest.mark.parametrize(
    "names",
    [
        ("U", "V", "W"),
        ("L1", "L2", "L3"),
        ("", "", ""),
        ("Ia/V", "Ib/V", "Ic/V"),
        ("ch1/V", "ch2/V", "ch3/V"),
    ],
)
def test_three_phases_are_currents_whatever_they_are_called(names: tuple[str, ...]) -> None:
    (motor,) = found_motors(signal(), channels(*names), RATE).motors
    assert motor.channels == (1, 2, 3)


def test_voltages_alone_are_no_motor() -> None:
    assert found_motors(signal(), channels("Va", "Vb", "Vc"), RATE).motors == ()


@pytest.mark.parametrize(
    ("columns", "names", "own"),
    [
        ([0], ("current",), (1,)),
        ([0], ("ch1/A",), (1,)),
        ([0, 1], ("I1", "I2"), (1, 2)),
        ([2, 0], ("Stator current A", "Stator current B"), (1, 2)),
        ([0], ("acceleration",), ()),
        ([0], ("ch1/V",), ()),
        ([0, 1], ("Drive end", "Inside"), ()),
    ],
)
def test_one_or_two_phases_need_the_name_of_a_current(
    columns: list[int], names: tuple[str, ...], own: tuple[int, ...]
) -> None:
    found = found_motors(signal()[:, columns], channels(*names), RATE)
    assert [one.channels for one in found.motors] == ([own] if own else [])


def test_a_recording_that_begins_before_the_start_shows_its_phases() -> None:
    started = signal(motor=Motor(start=1.5, run_up=0.7), seconds=6.0)
    (motor,) = found_motors(started, channels("", "", ""), RATE).motors
    assert motor.channels == (1, 2, 3)


@pytest.mark.parametrize(
    ("rows", "files", "rate", "snapshot"),
    [
        (100_000, 20, 10_000.0, 100_000),
        (900_000, 80, 50_000.0, 900_000),
        (200_000, 6, 20_000.0, 100_000),
        (1_000, 5, 1_000.0, 1_000),
        (6_000_000, 1, 10_000.0, 100_000),
        (300_000, 1, 10_000.0, 42_857),
    ],
)
def test_a_recording_is_one_snapshot_unless_it_is_long_or_they_are_few(
    rows: int, files: int, rate: float, snapshot: int
) -> None:
    assert snapshot_rows(rows, files, rate) == snapshot


@pytest.mark.parametrize(("rate", "mains"), [(10_000.0, 60.0), (20_000.0, 50.0), (25_600.0, 50.0)])
def test_a_rate_follows_from_the_mains(rate: float, mains: float) -> None:
    assert rate_by_mains(10.0 * mains * 1.0004, round(10 * rate))[:2] == (rate, mains)


def proposed(folder: Path, path: Path) -> Settings:
    path.write_text(settings_text(proposal_of(survey(folder)), "a test"), "utf-8")
    return load_settings(path)


def test_numpy_files_without_a_rate_are_read_whole_and_the_rate_is_doubted(tmp_path: Path) -> None:
    folder = tmp_path / "healthy"
    folder.mkdir()
    for number in range(20):
        np.save(folder / f"load_{number:02d}.npy", recording(Motor(hertz=60.0), 4.0, RATE, number))
    found = proposal_of(survey(folder))
    rate = next(line for line in found.lines if line.key == "sample_rate")
    assert (rate.value, rate.sure) == (RATE, Sure.UNKNOWN)
    assert "NOT KNOWN" in rate.reason
    settings = proposed(folder, tmp_path / "m.toml")
    assert (settings.recording.rows, settings.machine.mains_frequency) == (8000, 60.0)
    assert settings.model.healthy == "100%"
    assert settings.components[0].kind == "motor"
