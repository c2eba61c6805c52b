"""The part of a recording in which a motor runs steadily, after its start and before it stops (pure)."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.currents import Signal, park_vector

Rows = TypeVar("Rows", bound=np.generic)

BLOCK = 0.02
"""Seconds in which the size of the Park vector is averaged: a cycle at 50 Hz."""

FAINT = 0.02
"""Share of the largest current below which no motor runs: starting draws at most ten times the rated current,
and no load at least a third of it."""

STILL = 0.1
"""Share of the usual amplitude below which the motor draws no current."""

SURGE = 2.5
"""Current over the usual one above which a motor starts: a cage motor draws four to eight times the rated
current, with a soft starter three times. Source: IEC 60034-12; no load on a recording is not a start."""

SETTLED = 1.25
"""Current over the usual one below which a start is over."""

REST = 10
"""Blocks after that until the direct current of the switching has decayed."""

AT_ONCE = 5
"""Blocks of a recording within which a surge belongs to a start before it."""

LEAST_SHARE = 0.5
"""Least share of a recording that the steady part fills, so that it stands for the motor."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a recording in which the motor runs steadily: from `first` up to `last`, of `rows`.

    Attributes:
        share: of the recording in which the motor draws current.
        is_stopped: whether the steady part is too short to judge the motor.
    """

    first: int
    last: int
    rows: int
    share: float = 1.0
    is_stopped: bool = False

    @property
    def is_whole(self) -> bool:
        """Return whether it is all of the recording."""
        return (self.first, self.last) == (0, self.rows)

    def of(self, signal: NDArray[Rows]) -> NDArray[Rows]:
        """Return its rows of a signal, (rows, channels)."""
        return signal[self.first : self.last]


def running_part(signal: Signal, rate: float) -> Part:
    """Return the steady part of a recording; the whole one where the motor neither starts nor stops.

    Args:
        signal: (rows, 3).
        rate: rows a second [Hz].
    """
    rows = len(signal)
    length = max(1, round(BLOCK * rate))
    size = _blocks(np.abs(park_vector(signal)), length)
    whole = Part(0, rows, rows)
    if size.max() <= 0:
        return Part(0, rows, rows, 0.0, is_stopped=True)
    usual = float(np.median(size[size > FAINT * size.max()]))
    runs = size > STILL * usual
    share = float(runs.mean())
    begin, end = _longest(runs)
    first = begin + _start(size[begin:end], after_rest=begin > 0)
    last = end - REST // 2 if end < len(size) else end
    if (first, last) == (0, len(size)):
        return whole
    if last - first < LEAST_SHARE * len(size):
        return Part(0, rows, rows, share, is_stopped=True)
    return Part(first * length, rows if last == len(size) else last * length, rows, share)


def _blocks(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Return the means of blocks; rows that are left belong to the last."""
    count = max(len(values) // length, 1)
    edges = np.arange(count) * length
    sizes = np.diff(np.append(edges, len(values)))
    return np.asarray(np.add.reduceat(values, edges) / sizes)


def _longest(runs: NDArray[np.bool_]) -> tuple[int, int]:
    """Return begin and end of the longest run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], runs, [False]]).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    best = int(np.argmax(ends - begins))
    return int(begins[best]), int(ends[best])


def _start(size: NDArray[np.float64], *, after_rest: bool) -> int:
    """Return the blocks that the start takes at the begin of a run of blocks; 0 for none."""
    usual = float(np.median(size[len(size) // 2 :]))
    surges = size[:AT_ONCE].max() > SURGE * usual
    if not surges and not after_rest:
        return 0
    beyond = np.flatnonzero((size > SETTLED * usual) | (size < usual / SETTLED))
    # A load that changes later is not a part of the start.
    ends = np.flatnonzero(np.diff(beyond) > REST)
    first = int(beyond[ends[0]] if len(ends) else beyond[-1]) + 1 if len(beyond) and beyond[0] < REST else 0
    return first + REST
