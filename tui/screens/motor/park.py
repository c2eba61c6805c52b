"""The Park ellipse: the currents' space vector, the shape fitted to it, and the circle of balanced ones."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.claims import Claim
from tui.draw.charts.chart import DOTS, characters
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Line, Lines, Role, Span, fit, title
from tui.screens.motor.sheet import MotorSheet, absent_lines

POINTS = 6000
"""Points of the vector that are drawn at most: more change no cell."""

TURN = 720
"""Points of the fitted ellipse and of the circle."""

FACTS = 30
"""Cells for the figures beside the ellipse."""

Points = NDArray[np.complex128]


def park_lines(width: int, height: int, sheet: MotorSheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the ellipse and its figures; where it is withheld, the reason.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Park ellipse {sheet.when}", width, "dim: balanced currents, a circle", "dim: balanced")
    unbalance = sheet.unbalance
    if sheet.why_withheld(Claim.PARK.value) or unbalance is None:
        return absent_lines(width, height, heading, sheet, glyphs, Claim.PARK, "The ellipse is")
    facts = park_facts(sheet, unbalance)
    rows = height - 1
    columns = min(2 * rows, width - 4)
    if rows < 4 or columns < 8:
        return finished(
            [heading, (Span(fit(f"  {'  '.join(facts)}", width), Role.DIM),)], width, height, glyphs
        )
    picture = ellipse_lines(columns, rows, sheet, unbalance, glyphs)
    left = max((width - columns - FACTS) // 3, 2) if width >= columns + FACTS else 2
    room = width - left - columns - 2
    lines: Lines = [heading]
    for number, drawn in enumerate(picture):
        told = facts[number - 1] if 0 < number <= len(facts) and room >= 12 else ""
        tail = Span("  " + fit(told, room), Role.STRONG if number == 1 else Role.DIM)
        lines.append((Span(" " * left), *drawn, tail))
    return finished(lines[:height], width, height, glyphs)


def park_facts(sheet: MotorSheet, unbalance: complex) -> list[str]:
    """Return the figures beside the ellipse, the most important first."""
    size = abs(unbalance)
    usual = sheet.usual_unbalance
    facts = [
        f"I2/I1 {100 * size:.1f} %",
        *([] if usual is None else [f"usual {100 * usual:.1f} %"]),
        f"axis ratio {(1 - size) / (1 + size):.3f}",
        f"major axis at {math.degrees(np.angle(unbalance)) / 2 % 180:.0f}°",
    ]
    if sheet.view is None:
        facts.append("from the store, no recording" if sheet.why_not else "from the store")
    elif sheet.why_withheld(Claim.SPECTRUM.value):
        facts.append("right without a clock")
    return facts


def ellipse_lines(
    columns: int, rows: int, sheet: MotorSheet, unbalance: complex, glyphs: Glyphs
) -> list[Line]:
    """Return the vector, the fitted ellipse and the circle; a cell is twice as high as wide.

    Args:
        columns: cells.
        rows: lines.
        sheet: what is drawn.
        unbalance: negative over positive sequence, complex.
        glyphs: those that the terminal can show.
    """
    angle = np.exp(2j * np.pi * np.arange(TURN) / TURN)
    fitted = (angle + unbalance * np.conj(angle)) / math.sqrt(1 + abs(unbalance) ** 2)
    vector = sheet.view.vector if sheet.view is not None else np.zeros(0, np.complex128)
    if len(vector):
        vector = vector[:: max(len(vector) // POINTS, 1)]
        vector = vector / math.sqrt(float(np.mean(np.square(np.abs(vector)))) or 1.0)
    reach = 1.08 * max(float(np.abs(fitted).max()), 1.0)
    drawn = dots_at(np.concatenate([fitted, vector]), reach, rows, columns, glyphs)
    circle = dots_at(angle, reach, rows, columns, glyphs) & ~drawn
    cells = characters(drawn | circle, rows, columns, glyphs)
    own = characters(drawn, rows, columns, glyphs) != " "
    return [_line(cells[row], own[row]) for row in range(rows)]


def dots_at(points: Points, reach: float, rows: int, columns: int, glyphs: Glyphs) -> NDArray[np.bool_]:
    """Return the dots of points in the plane, (rows, columns) of dots; those beyond reach are left out.

    Args:
        points: (n,) complex.
        reach: half of the height and width of the picture.
        rows: of cells.
        columns: of cells.
        glyphs: those that the terminal can show.
    """
    high, wide = DOTS[glyphs]
    found = np.zeros((rows * high, columns * wide), np.bool_)
    # As many cells wide as twice the lines, so that a circle is round.
    across = np.floor((points.real / reach + 1) / 2 * columns * wide).astype(int)
    down = np.floor((1 - points.imag / reach) / 2 * rows * high).astype(int)
    inside = (across >= 0) & (across < columns * wide) & (down >= 0) & (down < rows * high)
    found[down[inside], across[inside]] = True
    return found


def _line(cells: NDArray[np.str_], own: NDArray[np.bool_]) -> Line:
    spans: list[Span] = []
    for character, mine in zip(cells.tolist(), own.tolist(), strict=True):
        role = Role.TITLE if mine else Role.DIM
        if spans and (spans[-1].role is role or character == " "):
            spans[-1] = Span(spans[-1].text + character, spans[-1].role)
        else:
            spans.append(Span(character, role))
    return tuple(spans)
