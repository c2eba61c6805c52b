"""Sparklines: severity as blocks on a fixed scale that doubles at each step, with limit and gaps."""

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui.draw.text import SEVERITIES, Line, Role, Span

LOWEST = -2
"""log2 of the bottom of the scale, 0.25."""

HIGHEST = 4
"""log2 of the top of the scale, 16."""

STEPS = "▁▂▄▅▇█"
"""One glyph an octave. The jump between the second and the third is the limit: what is half high or
more is above it."""

FINE = " ▁▂▃▄▅▆▇█"

BOUNDS = (0.5, 1.0, 2.0, 4.0)
"""Severities at which the next colour begins; the second is the limit."""

GAP = "·"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sparkline: its highest value, NaN for a gap, None after the playhead."""

    value: float | None
    baseline: bool = False


def resample(
    at: NDArray[np.int64],
    values: NDArray[np.float64],
    baseline: NDArray[np.bool_],
    extent: tuple[int, int],
    holds: NDArray[np.int64],
    width: int,
) -> list[Column]:
    """Return a series in columns of equal time, with the highest value of each.

    Args:
        at: (n,) instants up to the playhead, ascending.
        values: (n,) with NaN or infinity where there is none.
        baseline: (n,) whether the snapshot was learned from.
        extent: the instants of the left and the right border.
        holds: (n,) up to which instant each is what is known; a column without one repeats it so long.
        width: columns.
    """
    if width <= 0:
        return []
    edges, cuts = cut(at, extent, width)
    highs, whole = highest(values, cuts), all_of(baseline, cuts)
    columns: list[Column] = []
    for number in range(width):
        low, high = cuts[number], cuts[number + 1]
        if high > low:
            columns.append(Column(highs[number], whole[number]))
        elif low >= len(at):
            columns.append(Column(None))
        elif low and edges[number] <= holds[low - 1]:
            columns.append(Column(float(values[low - 1]), bool(baseline[low - 1])))
        else:
            columns.append(Column(math.nan))
    return columns


def cut(at: NDArray[np.int64], extent: tuple[int, int], width: int) -> tuple[list[int], list[int]]:
    """Return the indices that cut a series into columns of equal time.

    Returns:
        (width + 1) instants, each the first of a column, and as many indices of the first at or after these.
    """
    start, end = extent
    edges = np.ceil(start + (end + 1 - start) * np.arange(width + 1) / width).astype(np.int64)
    return edges.tolist(), np.searchsorted(at, edges, side="left").tolist()


def highest(values: NDArray[np.float64], cuts: list[int]) -> list[float]:
    """Return the highest finite value between each cut and the next, NaN if there is none."""
    # One more behind the last, so that a cut may lie behind all of them.
    finite = np.append(np.where(np.isfinite(values), values, -np.inf), -np.inf)
    highs = np.maximum.reduceat(finite, cuts)[:-1]
    return list(np.where((np.diff(cuts) > 0) & np.isfinite(highs), highs, np.nan).tolist())


def all_of(mask: NDArray[np.bool_], cuts: list[int]) -> list[bool]:
    """Return whether all values between each cut and the next are true; undefined for empty columns."""
    return list(np.logical_and.reduceat(np.append(mask, False), cuts)[:-1].tolist())


def sparkline(columns: list[Column]) -> Line:
    """Return a sparkline in one row: ▁▂ below the limit, ▄▅▇█ above, `·` without a score."""
    return _spans([(_step(column), _role(column)) for column in columns])


def tall_sparkline(columns: list[Column], rows: int = 3) -> list[Line]:
    """Return a sparkline in rows of two octaves, or six rows of one; the limit is a line."""
    octaves = (HIGHEST - LOWEST) / rows
    limit = round(-LOWEST / octaves)
    lines: list[Line] = []
    for row in reversed(range(rows)):
        cells = []
        for column in columns:
            glyph, role = _part(column, row, octaves, limit), _role(column)
            if row == limit:
                role = Role.RULED_ALARM if role in SEVERITIES[2:] else Role.RULED
            cells.append((glyph, role))
        lines.append(_spans(cells))
    return lines


def _octaves(value: float) -> float:
    """Return the octaves of a value above the bottom of the scale, clipped to the scale."""
    if value <= 0:
        return 0.0
    return min(max(math.log2(value) - LOWEST, 0.0), float(HIGHEST - LOWEST))


def _step(column: Column) -> str:
    if column.value is None:
        return " "
    if not math.isfinite(column.value):
        return GAP
    return STEPS[min(int(_octaves(column.value)), len(STEPS) - 1)]


def _part(column: Column, row: int, octaves: float, limit: int) -> str:
    if column.value is None:
        return " "
    if not math.isfinite(column.value):
        return GAP if row == 0 else " "
    eighths = round((_octaves(column.value) / octaves - row) * 8)
    # A value at the bottom of the scale is still a value, and one on the limit shows above the rule.
    shown = row == 0 or (row == limit and column.value >= 1.0)
    return FINE[min(max(eighths, int(shown)), 8)]


def _role(column: Column) -> Role:
    if column.value is None or not math.isfinite(column.value) or column.baseline:
        return Role.DIM
    return severity_role(column.value)


def severity_role(severity: float) -> Role:
    """Return the colour of a severity: two steps below the limit, three above."""
    return SEVERITIES[bisect_right(BOUNDS, severity)]


def _spans(cells: list[tuple[str, Role]]) -> Line:
    spans: list[Span] = []
    for glyph, role in cells:
        if spans and spans[-1].role is role:
            spans[-1] = Span(spans[-1].text + glyph, role)
        else:
            spans.append(Span(glyph, role))
    return tuple(spans)
