"""Windows of rows: each becomes a snapshot with the time of its last row."""

import numpy as np
from numpy.typing import NDArray

from replay.recording import RecordingFormat

GAP = 10.0
"""Times the usual distance of rows from which a distance is a gap: no window spans it."""

RECENT = 30
"""Distances of the same stretch that say what is usual."""

FEWEST = 3
"""Least distances that say it."""


def stride_of(form: RecordingFormat) -> int:
    """Return the rows from the end of one window to that of the next."""
    return max(1, round(form.rows * (1 - form.overlap)))


def stretch_starts(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of each stretch without a gap; a row is compared with those before it alone.

    Args:
        times: (rows,), rising, microseconds.
    """
    if not len(times):
        return np.zeros(0, np.int64)
    apart = np.diff(times)
    starts = [0]
    for place in np.flatnonzero(apart > GAP * apart.min(initial=np.iinfo(np.int64).max // 100)).tolist():
        usual = apart[max(starts[-1], place - RECENT) : place]
        if len(usual) >= FEWEST and apart[place] > GAP * float(np.median(usual)):
            starts.append(place + 1)
    return np.array(starts, np.int64)


def window_ends(times: NDArray[np.int64], form: RecordingFormat) -> NDArray[np.int64]:
    """Return the last row of each window, rising.

    Args:
        times: (rows,), rising, microseconds.
        form: rows of a window, and their overlap.
    """
    starts = stretch_starts(times)
    ends = [
        np.arange(start + form.rows - 1, stop, stride_of(form))
        for start, stop in zip(starts, [*starts[1:], len(times)], strict=True)
    ]
    return np.concatenate(ends).astype(np.int64) if ends else np.zeros(0, np.int64)
