"""The console's cache of an assessment's snapshots, read in small portions.

A live console gets the newest snapshots first, and older ones in steps; a replay starts at the beginning. The
cache is bounded for any length of the record: older snapshots are thinned, and those around the playhead are
read again whole.
"""

import time
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.records.assessment import Assessment
from engine.records.series import Series
from engine.records.thinning import bounded, joined, thinned

if TYPE_CHECKING:
    from engine.store.store import Store

CHUNK = 1000
"""Snapshots in one read transaction; a reader delays the engine's commits, so reads stay short."""

FIRST = 2000
"""Newest snapshots that are read before the first view."""

BUDGET_SECONDS = 0.4
"""Time after which the screen gets the snapshots read so far [s]; the rest is read later."""

AROUND = 1500
"""Snapshots on either side of the playhead that are read whole."""


class Recollection:
    """A cache that grows by the engine's new snapshots and, in steps, by older ones. For one thread."""

    def __init__(
        self,
        assessment: Assessment,
        *,
        newest_first: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty.

        Args:
            assessment: the assessment of the snapshots.
            newest_first: whether the older ones come last.
            clock: a clock that never goes back [s].
        """
        self.assessment = assessment
        self._newest_first = newest_first
        self._clock = clock
        self._kept: Series | None = None
        self._growing = Growing()
        self._around: Series | None = None
        self._fetched = (0, 0)
        self._spacing = 0
        self._wanted: int | None = None
        self.unread = 0
        """Positions before the first cached one that are not read yet."""

        self.more = True
        """Whether there is more to read although no snapshot was added."""

        self._shown: Series | None = None

    @property
    def series(self) -> Series:
        """Return the cached series, in order of time; the same object while nothing was read."""
        if self._shown is None:
            assert self._kept is not None
            self._shown = self._kept if self._around is None else joined(self._kept, self._around)
        return self._shown

    def read(self, store: "Store") -> None:
        """Read the added snapshots, and as many older ones as there is time for."""
        deadline = self._clock() + BUDGET_SECONDS
        if self._kept is None:
            self._begin(store)
            if self.unread:
                return
        self.more = not self._read_newer(store, deadline)
        if not self.more:
            self._read_older(store, deadline)
            self.more = self.unread > 0

    def look(self, store: "Store", position: int | None) -> None:
        """Read the snapshots around a position whole, if they were thinned.

        Nothing is read for a playhead that moves fast: it must stay near.
        """
        last, self._wanted = self._wanted, position
        if position is None or last is None or abs(position - last) > AROUND // 2:
            return
        if self._is_thin(position):
            start, stop = self._fetched = position - AROUND, position + AROUND
            self._around = store.series(self.assessment, after=start - 1, before=stop)
            self._shown = None

    def _is_thin(self, position: int) -> bool:
        """Return whether snapshots near a position were thinned and not read again."""
        kept = self._kept
        if not self._spacing or kept is None:
            return False
        low = max(position - AROUND // 4, int(kept.positions[0]))
        high = min(position + AROUND // 4, int(kept.positions[-1]))
        if self._fetched[0] <= low and high < self._fetched[1]:
            return False
        start, stop = np.searchsorted(kept.positions, [low, high + 1]).tolist()
        return bool(stop - start < high - low + 1)

    def _begin(self, store: "Store") -> None:
        after = store.after_newest(self.assessment, FIRST) if self._newest_first else -1
        self._kept = store.series(self.assessment, after=after, limit=None if self._newest_first else CHUNK)
        self._shown = None
        self.unread = after + 1

    def _read_newer(self, store: "Store", deadline: float) -> bool:
        """Read the snapshots after the newest cached one; return whether those were all."""
        assert self._kept is not None
        grown = self._kept
        size = CHUNK
        while size == CHUNK:
            newest = int(grown.positions[-1]) if len(grown) else -1
            new = store.series(self.assessment, after=newest, limit=CHUNK)
            size = len(new)
            if size:
                grown = self._growing.joined(grown, new)
            if self._clock() > deadline:
                break
        self._keep(grown)
        return size < CHUNK

    def _read_older(self, store: "Store", deadline: float) -> None:
        """Read towards the beginning; portions before a failure are kept."""
        assert self._kept is not None
        parts: list[Series] = []
        unread = self.unread
        try:
            # One portion is read each time even if it is late, so that reading ends.
            while unread and (not parts or self._clock() <= deadline):
                part = store.series(self.assessment, before=unread, limit=CHUNK)
                unread = int(part.positions[0]) if len(part) == CHUNK else 0
                parts.append(thinned(part, self._spacing))
        finally:
            if any(map(len, parts)):
                self._keep(joined(*reversed(parts), self._kept))
            self.unread = unread

    def _keep(self, series: Series) -> None:
        if series is not self._kept:
            self._kept, self._spacing = bounded(series, self._spacing)
            self._shown = None


SPARE = 8
"""Share of its length that is kept free behind a column, so that it is seldom copied."""


COLUMNS = tuple(field.name for field in fields(Series) if field.name != "names")


class Growing:
    """Joins new snapshots to the last series it returned. Rows that were returned never change."""

    def __init__(self) -> None:
        """Start without columns."""
        self._room: dict[str, NDArray[np.generic]] = {}
        self._last: Series | None = None

    def joined(self, series: Series, new: Series) -> Series:
        """Return a series joined with the snapshots after it, as `joined` does."""
        if not len(series) or not len(new) or new.at[0] <= series.at[-1]:
            return joined(series, new)
        size = len(series) + len(new)
        if series is not self._last or size > len(self._room["at"]):
            self._room = {name: _roomier(getattr(series, name), size) for name in COLUMNS}
        for name, room in self._room.items():
            room[len(series) : size] = getattr(new, name)
        columns = {name: room[:size] for name, room in self._room.items()}
        self._last = Series(names=series.names + new.names, **columns)  # type: ignore[arg-type]  # by name
        return self._last


def _roomier(column: NDArray[np.generic], size: int) -> NDArray[np.generic]:
    """Return a copy of a column with room for so many rows, and some to spare."""
    room = np.empty((size + size // SPARE, *column.shape[1:]), column.dtype)
    room[: len(column)] = column
    return room
