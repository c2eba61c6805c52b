"""Recording time: datetimes, whole microseconds since 1970 UTC, intervals, the clock of a live machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""The range of recording time: a day within what a datetime holds, so that every time zone can show it."""


def microseconds(moment: datetime) -> int:
    """Return whole microseconds from 1970-01-01 UTC to an aware datetime."""
    return (moment - EPOCH) // timedelta(microseconds=1)


_RANGE = microseconds(FIRST), microseconds(LAST)


def moment(micros: int) -> datetime:
    """Return the aware UTC datetime so many microseconds after 1970-01-01, the nearest one in range."""
    return EPOCH + timedelta(microseconds=min(max(micros, _RANGE[0]), _RANGE[1]))


def shifted(moment: datetime, by: timedelta) -> datetime:
    """Return an aware datetime moved by an interval; at the end of the range it stays there."""
    try:
        return min(max(moment + by, FIRST), LAST)
    except OverflowError:
        return LAST if by > timedelta(0) else FIRST


RECENT = 16
"""Intervals between snapshots whose median is the usual one: enough to pass over a pause or two."""


def usual_interval(times: Sequence[datetime]) -> timedelta:
    """The usual time between snapshots: the median of the last gaps, zero where there is none.

    Args:
        times: of the newest snapshots, oldest first.
    """
    newest = list(times)[-RECENT - 1 :]
    gaps = sorted(later - earlier for earlier, later in pairwise(newest))
    return gaps[len(gaps) // 2] if gaps else timedelta(0)


@dataclass(frozen=True, slots=True)
class LiveClock:
    """Recording time between two snapshots: the newest stamp plus the time since it came.

    `newest` is a recording time; `came` says when it came, in seconds of a clock that never goes back, so
    that a step of the wall clock makes nothing ring.
    """

    newest: datetime
    came: float

    def now(self, clock: float) -> datetime:
        """Return the recording time at which that clock shows so many seconds."""
        return shifted(self.newest, timedelta(seconds=max(clock - self.came, 0.0)))
