"""Plots with layers: a dim area and line for comparison, the measurement above them, cursors on top."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui.draw.charts.chart import (
    DOTS,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    Area,
    Axis,
    Mark,
    characters,
    column_of,
    dots_of,
    foot_lines,
    mark_line,
    row_of,
    shaded,
)
from tui.draw.glyphs import Glyphs
from tui.draw.text import Line, Lines, Role, Span, fit

Floats = NDArray[np.float64]
ROLES = tuple(Role)

DENSE = (8, 40)
"""Points in a column of dots from which a curve is drawn in whole cells, and in pairs of cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A curve through points (n,), (n,), joined by dots, in a role; with `glyph` its points alone."""

    x: Floats
    y: Floats
    role: Role = Role.PLAIN
    glyph: str = ""


@dataclass(frozen=True, slots=True)
class Upright:
    """A vertical line at an x, as high as `top`, or over the whole plot; with a label over its end.

    `foot` is a sign on the axis under it: it is seen without colours where a curve covers the line.
    """

    x: float
    role: Role = Role.STRONG
    label: str = ""
    top: float | None = None
    glyph: str = "│"
    foot: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A plot. `rules` are (y, label) of horizontal lines; later layers are drawn over earlier ones."""

    x: Axis
    y: Axis
    layers: tuple[Layer, ...] = ()
    area: Area | None = None
    uprights: tuple[Upright, ...] = ()
    rules: tuple[tuple[float, str], ...] = ()
    marks: tuple[tuple[str, tuple[Mark, ...]], ...] = ()


