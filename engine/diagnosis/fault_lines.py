"""Search of envelope spectra for the fault lines of a bearing, apart from lines of shaft and mains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS, Surface
from engine.signals.statistics import median

SLIP = 0.01
"""Search range on either side, as a share of the line's frequency, because rollers slip and speed varies."""

APART = 2.0
"""Least distance of a candidate from a shaft order or mains harmonic, in bins: the width of its main lobe."""

LINES = (*((order, 0) for order in range(1, HARMONICS + 1)), (1, -1), (1, 1))
"""The lines of a surface as (harmonic order, sideband): the harmonics, then the first sidebands of the
fundamental. An inner race's defect passes through the load once a turn of the shaft, a roller's once a turn
of the cage; the other surfaces have no sidebands."""

NEIGHBOURS = 30
"""Bins on either side; their median is the floor of a line."""


@dataclass(frozen=True, slots=True, eq=False)
class LineSearch:
    """The fault lines of one bearing at one resolution, as indices of bins.

    Attributes:
        surfaces: of the table's first axis.
        bins: int (surfaces, lines, candidates), possible bins of each line, padded by repetition.
        floor: int (surfaces, lines, neighbours), the bins of each line's floor.
        heard: bool (surfaces, lines), False for a line that shaft or mains mask, or that is too high.
        resolution: of a bin [Hz].
    """

    surfaces: tuple[Surface, ...]
    bins: NDArray[np.int64]
    floor: NDArray[np.int64]
    heard: NDArray[np.bool_]
    resolution: float

    def strengths(self, envelope: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the height of each line above its floor.

        Args:
            envelope: (..., bins).

        Returns:
            Natural logarithm of peak over floor, (..., surfaces, lines), NaN if not heard.
        """
        # `take` and not an index: contiguous rows of neighbours are sorted twice as fast.
        peak = envelope.take(self.bins, axis=-1).max(axis=-1)
        floor = median(envelope.take(self.floor, axis=-1), -1).astype(np.float32)
        tiny = np.float32(np.finfo(np.float32).tiny)
        logs = np.log(np.maximum(peak, tiny)) - np.log(np.maximum(floor, tiny))
        return np.where(self.heard, logs, np.float32(np.nan)).astype(np.float32)

    def found_at(self, envelope: NDArray[np.float32], surface: int, line: int) -> float:
        """Return the frequency of a line's highest candidate in one envelope spectrum (bins,) [Hz]."""
        candidates = self.bins[surface, line]
        return float(candidates[np.argmax(envelope[candidates])] * self.resolution)


def line_search(
    frequencies: dict[Surface, float], shaft: float, mains: float, resolution: float, bins: int
) -> LineSearch:
    """Prepare the search for the lines of one bearing.

    A surface is not searched for if its fundamental is too near another's or to zero, because the resolution
    cannot separate it.

    Args:
        frequencies: of the surfaces [Hz].
        shaft: rotation [Hz]; its orders are masked.
        mains: mains frequency [Hz], 0 for none; its harmonics are masked.
        resolution: of a bin [Hz].
        bins: number of bins of an envelope spectrum.
    """
    surfaces = tuple(
        surface
        for surface, frequency in frequencies.items()
        if frequency > 4 * resolution
        and all(
            abs(frequency - other) > 4 * resolution
            for name, other in frequencies.items()
            if name is not surface
        )
    )
    spacing = {Surface.INNER: shaft, Surface.ROLLER: frequencies.get(Surface.CAGE, 0.0)}
    candidates, floors, heard = [], [], []
    for surface in surfaces:
        for order, sideband in LINES:
            frequency = order * frequencies[surface] + sideband * spacing.get(surface, 0.0)
            own, around = _candidates(frequency, shaft, mains, resolution, bins)
            if sideband and not spacing.get(surface):
                own = own[:0]
            heard.append(len(own) > 0)
            candidates.append(own if len(own) else np.zeros(1, np.int64))
            floors.append(around if len(own) else np.zeros(1, np.int64))
    table = (len(surfaces), len(LINES))
    bins_table, floor_table = _padded(candidates), _padded(floors)
    return LineSearch(
        surfaces=surfaces,
        bins=bins_table.reshape(*table, bins_table.shape[1]),
        floor=floor_table.reshape(*table, floor_table.shape[1]),
        heard=np.array(heard, dtype=np.bool_).reshape(table),
        resolution=resolution,
    )


def _candidates(
    frequency: float, shaft: float, mains: float, resolution: float, bins: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    reach = max(SLIP * frequency, resolution)
    if (frequency - reach) / resolution < 1 or (frequency + reach) / resolution + 1 >= bins:
        # Not even laid out: far beyond the spectrum a line's reach would fill the memory.
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    near = np.arange(
        np.floor((frequency - reach) / resolution), np.ceil((frequency + reach) / resolution) + 1
    )
    clear = np.ones(len(near), np.bool_)
    for base in (shaft, mains):
        if base > 0:
            hertz = near * resolution
            order = np.maximum(np.round(hertz / base), 1)
            clear &= np.abs(hertz - order * base) > APART * resolution
    own = near[clear].astype(np.int64)
    if near[-1] + 1 >= bins:
        own = own[:0]
    low, high = max(1, int(near[0]) - NEIGHBOURS), min(bins, int(near[-1]) + 1 + NEIGHBOURS)
    return own, np.arange(low, max(high, low + 1), dtype=np.int64)


def _padded(rows: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Stack index rows of different lengths; a repeated index changes no maximum, and barely a median."""
    if not rows:
        return np.zeros((0, 1), np.int64)
    longest = max(len(row) for row in rows)
    return np.stack([np.resize(row, longest) for row in rows])
