"""Alarms that no snapshot decides: no data, a failed engine, a missing model, a wrong clock. Pure.

The loop that watches a machine asks here what to append and when; `at` of what it appends is recording
time, so that these alarms fold, replay and export like all others.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from engine.alarms.causes import CAUSES
from engine.clock import shifted
from engine.records.events import Cause, Event, EventKind, NewEvent
from engine.records.payloads import Cleared, Ring


def no_data_due(last_at: datetime, interval: timedelta, intervals: int, live_now: datetime) -> bool:
    """Whether data has been missing for long enough to raise "no data".

    Args:
        last_at: recording time of the newest snapshot.
        interval: the usual time between two snapshots; zero where it is not known, then nothing is due.
        intervals: how many of them may pass.
        live_now: the newest stamp plus the wall time since it came.
    """
    return interval > timedelta(0) and live_now - last_at >= intervals * interval


def no_data_raised(last_at: datetime, interval: timedelta, intervals: int) -> NewEvent:
    """Return the raise of "no data", stamped with the instant when it was due.

    Its key holds the last snapshot's time, so a restarted engine would raise the same alarm;
    `standing_outage` shows that it stands already.
    """
    due = shifted(last_at, intervals * interval)
    return outage_raised(
        Cause.NO_DATA,
        due,
        f"no snapshot since {last_at:%Y-%m-%d %H:%M:%S} UTC",
        since=last_at,
        last=last_at,
        interval=interval,
    )


def all_refused_raised(last_at: datetime, interval: timedelta, intervals: int) -> NewEvent:
    """Return the raise of "recordings refused": the recorder works, and none of its recordings can be judged.

    It is stamped and keyed as `no_data_raised`.
    """
    return outage_raised(
        Cause.REFUSED,
        shifted(last_at, intervals * interval),
        f"every recording since {last_at:%Y-%m-%d %H:%M:%S} UTC was refused; the status names the reasons",
        since=last_at,
        last=last_at,
        interval=interval,
    )


def outage_raised(
    cause: Cause,
    at: datetime,
    message: str,
    *,
    since: datetime | None = None,
    last: datetime | None = None,
    interval: timedelta | None = None,
    correction: timedelta | None = None,
) -> NewEvent:
    """Return the raise of an alarm of the machine or the engine itself.

    Args:
        cause: no data, engine failed or model missing.
        at: recording time.
        message: one sentence, what is wrong.
        since: recording time in the key of this episode; `at` where not given.
        last: recording time of the last snapshot before "no data".
        interval: the usual time between two snapshots, of "no data".
        correction: added to the stamps of a recorder whose clock is wrong.
    """
    rule = CAUSES[cause]
    key = f"{rule.source}/{cause}/{(since or at).isoformat()}"
    ring = Ring(
        cause=cause.value,
        priority=rule.priority,
        message=message,
        last="" if last is None else last.isoformat(),
        interval_seconds=None if interval is None else interval.total_seconds(),
        correction_seconds=None if correction is None else correction.total_seconds(),
    )
    return NewEvent(EventKind.RAISED, at, rule.source, alarm=key, detail=ring.to_detail())


def outage_cleared(raised: Event | NewEvent, at: datetime, message: str = "") -> NewEvent:
    """Return the clearing of such an alarm.

    Never before its raise: files that were held up carry stamps of the time when they were missed.
    """
    detail = Cleared(message=message).to_detail()
    return NewEvent(
        EventKind.CLEARED, max(at, raised.at), raised.source, raised.component, raised.alarm, detail=detail
    )


def standing_outage(events: Iterable[Event], cause: Cause) -> Event | None:
    """Return the raise of the outage that stands in a record, None where there is none."""
    found: Event | None = None
    for event in sorted(events, key=lambda event: event.seq):
        if event.kind is EventKind.RAISED and event.detail.get("cause") == cause.value:
            found = event
        elif event.kind is EventKind.CLEARED and found is not None and event.alarm == found.alarm:
            found = None
    return found
