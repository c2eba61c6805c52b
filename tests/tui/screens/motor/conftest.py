"""A store of a motor, read only."""

from pathlib import Path

import pytest

from tests.tui import motor_store


@pytest.fixture(scope="session")
def motor_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("motor")
    motor_store.fill(state, state / "run")
    return state
