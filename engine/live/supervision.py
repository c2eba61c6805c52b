"""Periodic checks of a live engine: missing data, low disk, operator requests."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.alarms.outages import (
    all_refused_raised,
    no_data_due,
    no_data_raised,
    outage_cleared,
    standing_outage,
)
from engine.assessment.live_record import LiveRecord
from engine.clock import RECENT, LiveClock, moment, usual_interval
from engine.config.settings import Settings
from engine.records.events import Cause, Event, EventKind, NewEvent
from engine.system.disk_space import MEGABYTE, free_bytes, has_room

TURN_SECONDS = 1.0
"""Interval of the checks: an operator sees the answer to a request at once."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Time of the newest data, or of the start before any came; the usual interval, zero where unknown."""

    clock: LiveClock
    interval: timedelta


def silence_of(times: Sequence[datetime], came: float, seconds: float) -> Silence | None:
    """Return the rhythm of the data, None before the first snapshot.

    Args:
        times: of the newest snapshots, oldest first.
        came: when the newest came, in seconds of a clock that never goes back.
        seconds: between two recordings as set, 0 for as they come.
    """
    if not times:
        return None
    interval = timedelta(seconds=seconds) if seconds else usual_interval(times)
    return Silence(LiveClock(times[-1], came), interval)


class Rhythm:
    """Follows when data comes, and how long it usually takes until more comes.

    Attributes:
        silence: what is known of it now, None before the first snapshot; safe to read from any thread.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Begin without data; `seconds` and `clock` as for `silence_of`."""
        self._seconds, self._clock = seconds, clock
        self._times: deque[datetime] = deque(maxlen=RECENT + 1)
        self.silence: Silence | None = None

    def arrived(self, at: datetime, waited: float = 0.0) -> None:
        """Note a snapshot's recording time, and how long ago it came [s]; ignore an older one."""
        if not self._times or at > self._times[-1]:
            self._times.append(at)
            self.silence = silence_of(tuple(self._times), self._clock() - waited, self._seconds)

    def recall(self, record: LiveRecord) -> None:
        """Restore the rhythm from the store."""
        store, assessment, now = record.store, record.assessment, record.now()
        for micros in store.series(assessment, store.after_newest(assessment, RECENT + 1)).at:
            at = moment(int(micros))
            came = store.came(assessment.machine_id, at)
            waited = (now - came).total_seconds() if came else 0.0
            self.arrived(at, max(waited, 0.0))
        if self.silence is None and self._seconds:
            # Without any data yet, data is missed from the start of the engine on.
            self.silence = Silence(LiveClock(now, self._clock()), timedelta(seconds=self._seconds))

    def now(self) -> datetime | None:
        """Return the recording time now, None before the first snapshot; safe from any thread."""
        silence = self.silence
        return None if silence is None else silence.clock.now(self._clock())


def data_events(
    silence: Silence,
    standing: Event | None,
    after: int,
    clock: float,
    *,
    idle: bool = True,
    refused: float = -math.inf,
    barred: Event | None = None,
) -> tuple[NewEvent, ...]:
    """Return the raise or the clearing of "no data" or "recordings refused", if one is due.

    Args:
        silence: of the newest snapshot.
        standing: the raise of "no data" that stands, if any.
        after: intervals without a snapshot that are too many.
        clock: seconds, as in `silence`.
        idle: whether the folder holds no file to score: data that waits for the engine is not missing.
        refused: when a recording was refused last, in seconds of the same clock: the recorder works.
        barred: the raise of "recordings refused" that stands, if any.
    """
    newest = silence.clock.newest
    due = no_data_due(newest, silence.interval, after, silence.clock.now(clock))
    over = [one for one in (standing, barred) if one and one.detail.get("last") != newest.isoformat()]
    if over:
        return tuple(outage_cleared(one, newest, "data comes again") for one in over)
    if not due or not idle:
        return ()
    if clock - refused < after * silence.interval.total_seconds():
        return () if barred or standing else (all_refused_raised(newest, silence.interval, after),)
    return () if standing else (no_data_raised(newest, silence.interval, after),)


class Supervisor:
    """Checks at most once a second, and stores the events that are due.

    Attributes:
        paused: why intake is paused, in a sentence; empty while it is not.
    """

    def __init__(
        self,
        record: LiveRecord,
        settings: Settings,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Supervise one live record."""
        self._record, self._settings, self._clock = record, settings, clock
        self._next = clock()
        self._standing: Event | None = None
        self._barred: Event | None = None
        self._knows_standing = False
        self.paused = _paused(record.events())

    @property
    def misses_data(self) -> bool:
        """Return whether "no data" stands."""
        return self._standing is not None

    def turn(
        self, silence: Silence | None, at: datetime, *, idle: bool, refused: float = -math.inf
    ) -> tuple[Event, ...]:
        """Check if a second has passed; return the requests that wait for an answer.

        Args:
            silence: what is known of the data's rhythm, None before the first snapshot.
            at: recording time now.
            idle: whether the last look into the folder found no files.
            refused: when a recording was refused last, in seconds of the clock.

        Raises:
            StoreError: an event could not be stored; the next turn tries again.
        """
        if self._clock() < self._next:
            return ()
        self._next = self._clock() + TURN_SECONDS
        self._watch_disk(at)
        if silence is not None and not self.paused:
            self._watch_data(silence, idle, refused)
        return self._record.store.open_requests(self._record.assessment)

    def _watch_data(self, silence: Silence, idle: bool, refused: float) -> None:
        after = self._settings.alarms.no_data_after
        if not self._knows_standing:
            events = self._record.events()
            self._standing = standing_outage(events, Cause.NO_DATA)
            self._barred = standing_outage(events, Cause.REFUSED)
            self._knows_standing = True
        due = data_events(
            silence,
            self._standing,
            after,
            self._clock(),
            idle=idle,
            refused=refused,
            barred=self._barred,
        )
        for event in due:
            self._knows_standing = False
            self._record.add_event(event)

    def _watch_disk(self, at: datetime) -> None:
        folder, floor = self._record.state, self._settings.store.minimum_free
        free = free_bytes(folder)
        if has_room(free, floor, paused=bool(self.paused)):
            if self.paused:
                self._say(EventKind.INTAKE_RESUMED, at, "there is room on the disk again")
                self.paused = ""
            return
        words = (
            f"the disk of {folder} has {free // MEGABYTE} MB free and {floor} are kept for acknowledgements;"
            " make room, intake then goes on by itself"
        )
        if not self.paused:
            self._say(EventKind.INTAKE_PAUSED, at, words)
        self.paused = words

    def _say(self, kind: EventKind, at: datetime, words: str) -> None:
        self._record.add_event(NewEvent(kind, at, "engine", detail={"message": words}))


def _paused(events: Sequence[Event]) -> str:
    """Return why an earlier engine paused its intake, "" if it did not; a restart does not end the pause."""
    pauses = [event for event in events if event.kind in (EventKind.INTAKE_PAUSED, EventKind.INTAKE_RESUMED)]
    return str(pauses[-1].detail["message"]) if pauses and pauses[-1].kind is EventKind.INTAKE_PAUSED else ""
