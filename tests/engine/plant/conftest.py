"""The plant of small rigs."""

from pathlib import Path

import pytest

from engine.live import watcher
from tests.engine.plant.site import Site
from tests.engine.rigs import SmallRig


@pytest.fixture
def site(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(watcher, "TURN_SECONDS", 0.05)
    return Site(small_rig, tmp_path)
