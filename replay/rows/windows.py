"""Windows of rows: each becomes a snapshot with the time of its last row."""

import base64
from collections import deque
from collections.abc import Mapping
from typing import Any

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
    if not len(times):
        return np.zeros(0, np.int64)
    starts = stretch_starts(times)
    ends = [
        np.arange(start + form.rows - 1, stop, stride_of(form))
        for start, stop in zip(starts, [*starts[1:], len(times)], strict=True)
    ]
    return np.concatenate(ends).astype(np.int64)


class Windower:
    """Gathers rows one by one to the same windows as `window_ends`.

    Attributes:
        last: time of the newest row [microseconds since 1970], None before the first.
    """

    def __init__(self, form: RecordingFormat) -> None:
        """Begin before the first row."""
        self.form, self._stride = form, stride_of(form)
        self.last: int | None = None
        self._rows: deque[NDArray[np.float32]] = deque(maxlen=form.rows)
        self._apart: deque[int] = deque(maxlen=RECENT)
        self._count = 0

    def add(self, time: int, values: NDArray[np.float32]) -> bool:
        """Add a row (channels,) that is later than all before; return whether a window ends with it."""
        if self.last is not None:
            apart = time - self.last
            usual = sorted(self._apart)
            # A row is compared with those before it alone, so that later rows change no window.
            if len(usual) >= FEWEST and apart > GAP * usual[0] and apart > GAP * float(np.median(usual)):
                self._rows.clear()
                self._apart.clear()
                self._count = 0
            else:
                self._apart.append(apart)
        self.last = time
        self._rows.append(values)
        self._count += 1
        over = self._count - self.form.rows
        return over >= 0 and over % self._stride == 0

    def window(self) -> NDArray[np.float32]:
        """Return the newest rows as a window, (rows, channels)."""
        return np.asfortranarray(np.stack(self._rows))

    def pack(self) -> dict[str, object]:
        """Return it in plain JSON types; floats keep every bit."""
        values = np.stack(self._rows).astype("<f4") if self._rows else np.zeros((0, 0), "<f4")
        return {
            "last": self.last,
            "apart": list(self._apart),
            "count": self._count,
            "shape": list(values.shape),
            "values": base64.b64encode(values.tobytes()).decode(),
        }


def unpack_windower(data: Mapping[str, Any], form: RecordingFormat) -> Windower:
    """Rebuild the result of `Windower.pack`.

    Raises:
        ValueError, KeyError, TypeError: it is damaged, or of another layout.
    """
    found = Windower(form)
    values = np.frombuffer(base64.b64decode(data["values"]), "<f4").astype(np.float32)
    for row in values.reshape(data["shape"]):
        if len(row) != form.columns:
            raise ValueError("the rows are of another layout")
        found._rows.append(row)
    found.last = None if data["last"] is None else int(data["last"])
    found._apart.extend(int(one) for one in data["apart"])
    found._count = int(data["count"])
    return found
