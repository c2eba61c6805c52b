"""Fixtures for tests of the watching engine: a watched small rig."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.engine.postgres_server import empty, folder_for, new_database, running
from tests.engine.rigs import SMALL_COUNT, Facts, SmallRig, assessed, facts_of
from tests.engine.watched_plant import Plant, plant_of, watched_once


@pytest.fixture
def plant(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    return plant_of(small_rig, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def whole(small_rig: SmallRig, shared_folder: Path) -> Path:
    """Return a place where an engine watched the whole run of the small rig, and ended."""
    return watched_once(small_rig, shared_folder, SMALL_COUNT)


@pytest.fixture
def scored(plant: Plant, whole: Path) -> Plant:
    """Return a plant whose whole run is scored; the next engine goes on with it."""
    plant.resume(whole)
    return plant


@pytest.fixture(scope="session")
def batch(small_rig: SmallRig, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Return the results of scoring the finished run of the small rig with its bundle."""
    state = tmp_path_factory.mktemp("batch")
    assessed(small_rig.run, small_rig.settings, state, small_rig.bundle)
    return facts_of(state)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Provide the address of a PostgreSQL server."""
    with running() as address:
        yield address


@pytest.fixture
def database(server: str, tmp_path: Path) -> Path:
    """Return a state folder that stands for an empty database."""
    return folder_for(new_database(server), tmp_path / "state")


@pytest.fixture(scope="session")
def prepared(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state folder that stands for a database with the tables of a store, for all tests."""
    place = folder_for(new_database(server), tmp_path_factory.mktemp("prepared") / "state")
    Store.open(place, create=True).close()
    return place


@pytest.fixture
def emptied(prepared: Path) -> Path:
    """Return the folder of `prepared`, its store as new: far quicker than another database."""
    empty(prepared)
    return prepared


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"
