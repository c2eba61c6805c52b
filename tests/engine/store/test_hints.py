"""Hints of a database: a reader learns of a commit without a query, and of every commit without a hint."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.errors import StoreError
from engine.records.events import EventKind, NewEvent
from engine.store.postgres import hints
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import at, begin

pytestmark = pytest.mark.xdist_group("postgres")

PATIENCE = 20.0
NOTE = NewEvent(EventKind.NOTED, at(1), "operator", detail={"text": "warm"})


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with Store.open(database, create=True) as opened:
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let a reader ask only after a hint; return a list that grows with each query of a version."""
    monkeypatch.setattr(hints, "ASK_SECONDS", 1e9)
    return []


def eventually(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.01)


def following(store: Store, machine_id: int) -> int:
    """Follow a machine; return its version once hints come."""
    store.follow(machine_id)
    eventually(lambda: store.heard(machine_id) is not None)
    return store.data_version()


def test_hint_about_the_followed_machine_makes_the_reader_ask(
    store: Store, database: Path, asked: list[int]
) -> None:
    one, two = begin(store, machine="one"), begin(store, machine="two")
    with Store.open(database, read_only=True) as reader:
        before = following(reader, one.machine_id)
        store.add_event(two, NOTE, WALL)
        # The hint about the other machine has come, and no query was made.
        eventually(lambda: (reader.heard(two.machine_id) or 0) > (reader.heard(one.machine_id) or 0))
        assert reader.data_version() == before
        store.add_event(one, NOTE, WALL)
        eventually(lambda: reader.data_version() != before)
        assert len(reader.events(one)) == 1


def test_write_that_is_rolled_back_gives_no_hint(store: Store, database: Path) -> None:
    one = begin(store)
    with Store.open(database, read_only=True) as reader:
        following(reader, one.machine_id)
        before = reader.heard(one.machine_id)
        with pytest.raises(ZeroDivisionError), store.writing(one):
            raise ZeroDivisionError
        store.add_event(one, NOTE, WALL)
        eventually(lambda: reader.heard(one.machine_id) != before)
        assert reader.heard(one.machine_id) == (before or 0) + 1


def test_commit_without_a_hint_is_found_by_asking(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begin(store)
    with Store.open(database, read_only=True) as reader:
        before = following(reader, one.machine_id)
        with store.writing() as connection:
            connection.execute(text("UPDATE machine SET name = 'renamed'"))
        eventually(lambda: reader.data_version() != before)


def test_reader_whose_listening_connection_is_cut_asks_and_listens_again(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "AGAIN_SECONDS", 0.05)
    one = begin(store)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    with Store.open(database, read_only=True) as reader:
        before = following(reader, one.machine_id)
        heard = reader.heard(one.machine_id)
        with store.writing() as connection:
            connection.execute(text(f"{cut} AND datname = current_database()"))
        store.add_event(one, NOTE, WALL)
        eventually(lambda: reader.data_version() != before)
        eventually(lambda: reader.heard(one.machine_id) not in (None, heard))


def test_closed_reader_leaves_no_listening_connection(store: Store, database: Path) -> None:
    one = begin(store)
    with Store.open(database, read_only=True) as reader:
        following(reader, one.machine_id)
    mine = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"

    def count() -> int:
        with store.reading() as connection:
            return int(connection.scalar(text(mine)) or 0)

    eventually(lambda: count() == 0)


def test_store_in_a_folder_gives_no_hints_and_a_server_that_is_away_none_either(tmp_path: Path) -> None:
    with Store.open(tmp_path / "folder", create=True) as alone:
        one = begin(alone)
        alone.follow(one.machine_id)
        assert alone.heard(one.machine_id) is None
        with Store.open(tmp_path / "folder") as other:
            before = alone.data_version()
            other.add_event(one, NOTE, WALL)
        assert alone.data_version() != before


def test_reader_asks_after_an_error_too(store: Store, database: Path, asked: list[int]) -> None:
    one = begin(store)
    with Store.open(database, read_only=True) as reader:
        following(reader, one.machine_id)
        store.add_event(one, NOTE, WALL)
        eventually(lambda: reader.heard(one.machine_id) != reader._heard)
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(reader.dialect, "data_version", _fails)
            with pytest.raises(StoreError):
                reader.data_version()
        assert reader.data_version()
        assert reader._heard == reader.heard(one.machine_id)


def _fails(_connection: object) -> int:
    raise StoreError("the server does not answer")
