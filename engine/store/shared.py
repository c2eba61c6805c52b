"""One store for all machines of a plant: one writer at a time, few readers, heartbeats in one commit."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from sqlalchemy import Connection

from engine.records.assessment import Assessment
from engine.records.events import Event
from engine.records.plants.report import PlantReport
from engine.records.progress import Heartbeat
from engine.store.store import Store

READERS = 4
"""Read transactions at a time: each connection holds up to 2 MB of pages."""

REQUESTS_SECONDS = 0.9
"""Age at which the open requests of all machines are read again; each machine asks once a second."""


class SharedStore(Store):
    """A store that the threads of all machines use.

    Writes follow one another: SQLite lets one in at a time, and who finds it locked waits in steps of 0.1 s.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """Wrap an engine as `Database` does."""
        super().__init__(*given, **named)
        self._writer, self._readers = threading.Lock(), threading.Semaphore(READERS)
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
