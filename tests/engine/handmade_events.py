"""Makes events for tests of alarms: minutes as times, place and episode as key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.records.events import OPERATOR_KINDS, Event, EventKind
from tests.engine.rigs import WALL

START = datetime(2004, 2, 16, 3, 0, 0, tzinfo=UTC)
RAISED, ESCALATED, CLEARED = EventKind.RAISED, EventKind.ESCALATED, EventKind.CLEARED
ACKNOWLEDGED, NOTED = EventKind.ACKNOWLEDGED, EventKind.NOTED
SHELVED, UNSHELVED = EventKind.SHELVED, EventKind.UNSHELVED
RETIRED, REINSTATED = EventKind.RETIRED, EventKind.REINSTATED
OPERATORS = OPERATOR_KINDS


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def engine_event(
    seq: int, kind: EventKind, minute: float, alarm: str = "Left/limit/a", **detail: object
) -> Event:
    """Return an engine event of an alarm, recorded the same number of minutes later on the wall clock."""
    if kind in (RAISED, ESCALATED):
        loud = "high" if kind is ESCALATED else "medium"
        detail = {"cause": alarm.split("/")[1], "priority": loud, "severity": 1.5, **detail}
    wall = WALL + timedelta(minutes=minute)
    component = alarm.split("/")[0]
    return Event(seq, kind, at(minute), wall, "component", component, alarm, None, "", detail)


def operator_event(
    seq: int,
    kind: EventKind,
    minute: float,
    ring: int | None,
    alarm: str = "Left/limit/a",
    by: str = "ada",
    **detail: object,
) -> Event:
    """Return an operator's event about a ring."""
    return replace(engine_event(seq, kind, minute, alarm, by=by, **detail), ring=ring)


def shelved(seq: int, minute: float, ring: int, until: float, alarm: str = "Left/limit/a") -> Event:
    """Return a shelf from one minute to another."""
    return operator_event(
        seq, SHELVED, minute, ring, alarm, until=at(until).isoformat(), reason="noisy cable"
    )


def retired(seq: int, minute: float, component: str = "Left") -> Event:
    return replace(
        operator_event(seq, RETIRED, minute, None, reason="new seal"), component=component, alarm=""
    )


def reinstated(seq: int, minute: float, ends: int, component: str = "Left") -> Event:
    return replace(operator_event(seq, REINSTATED, minute, ends), component=component, alarm="")
