"""Cuts rows into recordings and gives each its time.

Rows carry no time. The first row of a stretch has the time of its arrival, and every later row follows by the
sample rate. A stretch ends where rows are missing: at a broken connection, a row that cannot be read, or a
silence after which the rows do not catch up. A recording never reaches over such a gap: its rows are dropped
and counted.
"""

from dataclasses import dataclass, field

from replay.recorder.rows import BadRow, Rows

LATE = 1.0
"""Delay of rows that is taken for a slow network, not for a gap [s]."""

AHEAD = 60.0
"""Seconds by which times may run ahead of the clock, because a peer may send a stored minute first.

Beyond them, recordings are dropped: a time far in the future is wrong."""


FASTER = "the rows come faster than the stated rate"
"""Reason of a gap that the stated rate causes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A complete recording.

    Attributes:
        time: of its first row [s since 1970].
        text: its rows.
    """

    time: float
    text: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where rows are missing.

    Attributes:
        time: when it was noticed [s since 1970].
        dropped: rows before it that fill no recording.
        reason: its cause, in words.
    """

    time: float
    dropped: int
    reason: str


@dataclass
class _Partial:
    """The rows of the recording in progress."""

    text: list[bytes] = field(default_factory=list)
    count: int = 0

    def add(self, text: bytes, count: int) -> None:
        self.text.append(text)
        self.count += count

    def take(self, rows: int) -> bytes:
        """Remove and return the first rows, of which there must be enough."""
        whole = b"".join(self.text)
        end = _end_of_row(whole, rows, self.count)
        self.text = [whole[end:]] if end < len(whole) else []
        self.count -= rows
        return whole[:end]


class Cutter:
    """Cuts rows into recordings of equal length."""

    def __init__(self, rows: int, rate: float, *, shortest: float, start: float | None = None) -> None:
        """Begin.

        Args:
            rows: rows of a recording.
            rate: rows per second.
            shortest: least time between two recordings, by which their names differ [s].
            start: time of the first row of a stream that was recorded earlier [s since 1970]; then arrival
                does not matter.
        """
        self._rows, self._rate, self._shortest = rows, rate, shortest
        self._fixed = start
        self._base: float | None = None
        self._taken = 0
        self._partial = _Partial()
        self._last_time = float("-inf")
        self._last_arrival: float | None = None
        self._silence: _Silence | None = None
        self._late = self._least_late = 0.0

    def add(self, rows: Rows, at: float) -> list[Cut | Gap]:
        """Take rows that arrived at a time; return the recordings they complete, and gaps, in order."""
        found: list[Cut | Gap] = []
        end = self._taken + rows.count
        if self._base is None:
            self._base = self._fixed if self._fixed is not None else at - rows.count / self._rate
        if self._fixed is None:
            self._watch_the_clock(at, end)
        self._partial.add(rows.text, rows.count)
        self._taken = end
        self._last_arrival = at
        while self._partial.count >= self._rows:
            gap = self._gap_within()
            if gap is not None:
                found.append(gap)
            else:
                found.append(self._cut())
        return found

    def break_off(self, at: float, reason: str) -> Gap:
        """End the stretch: the rows of the recording in progress are dropped."""
        gap = Gap(at, self._partial.count, reason)
        if self._fixed is not None and self._base is not None:
            self._fixed = self._base + self._taken / self._rate
        self._partial = _Partial()
        self._base, self._taken, self._silence, self._last_arrival = None, 0, None, None
        return gap

    def refuse(self, bad: BadRow, at: float) -> Gap:
        """Take a row that cannot be read: it ends the stretch."""
        if self._fixed is not None:
            self._taken += 1
        return self.break_off(at, bad.reason)

    def _watch_the_clock(self, at: float, end: int) -> None:
        """Compare the arrival of the row `end` of this stretch with its time by the sample rate."""
        assert self._base is not None
        late = at - (self._base + end / self._rate)
        if late < 0:
            # No row arrives before it was measured: the stretch began earlier than its first arrival.
            self._base += late
            late = 0.0
        self._late, self._least_late = late, min(self._least_late, late)
        if self._silence is not None:
            self._silence.least_late = min(self._silence.least_late, late)
        elif self._last_arrival is not None and late > LATE and at - self._last_arrival > LATE / 2:
            self._silence = _Silence(self._taken, at, late)

    def _gap_within(self) -> Gap | None:
        """Return the gap within the recording that is full now; cut off the rows before it."""
        silence = self._silence
        if silence is None:
            return None
        begin = self._taken - self._partial.count
        if silence.row >= begin + self._rows:
            return None
        self._silence = None
        if silence.least_late <= LATE:
            return None
        dropped = max(0, silence.row - begin)
        if dropped:
            self._partial.take(dropped)
        assert self._base is not None
        self._base += silence.least_late
        return Gap(silence.at, dropped, f"no rows came for about {silence.least_late:.1f} s")

    def _cut(self) -> Cut | Gap:
        assert self._base is not None
        assert self._last_arrival is not None
        begin = self._taken - self._partial.count
        if self._fixed is None and self._silence is None and self._least_late > LATE:
            # The rows come a little slower than the sample rate says: their times follow the clock.
            self._base += self._least_late
            self._late -= self._least_late
        self._least_late = self._late
        time = max(self._base + begin / self._rate, self._last_time + self._shortest)
        text = self._partial.take(self._rows)
        if self._fixed is None and time + self._rows / self._rate > self._last_arrival + AHEAD:
            return Gap(self._last_arrival, self._rows, FASTER)
        self._last_time = time
        return Cut(time, text)


@dataclass
class _Silence:
    """A pause before a row of the stretch.

    Attributes:
        row: the first row after it, counted in the stretch.
        at: when that row arrived.
        least_late: smallest delay of any row since; near 0, nothing was lost.
    """

    row: int
    at: float
    least_late: float


def _end_of_row(text: bytes, rows: int, count: int) -> int:
    """Return the position after the given number of rows in a text of `count` rows."""
    if rows >= count:
        return len(text)
    # Counted from the nearer end; the rest beyond a recording is mostly short.
    if count - rows <= rows:
        end = len(text) - 1
        for _ in range(count - rows):
            end = text.rfind(b"\n", 0, end)
        return end + 1
    end = -1
    for _ in range(rows):
        end = text.find(b"\n", end + 1)
    return end + 1
