"""The stored facts of an assessment as of an instant, and the situation of each of its alarms."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.peak import Peak, peak_among
from engine.clock import held_until, microseconds, moment
from engine.explanation.situation import Situation
from engine.records.assessment import Assessment, Quality
from engine.records.events import Event
from engine.records.series import Series
from engine.records.stored_settings import StoredSettings
from engine.scoring.ahead import Ahead, severity_ahead
from engine.scoring.growth import growth_of, trend


@dataclass(frozen=True, eq=False)
class Record:
    """An assessment with its scores and events, as of an instant; nothing later is used.

    Attributes:
        assessment: of the machine.
        series: its scored snapshots; those after the instant are not used.
        events: all of one session. An operator's later act counts for the ring that it names.
        at: the instant, in recording time.
        settings: the rules and texts to use; those of the assessment by default.
    """

    assessment: Assessment
    series: Series
    events: tuple[Event, ...]
    at: datetime
    settings: StoredSettings = field(default_factory=StoredSettings)

    @cached_property
    def count(self) -> int:
        """Return the number of snapshots up to the instant."""
        return int(np.searchsorted(self.series.at, microseconds(self.at), side="right"))

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        """Return every alarm raised so far, the most urgent first."""
        return fold_alarms(self.events, self.at, self.settings.fold)

    @cached_property
    def past(self) -> tuple[Event, ...]:
        """Return the events up to the instant, the newest first."""
        ordered = sorted(self.events, key=lambda event: event.seq, reverse=True)
        return tuple(event for event in ordered if event.at <= self.at)

    @cached_property
    def silent(self) -> bool:
        """Return whether the last snapshot is more than a few intervals old."""
        if self.count < 1 or len(self.series) < 2:
            return False
        return microseconds(self.at) > int(self.holds[self.count - 1])

    @cached_property
    def holds(self) -> NDArray[np.int64]:
        """Return the instant up to which each snapshot is valid, (n,); then there is silence."""
        return held_until(self.series.at, self.series.positions)

    def component(self, alarm: Alarm) -> int | None:
        """Return the index of the alarm's component, None for an alarm of a machine or the engine."""
        names = self.assessment.components
        return names.index(alarm.component) if alarm.component in names else None

    def severities(self, component: int) -> NDArray[np.float64]:
        """Return the severities of a component up to the instant, (n,)."""
        return self.series.severity[: self.count, component]

    def severity(self, component: int) -> float | None:
        """Return the severity at the instant, None where it is not known."""
        if not self.count or self.silent:
            return None
        value = float(self.series.severity[self.count - 1, component])
        return value if np.isfinite(value) else None

    def quality(self, component: int) -> Quality | None:
        """Return the quality of the last snapshot, None without one."""
        return Quality(self.series.quality[self.count - 1, component]) if self.count else None


def record_of(
    assessment: Assessment,
    series: Series,
    events: Iterable[Event],
    at: datetime,
    settings: StoredSettings | None = None,
) -> Record:
    """Return the record of an assessment as of an instant.

    Args:
        assessment: of the machine.
        series: its scores, later ones included.
        events: of one session, in any order, later ones included.
        at: the playhead.
        settings: to use instead of those that the assessment was stored with.
    """
    return Record(assessment, series, tuple(events), at, settings or assessment.settings)


def situation_of(record: Record, alarm: Alarm) -> Situation:
    """Return the facts around an alarm."""
    component, advice = record.component(alarm), record.settings.advice
    if component is None:
        return Situation(alarm, record.at, peak=Peak(alarm.peak), advice=advice, events=record.past)
    severities, at = record.severities(component), record.series.at[: record.count]
    severity = record.severity(component)
    unbroken = last_restart(at, record.holds[: record.count], int(at[-1])) if len(at) else 0
    began = began_at(record, component, microseconds(alarm.raised.at))
    return Situation(
        alarm=alarm,
        at=record.at,
        severity=severity,
        trend=0 if severity is None else trend(severities),
        growth=None if severity is None else growth_of(at[unbroken:], severities[unbroken:]),
        ahead=_ahead(record, component, unbroken),
        began=None if began is None else moment(began),
        peak=peak_among(alarm, at, severities),
        severe=record.settings.severe,
        advice=advice,
        events=record.past,
    )


def _ahead(record: Record, component: int, unbroken: int) -> Ahead | None:
    """Return the forecast after the baseline, None where the component is not judged now."""
    if record.severity(component) is None:
        return None
    cut = slice(unbroken, record.count)
    judged = ~record.series.baseline[cut]
    return severity_ahead(record.series.at[cut][judged], record.severities(component)[cut][judged])


def began_at(record: Record, component: int, raised: int) -> int | None:
    """Return since when severity was above the limit when an alarm was raised, None where that is not known.

    The time before a pause of the recorder does not count: nobody knows what the machine did in it.

    Args:
        record: the facts as of an instant.
        component: its index.
        raised: the instant of the alarm [microseconds since 1970].
    """
    last = min(int(np.searchsorted(record.series.at, raised, side="right")), record.count)
    if not last:
        return None
    at = record.series.at[:last]
    start = last_restart(at, record.holds[:last], raised)
    severity = record.series.severity[start:last, component]
    judged = np.flatnonzero(~record.series.baseline[start:last] & np.isfinite(severity))
    above = severity[judged] >= 1.0
    if not above.any():
        return None
    if start and above.all():
        # Above it from the first recording after the pause.
        return int(at[start])
    ups = np.flatnonzero(above & ~np.concatenate([[bool(start) and bool(above[0])], above[:-1]]))
    return int(at[start + judged[ups[-1]]]) if len(ups) else None


def last_restart(at: NDArray[np.int64], holds: NDArray[np.int64], until: int) -> int:
    """Return the index of the first snapshot after the last pause up to an instant, 0 without a pause.

    Args:
        at: (n,) instants of the snapshots.
        holds: (n,) instants after which there is silence.
        until: the instant.
    """
    restarts = np.flatnonzero((at[1:] > holds[:-1]) & (at[1:] <= until)) + 1
    return int(restarts[-1]) if len(restarts) else 0
