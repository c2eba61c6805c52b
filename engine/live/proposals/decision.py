"""Whether a new baseline may be proposed now, and from which snapshots. Pure.

A fault must never be learned as health. The span lies after every alarm, and a proposal waits while an alarm
stands, is unacknowledged or is put away. The newest snapshots are held back, because an alarm is raised some
snapshots after its fault begins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.proposals import OPEN, Proposal, Step, proposals_of
from engine.alarms.shelving import retired_at
from engine.clock import microseconds, moment
from engine.config.sections.learning import LearningSettings
from engine.records.assessment import Quality
from engine.records.events import Cause, Event, EventKind
from engine.records.series import Series

HELD_BACK = 12
"""Newest running snapshots that are not learned from: four times the usual persistence of an alarm."""

LIMIT = 1.0
"""Severity at which a snapshot is not evidence of health, although no alarm was raised."""

OF_MACHINE = frozenset({Cause.CONDITION.value, Cause.STOPPED.value})
"""Alarms of the whole machine that forbid to learn while they stand."""

DRIFT, SCHEDULE = "drift", "schedule"


@dataclass(frozen=True, slots=True)
class Span:
    """The snapshots of a proposal: the times of the first and the last, how many, and why now."""

    first: datetime
    last: datetime
    snapshots: int
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """No proposal now, and why, in words."""

    why: str


def may_propose(series: Series, events: Sequence[Event], rules: LearningSettings) -> Span | Wait:
    """Return the span that a proposal is learned from now, or why none is.

    Args:
        series: the snapshots of the record.
        events: of the record, without those of replay sessions.
        rules: of the settings; `propose` is not looked at.
    """
    if not len(series):
        return Wait("no snapshot is scored yet")
    newest = moment(int(series.at[-1]))
    proposals = proposals_of(events)
    if proposals and proposals[-1].step in OPEN:
        return Wait("a proposal stands already")
    why = _reason(events, proposals, newest, rules.period)
    if why is None:
        return Wait("no drift was reported and no schedule is due")
    reason, since = why
    alarms = fold_alarms(events, newest)
    blocked = _blocked(alarms, events, newest)
    if blocked:
        return Wait(blocked)
    after = max([since, *_ends(alarms, events), *(one.last for one in proposals)], default=since)
    return _span(series, after, rules.span, reason)


def _reason(
    events: Sequence[Event], proposals: Sequence[Proposal], newest: datetime, period: timedelta | None
) -> tuple[str, datetime] | None:
    """Return why a proposal is due and the instant after which its span lies; None where none is due.

    An accepted or refused proposal answers the drifts before it.
    """
    used = [event for event in events if event.kind in (EventKind.LEARNED, EventKind.BUNDLE)]
    if not used:
        return None
    began = max(used, key=lambda one: one.seq)
    ends = (one.ended for one in proposals if one.step in (Step.ACCEPTED, Step.REFUSED))
    answered = max([began.seq, *(event.seq for event in ends if event is not None)])
    drifts = [event for event in events if event.kind is EventKind.DRIFTED and event.seq > answered]
    if drifts:
        latest = max(drifts, key=lambda one: one.seq)
        return DRIFT, max(latest.at, began.at)
    if period is None:
        return None
    last = max([began.at, *(one.begun.at for one in proposals)])
    return (SCHEDULE, began.at) if newest - last >= period else None


def _blocked(alarms: Iterable[Alarm], events: Sequence[Event], newest: datetime) -> str:
    """Return in words which alarm or component forbids to learn, "" for none."""
    for alarm in alarms:
        if alarm.component and (alarm.stands or alarm.unanswered or alarm.put_away):
            return f"an alarm of {alarm.component} is {alarm.state.value}"
        if alarm.cause in OF_MACHINE and alarm.stands:
            return f"the alarm '{alarm.cause}' stands"
    ordered = sorted(events, key=lambda one: one.seq)
    for name in retired_at(ordered, newest):
        return f"{name} is out of service"
    return ""


def _ends(alarms: Iterable[Alarm], events: Sequence[Event]) -> list[datetime]:
    """Return when the alarms of components and of the machine, and times out of service, ended."""
    of_machine = (one for one in alarms if one.component or one.cause in OF_MACHINE)
    cleared = [one.cleared.at for one in of_machine if one.cleared is not None]
    return cleared + [event.at for event in events if event.kind is EventKind.REINSTATED]


def _span(series: Series, after: datetime, wanted: int, reason: str) -> Span | Wait:
    """Return the newest snapshots after an instant, without those held back."""
    with np.errstate(invalid="ignore"):
        crossed: NDArray[np.bool_] = np.any(series.severity >= LIMIT, axis=1)
    good = _running(series) & ~series.baseline & (series.at > microseconds(after))
    places = np.flatnonzero(good)
    missing = wanted + HELD_BACK - len(places)
    if missing > 0:
        return Wait(f"{missing} more running snapshots are needed")
    chosen = places[-(wanted + HELD_BACK) : -HELD_BACK]
    if crossed[chosen[0] :].any():
        return Wait("a component was above its limit in these snapshots or since")
    first, last = moment(int(series.at[chosen[0]])), moment(int(series.at[chosen[-1]]))
    return Span(first, last, len(chosen), reason)


def _running(series: Series) -> NDArray[np.bool_]:
    """Return which snapshots have every component running, (n,)."""
    running: NDArray[np.bool_] = (series.quality == Quality.RUNNING).all(axis=1)
    return running
