"""Map of a function over items in threads, with results in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from engine.system.processes.worker import Worker, WorkerLostError
from replay.recording import RecordingError

T = TypeVar("T")


THREADS = 1
"""Threads that examine snapshots beside the judging thread, which helps while it waits. Parsing, spectra and
LiteRT run outside Python's lock; a third thread on two cores makes it slower."""


AHEAD = 16
"""Snapshots in progress at a time: memory stays flat, and both threads stay busy."""


def in_order(
    work: Callable[[int], T], indices: Iterable[int], worker: Worker[T] | None = None
) -> Generator[T | RecordingError]:
    """Do the work for each index, several at a time, and yield the results in order.

    The calling thread works too: while the next result is missing, it does work that no other has begun.
    Close the generator before its end to wait for the work in progress.

    Args:
        work: done in this process, by another thread or by the calling one.
        indices: in the order of the results.
        worker: does the same work instead of the other thread.
    """
    pending: deque[tuple[int, Future[T]]] = deque()

    def told() -> T | RecordingError:
        first = _next(pending, work, worker)
        error = first.exception()
        return error if isinstance(error, RecordingError) else first.result()

    with ThreadPoolExecutor(THREADS) as pool:
        begin: Callable[[int], Future[T]] = (
            worker.submit if worker else lambda index: pool.submit(work, index)
        )
        try:
            for index in indices:
                pending.append((index, begin(index)))
                if len(pending) == AHEAD:
                    yield told()
            while pending:
                yield told()
        finally:
            for _, future in pending:
                future.cancel()


def _next(
    pending: deque[tuple[int, Future[T]]], work: Callable[[int], T], worker: Worker[T] | None
) -> Future[T]:
    """Return the first result; until it is there, do work here that no other has begun."""
    index, first = pending[0]
    for place, (later, future) in enumerate(pending):
        if worker:
            worker.take_in()
        if first.done():
            break
        if future.cancel():
            pending[place] = later, _done(work, later)
    _, first = pending.popleft()
    if worker:
        worker.wait_for(first)
    lost = isinstance(first.exception(), WorkerLostError)
    return _done(work, index) if lost else first


def _done(work: Callable[[int], T], index: int) -> Future[T]:
    """Do the work now; return its result or error as a future."""
    future: Future[T] = Future()
    try:
        future.set_result(work(index))
    except Exception as error:
        future.set_exception(error)
    return future


def one_by_one(work: Callable[[int], T], indices: Iterable[int]) -> Generator[T | RecordingError]:
    """Do the work for each index on this thread, and yield the results in order."""
    for index in indices:
        try:
            yield work(index)
        except RecordingError as error:
            yield error


class SharedPool:
    """Threads that examine the snapshots of many machines, in the order in which they come.

    Each machine has one snapshot in it at a time, so that a burst on one delays another by one snapshot.
    """

    def __init__(self, threads: int = 2) -> None:
        """Start with so many threads; two keep two cores busy."""
        self._threads = ThreadPoolExecutor(threads, "raceway-examine")

    def run(self, work: Callable[[], T]) -> T:
        """Do the work on a thread of the pool, and return its result or raise its error."""
        return self._threads.submit(work).result()

    def close(self) -> None:
        """End the threads after their work."""
        self._threads.shutdown()
