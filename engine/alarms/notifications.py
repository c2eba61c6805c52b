"""The rings that `on_ring` has not been run for, and the payload of that command. Pure functions."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.causes import CAUSES
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Ring
from engine.records.stored_settings import FoldRules

YOUNG = timedelta(hours=24)
"""A ring this old is not notified any more: no engine ran in the meantime."""


ALWAYS = frozenset(cause.value for cause, rule in CAUSES.items() if rule.always_notified)
"""Causes for which the command runs at any priority."""


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
    events = tuple(events)
    notified = {event.ring for event in events if event.kind is EventKind.NOTIFIED}
    rings = [
        event
        for event in events
        if event.kind in RINGS and event.seq not in notified and now - event.recorded_at <= YOUNG
    ]
    expired = [
        alarm.ring
        for alarm in fold_alarms(events, live_now, rules)
        if alarm.ring.kind is EventKind.SHELVED
        and alarm.needs_acknowledgement
        and alarm.ring.seq not in notified
        and live_now - alarm.ring.at <= YOUNG
    ]
    due: list[tuple[Event, Alarm]] = []
    for ring in [*rings, *expired]:
        alarm = _as_it_rang(events, ring, rules)
        # A shelf that came after the ring does not cancel its notification.
        quiet = alarm is None or (alarm.put_away and not alarm.shelved_later)
        if alarm is not None and not quiet and _loud(ring, alarm, floor):
            due.append((ring, alarm))
    return tuple(due)


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
