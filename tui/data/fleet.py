"""The machines of a store: for each its worst component, its unacknowledged alarms and its engine."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.alarms.peak import badness
from engine.clock import microseconds
from engine.records.assessment import Assessment
from engine.records.events import Priority
from engine.records.picker import newest_of_each
from engine.records.plants.report import Unrecorded
from engine.records.progress import HINDERED, Heartbeat, Phase
from engine.reports.latest import NEVER, Latest, latest_of

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.reports.overview import Overview, Overviews
    from engine.store.store import Store

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """The newest severities of a component: instants (n,), severity (n,), baseline (n,)."""

    at: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    severity: Floats = field(default_factory=lambda: np.zeros(0))
    baseline: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))


@dataclass(frozen=True, slots=True)
class Standing:
    """One machine as of now.

    `worst` names its worst component, "" before the first snapshot, and `latest` is that component's
    condition. `alarm` is the worst open alarm, acknowledged or not; `waiting` counts the unacknowledged.
    `open_alarms` are all open ones, the most urgent first. `until` is the present in recording time, `newest`
    the instant of the newest snapshot; None where there is none. `trend` is that of the worst component.
    """

    assessment: Assessment
    worst: str
    latest: Latest
    alarm: "Alarm | None"
    waiting: int
    heartbeat: Heartbeat | None
    open_alarms: "tuple[Alarm, ...]" = ()
    until: datetime | None = None
    newest: int | None = None
    trend: Trend = field(default_factory=Trend, compare=False)

    @property
    def age(self) -> float | None:
        """Return the age of the newest snapshot of a watched machine [s]; None for a finished run."""
        if not self.assessment.live or self.until is None or self.newest is None:
            return None
        return max((microseconds(self.until) - self.newest) / 1e6, 0.0)

    @property
    def is_recorded(self) -> bool:
        """Whether the machine has a record that can be opened."""
        return bool(self.assessment.components)

    @property
    def hindrance(self) -> Phase | None:
        """Return why a watched machine is not judged although its engine works, None where it is."""
        beat = self.heartbeat
        return beat.phase if self.assessment.live and beat is not None and beat.phase in HINDERED else None

    @property
    def healthy(self) -> bool:
        """Whether no alarm is open, the worst component is below its limit, and an engine is there."""
        beat, live = self.heartbeat, self.assessment.live
        gone = (Phase.FAILED, Phase.REMOVED, Phase.ENDED) if live else (Phase.FAILED,)
        judged = beat is not None and beat.phase not in gone and not self.hindrance
        known = self.latest.severity is not None and self.latest.severity < 1.0
        return self.alarm is None and known and judged and not self.latest.silent

    def counts(self) -> dict[Priority, int]:
        """Return the number of unacknowledged alarms of each priority, the highest first."""
        waiting = [alarm.priority for alarm in self.open_alarms if alarm.needs_acknowledgement]
        return {one: waiting.count(one) for one in reversed(Priority) if one in waiting}


class Fleet:
    """Reads every machine of a store again and again; events that were read once are kept."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._overviews: Overviews | None = None

    def read(self, store: "Store", now: datetime) -> tuple[Standing, ...]:
        """Return every machine's standing, the worst first; `now` is the wall clock."""
        from engine.reports.overview import Overviews

        if self._overviews is None:
            self._overviews = Overviews()
        with store.reading_long():
            missing = store.unrecorded(now)
            found = [without_record(one) for one in missing]
            names = {one.assessment.machine for one in missing}
            known = newest_of_each(store.assessments())
            known = tuple(one for one in known if one.machine not in names)
            found += standings_of(store, self._overviews.read(store, known, now))
        return tuple(sorted(found, key=urgency))


def without_record(missing: Unrecorded) -> Standing:
    """Return the standing of a machine that a plant names and that has no record yet."""
    return Standing(missing.assessment, "", NEVER, None, 0, missing.heartbeat)


def standings_of(store: "Store", overviews: "Iterable[Overview]") -> list[Standing]:
    """Return the standings of machines, each with the trend of its worst component."""
    found = [_standing(store, one) for one in overviews]
    wanted = {}
    for standing, overview in found:
        if standing.worst in standing.assessment.components:
            index = standing.assessment.components.index(standing.worst)
            wanted[standing.assessment.id] = index, overview.newest
    trends = {
        number: Trend(wanted[number][1].at, severity, wanted[number][1].baseline)
        for number, severity in store.newest_severities(wanted).items()
    }
    return [replace(standing, trend=trends.get(standing.assessment.id, Trend())) for standing, _ in found]


def _standing(store: "Store", overview: "Overview") -> "tuple[Standing, Overview]":
    """Return a machine's standing without its trend, beside its overview."""
    from engine.alarms.alarm import AlarmState

    assessment, newest, alarms = overview.assessment, overview.newest, overview.alarms
    open_ones = [alarm for alarm in alarms if alarm.state is not AlarmState.NORMAL]
    latest = latest_of(store, assessment, newest, overview.until)
    found = dict(zip(assessment.components, latest, strict=True))
    known = {name: one for name, one in found.items() if one != NEVER}
    worst = max(known, key=lambda name: known[name].known, default="")
    open_ones.sort(key=lambda alarm: (alarm.put_away, badness(alarm, alarm.peak)))
    own = [alarm for alarm in open_ones if not alarm.put_away and alarm.component in assessment.components]
    if own:
        worst = own[0].component
    standing = Standing(
        assessment=assessment,
        worst=worst,
        latest=known.get(worst, NEVER),
        alarm=next(iter(open_ones), None),
        waiting=sum(alarm.needs_acknowledgement for alarm in alarms),
        heartbeat=overview.heartbeat,
        open_alarms=tuple(open_ones),
        until=overview.until,
        newest=int(newest.at[-1]) if len(newest) else None,
    )
    return standing, overview


def urgency(standing: Standing) -> tuple[int, float, str]:
    """Return a sort key: first the higher priority of a standing alarm, then the higher severity."""
    alarm = standing.alarm
    rank = -1 if alarm is None or alarm.put_away else alarm.priority.rank
    if standing.hindrance:
        # As "no data", which rings later.
        rank = max(rank, Priority.MEDIUM.rank)
    if not standing.is_recorded:
        # As where "engine failed" stands in a record.
        rank = Priority.HIGH.rank
    return (-rank, -standing.latest.known, standing.assessment.machine)
