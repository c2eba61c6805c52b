"""The store of a pump of slow sensors for the tests of its panes."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.assessment.batch import assess
from engine.store.store import Store
from replay.run import open_run
from tests.engine.rigs import made_once
from tests.engine.slow_sensors import HEADER, row_texts, settings_of


@pytest.fixture(scope="session")
def pump_state(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return this process's copy of the store of a pump whose pressure falls at the end; read only."""

    def make(place: Path) -> None:
        (place / "log.csv").write_text(HEADER + "".join(row_texts()))
        settings = settings_of(place)
        run = open_run(place / "log.csv", settings.recording_format())
        with Store.open(place / "state", create=True) as store:
            assess(run, settings, store, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
            assert store.damage.sentence == ""

    made = made_once(shared_folder / "pump", make)
    return Path(shutil.copytree(made / "state", tmp_path_factory.mktemp("pump") / "state"))
