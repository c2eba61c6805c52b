"""Alarms that no snapshot decides: no data, an engine that failed, a model that is missing. All pure.

The loop that watches a machine asks here what to append and when; `at` of what it appends is recording
time, so that these alarms fold, replay and export like all others.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from engine.clock import shifted
from engine.records.events import Cause, Event, EventKind, NewEvent, Priority

_SOURCES = {
    Cause.NO_DATA: "machine",
    Cause.RECORDER_CLOCK: "machine",
    Cause.ENGINE_FAILED: "engine",
    Cause.MODEL_MISSING: "engine",
}
_PRIORITIES = {
    Cause.NO_DATA: Priority.MEDIUM,
    Cause.RECORDER_CLOCK: Priority.MEDIUM,
    # Nothing at all is watched, and it does not mend by itself.
    Cause.ENGINE_FAILED: Priority.HIGH,
    Cause.MODEL_MISSING: Priority.MEDIUM,
}


def no_data_due(last_at: datetime, interval: timedelta, intervals: int, live_now: datetime) -> bool:
    """Whether data stayed out for so long that it is an alarm.

    Args:
        last_at: recording time of the newest snapshot.
        interval: the usual time between two snapshots; zero where it is not known, then nothing is due.
        intervals: how many of them may pass.
        live_now: the newest stamp plus the wall time since it came.
    """
    return interval > timedelta(0) and live_now - last_at >= intervals * interval


def no_data_raised(last_at: datetime, interval: timedelta, intervals: int) -> NewEvent:
    """The raise of "no data", stamped with the instant when it was due, whoever noticed it when.

    Its key is made from the last snapshot's time, so an engine that was restarted meanwhile would raise
    the very same alarm; `standing_outage` tells it that it stands.
    """
    due = shifted(last_at, intervals * interval)
    return outage_raised(
        Cause.NO_DATA,
        due,
        f"no snapshot since {last_at:%Y-%m-%d %H:%M:%S} UTC",
        since=last_at,
        last=last_at.isoformat(),
        interval_seconds=interval.total_seconds(),
    )


def outage_raised(
    cause: Cause, at: datetime, message: str, *, since: datetime | None = None, **detail: object
) -> NewEvent:
    """The raise of an alarm of the machine or the engine itself.

    Args:
        cause: no data, engine failed or model missing.
        at: recording time.
        message: one sentence, what is wrong.
        since: what tells this episode from the next, `at` where not given.
        detail: more that is known, in JSON types.
    """
    source = _SOURCES[cause]
    key = f"{source}/{cause}/{(since or at).isoformat()}"
    told = {"cause": cause.value, "priority": _PRIORITIES[cause].value, "message": message, **detail}
    return NewEvent(EventKind.RAISED, at, source, alarm=key, detail=told)


def outage_cleared(raised: Event | NewEvent, at: datetime, message: str = "") -> NewEvent:
    """The return of such an alarm.

    Never before its raise: files that were held up carry stamps of the time when they were missed.
    """
    detail = {"message": message} if message else {}
    return NewEvent(
        EventKind.CLEARED, max(at, raised.at), raised.source, raised.component, raised.alarm, detail=detail
    )


def standing_outage(events: Iterable[Event], cause: Cause) -> Event | None:
    """The raise of the outage that still stands in a record, None where there is none."""
    found: Event | None = None
    for event in sorted(events, key=lambda event: event.seq):
        if event.kind is EventKind.RAISED and event.detail.get("cause") == cause.value:
            found = event
        elif event.kind is EventKind.CLEARED and found is not None and event.alarm == found.alarm:
            found = None
    return found
