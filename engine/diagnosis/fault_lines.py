"""Search of envelope spectra for the fault lines of a bearing, apart from lines of shaft and mains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS, Surface
from engine.signals.statistics import median

SLIP = 0.01
"""Search range on either side, as a share of the line's frequency, because rollers slip and speed varies."""


LINES = (*((order, 0) for order in range(1, HARMONICS + 1)), (1, -1), (1, 1))
"""The lines of a surface as (harmonic order, sideband): the harmonics, then the first sidebands of the
fundamental. An inner race's defect passes through the load once a turn of the shaft, a roller's once a turn
of the cage; the other surfaces have no sidebands."""

MORE_LINES = (*((order, 0) for order in range(1, 6)), (1, -1), (1, 1), (2, -1), (2, 1))
"""The same with higher harmonics: those are farther from shaft orders, which a short recording needs."""


@dataclass(frozen=True, slots=True)
class SearchRule:
    """Rules of a search; a bundle's baseline was searched by the rule of its scoring version.

    Attributes:
        apart: least distance of a candidate from a shaft order or mains harmonic, in bins. The main lobe of
            such a line reaches 2; at 1.5 it has 0.17 of its height left.
        separate: least distance of two fundamentals, in bins.
        unsure: doubt about the shaft's speed, as a share: orders are masked as widely.
        explains: whether lines on the comb of one surface are no evidence for another.
        lines: the lines of each surface, harmonics first.
        few_harmonics: surfaces for which sidebands may stand for all harmonics but one.
        wider: uncertainty of an estimated speed, as a share: lines are searched as much more widely.
        tracks: whether envelopes are resampled to constant angle where the course of the speed is known.
    """

    apart: float
    separate: float
    explains: bool
    unsure: float = 0.0
    lines: tuple[tuple[int, int], ...] = LINES
    few_harmonics: frozenset[Surface] = frozenset()
    wider: float = 0.0
    tracks: bool = False


SEARCH_RULES = {
    1: SearchRule(2.0, 4.0, explains=False),
    2: SearchRule(2.0, 4.0, explains=False),
    3: SearchRule(1.5, 2.0, True, 0.005, MORE_LINES, frozenset({Surface.INNER})),
    4: SearchRule(1.5, 2.0, True, 0.005, MORE_LINES, frozenset({Surface.INNER}), tracks=True),
}
"""By the version of the scoring."""

NEWEST_RULE = SEARCH_RULES[max(SEARCH_RULES)]

LOWEST = 4.0
"""Least frequency of a fundamental in bins."""

TINY = np.finfo(np.float32).tiny

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
        spacing: distance of the sidebands of each surface [Hz], 0 for none.
        rule: of the search.
        harmonics: number of harmonics among the lines of a surface, the first ones.
        few_harmonics: bool (surfaces,), as the rule names them.
    """

    surfaces: tuple[Surface, ...]
    bins: NDArray[np.int64]
    floor: NDArray[np.int64]
    heard: NDArray[np.bool_]
    resolution: float
    spacing: tuple[float, ...]
    rule: SearchRule
    harmonics: int
    few_harmonics: NDArray[np.bool_]

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
        logs = np.log(np.maximum(peak, TINY)) - np.log(np.maximum(floor, TINY))
        return np.where(self.heard, logs, np.float32(np.nan))

    def peaks(self, envelope: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the highest candidate of each line, and whether it is a peak.

        The flank of a stronger line beside the candidates is not a peak.

        Args:
            envelope: (rows, bins).

        Returns:
            Bins and flags, (rows, surfaces, lines) each.
        """
        highest = envelope.take(self.bins, axis=-1).argmax(axis=-1)
        first = np.arange(0, self.bins.size, self.bins.shape[-1]).reshape(self.heard.shape)
        place = self.bins.take(first + highest)
        flat, at = envelope.ravel(), place + envelope.shape[-1] * np.arange(len(envelope))[:, None, None]
        # A line that is heard has a bin on either side; others have any.
        beside = np.maximum(flat.take(at - 1, mode="clip"), flat.take(at + 1, mode="clip"))
        return place, self.heard & (flat.take(at) >= beside)

    def found_at(self, envelope: NDArray[np.float32], surface: int, line: int) -> float:
        """Return the frequency of a line's highest candidate in one envelope spectrum (bins,) [Hz]."""
        candidates = self.bins[surface, line]
        return float(candidates[np.argmax(envelope[candidates])] * self.resolution)


