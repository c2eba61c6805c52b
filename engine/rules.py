"""Decides what rings: counts running snapshots above and below, and says raised, escalated, cleared.

Pure: the counters after a snapshot follow from those before it and what the snapshot shows. Operators have
no part in it, so that a live, a repeated and a restarted run ring alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.records import Cause, EventKind, NewEvent, Priority, Quality
from engine.settings import AlarmSettings


@dataclass(frozen=True, slots=True)
class Watch:
    """Counters of one source of alarms, in running snapshots, and the alarm that stands, if any.

    `above`, `severe` and `below` count snapshots in a row; `alarm` is the key of the standing alarm or "",
    `peak` the highest severity since its raise.
    """

    above: int = 0
    severe: int = 0
    below: int = 0
    alarm: str = ""
    priority: str = ""
    peak: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The snapshot that decides: its name and recording time."""

    name: str
    at: datetime


def watch_severity(
    watch: Watch,
    severity: float,
    component: str,
    moment: Moment,
    rules: AlarmSettings,
    evidence: Mapping[str, object],
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Take in the severity of one running snapshot after the baseline.

    Args:
        watch: the counters so far.
        severity: of the component, finite.
        component: its name.
        moment: the snapshot.
        rules: persistence, hysteresis and the severe threshold.
        evidence: what to freeze in the event if this snapshot rings.
    """
    watch = replace(
        watch,
        above=watch.above + 1 if severity >= 1.0 else 0,
        severe=watch.severe + 1 if severity >= rules.severe else 0,
        below=watch.below + 1 if severity < rules.clear_below else 0,
        peak=max(watch.peak, severity) if watch.alarm else severity,
    )
    is_severe = watch.severe >= rules.persistence
    detail = {"severity": severity, "snapshot": moment.name, **evidence}
    if not watch.alarm:
        if watch.above < rules.persistence:
            return watch, ()
        key = f"{component}/{Cause.LIMIT}/{moment.name}"
        priority = Priority.HIGH if is_severe else Priority.MEDIUM
        detail = {"cause": Cause.LIMIT.value, "priority": priority.value, "surface": "", **detail}
        raised = NewEvent(EventKind.RAISED, moment.at, "component", component, key, detail=detail)
        return replace(watch, alarm=key, priority=priority.value), (raised,)
    if watch.below >= rules.clear_after:
        detail = {"snapshot": moment.name, "severity": severity, "peak": watch.peak}
        return Watch(), (
            NewEvent(EventKind.CLEARED, moment.at, "component", component, watch.alarm, detail=detail),
        )
    if is_severe and watch.priority != Priority.HIGH:
        detail = {"cause": Cause.LIMIT.value, "priority": Priority.HIGH.value, **detail}
        rung = NewEvent(EventKind.ESCALATED, moment.at, "component", component, watch.alarm, detail=detail)
        return replace(watch, priority=Priority.HIGH.value), (rung,)
    return watch, ()


SENSOR_CAUSES = {
    Quality.DEAD: Cause.SENSOR_DEAD,
    Quality.CLIPPED: Cause.SENSOR_CLIPPED,
    Quality.INVALID: Cause.SENSOR_DEAD,
}


def watch_sensor(
    watch: Watch, quality: Quality, component: str, channel: int, moment: Moment, rules: AlarmSettings
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Take in the quality of one channel (counted from 1) while the machine is not stopped."""
    bad = quality in SENSOR_CAUSES
    watch = replace(watch, above=watch.above + 1 if bad else 0, below=0 if bad else watch.below + 1)
    if bad and not watch.alarm and watch.above >= rules.persistence:
        cause = SENSOR_CAUSES[quality].value
        key = f"{component} channel {channel}/{cause}/{moment.name}"
        detail = {
            "cause": cause,
            "priority": Priority.MEDIUM.value,
            "channel": channel,
            "snapshot": moment.name,
        }
        raised = NewEvent(EventKind.RAISED, moment.at, "channel", component, key, detail=detail)
        return replace(watch, alarm=key, priority=Priority.MEDIUM.value), (raised,)
    if watch.alarm and watch.below >= rules.clear_after:
        detail = {"channel": channel, "snapshot": moment.name}
        return Watch(), (
            NewEvent(EventKind.CLEARED, moment.at, "channel", component, watch.alarm, detail=detail),
        )
    return watch, ()
