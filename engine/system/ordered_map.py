"""Maps a function over items in threads and yields the results in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from engine.system.worker import Worker, WorkerLostError
from replay.recording import RecordingError

T = TypeVar("T")


THREADS = 1
"""That read and examine snapshots beside the one that judges, which lends a hand while it waits: parsing,
spectra and LiteRT run outside Python's lock, and a third thread on two cores is only in the way."""


AHEAD = 16
"""Snapshots that may be on their way at a time: memory stays flat, both hands stay busy."""


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
