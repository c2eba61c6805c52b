"""The snapshots that a watched machine is learned again from, chosen in its record.

The folder may hold the newest files only: counted there, the first snapshots would be the failing ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from engine.clock import median_span, moment
from engine.config.healthy_span import Healthy, HealthyCount, HealthySpan, healthy_positions
from engine.errors import UnusableError
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Ring
from engine.records.series import Series
from replay.run import Run

ANYWAY = "--anyway learns from it all the same"


class UnhealthyChoiceError(UnusableError):
    """The chosen snapshots cannot be learned from: too few, files are gone, or an alarm stood."""


@dataclass(frozen=True, slots=True)
class Stood:
    """An alarm that stood from `begin` to `end`, None where it still does."""

    alarm: str
    begin: datetime
    end: datetime | None

    def overlaps(self, first: datetime, last: datetime) -> bool:
        """Whether it stood at any instant of a span."""
        return self.begin <= last and (self.end is None or self.end >= first)


def stood(events: Iterable[Event]) -> tuple[Stood, ...]:
    """Return when each alarm of a component of medium or high priority stood, by the events of a record."""
    raised: dict[str, datetime] = {}
    over: list[Stood] = []
    for event in sorted(events, key=lambda event: event.seq):
        if event.kind in RINGS and event.component and Ring.from_detail(event.detail).priority > Priority.LOW:
            raised.setdefault(event.alarm, event.at)
        elif event.kind is EventKind.CLEARED and event.alarm in raised:
            over.append(Stood(event.alarm, raised.pop(event.alarm), event.at))
    return (*over, *(Stood(alarm, begin, None) for alarm, begin in raised.items()))


def chosen_run(
    run: Run, healthy: Healthy, series: Series, events: Sequence[Event], *, anyway: bool = False
) -> Run:
    """Return the recordings of a folder that are the healthy snapshots of a record.

    Args:
        run: the recordings that the folder holds now.
        healthy: the snapshots meant, counted in the record.
        series: the snapshots of the record; where it is empty the folder's recordings are meant.
        events: of the record.
        anyway: whether to learn although fewer are at hand, files are gone or an alarm stood.

    Raises:
        UnhealthyChoiceError: fewer are at hand than chosen, files are gone, or an alarm stood among them.
    """
    if not len(series):
        short = shortfall(healthy, [entry.time for entry in run.entries], "the folder")
        if short and not anyway:
            raise UnhealthyChoiceError(f"{short}, or {ANYWAY}")
        return run
    times = [moment(int(at)) for at in series.at]
    places = healthy_positions(times, healthy, 0)
    if not len(places):
        raise UnhealthyChoiceError(
            "the record holds no snapshot of this span;"
            f" it goes from {_shown(times[0])} to {_shown(times[-1])}"
        )
    short = shortfall(healthy, times, "the record") or _thinned(healthy, series, places)
    if short and not anyway:
        raise UnhealthyChoiceError(f"{short}, or {ANYWAY}")
    there = {entry.name: entry for entry in run.entries}
    names = [series.names[place] for place in places]
    entries = tuple(there[name] for name in names if name in there)
    first, last = times[places[0]], times[places[-1]]
    if len(entries) < len(names) and not (anyway and entries):
        gone = next(name for name in names if name not in there)
        raise UnhealthyChoiceError(
            f"{len(names) - len(entries)} of the {len(names)} snapshots are not in the folder any more, first"
            f" {gone}; name a span FROM..TO whose files are there" + (f", or {ANYWAY}" if entries else "")
        )
    alarms = sorted({one.alarm for one in stood(events) if one.overlaps(first, last)})
    if alarms and not anyway:
        raise UnhealthyChoiceError(
            f"an alarm stood among these snapshots ({alarms[0]}): the machine was not healthy;"
            f" name another span, or {ANYWAY}"
        )
    return replace(run, entries=entries)


def shortfall(healthy: Healthy, times: Sequence[datetime], place: str) -> str:
    """Return in a sentence how much less there is than was chosen, and another choice; "" where all is there.

    A span may begin or end one usual interval outside.

    Args:
        healthy: the choice.
        times: of the snapshots at hand, oldest first, at least one.
        place: that holds them, in words.
    """
    if isinstance(healthy, HealthyCount) and healthy.snapshots > len(times):
        return (
            f"{healthy.snapshots} snapshots were asked for and {place} holds {len(times)}; wait for more,"
            f" name at most {len(times)}"
        )
    if not isinstance(healthy, HealthySpan):
        return ""
    slack = median_span(times)
    if healthy.begin >= times[0] - slack and healthy.end <= times[-1] + slack:
        return ""
    return (
        f"{_shown(healthy.begin)} to {_shown(healthy.end)} was asked for and {place} goes from"
        f" {_shown(times[0])} to {_shown(times[-1])}; name a span within it"
    )


def _thinned(healthy: Healthy, series: Series, places: range) -> str:
    """Return in a sentence that retention removed some of the first snapshots; "" where it did not."""
    if not isinstance(healthy, HealthyCount):
        return ""
    counted = int(series.positions.max()) + 1
    newest = int(np.max(series.positions[places.start : places.stop]))
    if counted == len(series) or newest < healthy.snapshots:
        return ""
    return (
        f"some of the first {healthy.snapshots} snapshots were removed from the record by [store] retention;"
        " name a span FROM..TO of those that are there"
    )


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}"
