"""The store of a pump of slow sensors for the tests of its panes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.assessment.batch import assess
from engine.store.store import Store
from replay.run import open_run
from tests.engine.slow_sensors import HEADER, row_texts, settings_of


@pytest.fixture(scope="session")
def pump_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the store of a pump whose pressure falls at the end."""
    place = tmp_path_factory.mktemp("pump")
    (place / "log.csv").write_text(HEADER + "".join(row_texts()))
    settings = settings_of(place)
    run = open_run(place / "log.csv", settings.recording_format())
    with Store.open(place / "state", create=True) as store:
        assess(run, settings, store, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
        assert store.damage.sentence == ""
    return place / "state"
