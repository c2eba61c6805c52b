"""Publishes the state and the alarms of a live record to a broker, on a thread of its own.

The store is the queue: a broker that is away costs no memory and delays no score. When it is back it gets the
newest state, and every event since the cursor. The cursor is a "notified" event of the target `TARGET`.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.shelving import place_of
from engine.assessment.live_record import LiveRecord
from engine.clock import moment
from engine.config.settings import Settings
from engine.errors import UnusableError
from engine.live.export.connection import Connection, ExportError, MqttConnection, address_parts
from engine.live.export.machine_state import Known, changes_in, state_of
from engine.records.events import OPERATOR_KINDS, Event, EventKind, NewEvent, event_record
from engine.records.plants.newest import Newest
from engine.store.store import Store
from engine.system.addresses import direct_address

TARGET = "mqtt export"
"""Name of the export in "notified" events."""

LOOK_SECONDS = 1.0
"""Interval of looks at the store."""

REFRESH_SECONDS = 30.0
"""Longest time between two states: the age of the newest snapshot grows without an event."""

CONFIRM_SECONDS = 2.0
"""Time after a new connection at which the state is sent again.

The broker may publish the last will of the connection before only after it accepted this one."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Waits between two attempts to reach the broker [s]; each is twice the one before."""

FAILING_AFTER = 3
"""Failures in a row after which the record says that the export fails."""

BLIND_AFTER = 8
"""Looks in a row that the store refused, after which the last will says that nothing is known."""

READ_AT_ONCE = 2_000
"""Events read in one transaction."""

SENT_AT_ONCE = 100
"""Events sent before the cursor is stored."""

KEPT = 2_000
"""Events kept of each alarm's place, so that memory stays flat."""

EXPORTED = OPERATOR_KINDS | {
    EventKind.RAISED,
    EventKind.ESCALATED,
    EventKind.CLEARED,
    EventKind.DIAGNOSED,
    EventKind.STARTED,
    EventKind.FINISHED,
    EventKind.FAILED,
    EventKind.STOPPED,
    EventKind.RESTARTED,
}
"""Kinds of events that are published."""


