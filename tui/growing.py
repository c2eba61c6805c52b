"""Appends to a series without copying it: its columns are kept in arrays that have room to spare."""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from engine.records.events import Series
from tui.data.thinning import joined

SPARE = 8
"""An eighth of its length is kept free behind a column, so that it is seldom copied."""

COLUMNS = tuple(field.name for field in fields(Series) if field.name != "names")


class Growing:
    """Joins what is new to what it handed out last. Rows that were handed out are never written again."""

    def __init__(self) -> None:
        """No room yet."""
        self._room: dict[str, NDArray[np.generic]] = {}
        self._last: Series | None = None

    def joined(self, series: Series, new: Series) -> Series:
        """A series and the snapshots after it; as `joined` of the two."""
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
    """A copy of a column with room for so many rows, and some to spare."""
    room = np.empty((size + size // SPARE, *column.shape[1:]), column.dtype)
    room[: len(column)] = column
    return room
