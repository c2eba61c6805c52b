"""One store serves the threads of many machines: heartbeats in one commit, one query for all requests."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.records.assessment import Assessment
from engine.records.events import Action, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
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
