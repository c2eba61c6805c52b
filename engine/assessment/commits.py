"""How snapshots flow: examined a few at a time but handed on in order, and stored in whole batches."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from engine.records.events import Assessed, Assessment, Intake
from engine.store.store import Store
from engine.system.worker import Worker, WorkerLostError
from replay.recording import RecordingError

T = TypeVar("T")

THREADS = 1
"""That read and examine snapshots beside the one that judges, which lends a hand while it waits: parsing,
spectra and LiteRT run outside Python's lock, and a third thread on two cores is only in the way."""

AHEAD = 16
"""Snapshots that may be on their way at a time: memory stays flat, both hands stay busy."""

COMMIT_SECONDS = 0.5
COMMIT_MOST = 64
"""A batch is committed after so long or so many snapshots: a screen sees progress, a disk few flushes."""


def in_order(
    work: Callable[[int], T], indices: Iterable[int], worker: Worker[T] | None = None
) -> Generator[T | RecordingError]:
    """Do the work for each index, several at a time, and hand out the results in order.

    Whoever takes the results works too: while the next one is not there, on what nobody has begun.
    Close it where not all of them are taken: those under way are then waited for.

    Args:
        work: done in this process, by another thread or by whoever takes the results.
        indices: in the order in which results are wanted.
        worker: does the same work, in place of the other thread as soon as it is up.
    """
    pending: deque[tuple[int, Future[T]]] = deque()

    def told() -> T | RecordingError:
        first = _next(pending, work)
        error = first.exception()
        return error if isinstance(error, RecordingError) else first.result()

    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for index in indices:
                if worker and worker.ready.is_set():
                    pending.append((index, worker.submit(index)))
                else:
                    pending.append((index, pool.submit(work, index)))
                if len(pending) == AHEAD:
                    yield told()
            while pending:
                yield told()
        finally:
            for _, future in pending:
                future.cancel()


def _next(pending: deque[tuple[int, Future[T]]], work: Callable[[int], T]) -> Future[T]:
    """Take out the first result; until it is there, do here what nobody has begun."""
    index, first = pending[0]
    for place, (later, future) in enumerate(pending):
        if first.done():
            break
        if future.cancel():
            pending[place] = later, _done(work, later)
    _, first = pending.popleft()
    lost = isinstance(first.exception(), WorkerLostError)
    return _done(work, index) if lost else first


def _done(work: Callable[[int], T], index: int) -> Future[T]:
    """Do it now; what comes of it is told when its turn comes."""
    future: Future[T] = Future()
    try:
        future.set_result(work(index))
    except Exception as error:
        future.set_exception(error)
    return future


class Batch:
    """Snapshots on their way into the store; the last of each commit carries the engine's state."""

    def __init__(self, store: Store, assessment: Assessment, now: Callable[[], datetime]) -> None:
        """Collect for one assessment."""
        self._store, self._assessment, self._now = store, assessment, now
        self._items: list[Assessed] = []
        self._intake: list[Intake] = []
        self._pack: Callable[[], Mapping[str, object]] | None = None
        self._committed = time.monotonic()

    def add(
        self, item: Assessed, pack: Callable[[], Mapping[str, object]], intake: Intake | None = None
    ) -> None:
        """Take in a snapshot, what packs the state after it, and its row of the ledger; commit when due."""
        self._items.append(item)
        self._pack = pack
        if intake is not None:
            self._intake.append(intake)
        if len(self._items) >= COMMIT_MOST or time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Store what was collected, whole or not at all."""
        if self._items and self._pack is not None:
            items = [*self._items[:-1], replace(self._items[-1], state=self._pack())]
            self._store.append(self._assessment, items, self._now(), self._intake)
        self._items, self._intake, self._committed = [], [], time.monotonic()
