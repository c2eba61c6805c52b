"""Three phases are found among the channels, and proposed as a motor."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.config.settings import load_settings
from replay.inspection.phases import phase_groups
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import survey
from replay.run import open_run

RATE, ROWS = 4000, 4000
THIRD = 2 * np.pi / 3


def phases(
    hertz: float, way: int = 1, size: float = 10.0, unbalance: float = 0.0, rows: int = ROWS
) -> list[NDArray[np.float64]]:
    time = np.arange(rows) / RATE
    sizes = (size * (1 + unbalance), size, size)
    return [one * np.sin(2 * np.pi * hertz * time - way * number * THIRD) for number, one in enumerate(sizes)]


def noise(seed: int, scale: float = 1.0, rows: int = ROWS) -> NDArray[np.float64]:
    return scale * np.random.default_rng(seed).standard_normal(rows)


@pytest.mark.parametrize("hertz", [23.7, 50.0, 60.0, 400.0])
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("rows", [400, ROWS])
def test_phases_are_found_whichever_way_they_turn(hertz: float, way: int, rows: int) -> None:
    columns = [
        one + noise(number, 0.3, rows)
        for number, one in enumerate(phases(hertz, way, unbalance=0.2, rows=rows))
    ]
    assert phase_groups(np.stack(columns, axis=1)) == ((0, 1, 2),)


def test_currents_among_other_channels_and_voltages_are_told_apart() -> None:
    columns = [noise(1), *phases(50.0), noise(2), *phases(50.0, size=325.0)]
    assert phase_groups(np.stack(columns, axis=1)) == ((1, 2, 3), (5, 6, 7))


@pytest.mark.parametrize(
    "columns",
    [
        [noise(1), noise(2), noise(3)],
        # A shaft that every sensor hears, in one phase.
        [phases(30.0)[0] + noise(number, 0.1) for number in range(3)],
        [*phases(50.0)[:2], noise(4)],
        [np.zeros(ROWS), np.zeros(ROWS), np.zeros(ROWS)],
        [*phases(50.0)[:2], phases(50.0)[2] * 0.01],
        [np.full(ROWS, np.nan), *phases(50.0)[:2]],
    ],
    ids=["noise", "one phase", "two phases", "nothing", "a dead phase", "no number"],
)
def test_other_channels_are_no_phases(columns: list[NDArray[np.float64]]) -> None:
    assert phase_groups(np.stack(columns, axis=1)) == ()


def test_a_motor_beside_a_bearing_is_proposed_and_its_settings_load(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for day in range(1, 13):
        columns = [noise(day), *(one + noise(day, 0.05) for one in phases(50.0))]
        rows = "\n".join(",".join(f"{cell:.4f}" for cell in row) for row in np.stack(columns, axis=1))
        (folder / f"2026-03-{day:02d}_10-00-00.csv").write_text(
            f"Drive end (g),L1 (A),L2 (A),L3 (A)\n{rows}\n"
        )
    path = tmp_path / "proposed.toml"
    path.write_text(settings_text(proposal_of(survey(folder)), "a test"), "utf-8")
    settings = load_settings(path)
    assert [(part.name, part.kind, len(part.channels)) for part in settings.components] == [
        ("Drive end", "bearing", 1),
        ("Motor", "motor", 3),
    ]
    run = open_run(folder, settings.recording_format())
    assert (len(run), run.rejected) == (12, ())
