"""One store for all machines of a plant: one writer at a time, few readers, heartbeats in one commit."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.records.assessment import Assessment
from engine.records.events import Event
from engine.records.plants.report import PlantReport
from engine.records.progress import Heartbeat
from engine.store.store import Store

T = TypeVar("T")

READERS = 4
"""Read transactions at a time: each connection holds up to 2 MB of pages."""

REQUESTS_SECONDS = 0.9
"""Age at which the open requests of all machines are read again; each machine asks once a second."""


TOGETHER = 32
"""Writes in one transaction: each takes a few milliseconds, and a reader waits for all of them."""


class _Job:
    """A write that waits for its turn.

    Attributes:
        work: the write.
        is_done: whether it was committed with others; `value` is its result.
    """

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work: Callable[[Connection], Any] = work
        self.is_done = False
        self.value: Any = None


class SharedStore(Store):
    """A store that the threads of all machines use.

    Writes follow one another: SQLite lets one in at a time, and who finds it locked waits in steps of 0.1 s.
    Those that wait are committed together, because a commit takes longer than the writes in it.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """Wrap an engine as `Database` does."""
        super().__init__(*given, **named)
        self._writer, self._readers = threading.RLock(), threading.Semaphore(READERS)
        self._waiting: deque[_Job] = deque()
        self._lock = threading.Lock()
        if self.address is not None:
            # Made here: afterwards many threads ask for it.
            self._leases()
        self._users = 1
        self._beats: dict[int, Heartbeat] = {}
        self._asking: set[int] = set()
        self._requests: Mapping[int, tuple[Event, ...]] = {}
        self._read_at = -REQUESTS_SECONDS

    def again(self) -> Self:
        """Return this store for one more user, who closes it too."""
        with self._lock:
            self._users += 1
        return self

    def close(self) -> None:
        """Close all connections after the last user."""
        with self._lock:
            self._users -= 1
            if self._users > 0:
                return
        super().close()

    def write(
        self, work: Callable[[Connection], T], of: Assessment | None = None, *, twice: bool = False
    ) -> T:
        """Do the work in a write transaction, as `Database.write`; in a file others that wait go with it.

        A write that fails among others changes nothing there, and is done once more alone: one machine's
        failure is not that of the others. In a database of many hosts each write keeps its own lease.
        """
        if self.address is not None:
            return super().write(work, of, twice=twice)
        job = _Job(work)
        with self._lock:
            self._waiting.append(job)
        with self._writer:
            if not job.is_done:
                self._store_together(self._next_jobs(job))
            if job.is_done:
                return cast("T", job.value)
            return super().write(work, of, twice=twice)

    def _next_jobs(self, job: _Job) -> list[_Job]:
        """Return the writes that waited longest, in order, and this one; none of them waits any more."""
        with self._lock:
            if job not in self._waiting:
                # It failed among others.
                return [job]
            some = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))]
            if job not in some:
                self._waiting.remove(job)
                some.append(job)
            return some

    def _store_together(self, jobs: Sequence[_Job]) -> None:
        """Commit writes in one transaction; one that fails is not done then, nor any where the disk fails."""
        if len(jobs) == 1:
            return
        done = []
        try:
            with self.writing() as connection:
                for job in jobs:
                    try:
                        with connection.begin_nested():
                            job.value = job.work(connection)
                    except Exception as error:
                        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                            # The database may have ended the transaction by itself.
                            raise
                        # It fails again alone, on its own thread, which handles it.
                        continue
                    done.append(job)
        except Exception:
            return
        for job in done:
            job.is_done = True

    @contextmanager
    def writing(self, of: Assessment | None = None) -> Iterator[Connection]:
        """Open the one write transaction of this process."""
        with self._writer, super().writing(of) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one of few read transactions; inside another of this thread, reuse that one."""
        if getattr(self._open, "connection", None) is not None:
            with super().reading() as connection:
                yield connection
            return
        with self._readers, super().reading() as connection:
            yield connection

    def beat(self, assessment: Assessment, heartbeat: Heartbeat) -> None:
        """Keep a heartbeat for the next `flush`."""
        with self._lock:
            self._beats[assessment.id] = heartbeat

    def flush(self, plant: PlantReport | None = None) -> None:
        """Store the heartbeats since the last flush in one transaction.

        Args:
            plant: whose heartbeat is stored too.

        Raises:
            StoreError: they could not be stored; the newest of each machine is kept for the next flush.
        """
        with self._lock:
            beats, self._beats = self._beats, {}
        if not beats and plant is None:
            return
        try:
            self.beat_all(beats, plant)
        except BaseException:
            with self._lock:
                self._beats = beats | self._beats
            raise

    def open_requests(self, assessment: Assessment) -> tuple[Event, ...]:
        """Return the requests without an answer; one query a second serves all machines."""
        with self._lock:
            is_new = assessment.id not in self._asking
            self._asking.add(assessment.id)
            is_fresh = time.monotonic() - self._read_at < REQUESTS_SECONDS
            if is_fresh and not is_new:
                return self._requests.get(assessment.id, ())
            self._read_at, wanted = time.monotonic(), sorted(self._asking)
        try:
            found = self.requests_of(wanted)
        except BaseException:
            self._read_at = -REQUESTS_SECONDS
            raise
        with self._lock:
            self._requests = found
        return found.get(assessment.id, ())

    def forget(self, assessment: Assessment) -> None:
        """Ask no more for the requests of a machine that is not watched now."""
        with self._lock:
            self._asking.discard(assessment.id)
