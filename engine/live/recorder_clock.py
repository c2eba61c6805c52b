"""Decides whether to believe a recording's stamp, and corrects stamps where the recorder's clock is wrong.

Recording time never goes back: alarms, limits and the playhead are ordered by it. Where the recorder's clock
jumps, its stamps are moved by a constant correction, so that they continue the record in order.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from engine.clock import PATIENCE, shifted
from replay.incoming.complete_files import Candidate, Waiting

IN_A_ROW = 3
"""Recordings in a row out of order that show a wrong clock: fewer may be a glitch or a delayed copy."""

AHEAD = timedelta(minutes=5)
"""How far a stamp may lie ahead of this computer's clock: few recorders have their clock synchronised."""

GAP = 1.5
"""Intervals between its neighbours past which a late recording fills a gap, as a delayed copy does."""

FILLING_IN_A_ROW, FILLING_LOOKS = 12, 4
"""Recordings in a row that fill a gap, and looks into the folder that find some, while the next one is
overdue. A delayed copy comes at once; this is a clock that had jumped ahead and was set back."""

REMEMBERED = 17
"""Recording times kept to know the interval. Its lower quartile is used: delayed copies leave wide gaps."""

SHORTEST = timedelta(seconds=1)
"""Interval assumed where the usual one is not known."""

UNCORRECTED = timedelta(0)


@dataclass(frozen=True, slots=True)
class Break:
    """The recorder's clock is wrong from a recording on.

    Attributes:
        at: recording time of the first recording judged with the correction.
        correction: added to the recorder's stamps.
        ahead: whether the stamps are ahead of this computer's clock; else they went back.
    """

    at: datetime
    correction: timedelta
    ahead: bool

    @property
    def sentence(self) -> str:
        """Say in one sentence what is wrong, how times are read now, and what to do."""
        how = "is ahead of this computer's clock" if self.ahead else "went back"
        sign = "minus" if self.correction < UNCORRECTED else "plus"
        span = timedelta(seconds=round(abs(self.correction).total_seconds()))
        return (
            f"the recorder's clock {how}: times from here on are its stamps {sign} {span};"
            " set the recorder's clock, or [recording] timezone"
        )


def latest_credible(wall: datetime, newest: datetime | None) -> datetime | None:
    """Return the latest time that a stamp may have; None where this computer's clock is behind the record.

    Args:
        wall: this computer's clock.
        newest: recording time of the newest snapshot judged, None before the first.
    """
    if newest is not None and wall < shifted(newest, -AHEAD):
        return None
    return shifted(wall, AHEAD)


def first_in_order(
    readings: Iterable[datetime], newest: datetime | None, latest: datetime | None
) -> datetime | None:
    """Return the first reading after the newest snapshot and not past `latest`; None if there is none."""
    for reading in readings:
        if (newest is None or reading > newest) and (latest is None or reading <= latest):
            return reading
    return None


