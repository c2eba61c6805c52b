"""The rings that `on_ring` has not been run for, and the payload of that command. Pure functions."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.causes import CAUSES
from engine.alarms.shelving import expiry_of, place_of
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Ring
from engine.records.stored_settings import FoldRules

YOUNG = timedelta(hours=24)
"""A ring this old is not notified any more: no engine ran in the meantime."""


ALWAYS = frozenset(cause.value for cause, rule in CAUSES.items() if rule.always_notified)
"""Causes for which the command runs at any priority."""


_SERVICE = frozenset({EventKind.RETIRED, EventKind.REINSTATED})


def calls_due(
    events: Iterable[Event], rules: FoldRules, floor: Priority, live_now: datetime, now: datetime
) -> tuple[tuple[Event, Alarm], ...]:
    """Return the rings that the command has still to run for, with their alarms, the oldest first.

    A ring under a shelf, or of a component out of service, is not notified. A shelf that ran out under
    a standing alarm rings too.

    Args:
        events: of the live record.
        rules: of the fold.
        floor: the lowest priority to notify.
        live_now: the newest stamp plus the wall time since it came.
        now: wall clock.
    """
    calls = PendingCalls(rules, floor)
    calls.add(events)
    return tuple(calls.due(live_now, now))


class PendingCalls:
    """The rings that the command has still to run for, kept up to date as events are added.

    A ring depends on the events of its place and on components out of service alone. One that is quiet is
    decided again only once those have grown, so that a long record costs nothing.
    """

    def __init__(self, rules: FoldRules, floor: Priority) -> None:
        """Start without events; arguments as of `calls_due`."""
        self._rules, self._floor = rules, floor
        self._by_place: dict[str, list[Event]] = {}
        self._service: list[Event] = []
        self._notified: set[int | None] = set()
        self._rings: dict[int, Event] = {}
        self._shelves: dict[int, Event] = {}
        self._quiet: dict[int, int] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Add newer events, in order of seq."""
        for event in events:
            if event.kind is EventKind.NOTIFIED:
                self._notified.add(event.ring)
            elif event.kind in _SERVICE:
                self._service.append(event)
            elif event.alarm:
                self._by_place.setdefault(place_of(event.alarm), []).append(event)
            if event.kind in RINGS and not self._is_low(event):
                self._rings[event.seq] = event
            elif event.kind is EventKind.SHELVED:
                self._shelves[event.seq] = event
        for waiting in (self._rings, self._shelves, self._quiet):
            for seq in [seq for seq in waiting if seq in self._notified]:
                del waiting[seq]

    @property
    def waiting(self) -> frozenset[int]:
        """Return the seq of each ring and shelf that may be due now or later."""
        return frozenset(self._rings.keys() | self._shelves.keys())

    def due(self, live_now: datetime, now: datetime) -> Iterator[tuple[Event, Alarm]]:
        """Yield the rings that are due with their alarms, the oldest first; each is decided when asked for.

        Args:
            live_now: the newest stamp plus the wall time since it came.
            now: wall clock.
        """
        for seq, ring in list(self._rings.items()):
            if now - ring.recorded_at > YOUNG:
                del self._rings[seq]
                continue
            own = self._own_events(ring)
            if self._quiet.get(seq) == len(own):
                continue
            alarm = _as_it_rang(own, ring, self._rules)
            # A shelf that came after the ring does not cancel its notification.
            quiet = alarm is None or (alarm.put_away and not alarm.shelved_later)
            if alarm is None or quiet or not _loud(ring, alarm, self._floor):
                self._quiet[seq] = len(own)
            else:
                yield ring, alarm
        yield from self._run_out(live_now)

    def _run_out(self, live_now: datetime) -> Iterator[tuple[Event, Alarm]]:
        """Yield the shelves whose time is up under a standing alarm, as rings."""
        young = [
            shelf for shelf in self._shelves.values() if timedelta(0) <= live_now - expiry_of(shelf) <= YOUNG
        ]
        for shelf in {place_of(shelf.alarm): shelf for shelf in young}.values():
            own = self._own_events(shelf)
            for alarm in fold_alarms(own, live_now, self._rules):
                ring = alarm.ring
                is_open = ring.kind is EventKind.SHELVED and ring.seq not in self._notified
                if is_open and alarm.needs_acknowledgement and live_now - ring.at <= YOUNG:
                    rang = _as_it_rang(own, ring, self._rules)
                    quiet = rang is None or (rang.put_away and not rang.shelved_later)
                    if rang is not None and not quiet and _loud(ring, rang, self._floor):
                        yield ring, rang

    def _own_events(self, ring: Event) -> list[Event]:
        return [*self._by_place.get(place_of(ring.alarm), ()), *self._service]

    def _is_low(self, ring: Event) -> bool:
        """Whether no later event can make a ring loud: its priority and its cause are fixed."""
        found = Ring.from_detail(ring.detail)
        return bool(found.cause) and found.priority < self._floor and found.cause not in ALWAYS


def payload_of(machine: str, ring: Event, alarm: Alarm, advice: str) -> bytes:
    """Return the standard input of the command: one JSON object, in UTF-8, and a line end."""
    value = {
        "machine": machine,
        "ring": ring.seq,
        "kind": "shelf ran out" if ring.kind is EventKind.SHELVED else ring.kind.value,
        "at": ring.at.isoformat(),
        "recorded_at": ring.recorded_at.isoformat(),
        "alarm": alarm.key,
        "source": alarm.source,
        "component": alarm.component,
        "cause": alarm.cause,
        "priority": alarm.priority.value,
        "severity": alarm.severity,
        "surface": alarm.surface,
        "count": alarm.count,
        "advice": advice,
        "detail": dict(ring.detail),
    }
    return json.dumps(value).encode() + b"\n"


def _as_it_rang(events: Sequence[Event], ring: Event, rules: FoldRules) -> Alarm | None:
    alarms = fold_alarms(events, ring.at, rules)
    own = (one for one in alarms if one.ring.seq == ring.seq or one.ring.alarm == ring.alarm)
    return next(own, None)


def _loud(ring: Event, alarm: Alarm, floor: Priority) -> bool:
    priority = Ring.from_detail(ring.detail).priority if ring.kind in RINGS else alarm.priority
    return alarm.cause in ALWAYS or priority >= floor
