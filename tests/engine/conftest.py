"""Fixtures for tests of the watching engine: a watched small rig."""

from pathlib import Path

import pytest

from tests.engine.rigs import Facts, SmallRig, assessed, facts_of
from tests.engine.watched_plant import Plant, plant_of


@pytest.fixture
def plant(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    return plant_of(small_rig, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def batch(small_rig: SmallRig, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """Return the results of scoring the finished run of the small rig with its bundle."""
    state = tmp_path_factory.mktemp("batch")
    assessed(small_rig.run, small_rig.settings, state, small_rig.bundle)
    return facts_of(state)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"
