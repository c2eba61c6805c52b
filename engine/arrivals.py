"""Decides what becomes of a recording that arrived in a watched folder, by its time and its signal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from engine.records.events import Intake, Outcome

RECENT = 16
"""Intervals between snapshots whose median is the usual one: enough to pass over a pause or two."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a file; `reason` is empty where it is scored as it should be."""

    outcome: Outcome
    reason: str = ""


def ruling(
    at: datetime,
    digest: str,
    *,
    at_its_time: Intake | None,
    with_its_signal: Intake | None,
    newest: datetime | None,
) -> Ruling:
    """Decide on a recording that could be read.

    Args:
        at: its recording time.
        digest: of its signal.
        at_its_time: the file that was taken in for the same time, if any.
        with_its_signal: a file that was taken in with the same signal for another time, if any.
        newest: recording time of the newest snapshot judged.
    """
    if at_its_time is not None and at_its_time.digest == digest:
        return Ruling(Outcome.DUPLICATE, f"the same recording was taken in as {at_its_time.name}")
    if at_its_time is not None:
        return Ruling(
            Outcome.CONFLICT,
            f"another recording of the same time was taken in as {at_its_time.name}; keep the right one",
        )
    if with_its_signal is not None:
        return Ruling(
            Outcome.REPEATED,
            f"invalid: the recorder repeats itself, its signal is that of {with_its_signal.name};"
            " check the recorder",
        )
    if newest is not None and at <= newest:
        return Ruling(Outcome.LATE, "it came after later recordings had been judged")
    return Ruling(Outcome.TAKEN)


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
        """Recording time when that clock shows so many seconds."""
        return self.newest + timedelta(seconds=max(clock - self.came, 0.0))
