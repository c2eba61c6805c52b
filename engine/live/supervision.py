"""What a watching engine minds by the clock: data that stays out, a disk that fills, what is asked of it."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.alarms.outages import no_data_due, no_data_raised, outage_cleared, standing_outage
from engine.clock import RECENT, LiveClock, moment, usual_interval
from engine.config.settings import Settings
from engine.records.assessment import Assessment
from engine.records.events import Cause, Event, EventKind, NewEvent
from engine.store.store import Store
from engine.system.disk_space import MEGABYTE, free_bytes, has_room

TURN_SECONDS = 1.0
"""How often it looks: an operator who asks for something is answered while they look."""


@dataclass(frozen=True, slots=True)
class Silence:
    """When data came last, and how long it usually takes until more comes; zero where that is not known."""

    clock: LiveClock
    interval: timedelta


def silence_of(times: Sequence[datetime], came: float, seconds: float) -> Silence | None:
    """What is known of the data's rhythm.

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
    """When data came last, and how long it usually takes until more comes.

    Attributes:
        silence: what is known of it now, None before the first snapshot; safe to read from any thread.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Know nothing yet; `seconds` and `clock` as for `silence_of`."""
        self._seconds, self._clock = seconds, clock
        self._times: deque[datetime] = deque(maxlen=RECENT + 1)
        self.silence: Silence | None = None

    def heard(self, at: datetime, waited: float = 0.0) -> None:
        """Take in a snapshot's recording time, and how long ago it came [s]; an older one says nothing."""
        if not self._times or at > self._times[-1]:
            self._times.append(at)
            self.silence = silence_of(tuple(self._times), self._clock() - waited, self._seconds)

    def recall(self, store: Store, assessment: Assessment, now: datetime) -> None:
        """Take up from what the store holds when data came last."""
        for micros in store.series(assessment, store.after_newest(assessment, RECENT + 1)).at:
            at = moment(int(micros))
            came = store.came(assessment.machine_id, at)
            waited = (now - came).total_seconds() if came else 0.0
            self.heard(at, max(waited, 0.0))

    def now(self) -> datetime | None:
        """Recording time now, None before the first snapshot; safe to ask from any thread."""
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
) -> tuple[NewEvent, ...]:
    """Whether "no data" is to be raised or taken back.

    Args:
        silence: of the newest snapshot.
        standing: the raise that stands, if any.
        after: intervals without a snapshot that are too many.
        clock: seconds, as in `silence`.
        idle: whether nothing lies there to be taken in: data that only waits for the engine is not missing.
        refused: when a recording came last that was refused, in seconds of the same clock. It says nothing of
            the machine, but proves that the recorder works.
    """
    newest = silence.clock.newest
    due = no_data_due(newest, silence.interval, after, silence.clock.now(clock))
    if standing is not None and standing.detail.get("last") != newest.isoformat():
        return (outage_cleared(standing, newest, "data comes again"),)
    works = clock - refused < after * silence.interval.total_seconds()
    if due and idle and not works and standing is None:
        return (no_data_raised(newest, silence.interval, after),)
    return ()


class Mind:
    """Looks at most once a second, and appends what has to be said.

    Attributes:
        paused: why intake stands still, a sentence; empty while it goes on.
    """

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """Mind one live record."""
        self._store, self._assessment, self._settings = store, assessment, settings
        self._now, self._clock = now, clock
        self._next = clock()
        self._standing: Event | None = None
        self._knows_standing = False
        self.paused = _paused(store.events(assessment))

    def turn(
        self, silence: Silence | None, at: datetime, *, idle: bool, refused: float = -math.inf
    ) -> tuple[Event, ...]:
        """Look, if it is time to; return the requests that wait for an answer.

        Args:
            silence: what is known of the data's rhythm, None before the first snapshot.
            at: recording time now.
            idle: whether the last look into the folder found nothing to take in.
            refused: when a recording came last that was refused, in seconds of the clock.

        Raises:
            StoreError: something could not be stored; it is seen to again at the next turn.
        """
        if self._clock() < self._next:
            return ()
        self._next = self._clock() + TURN_SECONDS
        self._mind_room(at)
        if silence is not None and not self.paused:
            self._mind_data(silence, idle, refused)
        return self._store.open_requests(self._assessment)

    def _mind_data(self, silence: Silence, idle: bool, refused: float) -> None:
        after = self._settings.alarms.no_data_after
        if not self._knows_standing:
            self._standing = standing_outage(self._store.events(self._assessment), Cause.NO_DATA)
            self._knows_standing = True
        for event in data_events(silence, self._standing, after, self._clock(), idle=idle, refused=refused):
            self._knows_standing = False
            self._store.add_event(self._assessment, event, self._now())

    def _mind_room(self, at: datetime) -> None:
        folder, floor = self._store.path.parent, self._settings.store.minimum_free
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
        self._store.add_event(
            self._assessment, NewEvent(kind, at, "engine", detail={"message": words}), self._now()
        )


def _paused(events: Sequence[Event]) -> str:
    """Why an earlier engine had stopped its intake, "" if it had not: that goes on until there is room."""
    told = [event for event in events if event.kind in (EventKind.INTAKE_PAUSED, EventKind.INTAKE_RESUMED)]
    return str(told[-1].detail["message"]) if told and told[-1].kind is EventKind.INTAKE_PAUSED else ""
