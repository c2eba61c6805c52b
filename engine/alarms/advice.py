"""What to do about an alarm, and how soon: picks the words of [advice] that fit it."""

from collections.abc import Mapping

from engine.alarms.alarm import Alarm
from engine.records.events import Cause, Priority

_KEYS = {
    Cause.LIMIT: "limit",
    Cause.TREND: "trend",
    Cause.SENSOR_DEAD: "sensor_dead",
    Cause.SENSOR_CLIPPED: "sensor_clipped",
    Cause.STOPPED: "stopped",
    Cause.NO_DATA: "no_data",
    Cause.RECORDER_CLOCK: "recorder_clock",
    Cause.CONDITION: "condition_changed",
    Cause.ENGINE_FAILED: "engine_failed",
    Cause.MODEL_MISSING: "model_missing",
}


def advice_for(alarm: Alarm, texts: Mapping[str, str]) -> str:
    """The advice for an alarm, "" where the settings have none.

    Args:
        alarm: as of the playhead.
        texts: of [advice], by key.
    """
    return texts.get(_key(alarm), "")


def _key(alarm: Alarm) -> str:
    if alarm.cause == Cause.LIMIT and alarm.carried_from:
        return "carried_over"
    if alarm.cause == Cause.LIMIT and alarm.beside:
        return "beside"
    if alarm.cause == Cause.LIMIT and alarm.priority is Priority.HIGH:
        return "severe"
    return next((key for cause, key in _KEYS.items() if cause == alarm.cause), "")
