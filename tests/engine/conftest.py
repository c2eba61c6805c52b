"""A small rig that is watched, for tests of the engine that watches."""

from pathlib import Path

import pytest

from tests.engine.rigs import Facts, SmallRig, assessed, facts_of
from tests.engine.watched_plant import Plant, plant_of


@pytest.fixture
def plant(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    return plant_of(small_rig, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def batch(small_rig: SmallRig, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """What scoring the small rig's finished run with its bundle gives."""
    state = tmp_path_factory.mktemp("batch")
    assessed(small_rig.run, small_rig.settings, state, small_rig.bundle)
    return facts_of(state)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"
