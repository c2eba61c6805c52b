"""Fixtures: a machine that drifted, and a teacher that learns at once."""

from pathlib import Path

import pytest

from engine.live.proposals import proposer
from tests.engine.live.proposals.drifted_machine import (
    DRIFTED,
    ENOUGH,
    Teacher,
    deaf,
    drift,
    drifted_plant,
    feed,
)
from tests.engine.rigs import (
    SmallRig,
    made_once,
)
from tests.engine.watched_plant import Plant, Story, plant_of


@pytest.fixture(scope="session")
def drifted(small_rig: SmallRig, shared_folder: Path) -> Path:
    """Return a place with the folder and the state of a healthy machine that drifted, without proposals."""

    def make(place: Path) -> None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            plant = plant_of(small_rig, place, monkeypatch)

            def story() -> Story:
                yield from feed(plant, range(DRIFTED + 1))
                drift(plant)
                yield from feed(plant, range(DRIFTED + 1, ENOUGH))

            plant.run(story(), bundle=small_rig.bundle)

    return made_once(shared_folder / "drifted", make)


@pytest.fixture
def plant(small_rig: SmallRig, drifted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    return drifted_plant(small_rig, drifted, tmp_path, monkeypatch, learning__propose=True)


@pytest.fixture
def teacher(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> Teacher:
    made = Teacher(deaf(plant.rig.bundle))
    monkeypatch.setattr(proposer, "learn_from_run", made)
    return made
