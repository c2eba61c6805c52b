"""Which rings the operator's command still has to hear of, and the payload it is given. Pure functions."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from engine.alarms.alarm import Alarm, fold_alarms
from engine.records.events import RINGS, Cause, Event, EventKind, Priority
from engine.records.stored_settings import FoldRules

YOUNG = timedelta(hours=24)
"""A ring that could not be told for so long, because no engine ran, is news no more."""


ALWAYS = frozenset(
    {Cause.NO_DATA.value, Cause.RECORDER_CLOCK.value, Cause.ENGINE_FAILED.value, Cause.MODEL_MISSING.value}
)
"""Causes that are told at any priority: nothing is watched."""


def calls_due(
    events: Iterable[Event], rules: FoldRules, floor: Priority, live_now: datetime, now: datetime
) -> tuple[tuple[Event, Alarm], ...]:
    """The rings that are still to be told, with their alarms as they rang, the oldest first.

    Not told of: what rang while it was shelved or its component out of service. A shelf that ran out under
    a standing alarm rings too.

    Args:
        events: of the live record.
        rules: of the fold.
        floor: the lowest priority to tell.
        live_now: the newest stamp plus the wall time since it came.
        now: wall clock.
    """
    events = tuple(events)
    told = {event.ring for event in events if event.kind is EventKind.NOTIFIED}
    rings = [
        event
        for event in events
        if event.kind in RINGS and event.seq not in told and now - event.recorded_at <= YOUNG
    ]
    expired = [
        alarm.ring
        for alarm in fold_alarms(events, live_now, rules)
        if alarm.ring.kind is EventKind.SHELVED
        and alarm.needs_acknowledgement
        and alarm.ring.seq not in told
        and live_now - alarm.ring.at <= YOUNG
    ]
    due: list[tuple[Event, Alarm]] = []
    for ring in [*rings, *expired]:
        alarm = _as_it_rang(events, ring, rules)
        # A shelf that came after the ring does not take it back: it may not have been told yet.
        quiet = alarm is None or (alarm.put_away and not alarm.shelved_later)
        if alarm is not None and not quiet and _loud(ring, alarm, floor):
            due.append((ring, alarm))
    return tuple(due)


def payload_of(machine: str, ring: Event, alarm: Alarm, advice: str) -> bytes:
    """What the command reads on its standard input: one JSON object, in UTF-8, and a line end."""
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
    priority = Priority(str(ring.detail["priority"])) if ring.kind in RINGS else alarm.priority
    return alarm.cause in ALWAYS or priority >= floor