def separable(
    frequencies: dict[Surface, float], resolution: float, rule: SearchRule = NEWEST_RULE
) -> tuple[Surface, ...]:
    """Return the surfaces whose fundamental the resolution separates from zero and from all others.

    Args:
        frequencies: of the surfaces [Hz].
        resolution: of a bin [Hz].
        rule: of the scoring.
    """
    return tuple(
        surface
        for surface, frequency in frequencies.items()
        if frequency > LOWEST * resolution
        and all(
            abs(frequency - other) > rule.separate * resolution
            for name, other in frequencies.items()
            if name is not surface
        )
    )


def behind_orders(
    frequencies: dict[Surface, float], shaft: float, resolution: float, rule: SearchRule = NEWEST_RULE
) -> tuple[Surface, ...]:
    """Return the surfaces whose first two harmonics orders of the shaft mask.

    Higher harmonics lie farther from the orders, and slip spreads them: such a surface is seldom named.

    Args:
        frequencies: of the surfaces [Hz].
        shaft: rotation [Hz].
        resolution: of a bin [Hz].
        rule: of the scoring.
    """

    def is_masked(hertz: float) -> bool:
        return abs(hertz - max(round(hertz / shaft), 1) * shaft) <= rule.apart * resolution

    return tuple(
        surface for surface, hertz in frequencies.items() if all(is_masked(order * hertz) for order in (1, 2))
    )


def line_search(
    frequencies: dict[Surface, float],
    shaft: float,
    mains: float,
    resolution: float,
    bins: int,
    rule: SearchRule = NEWEST_RULE,
    sought: tuple[Surface, ...] | None = None,
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
        rule: of the scoring.
        sought: surfaces to search for; None for those that the resolution separates.
    """
    surfaces = separable(frequencies, resolution, rule) if sought is None else sought
    spacing = {Surface.INNER: shaft, Surface.ROLLER: frequencies.get(Surface.CAGE, 0.0)}
    candidates, floors, heard = [], [], []
    for surface in surfaces:
        for order, sideband in rule.lines:
            frequency = order * frequencies[surface] + sideband * spacing.get(surface, 0.0)
            own, around = _candidates(frequency, (shaft, mains), resolution, bins, rule)
            if sideband and not spacing.get(surface):
                own = own[:0]
            heard.append(len(own) > 0)
            candidates.append(own if len(own) else np.zeros(1, np.int64))
            floors.append(around if len(own) else np.zeros(1, np.int64))
    table = (len(surfaces), len(rule.lines))
    bins_table, floor_table = _padded(candidates), _padded(floors)
    return LineSearch(
        surfaces=surfaces,
        bins=bins_table.reshape(*table, bins_table.shape[1]),
        floor=floor_table.reshape(*table, floor_table.shape[1]),
        heard=np.array(heard, dtype=np.bool_).reshape(table),
        resolution=resolution,
        spacing=tuple(spacing.get(surface, 0.0) for surface in surfaces),
        rule=rule,
        harmonics=sum(not sideband for _, sideband in rule.lines),
        few_harmonics=np.array([surface in rule.few_harmonics for surface in surfaces], np.bool_),
    )


def _candidates(
    frequency: float, masked: tuple[float, float], resolution: float, bins: int, rule: SearchRule
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    reach = max((SLIP + rule.wider) * frequency, resolution)
    if (frequency - reach) / resolution < 1 or (frequency + reach) / resolution + 1 >= bins:
        # Not even laid out: far beyond the spectrum a line's reach would fill the memory.
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    near = np.arange(
        np.floor((frequency - reach) / resolution), np.ceil((frequency + reach) / resolution) + 1
    )
    clear = np.ones(len(near), np.bool_)
    # The mains keeps its frequency; what is known of the shaft's may be wrong.
    for base, unsure in zip(masked, (rule.unsure, 0.0), strict=True):
        if base > 0:
            hertz = near * resolution
            order = np.maximum(np.round(hertz / base), 1)
            clear &= np.abs(hertz - order * base) > np.maximum(rule.apart * resolution, unsure * order * base)
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
