"""Which surface explains the lines of an envelope spectrum, and which other lines it explains as well.

A damaged surface gives a comb: harmonics with sidebands. Lines of one comb fall into the search of other
surfaces, and would speak for those.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.fault_lines import LineSearch
from engine.signals.bearing import Surface

FEWEST_HARMONICS = 2
"""Least number of lines: a single line can be any rotating part, several are a repeated impact."""

FEWEST_LINES = 3
"""Least number of lines with a single harmonic: sidebands a turn of the shaft away are a
repeated impact too."""

LEAD = 1.5
"""Least ratio of the named surface's evidence to that of the next one."""

COMPARABLE = 0.5
"""Least ratio of a hint to the mean excess of a surface's lines that makes the surface doubtful."""

COMB_SIDEBANDS = 2
"""Sidebands of a comb on either side of a harmonic."""

NEAR = 1.5
"""Bins between a line and a comb that explains it: half a bin of either's place, and half a bin of slip."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of one bearing in one snapshot, a row for each band of each channel that can give evidence.

    Attributes:
        search: of the bearing.
        above: excess over the baseline, natural log, (rows, surfaces, lines).
        exceeds: whether it is significant.
        places: bins of the lines' peaks.
        hints: average excess of those that are probable, else 0: too little for a name, and enough to doubt
            another.
    """

    search: LineSearch
    above: NDArray[np.float32]
    exceeds: NDArray[np.bool_]
    places: NDArray[np.int64]
    hints: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence for a surface: its index, the row with most of it, its lines and their weight."""

    surface: int
    row: int
    lines: tuple[int, ...]
    weight: float


def best_case(lines: Lines, surface: int, explained: NDArray[np.bool_] | None = None) -> Case | None:
    """Return the strongest evidence for a surface among all rows, None without enough lines.

    Args:
        lines: of the snapshot.
        surface: its index.
        explained: (rows, lines) that do not count.
    """
    counts = lines.exceeds[:, surface]
    if explained is not None:
        counts = counts & ~explained
    harmonics = counts[:, : lines.search.harmonics].sum(axis=-1)
    enough = harmonics >= FEWEST_HARMONICS
    if lines.search.surfaces[surface] in lines.search.rule.few_harmonics:
        enough |= (harmonics > 0) & (counts.sum(axis=-1) >= FEWEST_LINES)
    if not enough.any():
        return None
    weights = np.where(counts, lines.above[:, surface], 0.0).sum(axis=-1)
    row = int(np.where(enough, weights, -np.inf).argmax())
    return Case(surface, row, tuple(np.flatnonzero(counts[row]).tolist()), float(weights[row]))


def comb(lines: Lines, case: Case) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the harmonics and sidebands of a surface, by the places of its lines.

    Args:
        lines: of the snapshot.
        case: of the surface.

    Returns:
        Their bins, and how far a line may lie from them to be explained [bins].
    """
    search = lines.search
    own = [line for line in case.lines if line < search.harmonics]
    orders = np.array([search.rule.lines[line][0] for line in own])
    # Least squares: a place is uncertain by as much at a high harmonic as at a low one.
    first = float((orders * lines.places[case.row, case.surface, own]).sum() / np.square(orders).sum())
    spacing = search.spacing[case.surface] / search.resolution
    sides = np.arange(-COMB_SIDEBANDS, COMB_SIDEBANDS + 1) if spacing else np.zeros(1)
    harmonics = np.arange(0 if spacing else 1, int(lines.places.max() / first) + 2)
    bins = harmonics[:, None] * first + sides * spacing
    # Beyond the highest harmonic that is seen, the place of a harmonic is known the less the higher it is.
    reach = NEAR + 0.5 * np.maximum(harmonics / orders.max() - 1.0, 0.0)
    known = bins > 0
    return bins[known], np.broadcast_to(reach[:, None], bins.shape)[known]


def explained_by(lines: Lines, case: Case, surface: int) -> NDArray[np.bool_]:
    """Return which lines of another surface lie on the comb of a case, (rows, lines)."""
    bins, reach = comb(lines, case)
    away = np.abs(lines.places[:, surface, :, None] - bins) - reach
    near: NDArray[np.bool_] = away.min(axis=-1) <= 0.0
    return near


def clear_case(lines: Lines, modulated: Collection[Surface]) -> Case | None:
    """Return the surface that explains the lines and is not explained by another, or None.

    Args:
        lines: of the snapshot.
        modulated: surfaces for which a sideband must speak as well.
    """
    surfaces = lines.search.surfaces
    cases = [case for number in range(len(surfaces)) if (case := best_case(lines, number)) is not None]
    places = [number for number, surface in enumerate(surfaces) if surface in modulated]
    clear = []
    for case in cases:
        left = _left_of(lines, case, [other for other in cases if other is not case])
        if left is None:
            continue
        if surfaces[case.surface] in modulated:
            proved = left.lines[-1] >= lines.search.harmonics
        else:
            proved = not any(_doubtful(lines, case, number) for number in places)
        if proved:
            clear.append(case)
    return clear[0] if len(clear) == 1 else None


def _left_of(lines: Lines, case: Case, others: Sequence[Case]) -> Case | None:
    """Return the evidence for a surface that no other explains, None if that does not lead clearly."""
    left = case
    for other in others:
        rival = best_case(lines, other.surface, explained_by(lines, case, other.surface))
        alone = best_case(lines, case.surface, explained_by(lines, other, case.surface))
        if rival is None:
            # Each may explain the other: then the one with more evidence is the simpler explanation.
            if alone is None and case.weight < LEAD * other.weight:
                return None
        elif alone is None or alone.weight < LEAD * rival.weight:
            return None
        else:
            left = min(left, alone, key=lambda one: one.weight)
    return left


def _doubtful(lines: Lines, case: Case, surface: int) -> bool:
    """Return whether a sideband of another surface is probable, comparable and not explained by a case.

    A damaged roller damages the races as well.
    """
    mean = case.weight / len(case.lines)
    left = np.where(explained_by(lines, case, surface), 0.0, lines.hints[:, surface])
    return bool((left[:, lines.search.harmonics :] >= COMPARABLE * mean).any())


def leading_case(lines: Lines) -> Case | None:
    """Return the surface whose evidence stands out from all others by weight alone, or None.

    The scorings before the third decide so.
    """
    cases = [case for number in range(len(lines.search.surfaces)) if (case := best_case(lines, number))]
    ranked = sorted(cases, key=lambda case: case.weight, reverse=True)
    if ranked and lines.search.surfaces[ranked[0].surface] is Surface.CAGE:
        # Impacts at the rate of the cage have a harmonic near every other line, which explains those.
        return ranked[0]
    if not ranked or (len(ranked) > 1 and ranked[0].weight < LEAD * ranked[1].weight):
        return None
    return ranked[0]