def plot_lines(width: int, height: int, plot: Plot, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Draw a plot into exactly so many lines of so many cells.

    Args:
        width: cells.
        height: lines, rows of marks and axis included.
        plot: to draw.
        glyphs: those that the terminal can show.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        sentence: Lines = [(Span(fit("  (no room for the chart)", width), Role.DIM),)]
        return sentence[: max(height, 0)]
    marks = plot.marks[: max(height - 2 - 4, 0)]
    labels = [label for _, label in plot.y.ticks]
    margin = margin_of(plot)
    columns, rows = width - margin - 1, height - 2 - len(marks)
    lines: Lines = [mark_line(name, row, plot.x, margin, columns) for name, row in marks]
    cells, roles = _canvas(plot, rows, columns, glyphs)
    labelled: dict[int, str] = {}
    for (value, _), label in zip(plot.y.ticks, labels, strict=True):
        labelled.setdefault(row_of(plot.y, value, rows), label)
    for number in range(rows):
        label = labelled.get(number, "")
        head = Span(f"{label:>{margin - 1}} {'┤' if label else '│'}", Role.DIM)
        lines.append((head, *_spans(cells[number], roles[number])))
    rule, *labels_below = foot_lines(plot.x, margin, columns)
    return [*lines, _with_feet(rule, plot, margin, columns), *labels_below]


def _with_feet(rule: Line, plot: Plot, margin: int, columns: int) -> Line:
    """Return the line of the axis with the signs of the uprights that have one."""
    text = list("".join(span.text for span in rule))
    for upright in plot.uprights:
        if upright.foot and plot.x.low <= upright.x <= plot.x.high:
            text[margin + 1 + column_of(plot.x, upright.x, columns)] = upright.foot
    return (Span("".join(text), Role.DIM),)


def margin_of(plot: Plot) -> int:
    """Return the cells left of the axis."""
    words = [*(label for _, label in plot.y.ticks), *(name for name, _ in plot.marks)]
    return max((len(word) for word in words), default=0) + 1


def columns_of(width: int, plot: Plot) -> int:
    """Return the cells between the axis and the right border."""
    return max(width - margin_of(plot) - 1, 1)


def _canvas(
    plot: Plot, rows: int, columns: int, glyphs: Glyphs
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Return the characters and the roles of the cells inside the axes, (rows, columns)."""
    cells = np.full((rows, columns), " ", "<U1")
    roles = np.full((rows, columns), ROLES.index(Role.DIM), np.int64)
    if plot.area is not None:
        cells[shaded(plot.area, plot.x, plot.y, rows, columns)] = "░"
    for value, label in plot.rules:
        if plot.y.low <= value <= plot.y.high:
            row = row_of(plot.y, value, rows)
            cells[row] = "┈"
            _write(cells, roles, row, columns - len(label) - 1, label, Role.DIM)
    high, wide = DOTS[glyphs]
    for layer in plot.layers:
        role = ROLES.index(layer.role)
        if layer.glyph:
            _points(plot, layer, cells, roles)
            continue
        dots = dots_of(layer.x, layer.y, plot.x, plot.y, (rows * high, columns * wide), high)
        dots = coarse(dots, wide * cells_together(layer.x, plot.x, columns * wide))
        drawn = characters(dots, rows, columns, glyphs)
        there = drawn != " "
        cells[there], roles[there] = drawn[there], role
    for upright in plot.uprights:
        _upright(plot, upright, cells, roles)
    return cells, roles


def cells_together(x: Floats, across: Axis, columns: int) -> int:
    """Return how many cells side by side a curve fills alike: 0 where its points are few.

    A dense curve is an area, whose finest dots say nothing and change with every snapshot. Drawn cell by cell
    it takes a third of the bytes on the line.

    Args:
        x: (n,) ascending.
        across: axis of x.
        columns: of dots.
    """
    first, last = np.searchsorted(x, [across.low, across.high])
    return sum(bool(last - first > points * columns) for points in DENSE)


def coarse(dots: NDArray[np.bool_], group: int) -> NDArray[np.bool_]:
    """Return (rows, columns) dots with as many columns of dots together as a group has; 0 changes nothing."""
    if group < 2:
        return dots
    rows, columns = dots.shape
    padded = np.pad(dots, ((0, 0), (0, -columns % group)))
    joined = padded.reshape(rows, -1, group).any(axis=2)
    return np.repeat(joined, group, axis=1)[:, :columns]


def _points(plot: Plot, layer: Layer, cells: NDArray[np.str_], roles: NDArray[np.int64]) -> None:
    rows, columns = cells.shape
    seen = np.isfinite(layer.y) & (layer.x >= plot.x.low) & (layer.x <= plot.x.high)
    for x, y in zip(layer.x[seen].tolist(), layer.y[seen].tolist(), strict=True):
        place = row_of(plot.y, y, rows), column_of(plot.x, x, columns)
        cells[place], roles[place] = layer.glyph, ROLES.index(layer.role)


def _upright(plot: Plot, upright: Upright, cells: NDArray[np.str_], roles: NDArray[np.int64]) -> None:
    rows, columns = cells.shape
    if not plot.x.low <= upright.x <= plot.x.high:
        return
    column, role = column_of(plot.x, upright.x, columns), ROLES.index(upright.role)
    if upright.top is None:
        free = np.isin(cells[:, column], [" ", "░", "┈"])
        cells[free, column], roles[:, column] = upright.glyph, role
        start = 0
    else:
        start = row_of(plot.y, upright.top, rows)
        cells[start:, column], roles[start:, column] = upright.glyph, role
    if upright.label:
        row = max(start - 1, 0) if upright.top is not None else 0
        place = column + 1 if row == start or upright.top is None else column - len(upright.label) // 2
        _write(cells, roles, row, place, upright.label, upright.role)


def _write(
    cells: NDArray[np.str_], roles: NDArray[np.int64], row: int, column: int, text: str, role: Role
) -> None:
    """Write a word into a row where it fits and covers no other word.

    The parameters are the canvas, the place, and the word in its role.
    """
    columns = cells.shape[1]
    start = min(max(column, 0), columns - len(text))
    if start < 0 or any(character.isalnum() for character in cells[row, start : start + len(text)].tolist()):
        return
    cells[row, start : start + len(text)] = list(text)
    roles[row, start : start + len(text)] = ROLES.index(role)


def _spans(cells: NDArray[np.str_], roles: NDArray[np.int64]) -> Line:
    """Return a row as spans; a blank takes the role before it, so that few changes are sent."""
    spans: list[Span] = []
    for character, number in zip(cells.tolist(), roles.tolist(), strict=True):
        role = ROLES[number]
        if spans and (spans[-1].role is role or character == " "):
            spans[-1] = Span(spans[-1].text + character, spans[-1].role)
        else:
            spans.append(Span(character, role))
    return tuple(spans)
