"""What an alarm is at an instant: a pure fold over the events up to it.

Nothing here looks at a clock or a store. The engine's events up to the playhead say which alarms stand;
an acknowledgement counts whenever it was given, because it names the ring that was seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.records import RINGS, Event, EventKind, Priority


class AlarmState(StrEnum):
    """Where an alarm stands, after ISA-18.2."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned, unacknowledged"
    NORMAL = "returned"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One episode as of the playhead.

    `priority` is the highest reached, `ring` the latest raise or escalation, `severity` the one at that
    ring. `acknowledgement` covers the latest ring; `acknowledged_later` says that it was given at a
    recording time after the playhead. `surface` is empty until something points to one. `carried_from`
    names the component whose failure explains this alarm, as far as is known; it is empty otherwise.
    """

    key: str
    source: str
    component: str
    cause: str
    priority: Priority
    surface: str
    severity: float | None
    raised: Event
    ring: Event
    cleared: Event | None = None
    acknowledgement: Event | None = None
    acknowledged_later: bool = False
    carried_from: str = ""

    @property
    def state(self) -> AlarmState:
        """Standing or returned, acknowledged or not."""
        if self.needs_acknowledgement:
            return AlarmState.UNACKNOWLEDGED if self.cleared is None else AlarmState.RETURNED
        return AlarmState.ACKNOWLEDGED if self.cleared is None else AlarmState.NORMAL

    @property
    def needs_acknowledgement(self) -> bool:
        """Whether somebody still has to say that they saw the latest ring.

        An advisory that an alarm overtook asks for nothing: the alarm does.
        """
        overtaken = self.cleared is not None and bool(self.cleared.detail.get("overtaken"))
        return self.acknowledgement is None and not overtaken

    @property
    def stands(self) -> bool:
        """Whether the engine has not taken it back."""
        return self.cleared is None


def fold_alarms(events: Iterable[Event], until: datetime) -> tuple[Alarm, ...]:
    """Fold events into the alarms that had been raised by an instant of recording time.

    Args:
        events: of one assessment and one session, in any order.
        until: the playhead, inclusive.

    Returns:
        Every alarm raised so far: unacknowledged first, then standing before returned, then the more
        urgent, then what no other component explains, then the first to be raised: what began it all.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    alarms: dict[str, Alarm] = {}
    for event in ordered:
        if event.at > until or not event.alarm:
            continue
        if event.kind is EventKind.RAISED and event.alarm not in alarms:
            alarms[event.alarm] = _raised(event)
        elif event.alarm in alarms:
            alarms[event.alarm] = _step(alarms[event.alarm], event)
    for event in ordered:
        alarm = alarms.get(event.alarm)
        if event.kind is not EventKind.ACKNOWLEDGED or alarm is None:
            continue
        # Who saw a later ring of an episode saw the earlier ones too; the first to cover it is named.
        if alarm.acknowledgement is None and (event.ring or 0) >= alarm.ring.seq:
            alarms[event.alarm] = replace(alarm, acknowledgement=event, acknowledged_later=event.at > until)
    return tuple(sorted(alarms.values(), key=_urgency))


def _raised(event: Event) -> Alarm:
    detail = event.detail
    return Alarm(
        key=event.alarm,
        source=event.source,
        component=event.component,
        cause=str(detail["cause"]),
        priority=Priority(str(detail["priority"])),
        surface=str(detail.get("surface", "")),
        severity=_number(detail.get("severity")),
        raised=event,
        ring=event,
        carried_from=str(detail.get("carried_from", "")),
    )


def _step(alarm: Alarm, event: Event) -> Alarm:
    if event.kind is EventKind.CLEARED:
        return replace(alarm, cleared=event)
    if event.kind is EventKind.DIAGNOSED:
        return replace(alarm, surface=str(event.detail["surface"]))
    if event.kind in RINGS:
        return replace(
            alarm,
            ring=event,
            cleared=None,
            carried_from=str(event.detail.get("carried_from", "")),
            priority=max(alarm.priority, Priority(str(event.detail["priority"])), key=list(Priority).index),
            severity=_number(event.detail.get("severity")),
        )
    return alarm


def _urgency(alarm: Alarm) -> tuple[bool, bool, int, bool, int]:
    rank = list(Priority).index(alarm.priority)
    return (
        not alarm.needs_acknowledgement,
        not alarm.stands,
        -rank,
        bool(alarm.carried_from),
        alarm.raised.seq,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
