"""Which surface explains the lines of an envelope spectrum, and which other lines it explains as well.

A damaged surface gives a comb: harmonics with sidebands. Lines of one comb fall into the search of other
surfaces, and would speak for those.
"""

import math
from collections.abc import Collection, Mapping, Sequence
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
    """The lines of a bearing in one snapshot, a row for each band of each channel that can give evidence.

    Attributes:
        search: of the bearing.
        above: excess over the baseline, natural log, (rows, surfaces, lines).
        exceeds: whether it is significant.
        places: bins of the lines' peaks.
        hints: average excess of those that are probable, else 0: too little for a name, and enough to doubt
            another.
        weights: for each row, the sum of the significant excess of each surface; minus infinity for a
            surface without enough such lines.
    """

    search: LineSearch
    above: NDArray[np.float32]
    exceeds: NDArray[np.bool_]
    places: NDArray[np.int64]
    hints: NDArray[np.float32]
    weights: Sequence[Sequence[float]]

    def of(self, rows: slice) -> "Lines":
        """Return some of the rows alone."""
        return Lines(
            self.search,
            self.above[rows],
            self.exceeds[rows],
            self.places[rows],
            self.hints[rows],
            self.weights[rows],
        )

    def without(self, explained: NDArray[np.bool_]) -> "Lines":
        """Return them without the significance of some lines, (rows, surfaces, lines)."""
        return weighed(self.search, self.above, self.exceeds & ~explained, self.places, self.hints)


def weighed(
    search: LineSearch,
    above: NDArray[np.float32],
    exceeds: NDArray[np.bool_],
    places: NDArray[np.int64],
    hints: NDArray[np.float32],
) -> Lines:
    """Return the lines of a snapshot with the weights of their surfaces; arguments as in `Lines`."""
    harmonics = exceeds[..., : search.harmonics].sum(axis=-1)
    enough = harmonics >= FEWEST_HARMONICS
    enough |= search.few_harmonics & (harmonics > 0) & (exceeds.sum(axis=-1) >= FEWEST_LINES)
    weights = np.where(exceeds, above, np.float32(0.0)).sum(axis=-1)
    weights = np.where(enough, weights, np.float32(-np.inf))
    return Lines(search, above, exceeds, places, hints, weights.tolist())


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence for a surface: its index, the row with most of it, its lines and their weight."""

    surface: int
    row: int
    lines: tuple[int, ...]
    weight: float


def best_cases(lines: Lines) -> dict[int, Case]:
    """Return the strongest evidence among all rows for each surface with enough lines, by its index."""
    cases = {}
    for surface in range(len(lines.search.surfaces)):
        weights = [own[surface] for own in lines.weights]
        weight = max(weights)
        if weight > -math.inf:
            row = weights.index(weight)
            own = tuple(np.flatnonzero(lines.exceeds[row, surface]).tolist())
            cases[surface] = Case(surface, row, own, weight)
    return cases


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
    orders = [search.rule.lines[line][0] for line in own]
    places = lines.places[case.row, case.surface, own].tolist()
    # Least squares: a place is uncertain by as much at a high harmonic as at a low one.
    seen = sum(order * place for order, place in zip(orders, places, strict=True))
    first = seen / sum(order * order for order in orders)
    spacing = search.spacing[case.surface] / search.resolution
    sides = np.arange(-COMB_SIDEBANDS, COMB_SIDEBANDS + 1) if spacing else np.zeros(1)
    harmonics = np.arange(0 if spacing else 1, int(lines.places.max() / first) + 2)
    bins = harmonics[:, None] * first + sides * spacing
    # Beyond the highest harmonic that is seen, the place of a harmonic is known the less the higher it is.
    reach = NEAR + 0.5 * np.maximum(harmonics / max(orders) - 1.0, 0.0)
    known = bins > 0
    return bins[known], np.broadcast_to(reach[:, None], bins.shape)[known]


def explained_by(lines: Lines, case: Case) -> NDArray[np.bool_]:
    """Return which lines of the surfaces lie on the comb of a case, (rows, surfaces, lines)."""
    bins, reach = comb(lines, case)
    away = np.abs(lines.places[..., None] - bins) - reach
    near: NDArray[np.bool_] = away.min(axis=-1) <= 0.0
    return near


def clear_case(lines: Lines, modulated: Collection[Surface]) -> Case | None:
    """Return the surface that explains the lines and is not explained by another, or None.

    Args:
        lines: of the snapshot.
        modulated: surfaces for which a sideband must speak as well.
    """
    surfaces = lines.search.surfaces
    cases = best_cases(lines)
    left = {}
    if len(cases) > 1:
        left = {
            number: best_cases(lines.without(explained_by(lines, case))) for number, case in cases.items()
        }
    places = [number for number, surface in enumerate(surfaces) if surface in modulated]
    clear = []
    for number, case in cases.items():
        own = _left_of(case, [other for other in cases.values() if other is not case], left)
        if own is None:
            continue
        if surfaces[number] in modulated:
            proved = own.lines[-1] >= lines.search.harmonics
        else:
            proved = not any(_doubtful(lines, case, place) for place in places)
        if proved:
            clear.append(case)
    return clear[0] if len(clear) == 1 else None


def _left_of(case: Case, others: Sequence[Case], left: Mapping[int, Mapping[int, Case]]) -> Case | None:
    """Return the evidence for a surface that no other explains, None if that does not lead clearly.

    Args:
        case: of the surface.
        others: of the other surfaces.
        left: by the surface that explains lines, the evidence for each surface without these.
    """
    least = case
    for other in others:
        rival, alone = left[case.surface].get(other.surface), left[other.surface].get(case.surface)
        if rival is None:
            # Each may explain the other: then the one with more evidence is the simpler explanation.
            if alone is None and case.weight < LEAD * other.weight:
                return None
        elif alone is None or alone.weight < LEAD * rival.weight:
            return None
        else:
            least = min(least, alone, key=lambda one: one.weight)
    return least


def _doubtful(lines: Lines, case: Case, surface: int) -> bool:
    """Return whether a sideband of another surface is probable, comparable and not explained by a case.

    A damaged roller damages the races as well.
    """
    mean = case.weight / len(case.lines)
    sidebands = np.s_[:, surface, lines.search.harmonics :]
    comparable = lines.hints[sidebands] >= COMPARABLE * mean
    return bool(comparable.any()) and bool((comparable & ~explained_by(lines, case)[sidebands]).any())


def leading_case(lines: Lines) -> Case | None:
    """Return the surface whose evidence stands out from all others by weight alone, or None.

    The scorings before the third decide so.
    """
    ranked = sorted(best_cases(lines).values(), key=lambda case: case.weight, reverse=True)
    if ranked and lines.search.surfaces[ranked[0].surface] is Surface.CAGE:
        # Impacts at the rate of the cage have a harmonic near every other line, which explains those.
        return ranked[0]
    if not ranked or (len(ranked) > 1 and ranked[0].weight < LEAD * ranked[1].weight):
        return None
    return ranked[0]
