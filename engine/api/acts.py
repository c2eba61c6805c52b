"""Actions of operators on alarms by HTTP requests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.alarms.alarm import Alarm
from engine.api.facts import Desk
from engine.api.faults import FaultError, wrong
from engine.api.tokens import Caller
from engine.operator import alarm_actions
from engine.operator.operator import Act, Operator
from engine.operator.shelf_limit import longest_shelf
from engine.records.events import Acknowledged


def acknowledge(desk: Desk, which: str, ring: int, caller: Caller, comment: str) -> dict[str, Any]:
    """Acknowledge the ring that the operator saw.

    Args:
        desk: the machine as of now.
        which: number of the ring of the alarm, or its key.
        ring: that the operator saw.
        caller: the operator.
        comment: stored beside it.

    Raises:
        FaultError: the alarm has rung again since (409).
    """
    alarm = _seen(desk, which, ring)
    return _answer(
        alarm_actions.acknowledge(desk.store, desk.assessment, alarm.ring, _act(desk, caller), comment)
    )


def note(desk: Desk, which: str, caller: Caller, text: str) -> dict[str, Any]:
    """Add a note to an alarm.

    Args:
        desk: the machine as of now.
        which: number of the ring of the alarm, or its key.
        caller: the operator.
        text: of the note.
    """
    act = _act(desk, caller)
    return _done(
        lambda: alarm_actions.note(desk.store, desk.assessment, desk.alarm(which), text, act), "text"
    )


def shelve(desk: Desk, which: str, ring: int, caller: Caller, span: timedelta, reason: str) -> dict[str, Any]:
    """Shelve an alarm whose ring the operator saw.

    Args:
        desk: of the machine.
        which: the alarm.
        ring: that the operator saw.
        caller: the operator.
        span: how long.
        reason: why.

    Raises:
        FaultError: it has rung again since (409), or there is no reason, or the span is too long (422).
    """
    alarm, act = _seen(desk, which, ring), _act(desk, caller)
    longest = longest_shelf(desk.assessment.settings)
    return _done(
        lambda: alarm_actions.shelve(desk.store, desk.assessment, alarm, span, reason, act, longest=longest),
        "reason",
    )


def _seen(desk: Desk, which: str, ring: int) -> Alarm:
    alarm = desk.alarm(which)
    if alarm.ring.seq != ring:
        raise FaultError(
            409,
            f"the alarm has rung again: its newest ring is {alarm.ring.seq}, not {ring}; look at it first",
            "ring",
        )
    return alarm


def _act(desk: Desk, caller: Caller) -> Act:
    return Act(Operator("http", caller.name), "", desk.at, desk.now)


def _done(work: Callable[[], Acknowledged], field: str) -> dict[str, Any]:
    try:
        return _answer(work())
    except alarm_actions.OperatingError as error:
        raise wrong(str(error), field) from error


def _answer(found: Acknowledged) -> dict[str, Any]:
    return {"stored": found.stored, "by": found.by, "at": found.recorded_at.isoformat()}
