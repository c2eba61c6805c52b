"""A store in PostgreSQL: events in the order of their commits, leases with epochs, cut connections."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import PendingRollbackError

from engine.errors import StoreError, StoreMissingError, StoreUncertainError
from engine.records.assessment import Assessment
from engine.records.events import EventKind, NewEvent
from engine.store import schema
from engine.store.postgres import leases
from engine.store.store import Store
from engine.store.upkeep.integrity import check
from engine.store.values.rows import event_row
from engine.system.lease import LeaseLostError, LeaseTakenError, lease_name
from tests.engine.postgres_server import cut_commits, folder_for
from tests.engine.rigs import WALL
from tests.engine.store_items import at, begin, item

pytestmark = pytest.mark.xdist_group("postgres")

PATIENCE = 30.0


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with Store.open(database, create=True) as opened:
        yield opened


def note(number: int) -> NewEvent:
    return NewEvent(EventKind.NOTED, at(number), "operator", detail={"number": number})


def eventually(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.01)


def another_host(database: Path, place: Path) -> Path:
    """Return the state folder that another host has for the same database."""
    return folder_for((database / "store.url").read_text(), place)


def numbers(store: Store, assessment: Assessment, after: int = 0) -> list[object]:
    return [one.detail["number"] for one in store.events(assessment, after=after)]


# The order of events


def test_event_waits_for_an_earlier_one_of_its_machine_that_is_not_committed_yet(
    store: Store, database: Path
) -> None:
    assessment = begin(store)
    with Store.open(database) as other, Store.open(database, read_only=True) as reader:
        with store.writing(assessment) as connection:
            connection.execute(insert(schema.event), [event_row(assessment, note(1), WALL)])
            later = threading.Thread(target=other.add_event, args=(assessment, note(2), WALL))
            later.start()
            waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            eventually(lambda: connection.scalar(waiting))
            assert numbers(reader, assessment) == []
        later.join(PATIENCE)
        assert numbers(reader, assessment) == [1, 2]


def test_event_of_another_machine_does_not_wait(store: Store, database: Path) -> None:
    one, two = begin(store, machine="one"), begin(store, machine="two")
    with Store.open(database) as other, store.writing(one):
        other.add_event(two, note(1), WALL)
        assert numbers(other, two) == [1]


def test_no_reader_misses_an_event_of_many_writers(store: Store, database: Path) -> None:
    assessment = begin(store)
    writers, each = 6, 15

    def write(writer: int) -> None:
        with Store.open(database) as own:
            for number in range(each):
                facts = [note(writer * 1000 + number), note(writer * 1000 + 500 + number)]
                own.settle(assessment, (), facts, WALL)

    with ThreadPoolExecutor(writers) as threads, Store.open(database, read_only=True) as reader:
        done = [threads.submit(write, writer) for writer in range(writers)]
        seen: list[int] = []
        while True:
            ended = all(one.done() for one in done)
            seen += [one.seq for one in reader.events(assessment, after=seen[-1] if seen else 0)]
            if ended:
                break
    for one in done:
        one.result()
    assert seen == [one.seq for one in store.events(assessment)]
    assert len(seen) == writers * each * 2


# Leases


def test_second_engine_is_turned_away_on_another_host_too(
    store: Store, database: Path, tmp_path: Path
) -> None:
    with (
        Store.open(another_host(database, tmp_path / "other")) as other,
        store.hold("press", "watching the press"),
    ):
        with (
            pytest.raises(LeaseTakenError, match=r"already watching the press in .*\(process \d+ on"),
            other.hold("press", "watching the press"),
        ):
            pass
        with other.hold("lathe"):
            pass
        assert [other.is_held(name) for name in ("press", "lathe")] == [True, False]
    with Store.open(another_host(database, tmp_path / "other")) as other, other.hold("press"):
        assert not store.is_held("lathe")


def test_leases_of_many_machines_share_a_connection(store: Store) -> None:
    with ExitStack() as held:
        for number in range(40):
            held.enter_context(store.hold(f"machine {number}"))
        with store.reading() as connection:
            mine = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            assert connection.scalar(text(mine)) <= 3
            locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            own = "(SELECT oid FROM pg_database WHERE datname = current_database())"
            assert connection.scalar(text(f"{locks} {own}")) == 40
    with store.reading() as connection:
        assert connection.scalar(text(f"{locks} {own}")) == 0


def live(store: Store) -> Assessment:
    return begin(store, expected=0)


@contextmanager
def holding(store: Store, assessment: Assessment) -> Iterator[None]:
    with store.hold(lease_name(assessment.machine), "watching it"):
        yield


def cut_leases(store: Store) -> None:
    """End the connections that hold leases, as a failing network does."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
    with store.writing() as connection:
        connection.execute(text(cut))


