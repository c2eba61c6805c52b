"""One store serves the threads of many machines: heartbeats in one commit, one query for all requests."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, insert
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.records.assessment import Assessment
from engine.records.events import Action, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store import schema
from engine.store.shared import SharedStore
from engine.store.store import StoreError
from tests.engine.rigs import WALL


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SharedStore]:
    with SharedStore.open(tmp_path, create=True) as made:
        yield made


def begun(store: SharedStore, machine: str) -> Assessment:
    return store.begin_assessment(
        machine=machine,
        key=machine,
        model="spectral",
        seed=0,
        run="in",
        expected=0,
        components=["A"],
        channels=[[1]],
        units=["g"],
        settings={},
        now=WALL,
    )


def beat(done: int) -> Heartbeat:
    return Heartbeat(WALL, 1, Phase.WATCHING, done, done, "")


def counted(store: SharedStore, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Count the write transactions from now on."""
    writes: list[Any] = []
    whole = store.write

    def write(work: Any, *given: Any, **named: Any) -> Any:
        writes.append(work)
        return whole(work, *given, **named)

    monkeypatch.setattr(store, "write", write)
    return writes


def test_heartbeats_of_all_machines_are_one_commit(
    store: SharedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [begun(store, f"pump {number}") for number in range(20)]
    writes = counted(store, monkeypatch)
    for done in (1, 2):
        for record in records:
            store.beat(record, beat(done))
    assert writes == []
    store.flush()
    store.flush()
    assert len(writes) == 1
    assert [store.heartbeat(one) for one in records] == [beat(2)] * 20


def test_heartbeat_that_could_not_be_stored_is_stored_by_the_next_flush(
    store: SharedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = begun(store, "one"), begun(store, "other")

    def fails(*_given: object) -> None:
        # A newer one of the same machine comes meanwhile.
        store.beat(one, beat(7))
        raise StoreError("the disk is full")

    store.beat(one, beat(1))
    store.beat(other, beat(2))
    with monkeypatch.context() as broken:
        broken.setattr(store, "beat_all", fails)
        with pytest.raises(StoreError):
            store.flush()
    store.flush()
    assert (store.heartbeat(one), store.heartbeat(other)) == (beat(7), beat(2))


def test_open_requests_of_all_machines_are_read_by_one_query(
    store: SharedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [begun(store, f"pump {number}") for number in range(5)]
    for record in records:
        store.open_requests(record)
    asked = store.request(records[3], Action.STOP, by="ada", now=WALL, at=WALL)
    queries: list[list[int]] = []
    whole = store.requests_of

    def requests_of(assessments: list[int]) -> dict[int, tuple[Any, ...]]:
        queries.append(assessments)
        return whole(assessments)

    monkeypatch.setattr(store, "requests_of", requests_of)
    monkeypatch.setattr(store, "_read_at", float("-inf"))
    assert [store.open_requests(one) for one in records] == [(), (), (), (asked,), ()]
    assert queries == [[one.id for one in records]]


def test_many_threads_write_and_read_without_a_loss(store: SharedStore) -> None:
    records = [begun(store, f"pump {number}") for number in range(8)]

    def work(record: Assessment) -> None:
        for number in range(10):
            store.add_event(record, NewEvent(EventKind.NOTED, WALL, "operator", detail={"n": number}), WALL)
            assert len(store.events(record)) == number + 1

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(work, one) for one in records]:
            done.result()
    assert [len(store.events(one)) for one in records] == [10] * 8


def test_store_stays_open_until_its_last_user_closes_it(tmp_path: Path) -> None:
    store = SharedStore.open(tmp_path, create=True)
    another = store.again()
    store.close()
    reader = threading.Thread(target=another.assessments)
    reader.start()
    reader.join()
    assert another.assessments() == ()
    another.close()


# Writes that wait are committed together.


def commits(store: SharedStore) -> list[None]:
    """Count the transactions that are committed from now on."""
    found: list[None] = []
    event.listen(store._engine, "commit", lambda connection: found.append(None))
    return found


def at_once(store: SharedStore, works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Let threads write while the store is taken, then give it free; return results and errors in order."""

    def run(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        with store._writer:
            waiting = []
            for number, work in enumerate(works):
                waiting.append(pool.submit(run, work))
                end = time.monotonic() + 20
                while len(store._waiting) <= number and time.monotonic() < end:
                    time.sleep(0.001)
        return [one.result() for one in waiting]


def note(store: SharedStore, record: Assessment, words: str) -> Callable[[], Any]:
    fact = NewEvent(EventKind.NOTED, WALL, "operator", detail={"text": words, "by": "ada"})
    return lambda: store.add_event(record, fact, WALL)


def texts(store: SharedStore, record: Assessment) -> list[object]:
    return [one.detail["text"] for one in store.events(record)]


def test_writes_that_wait_for_another_are_one_commit_and_keep_their_order(store: SharedStore) -> None:
    records = [begun(store, f"pump {number}") for number in range(3)]
    done = commits(store)
    at_once(store, [note(store, records[number % 3], str(number)) for number in range(12)])
    assert len(done) <= 2
    for number, record in enumerate(records):
        assert texts(store, record) == [str(one) for one in range(number, 12, 3)]


def test_write_that_fails_among_others_raises_in_its_thread_and_the_others_are_stored(
    store: SharedStore,
) -> None:
    record = begun(store, "pump")

    def refuse(connection: Connection) -> None:
        connection.execute(insert(schema.event).values(seq=1, machine_id=1))

    def give_up(connection: Connection) -> None:
        connection.execute(delete(schema.event))
        raise ValueError("given up")

    found = at_once(
        store,
        [
            note(store, record, "a"),
            lambda: store.write(refuse),
            note(store, record, "b"),
            lambda: store.write(give_up),
            note(store, record, "c"),
        ],
    )
    assert [type(one) for one in found[1:4:2]] == [IntegrityError, ValueError]
    assert texts(store, record) == ["a", "b", "c"]


def test_disk_that_fails_under_one_write_loses_none_of_the_others(store: SharedStore) -> None:
    record = begun(store, "pump")
    failures = [None]

    def fail_once(connection: Connection) -> str:
        if failures:
            failures.pop()
            connection.execute(delete(schema.event))
            # As SQLite does by itself where the disk is full.
            connection.exec_driver_sql("ROLLBACK")
            raise OperationalError("INSERT", None, sqlite3.OperationalError("database or disk is full"))
        return "done"

    found = at_once(
        store, [note(store, record, "a"), lambda: store.write(fail_once), note(store, record, "b")]
    )
    assert found[1] == "done"
    assert sorted(map(str, texts(store, record))) == ["a", "b"]
    assert not [one for one in found if isinstance(one, Exception)]
