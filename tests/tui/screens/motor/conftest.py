"""A store of a motor, read only."""

import shutil
from pathlib import Path

import pytest

from tests.engine.rigs import made_once
from tests.tui import motor_store


@pytest.fixture(scope="session")
def motor_state(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(place: Path) -> None:
        motor_store.fill(place / "state", place / "run")

    made = made_once(shared_folder / "motor", make)
    return Path(shutil.copytree(made / "state", tmp_path_factory.mktemp("motor") / "state"))
