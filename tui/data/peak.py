"""How bad an alarm was at its worst, and when: from its raise to its return, or to the instant looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.clock import microseconds, moment

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.records.assessment import Assessment
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest severity and its instant; each None where it is not known."""

    severity: float | None = None
    at: datetime | None = None


def peak_among(alarm: "Alarm", at: NDArray[np.int64], severity: NDArray[np.float64]) -> Peak:
    """The peak of an alarm among (n,) severities of its component at (n,) instants, none of them later."""
    end = len(at)
    if alarm.cleared is not None:
        end = int(np.searchsorted(at, microseconds(alarm.cleared.at), side="right"))
    start = int(np.searchsorted(at[:end], microseconds(alarm.raised.at), side="left"))
    values = np.where(np.isfinite(severity[start:end]), severity[start:end], -np.inf)
    place = int(values.argmax()) if len(values) else -1
    if place < 0 or not np.isfinite(values[place]):
        return Peak(alarm.peak)
    return higher(alarm, Peak(float(values[place]), moment(int(at[start + place]))))


def peak_stored(store: "Store", assessment: "Assessment", alarm: "Alarm", until: datetime) -> Peak:
    """The peak of an alarm up to an instant, by the scores in the store."""
    if alarm.component not in assessment.components:
        return Peak(alarm.peak)
    component = assessment.components.index(alarm.component)
    end = until if alarm.cleared is None else min(alarm.cleared.at, until)
    found = store.highest(assessment, component, alarm.raised.at, end)
    return Peak(alarm.peak) if found is None else higher(alarm, Peak(*found))


def higher(alarm: "Alarm", found: Peak) -> Peak:
    """What was found, or what the events tell where that is more: old scores may have been thinned."""
    if alarm.peak is None or (found.severity is not None and found.severity >= alarm.peak):
        return found
    told = (event for event in (alarm.raised, alarm.ring) if event.detail.get("severity") == alarm.peak)
    return Peak(alarm.peak, next((event.at for event in told), None))


def badness(alarm: "Alarm", peak: float | None) -> tuple[bool, int, bool, float, int]:
    """Sorts alarms, the worst first, acknowledged or not: that somebody saw it makes nothing better."""
    return (
        not alarm.stands,
        -alarm.priority.rank,
        bool(alarm.carried_from or alarm.beside),
        -(peak or 0.0),
        alarm.raised.seq,
    )
