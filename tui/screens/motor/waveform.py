"""The waveform of a motor's phases, one over the other, each marked by its number at its crests."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.claims import Claim
from tui.draw.charts.axes import steady_ends
from tui.draw.charts.chart import axis_of
from tui.draw.charts.zoom import MOST, Zoom
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, columns_of, plot_lines
from tui.screens.bearing.analysis.readout import cursor_uprights, joined
from tui.screens.bearing.analysis.tools import Trace, height_at
from tui.screens.motor.sheet import MotorSheet, absent_lines

CYCLES = 4
"""Cycles of the mains that are seen at least before the analyst zooms."""

MARKED = 16
"""Cycles up to which the crests are marked."""

ROLES = (Role.TITLE, Role.PLAIN, Role.DIM)

Floats = NDArray[np.float64]


def first_zoom(sheet: MotorSheet) -> Zoom:
    """Return the zoom that shows some cycles from the start of the recording."""
    view = sheet.view
    if view is None or not math.isfinite(view.mains):
        return Zoom()
    cycles = len(view.phases) / view.rate * view.mains
    return Zoom(min(max(int(math.log2(max(cycles / CYCLES, 1.0))), 0), MOST))


def waveform_plot(width: int, sheet: MotorSheet) -> tuple[Plot, Trace] | None:
    """Return the plot of the phases, and the first one's curve for the cursors; None without a recording."""
    view = sheet.view
    if view is None or not len(view.phases):
        return None
    seconds = np.arange(len(view.phases)) / view.rate
    low, high = sheet.zoom.part(0.0, len(view.phases) / view.rate)
    first, last = np.searchsorted(seconds, [low, high])
    part = view.phases[first:last]
    if not len(part):
        return None
    bottom, top = steady_ends(float(part.min()), float(part.max()))
    scale, name = (1.0, "s") if high - low > 0.2 else (1000.0, "ms")
    x = seconds[first:last] * scale
    curves = [Layer(x, part[:, number], ROLES[number]) for number in reversed(range(part.shape[1]))]
    crests: list[Layer] = []
    if math.isfinite(view.mains) and (high - low) * view.mains <= MARKED:
        for number in range(part.shape[1]):
            places = crests_of(part[:, number], view.rate / view.mains)
            crests.append(Layer(x[places], part[places, number], Role.STRONG, str(number + 1)))
    plot = Plot(
        x=axis_of(low * scale, high * scale, name, max(width // 14, 2)),
        y=axis_of(bottom, top, sheet.unit, 3),
        layers=(*curves, *crests),
        uprights=cursor_uprights(sheet.tools.time, scale),
    )
    return plot, Trace(seconds, view.phases[:, 0], low, high, columns_of(width, plot))


def crests_of(phase: Floats, cycle: float) -> NDArray[np.int64]:
    """Return the place of the crest of each whole cycle, (cycles,).

    Args:
        phase: (rows,).
        cycle: rows of a cycle.
    """
    length = max(round(cycle), 2)
    starts = range(0, len(phase) - length + 1, length)
    return np.array([start + int(np.argmax(phase[start : start + length])) for start in starts], np.int64)


def waveform_lines(width: int, height: int, sheet: MotorSheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the phases over the time of the recording.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    unit = sheet.unit or "no unit set"
    heading = title(f"Phases {sheet.when}", width, f"{unit}; 1 2 3: crests of the phases", unit)
    found = waveform_plot(width, sheet)
    if found is None:
        return absent_lines(width, height, heading, sheet, glyphs)
    plot, trace = found
    parts, role = _told(sheet, trace)
    lines: Lines = [
        heading,
        (Span(fit(f"  {joined(width - 3, parts)}", width), role),),
        *plot_lines(width, height - 2, plot, glyphs),
    ]
    return finished(lines[:height], width, height, glyphs)


def _told(sheet: MotorSheet, trace: Trace) -> tuple[list[str], Role]:
    """Return the readout of the cursor, or else the part that is seen and what is wrong with its clock."""
    view, cursor = sheet.view, sheet.tools.time
    if view is None:
        return [], Role.DIM
    if cursor.main is not None:
        row = min(max(round(cursor.main * view.rate), 0), len(view.phases) - 1)
        values = [f"{one:.3g}" for one in view.phases[row].tolist()]
        parts = [f"{1000 * cursor.main:.2f} ms", f"{' / '.join(values)} {sheet.unit}".rstrip()]
        if cursor.second is not None and cursor.second != cursor.main:
            apart = cursor.main - cursor.second
            parts.append(f"Δ {1000 * apart:.2f} ms = {1 / abs(apart):.1f} Hz".replace("-", "−"))
        if not math.isfinite(height_at(trace, cursor.main)):
            parts = parts[:1]
        return parts, Role.STRONG
    parts = [f"{trace.high - trace.low:.3g} s of {len(trace.x) / view.rate:.3g} s"]
    why = view.why(Claim.SPECTRUM)
    return ([why] if why else parts), (Role.WARNING if why else Role.DIM)