def test_engine_whose_connection_dies_says_so_and_never_writes_again(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "PING_SECONDS", 0.0)
    assessment = live(store)
    with holding(store, assessment):
        store.append(assessment, [item(0)], WALL)
        cut_leases(store)
        for _ in range(2):
            with pytest.raises(LeaseLostError, match="this engine stores nothing more"):
                store.append(assessment, [item(1)], WALL)
    assert store.series(assessment).positions.tolist() == [0]
    with holding(store, assessment):
        store.append(assessment, [item(1)], WALL)


def test_engine_that_did_not_notice_is_stopped_by_the_epoch_of_the_next(
    store: Store, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "PING_SECONDS", 1e9)
    assessment = live(store)
    with Store.open(another_host(database, tmp_path / "other")) as other, holding(store, assessment):
        cut_leases(store)
        with holding(other, assessment):
            other.append(assessment, [item(0)], WALL)
            with pytest.raises(LeaseLostError, match="another engine took over"):
                store.append(assessment, [item(1)], WALL)
            other.append(assessment, [item(1)], WALL)
    assert store.series(assessment).positions.tolist() == [0, 1]


# Cut connections


@pytest.mark.parametrize("stored", [True, False])
def test_write_whose_commit_is_cut_off_is_not_repeated_blindly(store: Store, stored: bool) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0)], WALL)
    once = iter([True])
    cut_commits(store, stored=stored, often=lambda: next(once, False))
    with pytest.raises(StoreUncertainError, match="check whether it was stored"):
        store.append(assessment, [item(1)], WALL)
    # Who looks sees what stands, and goes on from there.
    resume = store.resume_point(assessment)
    assert resume is not None
    assert resume[0] == (1 if stored else 0)
    store.append(assessment, [item(resume[0] + 1)], WALL)


def test_connection_that_ended_between_two_writes_is_replaced(store: Store) -> None:
    assessment = begin(store)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with suppress(StoreError, PendingRollbackError), store.reading() as connection:
        connection.execute(text(others))
    store.append(assessment, [item(0)], WALL)
    assert store.series(assessment).positions.tolist() == [0]


def test_check_finds_a_sound_store_sound(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0), item(1)], WALL)
    words = "C:\\data\\press \u00e9 \x00 \n end"
    fact = NewEvent(EventKind.INTAKE_PAUSED, at(1), "engine", detail={"message": words})
    store.add_event(assessment, fact, WALL)
    assert [one for one in check(store) if not one.sound] == []
    assert store.events(assessment)[-1].detail == fact.detail


# Opening


def test_database_without_a_store_is_not_made_by_looking(database: Path) -> None:
    for read_only in (True, False):
        with pytest.raises(StoreMissingError, match="there is no store here yet"):
            Store.open(database, read_only=read_only)


@pytest.mark.parametrize("version", ["5", "7", "x"])
@pytest.mark.parametrize("read_only", [True, False])
def test_store_of_another_schema_version_is_refused_with_both_versions_and_left_alone(
    emptied: Path, version: str, read_only: bool
) -> None:
    with Store.open(emptied) as store, store.writing() as connection:
        connection.execute(
            text("UPDATE meta SET value = :version WHERE key = 'schema'"), {"version": version}
        )
    for _ in range(2):
        with pytest.raises(StoreError, match=f"is of schema version {version}, this Raceway knows"):
            Store.open(emptied, read_only=read_only)


def test_message_names_the_database_without_its_password(tmp_path: Path) -> None:
    place = folder_for("postgresql://ada:secret@127.0.0.1:1/plant", tmp_path / "nowhere")
    with pytest.raises(StoreError, match=r"postgresql://ada@127\.0\.0\.1:1/plant: the server") as failure:
        Store.open(place, create=True)
    assert "secret" not in str(failure.value)


def test_missing_driver_is_one_sentence_that_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'raceway\[postgres\]'$"):
        Store.open(folder_for("postgresql://ada@127.0.0.1/plant", tmp_path / "nowhere"))


def test_reader_cannot_write(store: Store, database: Path) -> None:
    assessment = begin(store)
    with (
        Store.open(database, read_only=True) as reader,
        pytest.raises(StoreError, match="is open for reading only"),
    ):
        reader.add_event(assessment, note(1), WALL)
