"""Charts as lines of text: curves of braille dots, and axes with a unit at each number.

numpy draws them, not a plotting library: every step through a recording draws a chart, which takes about a
millisecond and is text of one or two styles.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tui.draw.glyphs import Glyphs
from tui.draw.text import Line, Lines, Role, Span, fit

DOTS = {Glyphs.UNICODE: (4, 2), Glyphs.NO_BRAILLE: (2, 1), Glyphs.ASCII: (2, 1)}
"""Rows and columns of dots in a cell."""

BRAILLE = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
HALVES = {Glyphs.NO_BRAILLE: " ▀▄█", Glyphs.ASCII: " '.:"}

LEAST_WIDTH, LEAST_HEIGHT = 24, 4
"""Below this a chart says less than a sentence."""

ROWS_FIRST = 4
"""Rows of the curve that come before any row of marks."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its ends, and (value, label) for each tick; a label names the unit."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()

    def place(self, values: Floats | float, cells: int) -> Floats:
        """Return the places of values, from 0 at the low end of the axis to `cells` at the high end."""
        span = self.high - self.low or 1.0
        return np.asarray((np.asarray(values, np.float64) - self.low) / span * cells, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A curve through points (n,), (n,), joined by dots or marked by a glyph; NaN leaves a gap."""

    x: Floats
    y: Floats
    glyph: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """The shaded area between two curves over the same x."""

    x: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Mark:
    """A character above the chart at an x, and its role."""

    x: float
    glyph: str
    role: Role = Role.WARNING


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. `rules` are y values drawn as dotted lines, `uprights` x values drawn as vertical lines.

    `marks` hold rows of marks, each with a word that stands at its left; words that do not fit are left out.
    """

    x: Axis
    y: Axis
    curves: tuple[Curve, ...] = ()
    areas: tuple[Area, ...] = ()
    rules: tuple[float, ...] = ()
    uprights: tuple[float, ...] = ()
    marks: tuple[tuple[str, tuple[Mark, ...]], ...] = field(default=())


def chart_lines(width: int, height: int, chart: Chart, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Draw a chart into exactly so many lines of so many cells.

    Args:
        width: cells.
        height: lines, marks and axis included; rows of marks are left out from the last where it is low.
        chart: to draw.
        glyphs: those that the terminal can show.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        sentence: Lines = [(Span(fit("  (no room for the chart)", width), Role.DIM),)]
        return sentence[:height]
    marks = chart.marks[: max(height - 2 - ROWS_FIRST, 0)]
    labels = [label for _, label in chart.y.ticks]
    margin = max((len(text) for text in [*labels, *(name for name, _ in marks)]), default=0) + 1
    columns, rows = width - margin - 1, height - 2 - len(marks)
    lines: Lines = [mark_line(name, row, chart.x, margin, columns) for name, row in marks]
    canvas = _canvas(chart, rows, columns, glyphs)
    labelled: dict[int, str] = {}
    for value, label in chart.y.ticks:
        labelled.setdefault(row_of(chart.y, value, rows), label)
    for number, row in enumerate(canvas):
        label = labelled.get(number, "")
        lines.append((Span(f"{label:>{margin - 1}} ", Role.DIM), Span(("┤" if label else "│") + row)))
    lines += foot_lines(chart.x, margin, columns)
    return lines


def heights(axis: Axis, values: Floats | float, rows: int) -> Floats:
    """Return the heights of values in rows, counted from the top edge of the first.

    The ends of the axis lie in the middle of the first and the last row, so that a label there says the
    value of its row, not that of its edge.
    """
    if rows < 2:
        return np.full(np.shape(values), 0.5)
    return 0.5 + (rows - 1) - axis.place(values, rows - 1)


def row_of(axis: Axis, value: float, rows: int) -> int:
    """Return the row of a value, from 0 at the top; values beyond the axis are in the row at its end."""
    return min(max(math.floor(float(heights(axis, value, rows)) + 1e-9), 0), rows - 1)


def column_of(axis: Axis, value: float, columns: int) -> int:
    """Return the column of a value; values beyond the axis are in the column at its end."""
    return min(max(int(float(axis.place(value, columns))), 0), columns - 1)


def _canvas(chart: Chart, rows: int, columns: int, glyphs: Glyphs) -> list[str]:
    """Return the cells inside the axes, one string for each row."""
    cells = np.full((rows, columns), " ", "<U1")
    for area in chart.areas:
        cells[shaded(area, chart.x, chart.y, rows, columns)] = "░"
    for value in chart.uprights:
        if chart.x.low <= value <= chart.x.high:
            cells[:, column_of(chart.x, value, columns)] = "┊"
    for value in chart.rules:
        if chart.y.low <= value <= chart.y.high:
            cells[row_of(chart.y, value, rows)] = "┈"
    high, wide = DOTS[glyphs]
    dots = np.zeros((rows * high, columns * wide), np.bool_)
    for curve in chart.curves:
        if not curve.glyph:
            dots |= dots_of(curve.x, curve.y, chart.x, chart.y, dots.shape, high)
    drawn = characters(dots, rows, columns, glyphs)
    cells = np.where(drawn != " ", drawn, cells)
    for curve in chart.curves:
        if curve.glyph:
            seen = np.isfinite(curve.y) & (curve.x >= chart.x.low) & (curve.x <= chart.x.high)
            for x, y in zip(curve.x[seen].tolist(), curve.y[seen].tolist(), strict=True):
                cells[row_of(chart.y, y, rows), column_of(chart.x, x, columns)] = curve.glyph
    return ["".join(row) for row in cells.tolist()]


def dots_of(
    x: Floats, y: Floats, across: Axis, up: Axis, shape: tuple[int, int], high: int = 4
) -> NDArray[np.bool_]:
    """Return the dots of a joined curve.

    In each column of dots all rows are set between the lowest and the highest that the curve reaches there,
    however many points it has: a spike of one point in a thousand is still seen.

    Args:
        x: (n,) ascending.
        y: (n,), NaN where the curve is broken.
        across: of x.
        up: axis of y; values beyond it are drawn at the border.
        shape: rows and columns of dots.
        high: rows of dots in a cell.
    """
    rows, columns = shape
    found = np.zeros(shape, np.bool_)
    finite = np.isfinite(y) & np.isfinite(x)
    starts = np.flatnonzero(finite & ~np.concatenate([[False], finite[:-1]]))
    ends = np.flatnonzero(finite & ~np.concatenate([finite[1:], [False]])) + 1
    row_of = np.arange(rows)[:, None]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        px = across.place(x[start:end], columns)
        py = np.clip(high * heights(up, y[start:end], rows // high), 0, rows - 1e-6)
        if px[-1] < 0 or px[0] > columns:
            continue
        first, last = max(int(px[0]), 0), min(int(px[-1]), columns - 1)
        borders = np.clip(np.arange(first, last + 2, dtype=np.float64), px[0], px[-1])
        edge = np.interp(borders, px, py)
        top, bottom = np.minimum(edge[:-1], edge[1:]), np.maximum(edge[:-1], edge[1:])
        inside = (px >= first) & (px < last + 1)
        place = px[inside].astype(np.int64) - first
        np.minimum.at(top, place, py[inside])
        np.maximum.at(bottom, place, py[inside])
        found[:, first : last + 1] |= (row_of >= np.floor(top)) & (row_of <= np.floor(bottom))
    return found


def shaded(area: Area, across: Axis, up: Axis, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return the cells of an area, (rows, columns).

    Args:
        area: between two curves.
        across: axis of x.
        up: axis of y.
        rows: of cells.
        columns: of cells.
    """
    known = np.isfinite(area.low) & np.isfinite(area.high)
    if not known.any():
        return np.zeros((rows, columns), np.bool_)
    px = across.place(area.x[known], columns)
    middles = np.arange(columns) + 0.5
    low = np.interp(middles, px, heights(up, area.low[known], rows))
    high = np.interp(middles, px, heights(up, area.high[known], rows))
    row_of = np.arange(rows)[:, None]
    inside = (middles >= px[0] - 1) & (middles <= px[-1] + 1)
    return np.asarray((row_of >= np.floor(high)) & (row_of <= np.floor(low)) & inside)


def characters(dots: NDArray[np.bool_], rows: int, columns: int, glyphs: Glyphs) -> NDArray[np.str_]:
    """Return dots as characters, (rows, columns).

    Args:
        dots: (rows, columns) of dots.
        rows: of cells.
        columns: of cells.
        glyphs: those that the terminal can show.
    """
    high, wide = DOTS[glyphs]
    blocks = dots.reshape(rows, high, columns, wide)
    if glyphs is Glyphs.UNICODE:
        codes = (blocks * BRAILLE[None, :, None, :]).sum(axis=(1, 3))
        return np.where(codes > 0, np.vectorize(chr, otypes=["<U1"])(0x2800 + codes), " ")
    codes = blocks[:, 0, :, 0] + 2 * blocks[:, 1, :, 0]
    return np.array(list(HALVES[glyphs]), "<U1")[codes]


def mark_line(name: str, marks: Sequence[Mark], across: Axis, margin: int, columns: int) -> Line:
    """Return a row of marks with its word.

    Args:
        name: the word.
        marks: the most important first.
        across: axis of x.
        margin: cells left of the axis.
        columns: cells of the axis.
    """
    cells: list[tuple[str, Role]] = [(" ", Role.PLAIN)] * columns
    for mark in marks:
        if not (math.isfinite(mark.x) and across.low <= mark.x <= across.high):
            continue
        place = max(min(column_of(across, mark.x, columns), columns - len(mark.glyph)), 0)
        taken = cells[place : place + len(mark.glyph)]
        if any(character != " " for character, _ in taken):
            # Two marks in the same place would read as a third; the first is kept.
            continue
        for offset, character in enumerate(mark.glyph):
            cells[place + offset] = (character, mark.role)
    spans = [Span(f"{name:>{margin - 1}}  ", Role.DIM)]
    for character, role in cells:
        if spans[-1].role is role or (character == " " and len(spans) > 1):
            spans[-1] = Span(spans[-1].text + character, spans[-1].role)
        else:
            spans.append(Span(character, role))
    return tuple(spans)


def foot_lines(across: Axis, margin: int, columns: int) -> Lines:
    """Return the axis below and its labels, each centred under its tick if it fits, none cut."""
    rule, labels = ["─"] * columns, [" "] * columns
    free = 0
    for value, label in across.ticks:
        place = column_of(across, value, columns)
        start = min(max(place - len(label) // 2, 0), columns - len(label))
        if start < free:
            continue
        rule[place] = "┬"
        labels[start : start + len(label)] = label
        free = start + len(label) + 1
    space = " " * margin
    return [
        (Span(f"{space}└{''.join(rule)}", Role.DIM),),
        (Span(f"{space} {''.join(labels)}", Role.DIM),),
    ]


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most so many round numbers between two values, and at least two if they fit."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 2:
        return [low]
    size = 10.0 ** math.floor(math.log10(high - low))
    best: list[float] = []
    for step in (5 * size, 2 * size, size, size / 2, size / 5, size / 10, size / 20):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        ticks = [step * place for place in range(first, last + 1)]
        if len(ticks) > most:
            break
        best = ticks
    return best or [low]


def number(value: float) -> str:
    """Return a number in few characters, if possible without an exponent."""
    if 1e4 <= abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.4g}" if 1e-4 <= abs(value) < 1e6 or value == 0 else f"{value:.1e}"


def axis_of(low: float, high: float, unit: str, most: int = 3) -> Axis:
    """Return an axis with round ticks, and the unit at each.

    Args:
        low: the lower end.
        high: the upper end.
        unit: written at each tick.
        most: ticks.
    """
    ticks = nice_ticks(low, high, most)
    return Axis(low, high, tuple((tick, f"{number(tick)} {unit}".rstrip()) for tick in ticks))
