"""Follows the rings of a live record on a thread of its own; what is done with them is left to its kinds."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from engine.alarms.notifications import PendingCalls
from engine.records.assessment import Assessment
from engine.records.events import Event, NewEvent
from engine.store.store import Store

LOOK_SECONDS = 5.0
"""Interval of looks at the store without a signal: a shelf runs out without an event."""

READ_AT_ONCE = 2_000
"""Events read in one transaction."""

RINGING = "raceway-ringing"
"""Name of the thread."""


class RingFollower:
    """Follows the rings of the live record on a thread: `start` it, `poke` it after commits, `stop` it.

    Attributes:
        trouble: a sentence while the last look failed, else "".
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        assessment: Assessment,
        calls: PendingCalls,
        *,
        now: Callable[[], datetime],
        live_now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """Take the store, what is due and the clocks.

        Args:
            open_store: opens a store of its own for the thread.
            assessment: the live record.
            calls: the rings that are due for one target.
            now: the wall clock.
            live_now: the newest stamp plus the wall time since it came; called on the thread.
            clock: seconds that never go back, for the waits between attempts.
        """
        self._open_store, self._assessment, self._calls = open_store, assessment, calls
        self._now, self._live_now, self._clock = now, live_now, clock
        self._store: Store | None = None
        self._last = 0
        self._unrecorded: dict[int, NewEvent] = {}
        self._poked, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=RINGING, daemon=True)
        self.trouble = ""

    def start(self) -> None:
        """Start the thread; rings that an earlier engine left are notified first."""
        self._thread.start()

    def poke(self) -> None:
        """Signal that events were stored; returns at once."""
        self._poked.set()

    def stop(self, patience: float = 5.0) -> None:
        """Stop after one more look, so that the last rings are notified; wait at most so many seconds."""
        self._stopping.set()
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def turn(self) -> float:
        """Notify what is due, and store it; return seconds to the next attempt.

        Raises:
            StoreError: the store cannot be used; what was done and not recorded is recorded by a later turn.
        """
        if self._store is None:
            self._store = self._open_store()
        self._record()
        self._read(self._store)
        return self._notify(self._live_now())

    def _notify(self, live_now: datetime) -> float:
        """Notify what is due; return seconds to the next attempt."""
        raise NotImplementedError

    def _seen(self, events: Sequence[Event]) -> None:
        """Take events that were read."""
        self._calls.add(events, self._now())

    def _read(self, store: Store) -> None:
        """Read the events since the last look, a few at a time: a long record is never held whole."""
        while events := store.events(self._assessment, after=self._last, limit=READ_AT_ONCE):
            self._seen(events)
            self._last = events[-1].seq

    def _record(self) -> None:
        for seq, fact in list(self._unrecorded.items()):
            if self._store is not None:
                self._store.add_event(self._assessment, fact, self._now())
                # Read back at once: a ring that is recorded must not look due in between.
                self._read(self._store)
                del self._unrecorded[seq]

    def _go_on(self) -> None:
        while True:
            # Asked before the look: what was stored until then is seen by it.
            ending = self._stopping.is_set()
            try:
                wait, self.trouble = self.turn(), ""
            except Exception as error:
                # Rings to come must still be notified after any failure; `trouble` reports it meanwhile.
                wait, self.trouble = LOOK_SECONDS, f"alarms cannot be notified now ({error})"
            if ending:
                break
            self._poked.wait(min(wait, LOOK_SECONDS))
            self._poked.clear()
        if self._store is not None:
            self._store.close()


class Threaded(Protocol):
    """Something that runs on a thread."""

    def start(self) -> None:
        """Start the thread."""

    def stop(self, patience: float = 5.0) -> None:
        """Stop, and wait at most so many seconds."""


def start_all(threads: Sequence[Threaded]) -> None:
    """Start several threads."""
    for one in threads:
        one.start()


def stop_all(threads: Sequence[Threaded], patience: float = 5.0) -> None:
    """Stop several threads; wait at most so many seconds for all together."""
    end = time.monotonic() + patience
    for one in threads:
        # All are told to stop before any is waited for.
        one.stop(0.0)
    for one in threads:
        one.stop(max(end - time.monotonic(), 0.0))