def told_apart(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Tell the first from the second hour where a local clock shows one twice, by the order of writing.

    Once local time steps back in that order, recordings belong to the second hour.

    Returns:
        All candidates, ordered by time.
    """
    ambiguous = sorted((one for one in candidates if one.again), key=lambda one: one.stamp.modified_ns)
    second: set[bytes] = set()
    for before, one in pairwise(ambiguous):
        if second or one.time < before.time:
            second.add(one.raw)
    settled = (
        replace(one, time=one.again) if one.again is not None and one.raw in second else one
        for one in candidates
    )
    return tuple(sorted(settled, key=lambda one: (one.time, one.raw)))


class RecorderClock:
    """The clock of one recorder, as its stamps show it.

    Attributes:
        correction: added to stamps that are not in order by themselves.
        held: recordings whose stamps are ahead of the clock; they wait until it reaches them.
    """

    def __init__(self, correction: timedelta = UNCORRECTED) -> None:
        """Begin with the correction of an earlier engine, zero for none."""
        self.correction = correction
        self.held: tuple[Waiting, ...] = ()
        self._glitches: set[bytes] = set()
        self._late = self._filling = 0
        self._looks, self._filling_looks = 0, set[int]()
        self._times: deque[datetime] = deque(maxlen=REMEMBERED)

    def admit(
        self, candidates: Sequence[Candidate], newest: datetime | None, interval: timedelta, wall: datetime
    ) -> tuple[tuple[Candidate, ...], Break | None]:
        """Hold back recordings whose stamps are ahead of this computer's clock.

        Where so many are held in a row that the recorder's clock must be ahead, correct it and admit them.

        Args:
            candidates: complete files.
            newest: recording time of the newest snapshot judged, None before the first.
            interval: the usual time between two snapshots, zero where it is not known.
            wall: this computer's clock.

        Returns:
            The recordings to read, ordered by time; the break, if there is one.
        """
        self._looks += 1
        latest = latest_credible(wall, newest)
        admitted, held = self._part(candidates, latest)
        row = [one for one in held if one.raw not in self._glitches]
        broken = None
        if admitted:
            self._glitches = {one.raw for one in held}
        elif len(row) >= IN_A_ROW:
            first = min(one.time for one in row)
            at = wall if newest is None else min(shifted(newest, interval or SHORTEST), wall)
            broken = self._break(first, at, ahead=True)
            admitted, held = self._part(candidates, latest)
        self.held = tuple(
            Waiting(one.name, one.raw, f"its time {one.time:%Y-%m-%d %H:%M:%S} UTC is ahead of the clock")
            for one in held
        )
        return told_apart(admitted), broken

    def time_of(self, candidate: Candidate, newest: datetime | None, wall: datetime) -> datetime | None:
        """Return the recording time of a recording that continues the record, None if it is late.

        A correction is dropped as soon as the recorder's own stamps are in order again.
        """
        latest = latest_credible(wall, newest)
        own = first_in_order(self._own(candidate), newest, latest)
        if own is not None:
            return own
        return first_in_order([shifted(candidate.time, self.correction)], newest, latest)

    def is_right(self, candidate: Candidate, at: datetime) -> bool:
        """Whether a recording's time was taken from its stamp as it is."""
        return at in self._own(candidate)

    def took(self, at: datetime) -> None:
        """Note that a recording continued the record at this time."""
        self._late = self._filling = 0
        self._filling_looks.clear()
        self._times.append(at)

    def was_late(
        self,
        candidate: Candidate,
        newest: datetime,
        interval: timedelta,
        neighbours: tuple[datetime | None, datetime | None],
        wall: datetime,
    ) -> Break | None:
        """Note a late recording; return a break where enough came in a row to show that the clock went back.

        A late recording that fills a gap of the record is a delayed copy and does not count, unless many come
        one after the other, and nothing else does.

        Args:
            candidate: the late recording.
            newest: recording time of the newest snapshot judged.
            interval: the usual time between two snapshots, zero where it is not known.
            neighbours: recording times of the snapshots before and after it.
            wall: this computer's clock.
        """
        before, after = neighbours
        gaps = sorted(later - earlier for earlier, later in pairwise(self._times))
        narrow = gaps[len(gaps) // 4] if gaps else interval
        if before is not None and after is not None and narrow and after - before > GAP * narrow:
            self._filling += 1
            self._filling_looks.add(self._looks)
            overdue = shifted(newest, PATIENCE * (interval or SHORTEST)) <= wall
            many = self._filling >= FILLING_IN_A_ROW and len(self._filling_looks) >= FILLING_LOOKS
            if not many or not overdue:
                return None
            return self._break(candidate.time, shifted(newest, interval or SHORTEST), ahead=False)
        self._late += 1
        at = shifted(newest, interval or SHORTEST)
        # A live record expects its next snapshot an interval later: a burst of old files is a delayed copy.
        if self._late < IN_A_ROW or at > wall:
            return None
        return self._break(candidate.time, at, ahead=False)

    def _break(self, stamp: datetime, at: datetime, *, ahead: bool) -> Break:
        self.correction = at - stamp
        self._late = self._filling = 0
        self._glitches.clear()
        return Break(at, self.correction, ahead)

    def _part(
        self, candidates: Sequence[Candidate], latest: datetime | None
    ) -> tuple[list[Candidate], list[Candidate]]:
        """Part candidates into those with a credible reading, and those ahead of the clock."""
        credible: list[Candidate] = []
        ahead: list[Candidate] = []
        for one in candidates:
            readings = (*self._own(one), shifted(one.time, self.correction))
            (ahead if first_in_order(readings, None, latest) is None else credible).append(one)
        return credible, ahead

    @staticmethod
    def _own(candidate: Candidate) -> tuple[datetime, ...]:
        return (candidate.time,) if candidate.again is None else (candidate.time, candidate.again)
