"""The text of [advice] that fits an alarm: what to do, and how soon."""

from collections.abc import Mapping

from engine.alarms.alarm import Alarm
from engine.alarms.causes import CAUSES
from engine.records.events import Cause, Priority
from engine.records.motor_figures import MotorFault

MOTOR_FAULTS = frozenset(MotorFault)
"""Names of faults that no bearing has."""


def advice_for(alarm: Alarm, texts: Mapping[str, str]) -> str:
    """Return the advice for an alarm, "" where the settings have none.

    Args:
        alarm: as of the playhead.
        texts: of [advice], by key.
    """
    key = _key(alarm)
    if alarm.surface in MOTOR_FAULTS:
        # Settings of an earlier release have no advice on motors.
        return texts.get(f"motor_{key}", texts.get(key, ""))
    return texts.get(key, "")


def _key(alarm: Alarm) -> str:
    if alarm.cause == Cause.LIMIT and alarm.carried_from:
        return "carried_over"
    if alarm.cause == Cause.LIMIT and alarm.beside:
        return "beside"
    if alarm.cause == Cause.LIMIT and alarm.priority is Priority.HIGH:
        return "severe"
    # Another release may have causes that this one does not know.
    return next((rule.advice for cause, rule in CAUSES.items() if cause == alarm.cause), "")
