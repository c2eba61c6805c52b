"""The rule of the sensors: channels that carry no signal, and channels that do not measure their place."""

from dataclasses import dataclass, replace

from engine.alarms.causes import CAUSES
from engine.alarms.rules import Watch, counted
from engine.config.sections.core import AlarmSettings
from engine.records.assessment import Moment, Quality
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.payloads import Cleared, Ring
from engine.scoring.scorer import Examination
from engine.signals.quality import DEAF_FALL

SENSOR_CAUSES = {
    Quality.DEAD: Cause.SENSOR_DEAD,
    Quality.CLIPPED: Cause.SENSOR_CLIPPED,
    Quality.INVALID: Cause.SENSOR_DEAD,
}

BAD_COUNTS, OFTEN_BAD = 3, 24
"""Points for a bad snapshot of a channel, against one taken away for a good one; points that ring. A channel
that fails in every second recording rings after 24 of them, a glitch in one of four never."""

COMES_AND_GOES = "it comes and goes"


@dataclass(frozen=True, slots=True)
class SensorFault:
    """Why a running channel does not measure its place.

    Attributes:
        words: the reason, to put behind the cause.
        priority: low where the channel still measures its bearing, and faults are seen late.
    """

    words: str
    priority: Priority = CAUSES[Cause.SENSOR_DEAD].priority


DEAF = SensorFault("its level is a fifth of the usual one or less")
WEAK = SensorFault("its level is half of the usual one or less: faults are seen late", Priority.LOW)
DROPS_OUT = SensorFault("it drops out within the recordings")
REPEATS = SensorFault("its signal is that of the recording before")
COPY = "its signal is that of channel {}"


def sensor_fault(seen: Examination, column: int) -> SensorFault | None:
    """Return why a running channel (from 0) does not measure its place; None where it does."""
    if column in seen.copies:
        return SensorFault(COPY.format(seen.copies[column] + 1))
    if column in seen.repeats:
        return REPEATS
    if column in seen.gaps:
        return DROPS_OUT
    if column in seen.weak:
        return DEAF if seen.weak[column] <= DEAF_FALL else WEAK
    return None


def watch_sensor(
    watch: Watch,
    quality: Quality,
    component: str,
    channel: int,
    moment: Moment,
    rules: AlarmSettings,
    *,
    fault: SensorFault | None = None,
    name: str = "",
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Count the snapshots with a bad channel of a running machine; raise, escalate and clear its alarm.

    Args:
        watch: the counters so far; `lasting` are the points of a channel that comes and goes, `severe` counts
            the snapshots in a row of more than low priority.
        quality: of the channel.
        component: name of its component.
        channel: its number, from 1.
        moment: the snapshot.
        rules: persistence and `clear_after`.
        fault: of a channel that runs and does not measure its place; None for none.
        name: of the channel in the recordings, "" where they name none.
    """
    cause = SENSOR_CAUSES.get(quality, Cause.SENSOR_DEAD if fault else None)
    bad = cause is not None
    priority = fault.priority if fault and quality is Quality.RUNNING else Priority.MEDIUM
    watch = counted(
        watch,
        above=watch.above + 1 if bad else 0,
        lasting=min(watch.lasting + BAD_COUNTS, OFTEN_BAD) if bad else max(watch.lasting - 1, 0),
        severe=watch.severe + 1 if bad and priority > Priority.LOW else 0,
        below=0 if bad else min(watch.below + 1, rules.clear_after),
    )

    def event(kind: EventKind, payload: Ring | Cleared) -> NewEvent:
        return NewEvent(kind, moment.at, "channel", component, watch.alarm, detail=payload.to_detail())

    if cause is None:
        if not watch.alarm or watch.below < rules.clear_after:
            return watch, ()
        return Watch(), (event(EventKind.CLEARED, Cleared(channel=channel, snapshot=moment.name)),)
    in_a_row = watch.above >= rules.persistence
    if watch.alarm:
        rings = watch.severe >= rules.persistence and priority > Priority(watch.priority)
    else:
        rings = in_a_row or watch.lasting >= OFTEN_BAD
    if not rings:
        return watch, ()
    kind = EventKind.ESCALATED if watch.alarm else EventKind.RAISED
    key = watch.alarm or f"{component} {name or f'channel {channel}'}/{cause}/{moment.name}"
    watch = replace(watch, alarm=key, priority=priority.value)
    words = (fault.words if fault else "") if in_a_row else COMES_AND_GOES
    ring = Ring(
        cause=cause.value,
        priority=priority,
        channel=channel,
        sensor=name,
        snapshot=moment.name,
        message=words,
    )
    return watch, (event(kind, ring),)
