"""A store is copied between a folder and a database, whole, also after a break, and back again."""

from pathlib import Path

import pytest
from sqlalchemy import text

from engine.errors import StoreError
from engine.records.intake import Intake, Outcome
from engine.records.plants.report import Named, PlantReport
from engine.records.progress import Epoch
from engine.store.postgres import copying
from engine.store.postgres.copying import copy_store
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, begin, item, raised

pytestmark = pytest.mark.xdist_group("postgres")

SNAPSHOTS = 12


def filled(place: Path) -> Store:
    """Make a store with two machines, late snapshots, damaged bytes and a retention gap in its keys."""
    store = Store.open(place, create=True)
    for machine in ("press", "lathe"):
        assessment = begin(store, machine=machine, expected=0)
        for start in range(0, SNAPSHOTS, 4):
            items = [item(start), item(start + 1, (raised(start + 1),)), item(start + 2), item(start + 3)]
            names = [(one.snapshot.name, one.snapshot.at) for one in items]
            files = [Intake(n.encode() + b"\xff", n, 2**40, 1, 2**64 - 1, Outcome.TAKEN, t) for n, t in names]
            store.append(assessment, items, WALL, files)
        acknowledge(store, assessment, store.events(assessment)[0], "ada")
        store.reject(assessment, "bad.csv", "is empty", WALL)
        store.add_epoch(assessment, Epoch(1, 0.5, 0.25))
    store.put_plant(report("press", "lathe"))
    with store.writing() as connection:
        connection.execute(text("UPDATE picture SET packed = X'00ff' WHERE position = 3"))
    return store


def report(*machines: str) -> PlantReport:
    return PlantReport(
        "/etc/plant.toml", "host", 1, WALL, machines={one: Named("/in", WALL) for one in machines}
    )


def same(one: Store, other: Store) -> bool:
    records = one.assessments()
    is_alike = records == other.assessments() and one.plants() == other.plants()
    return is_alike and all(
        one.events(record) == other.events(record)
        and one.resume_point(record) == other.resume_point(record)
        and list(one.score_rows(record)) == list(other.score_rows(record))
        and one.known_files(record.machine_id) == other.known_files(record.machine_id)
        for record in records
    )


def test_store_goes_into_a_database_and_back_unchanged(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 5)
    with filled(tmp_path / "folder") as source, Store.open(database, create=True) as middle:
        counts = {one.name: (one.rows, one.new) for one in copy_store(source, middle)}
        assert counts["snapshot"] == (2 * SNAPSHOTS, 2 * SNAPSHOTS)
        assert same(source, middle)
        with Store.open(tmp_path / "back", create=True) as back:
            list(copy_store(middle, back))
            assert same(source, back)
        # New rows get new keys.
        (press, _) = middle.assessments()
        middle.append(press, [item(SNAPSHOTS, (raised(SNAPSHOTS),))], WALL)
        assert middle.series(press).positions.tolist() == list(range(SNAPSHOTS + 1))


def test_copy_that_broke_off_goes_on_and_copies_nothing_twice(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 5)
    with filled(tmp_path / "folder") as source:
        with Store.open(database, create=True) as target:
            writes, whole = [0], target.write

            def breaks(*given: object, **named: object) -> object:
                writes[0] += 1
                if writes[0] == 9:
                    raise StoreError("the network is cut")
                return whole(*given, **named)  # type: ignore[arg-type]

            monkeypatch.setattr(target, "write", breaks)
            with pytest.raises(StoreError, match="the network is cut"):
                list(copy_store(source, target))
        # The engine reported again meanwhile.
        source.put_plant(report("press"))
        with Store.open(database) as target:
            copied = list(copy_store(source, target))
            assert 0 < sum(one.new for one in copied) < sum(one.rows for one in copied)
            assert same(source, target)


def test_copy_into_another_store_is_refused(tmp_path: Path, database: Path) -> None:
    with filled(tmp_path / "folder") as source, Store.open(database, create=True) as target:
        begin(target, machine="another")
        with pytest.raises(StoreError, match=r"already that is no unfinished copy of .*; copy into"):
            list(copy_store(source, target))
        with pytest.raises(StoreError, match="is both source and target"):
            list(copy_store(source, source))


def test_row_that_differs_at_the_end_is_reported(tmp_path: Path, database: Path) -> None:
    with filled(tmp_path / "folder") as source, Store.open(database, create=True) as target:
        copied = copy_store(source, target)
        next(copied)
        with target.writing() as connection:
            connection.execute(text("UPDATE score SET severity = severity + 1 WHERE position = 2"))
        with pytest.raises(StoreError, match="table score differs"):
            list(copied)
