"""Clock and interval arithmetic: datetimes, microseconds since 1970 UTC, spans, the clock of a live machine.

All of it saturates: a result outside `FIRST` to `LAST` becomes the nearest of the two, and a time that lies
ahead of now counts as no time passed. So a false stamp or a clock set back raises nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
"""After every event: the playhead of a finished record."""

FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""The range of recording time: a day within what a datetime holds, so that every time zone can show it."""

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
"""Microseconds."""

RECENT = 16
"""Intervals between snapshots whose median is the usual one: enough to pass over a pause or two."""


PATIENCE = 3
"""Intervals without a snapshot after which there is no data, as everywhere in Raceway."""


def wall_clock() -> datetime:
    """Return the time of the wall clock, in UTC."""
    return datetime.now(UTC)


def microseconds(moment: datetime) -> int:
    """Return the whole microseconds from 1970-01-01 UTC to an aware datetime."""
    return (moment - EPOCH) // MICROSECOND


_RANGE = microseconds(FIRST), microseconds(LAST)


def moment(micros: int) -> datetime:
    """Return the aware UTC datetime so many microseconds after 1970-01-01, the nearest one in range."""
    return EPOCH + timedelta(microseconds=min(max(micros, _RANGE[0]), _RANGE[1]))


def shifted(at: datetime, by: timedelta) -> datetime:
    """Return an aware datetime moved by a span; at the end of the range it stays there."""
    try:
        return min(max(at + by, FIRST), LAST)
    except OverflowError:
        return LAST if by > timedelta(0) else FIRST


def seconds_span(seconds: float) -> timedelta:
    """Return a span of so many seconds; saturates, also for an infinite number.

    Raises:
        ValueError: not a number.
    """
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        return timedelta.max if seconds > 0 else timedelta.min


def largest_unit(seconds: float) -> tuple[float, str]:
    """Return a span of time in the largest unit that it has twice: a number, and d, h, min or s."""
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return seconds / length, unit
    return seconds, "s"


def passed(since: datetime, until: datetime) -> timedelta:
    """Return the time from one instant to a later one; zero if the clock was set back in between."""
    return max(until - since, timedelta(0))


def live_time(newest: datetime, came: datetime, now: datetime) -> datetime:
    """Return recording time now: the newest stamp plus the wall time since it came; saturates.

    Args:
        newest: recording time of the newest snapshot.
        came: when it came, by the wall clock.
        now: the wall clock.
    """
    return shifted(newest, passed(came, now))


def in_zone(at: datetime, zone: tzinfo) -> datetime:
    """Return an aware datetime as clocks of a time zone show it; saturates."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return (datetime.max if at.year > EPOCH.year else datetime.min).replace(tzinfo=zone)


def median_span(times: Sequence[datetime]) -> timedelta:
    """Return the median of the gaps between times in order, zero where there is none."""
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    return gaps[len(gaps) // 2] if gaps else timedelta(0)


def usual_interval(times: Sequence[datetime]) -> timedelta:
    """Return the usual time between snapshots: the median of the last gaps, zero where there is none.

    Args:
        times: of the newest snapshots, oldest first.
    """
    return median_span(list(times)[-RECENT - 1 :])


def usual_step(at: NDArray[np.int64], positions: NDArray[np.int64]) -> int:
    """Return the usual time between two snapshots in microseconds, 0 where there are fewer than two.

    Args:
        at: recording times [microseconds since 1970], (n,) ascending.
        positions: what each snapshot is counted by, (n,) ascending; a gap of two counts as two intervals.
    """
    if len(at) < 2:
        return 0
    return int(np.median(np.diff(at) // np.maximum(np.diff(positions), 1)))


def held_until(at: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the instant up to which each snapshot is valid, (n,) [microseconds]; then there is silence.

    It is a few intervals after the snapshot, and longer if the next ones were thinned.

    Args:
        at: recording times [microseconds since 1970], (n,) ascending.
        positions: as for `usual_step`.
    """
    interval = usual_step(at, positions)
    until = at + PATIENCE * interval
    until[:-1] += (np.diff(positions) - 1) * interval
    return until


@dataclass(frozen=True, slots=True)
class LiveClock:
    """Recording time between two snapshots: the newest stamp plus the time since it came.

    `newest` is a recording time; `came` says when it came, in seconds of a clock that never goes back, so
    that a step of the wall clock makes nothing ring.
    """

    newest: datetime
    came: float

    def now(self, clock: float) -> datetime:
        """Return recording time when that clock shows so many seconds; saturates."""
        return shifted(self.newest, seconds_span(max(clock - self.came, 0.0)))
