"""The frame: the content of the store as of the playhead, the value that every screen draws."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.alarms.peak import Peak, peak_among
from engine.clock import held_until, microseconds, moment, usual_step
from engine.explanation.record import Record, record_of
from engine.explanation.record import situation_of as situation_in
from engine.explanation.situation import Situation
from engine.records.assessment import Quality
from engine.records.events import Event
from engine.records.stored_settings import FoldRules
from engine.scoring.growth import trend
from tui.data.alarm_cache import Folding
from tui.data.playhead import Playhead, index_at
from tui.data.view import View


@dataclass(frozen=True, slots=True)
class Condition:
    """One component as of the playhead.

    `quality` is None without a snapshot; `silent`: the last one is too old. `severity` and `share` are NaN if
    unknown; `last` is the newest known severity and its instant. `trend` is 1 rising, -1 falling, 0 level.
    `alarm` is its most urgent one that stands or needs an acknowledgement. `retired`: it is out of service.
    `unwatched`: no engine judges it any more.
    """

    name: str
    quality: Quality | None
    baseline: bool
    severity: float
    share: float
    trend: int
    alarm: Alarm | None
    silent: bool = False
    retired: bool = False
    last: tuple[float, int] | None = None
    unwatched: bool = False


@dataclass(frozen=True, eq=False)
class Frame:
    """A view of the store at an instant; `folding` caches alarms from one frame to the next.

    `unwatched`: the machine is live, and no engine judges it any more.
    """

    view: View
    playhead: Playhead
    folding: Folding = field(default_factory=Folding, repr=False)
    unwatched: bool = False

    @cached_property
    def index(self) -> int:
        """Return the index into the series of the snapshot under the playhead, -1 without one."""
        return index_at(self.view.series.at, self.playhead.at)

    @property
    def number(self) -> int:
        """Return the number of the snapshot under the playhead in its record, from 0; -1 without one.

        Its index differs if snapshots were thinned.
        """
        return int(self.view.series.positions[self.index]) if self.index >= 0 else -1

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        """Return every alarm raised so far, the most urgent first."""
        if self.playhead.at is None:
            return ()
        return self.folding.alarms(self.view.events, moment(self.playhead.at), self._rules)

    @cached_property
    def retired(self) -> frozenset[str]:
        """Return the names of the components that are out of service."""
        if self.playhead.at is None:
            return frozenset()
        return frozenset(self.folding.retired(self.view.events, moment(self.playhead.at), self._rules))

    @property
    def _rules(self) -> FoldRules:
        return self.view.assessment.settings.fold

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Return the events so far, the newest first."""
        if self.playhead.at is None:
            return ()
        return tuple(
            event for event in reversed(self.view.events) if microseconds(event.at) <= self.playhead.at
        )

    @cached_property
    def interval(self) -> int:
        """Return the usual time between two snapshots [microseconds], 0 if unknown."""
        return interval_of(self.view)

    @cached_property
    def holds(self) -> NDArray[np.int64]:
        """Return the instant up to which each snapshot is valid, (n,) [microseconds]; then there is silence.

        It is a few intervals after the snapshot, and longer if the next ones were thinned.
        """
        return holds_of(self.view)

    @cached_property
    def extent(self) -> tuple[int, int]:
        """Return the first and last instant of the run, as far as known; the first is before the last."""
        times, positions = self.view.series.at, self.view.series.positions
        if not len(times):
            return (0, 1)
        start, end = int(times[0]), int(times[-1])
        # Positions count the whole run, also where its beginning is still being read.
        left = max(self.view.assessment.expected - 1 - int(positions[-1]), 0)
        return (start, max(end + left * self.interval, start + 1))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Return the condition of every component in display order."""
        return tuple(
            self._condition(number, name) for number, name in enumerate(self.view.assessment.components)
        )

    @cached_property
    def silent(self) -> bool:
        """Return whether the last snapshot before the playhead is more than a few intervals old."""
        if self.playhead.at is None or self.index < 0 or not self.interval:
            return False
        return self.playhead.at > int(self.holds[self.index])

    def severities(self, component: int) -> NDArray[np.float64]:
        """Return the severity of one component up to the playhead, (index + 1,)."""
        return self.view.series.severity[: self.index + 1, component]

    def peak(self, alarm: Alarm) -> Peak:
        """Return the peak of an alarm up to the playhead."""
        names = self.view.assessment.components
        if alarm.component not in names or self.index < 0:
            return Peak(alarm.peak)
        return peak_among(
            alarm, self.view.series.at[: self.index + 1], self.severities(names.index(alarm.component))
        )

    def _condition(self, number: int, name: str) -> Condition:
        series, index = self.view.series, self.index
        # A standing alarm decides the row: one that returned must not hide it.
        alarm = next(
            (
                alarm
                for alarm in sorted(self.alarms, key=lambda alarm: not alarm.stands)
                if alarm.component == name and (alarm.stands or alarm.needs_acknowledgement)
            ),
            None,
        )
        retired = name in self.retired
        if index < 0 or self.silent:
            return Condition(
                name, None, False, math.nan, math.nan, 0, alarm, self.silent, retired, self._last(number)
            )
        return Condition(
            name=name,
            quality=Quality(series.quality[index, number]),
            baseline=bool(series.baseline[index]),
            severity=float(series.severity[index, number]),
            share=float(series.share[index, number]),
            trend=trend(self.severities(number)),
            alarm=alarm,
            retired=retired,
            last=self._last(number),
            unwatched=self.unwatched,
        )

    def _last(self, component: int) -> tuple[float, int] | None:
        """Return the newest known severity and its instant; None before the first."""
        severity = self.severities(component)
        known = severity[-1:] if np.isfinite(severity[-1:]).all() else severity
        places = np.flatnonzero(np.isfinite(known)) + len(severity) - len(known)
        if not len(places):
            return None
        return float(severity[places[-1]]), int(self.view.series.at[places[-1]])


@lru_cache(maxsize=1)
def interval_of(view: View) -> int:
    """Return `Frame.interval`, computed once for all instants of a view."""
    return usual_step(view.series.at, view.series.positions)


@lru_cache(maxsize=1)
def holds_of(view: View) -> NDArray[np.int64]:
    """Return `Frame.holds`, computed once for all instants of a view."""
    return held_until(view.series.at, view.series.positions)


def meant(alarms: tuple[Alarm, ...], wants: Callable[[Alarm], bool]) -> Alarm | None:
    """Return the alarm that a key press acts on.

    Args:
        alarms: of the selection, the most urgent first.
        wants: whether an alarm needs the action of the key.

    Returns:
        The first that needs it; else the first of all, for the reason why not; None without alarms.
    """
    return next((alarm for alarm in alarms if wants(alarm)), next(iter(alarms), None))


def situation_of(frame: Frame, alarm: Alarm) -> Situation:
    """Return the facts around an alarm as of the playhead."""
    return situation_in(record_at(frame), alarm)


def record_at(frame: Frame) -> Record:
    """Return the record as of the playhead."""
    view = frame.view
    return record_of(view.assessment, view.series, view.events, moment(frame.playhead.at or 0))
