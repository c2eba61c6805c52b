"""A machine watched into PostgreSQL gives the rows that it gives into a file, also over cut connections."""

from itertools import cycle
from pathlib import Path

import pytest

from engine.store.store import Patience, Store
from tests.engine.postgres_server import cut_commits, folder_for, new_database
from tests.engine.rigs import SMALL_COUNT, Facts, SmallRig
from tests.engine.watched_plant import Plant, Story, plant_of

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def plant(server: str, small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    folder_for(new_database(server), tmp_path / "state")
    made = plant_of(small_rig, tmp_path, monkeypatch)
    made.patience = Patience(lock_seconds=5.0, pauses=(0.0,))
    return made


def test_machine_gives_what_scoring_the_run_gives(plant: Plant, batch: Facts) -> None:
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    assert plant.facts() == batch


@pytest.mark.parametrize("stored", [True, False])
def test_no_snapshot_is_lost_or_twice_where_connections_end_in_commits(
    plant: Plant, batch: Facts, stored: bool
) -> None:
    turns = cycle([False, False, True])
    cuts: list[int] = []

    def often() -> bool:
        if next(turns) and len(cuts) < 12:
            cuts.append(1)
            return True
        return False

    class Cut(Store):
        """A store whose writes are cut once the first snapshots stand."""

        def append(self, *given: object, **named: object) -> None:
            super().append(*given, **named)  # type: ignore[arg-type]
            if not cuts:
                cut_commits(self, stored=stored, often=often)

    def story() -> Story:
        for count in range(6, SMALL_COUNT + 6, 6):
            plant.put(*range(min(count, SMALL_COUNT)))
            yield from plant.until_ledger_has(min(count, SMALL_COUNT))

    plant.kind_of_store = Cut
    plant.run(story(), bundle=plant.rig.bundle)
    assert len(cuts) == 12
    assert plant.facts() == batch
