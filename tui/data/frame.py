"""What the store says as of the playhead: the value that every screen draws."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.alarms.peak import Peak, peak_among
from engine.clock import microseconds, moment, usual_step
from engine.records.assessment import Quality
from engine.records.events import Event
from engine.records.stored_settings import FoldRules
from tui.data.alarm_cache import Folding
from tui.data.playhead import Playhead, index_at
from tui.data.view import View

TREND_SNAPSHOTS = 6
"""The arrow compares with so many running snapshots before; fewer follow every flutter."""

PATIENCE = 3
"""After so many intervals without a snapshot there is no data, as everywhere in Raceway."""

TREND_RATIO = 1.2
"""A change smaller than this is level: healthy severities wander by about a tenth either way."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One component as of the playhead.

    `quality` is None where there is no snapshot, and `silent` says that there was one, but too long ago;
    `severity` and `share` are NaN where there is none, `last` is the newest that there was,
    with its instant.
    `trend` is 1 rising, -1 falling, 0 level. `alarm` is its most urgent one that stands or still wants
    an acknowledgement. `retired` says that the component is out of service.
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


@dataclass(frozen=True, eq=False)
class Frame:
    """A view of the store and the instant it is looked at; `folding` remembers from one frame to the next."""

    view: View
    playhead: Playhead
    folding: Folding = field(default_factory=Folding, repr=False)

    @cached_property
    def index(self) -> int:
        """Index into the series of the snapshot under the playhead, -1 where there is none."""
        return index_at(self.view.series.at, self.playhead.at)

    @property
    def number(self) -> int:
        """What the snapshot under the playhead is counted by in its record, from 0; -1 where there is none.

        Its index is another where snapshots were thinned.
        """
        return int(self.view.series.positions[self.index]) if self.index >= 0 else -1

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm raised so far, the most urgent first."""
        if self.playhead.at is None:
            return ()
        return self.folding.alarms(self.view.events, moment(self.playhead.at), self._rules)

    @cached_property
    def retired(self) -> frozenset[str]:
        """Names of the components that are out of service."""
        if self.playhead.at is None:
            return frozenset()
        return frozenset(self.folding.retired(self.view.events, moment(self.playhead.at), self._rules))

    @property
    def _rules(self) -> FoldRules:
        return self.view.assessment.settings.fold

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened so far, the newest first."""
        if self.playhead.at is None:
            return ()
        return tuple(
            event for event in reversed(self.view.events) if microseconds(event.at) <= self.playhead.at
        )

    @cached_property
    def interval(self) -> int:
        """The usual time between two snapshots in microseconds, 0 where it cannot be told."""
        return interval_of(self.view)

    @cached_property
    def holds(self) -> NDArray[np.int64]:
        """Up to which instant each snapshot is what is known, (n,); after it there is silence.

        A few intervals; and where the ones that followed were thinned, as long as those took.
        """
        return holds_of(self.view)

    @cached_property
    def extent(self) -> tuple[int, int]:
        """First and last instant of the run, as far as can be told; the first is before the last."""
        times = self.view.series.at
        if not len(times):
            return (0, 1)
        start = int(times[0])
        expected = start + max(self.view.assessment.expected - 1, 0) * self.interval
        return (start, max(int(times[-1]), expected, start + 1))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every component in display order."""
        return tuple(
            self._condition(number, name) for number, name in enumerate(self.view.assessment.components)
        )

    @cached_property
    def silent(self) -> bool:
        """Whether the last snapshot before the playhead is more than a few intervals old."""
        if self.playhead.at is None or self.index < 0 or not self.interval:
            return False
        return self.playhead.at > int(self.holds[self.index])

    def severities(self, component: int) -> NDArray[np.float64]:
        """Severity of one component up to the playhead, (index + 1,)."""
        return self.view.series.severity[: self.index + 1, component]

    def peak(self, alarm: Alarm) -> Peak:
        """How bad an alarm has been up to the playhead, and when."""
        names = self.view.assessment.components
        if alarm.component not in names or self.index < 0:
            return Peak(alarm.peak)
        return peak_among(
            alarm, self.view.series.at[: self.index + 1], self.severities(names.index(alarm.component))
        )

    def _condition(self, number: int, name: str) -> Condition:
        series, index = self.view.series, self.index
        # What stands decides the row: an alarm that returned must not hide one that is there.
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
        )

    def _last(self, component: int) -> tuple[float, int] | None:
        """The newest severity there was, and its instant; None before the first."""
        severity = self.severities(component)
        known = severity[-1:] if np.isfinite(severity[-1:]).all() else severity
        places = np.flatnonzero(np.isfinite(known)) + len(severity) - len(known)
        if not len(places):
            return None
        return float(severity[places[-1]]), int(self.view.series.at[places[-1]])


@lru_cache(maxsize=1)
def interval_of(view: View) -> int:
    """The usual time between two snapshots, as `Frame.interval`; told once for all instants of a view."""
    return usual_step(view.series.at, view.series.positions)


@lru_cache(maxsize=1)
def holds_of(view: View) -> NDArray[np.int64]:
    """Up to which instant each snapshot is what is known, as `Frame.holds`."""
    series, interval = view.series, interval_of(view)
    holds = series.at + PATIENCE * interval
    holds[:-1] += (np.diff(series.positions) - 1) * interval
    return holds


def trend(severity: NDArray[np.float64]) -> int:
    """Whether the last of (n,) severities is above (1), below (-1) or level (0) with a while before."""
    if not len(severity) or not math.isfinite(severity[-1]):
        return 0
    recent = severity[-4 * TREND_SNAPSHOTS :]
    recent = recent[np.isfinite(recent)][-TREND_SNAPSHOTS - 1 :]
    if len(recent) < 2 or recent[0] <= 0 or recent[-1] <= 0:
        return 0
    ratio = float(recent[-1] / recent[0])
    return 1 if ratio >= TREND_RATIO else -1 if ratio <= 1 / TREND_RATIO else 0


def meant(alarms: tuple[Alarm, ...], wants: Callable[[Alarm], bool]) -> Alarm | None:
    """The alarm that a key press means.

    Args:
        alarms: those of the selection, the most urgent first.
        wants: which of them ask for what the key does.

    Returns:
        The first that asks for it; else the first of all, of which can be said why not; None without alarms.
    """
    return next((alarm for alarm in alarms if wants(alarm)), next(iter(alarms), None))