class Exporter:
    """Publishes one live record: `start` it, `stop` it.

    Attributes:
        trouble: a sentence after a look that the store refused, else "".
    """

    def __init__(
        self,
        record: LiveRecord,
        connect: Callable[[], Connection],
        *,
        live_now: Callable[[], datetime],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the record and the broker.

        Args:
            record: to publish; the thread opens a store of its own.
            connect: makes a connection that is not open yet. Raises UnusableError: the address is missing.
            live_now: the newest stamp plus the wall time since it came; called on the thread.
            steady: seconds that never go back.
        """
        self._record, self._connect = record, connect
        self._live_now, self._steady = live_now, steady
        self._store: Store | None = None
        self._connection: Connection | None = None
        self._last, self._cursor, self._has_cursor = 0, 0, False
        self._kept: dict[str, deque[Event]] = {}
        self._waiting: deque[Event] = deque()
        self._sent: Mapping[str, Any] = {}
        self._sent_at, self._confirm_at = float("-inf"), float("inf")
        self._newest: tuple[Newest, datetime | None] | None = None
        self._done: int | None = None
        self._folded: tuple[Alarm, ...] | None = None
        self._failures, self._is_said = 0, False
        self.trouble, self._refused = "", 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="raceway-export", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Stop after the last events and the last state; wait at most so many seconds."""
        self._stopping.set()
        if self._thread.is_alive() and patience > 0:
            self._thread.join(patience)

    def turn(self, *, ending: bool = False) -> float:
        """Publish what is new; return seconds to the next attempt. With `ending` the state says so.

        Raises:
            StoreError: the store cannot be read; what was not published yet is published by a later turn.
        """
        if self._store is None:
            self._store = self._record.store.again()
        self._read(self._store)
        try:
            self._publish(self._store, ending)
        except (ExportError, UnusableError) as error:
            self._failed(str(error))
            return min(FIRST_WAIT * 2.0 ** min(self._failures - 1, 20), LONGEST_WAIT)
        self._failures = 0
        self._say("works", "")
        return LOOK_SECONDS

    def close(self) -> None:
        """Take leave of the broker, and close the store."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._store is not None:
            self._store.close()
            self._store = None

    def _publish(self, store: Store, ending: bool) -> None:
        if self._connection is None:
            connection = self._connect()
            connection.open()
            self._connection, self._sent = connection, {}
            self._confirm_at = self._steady() + CONFIRM_SECONDS
        try:
            while self._waiting:
                self._send_events(self._connection, store)
            self._send_state(self._connection, store, ending)
        except ExportError:
            self._connection = None
            raise

    def _send_events(self, connection: Connection, store: Store) -> None:
        """Publish the oldest waiting events, and move the cursor."""
        some = [self._waiting[number] for number in range(min(len(self._waiting), SENT_AT_ONCE))]
        machine = self._record.machine
        connection.events([{"machine": machine, **event_record(event)} for event in some])
        self._move_cursor(store, some[-1].seq)
        for _ in some:
            self._waiting.popleft()

    def _send_state(self, connection: Connection, store: Store, ending: bool) -> None:
        state = state_of(self._known(store, ending), self._record.now())
        now = self._steady()
        is_due = now - self._sent_at >= REFRESH_SECONDS or now >= self._confirm_at
        if changes_in(state) != self._sent or is_due or ending:
            connection.state(state)
            self._sent, self._sent_at = changes_in(state), now
            if now >= self._confirm_at:
                self._confirm_at = float("inf")

    def _known(self, store: Store, ending: bool) -> Known:
        assessment = self._record.assessment
        beat = store.heartbeat(assessment)
        done = None if beat is None else beat.done
        is_due = self._steady() - self._sent_at >= REFRESH_SECONDS
        if self._newest is None or done != self._done or is_due or ending:
            # The count of snapshots tells whether there is anything new to read.
            newest = store.newest([assessment])[assessment.id]
            at = moment(int(newest.at[-1])) if len(newest) else None
            self._newest = newest, None if at is None else store.came(assessment.machine_id, at)
            self._done = done
        return Known(assessment, beat, *self._newest, self._alarms(), self._cursor, ending)

    def _alarms(self) -> tuple[Alarm, ...]:
        """Return the alarms as of now; without a new event only the end of a shelf changes them."""
        if self._folded is None or any(one.shelf is not None for one in self._folded):
            events = [event for place in self._kept.values() for event in place]
            until = max([self._live_now(), *(event.at for event in events)])
            self._folded = fold_alarms(events, until, self._record.assessment.settings.fold)
        return self._folded

    def _read(self, store: Store) -> None:
        """Read the events since the last look, a few at a time."""
        began = self._last
        while events := store.events(self._record.assessment, after=self._last, limit=READ_AT_ONCE):
            for event in events:
                self._take(event)
            self._last = events[-1].seq
        if not self._has_cursor:
            # The export begins now: what happened before it was set is not published.
            self._move_cursor(store, self._last)
        if began == 0:
            self._waiting = deque(event for event in self._waiting if event.seq > self._cursor)

    def _take(self, event: Event) -> None:
        if event.kind is EventKind.NOTIFIED:
            if event.detail.get("target") == TARGET and event.ring is not None:
                self._cursor, self._has_cursor = max(self._cursor, event.ring), True
            return
        if event.alarm or event.kind in OPERATOR_KINDS:
            place = place_of(event.alarm) if event.alarm else ""
            self._kept.setdefault(place, deque(maxlen=KEPT)).append(event)
            self._folded = None
        if event.kind in EXPORTED and event.seq > self._cursor:
            self._waiting.append(event)

    def _move_cursor(self, store: Store, seq: int) -> None:
        fact = NewEvent(EventKind.NOTIFIED, self._live_now(), ring=seq, detail={"target": TARGET})
        store.add_event(self._record.assessment, fact, self._record.now())
        self._cursor, self._has_cursor = seq, True

    def _failed(self, why: str) -> None:
        self._failures += 1
        if self._failures >= FAILING_AFTER:
            self._say("failing", f"{TARGET}: the broker {why}; it is tried again, and the store keeps events")

    def _say(self, state: str, words: str) -> None:
        """Record that the export fails, or works again, once."""
        if (state == "failing") == self._is_said or self._store is None:
            return
        detail = {"target": TARGET, "channel": state, "message": words}
        fact = NewEvent(EventKind.NOTIFIED, self._live_now(), detail=detail)
        self._store.add_event(self._record.assessment, fact, self._record.now())
        self._is_said = state == "failing"

    def _go_on(self) -> None:
        while True:
            # Asked before the look: what was stored until then is published by it.
            ending, wait = self._stopping.is_set(), LOOK_SECONDS
            try:
                wait, self._refused = self.turn(ending=ending), 0
            except Exception as error:
                # The thread outlives any failure; where it lasts, the last will says that nothing is known.
                self.trouble = f"the state cannot be published now ({error})"
                self._refused += 1
                if self._refused == BLIND_AFTER and self._connection is not None:
                    self._connection.drop()
                    self._connection = None
            if ending:
                break
            self._rest(wait)
        with suppress(Exception):
            # The process ends; a broker that breaks off now publishes the last will.
            self.close()

    def _rest(self, seconds: float) -> None:
        """Wait for the next look, and keep the connection alive meanwhile."""
        if self._connection is None:
            self._stopping.wait(seconds)
            return
        try:
            self._connection.idle(seconds)
        except ExportError:
            # The next look connects again.
            self._connection = None


def exporters_of(
    record: LiveRecord, settings: Settings, *, live_now: Callable[[], datetime]
) -> Sequence[Exporter]:
    """Return the exporter of the settings; none where no broker is set."""
    reference, machine = settings.export.mqtt, record.machine
    if not reference:
        return ()

    def connect() -> Connection:
        return MqttConnection(address_parts(direct_address(reference)), machine)

    return (Exporter(record, connect, live_now=live_now),)
