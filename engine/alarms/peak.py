"""The peak of an alarm: its highest severity and the instant, up to its return or to the playhead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.clock import microseconds, moment
from engine.records.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest severity and its instant; each None where it is not known."""

    severity: float | None = None
    at: datetime | None = None


class Severities(Protocol):
    """The stored severities of an assessment, as the store hands them out."""

    def highest(
        self, assessment: Assessment, component: int, begin: datetime, end: datetime
    ) -> tuple[float, datetime] | None:
        """Return the highest severity of a component (from 0) between two instants, and its first instant.

        Args:
            assessment: of the record.
            component: counted from 0.
            begin: the first instant.
            end: the last instant.
        """
        ...


def peak_among(alarm: Alarm, at: NDArray[np.int64], severity: NDArray[np.float64]) -> Peak:
    """Return the peak of an alarm among (n,) severities of its component.

    Args:
        alarm: whose peak.
        at: recording times [microseconds since 1970], (n,) in order, none of them after the playhead.
        severity: of the alarm's component at those times, (n,), NaN where there is none.
    """
    end = len(at)
    if alarm.cleared is not None:
        end = int(np.searchsorted(at, microseconds(alarm.cleared.at), side="right"))
    start = int(np.searchsorted(at[:end], microseconds(alarm.raised.at), side="left"))
    values = np.where(np.isfinite(severity[start:end]), severity[start:end], -np.inf)
    place = int(values.argmax()) if len(values) else -1
    if place < 0 or not np.isfinite(values[place]):
        return Peak(alarm.peak)
    return _higher(alarm, Peak(float(values[place]), moment(int(at[start + place]))))


def peak_stored(store: Severities, assessment: Assessment, alarm: Alarm, until: datetime) -> Peak:
    """Return the peak of an alarm by the scores in the store.

    Args:
        store: holds the assessment.
        assessment: that the alarm belongs to.
        alarm: whose peak.
        until: the last instant that counts; an alarm that returned before counts up to its return.
    """
    if alarm.component not in assessment.components:
        return Peak(alarm.peak)
    component = assessment.components.index(alarm.component)
    end = until if alarm.cleared is None else min(alarm.cleared.at, until)
    found = store.highest(assessment, component, alarm.raised.at, end)
    return Peak(alarm.peak) if found is None else _higher(alarm, Peak(*found))


def _higher(alarm: Alarm, found: Peak) -> Peak:
    """Return the peak found, or the peak in the events where that is higher: retention thins old scores."""
    if alarm.peak is None or (found.severity is not None and found.severity >= alarm.peak):
        return found
    rings = (event for event in (alarm.raised, alarm.ring) if event.detail.get("severity") == alarm.peak)
    return Peak(alarm.peak, next((event.at for event in rings), None))


def badness(alarm: Alarm, peak: float | None) -> tuple[bool, int, bool, float, int]:
    """Return a sort key that puts the worst alarm first, whether or not it is acknowledged."""
    return (
        not alarm.stands,
        -alarm.priority.rank,
        bool(alarm.carried_from or alarm.beside),
        -(peak or 0.0),
        alarm.raised.seq,
    )
