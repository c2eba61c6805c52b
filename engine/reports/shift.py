"""The handover of a shift: the facts about one machine over a span of its record. Pure functions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.metrics import AlarmFigures, alarm_figures
from engine.alarms.notifications import failing_channels
from engine.alarms.proposals import Step, step_of
from engine.alarms.shelving import place_of, retired_at
from engine.live.export.machine_state import NOT_CURRENT, SILENT
from engine.records.assessment import Assessment, Quality
from engine.records.events import OPERATOR_KINDS, RINGS, Cause, Event, EventKind
from engine.records.progress import HINDERED, Heartbeat, Phase
from engine.records.stored_settings import FoldRules
from engine.reports.latest import Latest

BLIND = frozenset(
    {
        Cause.NO_DATA,
        Cause.REFUSED,
        Cause.ENGINE_FAILED,
        Cause.LAYOUT_CHANGED,
        Cause.MODEL_MISSING,
        Cause.SENSOR_DEAD,
    }
)
"""Causes of alarms while which something is not watched."""

MACHINE_KINDS = frozenset(
    {
        EventKind.LEARNED,
        EventKind.BUNDLE,
        EventKind.ACCEPTED,
        EventKind.STARTED,
        EventKind.FAILED,
        EventKind.FINISHED,
        EventKind.STOPPED,
        EventKind.RESTARTED,
        EventKind.CONDITION,
        EventKind.DRIFTED,
        EventKind.PROPOSAL,
        EventKind.INTAKE_PAUSED,
        EventKind.INTAKE_RESUMED,
    }
)
"""Events about the machine and its engine that the next shift wants to know."""

ODD: dict[Quality, str] = {Quality.STOPPED: "the machine is stopped"}
"""Qualities that are no fault of a sensor, in words."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Something that is not watched at the end of the span, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Shift:
    """The facts of a span, in recording time: after `begin`, up to `end`.

    Attributes:
        machine: its name.
        begin: start of the span.
        end: its end, the playhead.
        rings: raises and escalations, with their alarms as of the end.
        returns: alarms that returned.
        deeds: what operators did, oldest first.
        told: events about the machine and its engine, oldest first.
        standing: alarms that stand or wait for an acknowledgement, the most urgent first.
        put_away: shelved alarms and those of components out of service.
        unwatched: what is not watched at the end.
        failing: sentences about channels of messages that fail.
        figures: of the alarm system over the span.
    """

    machine: str
    begin: datetime
    end: datetime
    rings: tuple[tuple[Event, Alarm | None], ...]
    returns: tuple[Event, ...]
    deeds: tuple[Event, ...]
    told: tuple[Event, ...]
    standing: tuple[Alarm, ...]
    put_away: tuple[Alarm, ...]
    unwatched: tuple[Unwatched, ...]
    failing: tuple[str, ...]
    figures: AlarmFigures


def shift_of(
    assessment: Assessment,
    events: Iterable[Event],
    latest: Sequence[Latest],
    begin: datetime,
    end: datetime,
    *,
    rules: FoldRules,
    interval: timedelta,
    live: bool,
    engine: str = "",
) -> Shift:
    """Return the facts of a shift.

    Args:
        assessment: the record of the machine.
        events: of the record and one session.
        latest: condition of every component at the end, in display order.
        begin: start of the span, in recording time, exclusive.
        end: the playhead, inclusive.
        rules: of the fold.
        interval: the usual time between two snapshots, zero where unknown.
        live: whether recording time and wall clock run together.
        engine: why the engine judges nothing now, as of `trouble_of`.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    within = sorted(
        (event for event in ordered if begin < event.at <= end), key=lambda one: (one.at, one.seq)
    )
    alarms = fold_alarms(ordered, end, rules)
    return Shift(
        machine=assessment.machine,
        begin=begin,
        end=end,
        rings=tuple((event, _alarm_of(event, alarms)) for event in within if event.kind in RINGS),
        returns=tuple(event for event in within if event.kind is EventKind.CLEARED),
        deeds=tuple(event for event in within if event.kind in OPERATOR_KINDS),
        told=tuple(
            event
            for event in within
            if event.kind in MACHINE_KINDS and step_of(event) not in (Step.RAISES, Step.CLEARS)
        ),
        standing=tuple(
            one for one in alarms if (one.stands or one.needs_acknowledgement) and not one.put_away
        ),
        put_away=tuple(one for one in alarms if one.put_away),
        unwatched=(
            *([Unwatched(assessment.machine, engine)] if engine else []),
            *_unwatched(assessment, ordered, alarms, latest, end),
        ),
        failing=tuple(failing_channels(ordered).values()),
        figures=alarm_figures(ordered, begin, end, rules=rules, interval=interval, live=live),
    )


def trouble_of(assessment: Assessment, beat: Heartbeat | None, now: datetime) -> str:
    """Return why the engine of a watched machine judges nothing now; "" where it does, or learns.

    Args:
        assessment: the record of the machine.
        beat: the last heartbeat of its engine, None without one.
        now: the wall clock.
    """
    if not assessment.live:
        return ""
    if beat is None:
        return "no engine has run yet"
    if beat.phase in (Phase.FAILED, Phase.ENDED, Phase.REMOVED):
        word = NOT_CURRENT[beat.phase]
    elif beat.is_silent(now):
        return f"{SILENT}: no heartbeat since {beat.beat_at:%Y-%m-%d %H:%M} UTC"
    elif beat.phase in HINDERED:
        word = NOT_CURRENT[beat.phase]
    else:
        return ""
    return f"{word}: {beat.message}" if beat.message else word


def _alarm_of(ring: Event, alarms: Sequence[Alarm]) -> Alarm | None:
    """Return the alarm of a ring as of the end; an alarm that chatters has the key of its first episode."""
    fitting = [
        one
        for one in alarms
        if one.source == ring.source
        and one.component == ring.component
        and one.raised.at <= ring.at
        and place_of(one.key) == place_of(ring.alarm)
    ]
    return max(fitting, key=lambda one: one.raised.seq, default=None)


def _unwatched(
    assessment: Assessment,
    ordered: Sequence[Event],
    alarms: Sequence[Alarm],
    latest: Sequence[Latest],
    end: datetime,
) -> Iterator[Unwatched]:
    standing = [one for one in alarms if one.cleared is None]
    for alarm in standing:
        if alarm.cause in BLIND and not alarm.component:
            yield Unwatched(assessment.machine, alarm.cause)
    if not any(event.kind in (EventKind.LEARNED, EventKind.BUNDLE) and event.at <= end for event in ordered):
        yield Unwatched(assessment.machine, "no baseline is learned yet")
    retired = retired_at(ordered, end)
    for name, found in zip(assessment.components, latest, strict=True):
        if name in retired:
            event = retired[name]
            by, reason = event.detail.get("by", ""), event.detail.get("reason", "")
            yield Unwatched(name, f"out of service by {by}: {reason}; its alarms are silent")
        dead = [one for one in standing if one.component == name and one.cause in BLIND]
        if dead:
            yield Unwatched(name, dead[0].cause)
        elif found.silent:
            yield Unwatched(name, "no data")
        elif found.severity is None:
            yield Unwatched(name, _why(found.quality))


def _why(quality: Quality | None) -> str:
    if quality is None:
        return "no score yet"
    if quality is Quality.RUNNING:
        return "it is not judged by the baseline in use"
    return ODD.get(quality, quality.value)
