"""The plain figures that engineers trust, over time and beside severity, each against its own baseline."""

import math
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from tui.draw.finishing import finished
from tui.draw.glyphs import Glyphs
from tui.draw.spark import Column, resample, sparkline, tall_sparkline
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title
from tui.draw.words import severity_text, short_time
from tui.frame import Frame
from tui.waveform import Waveform

Floats = NDArray[np.float64]

NAMES = ("std dev", "peak", "crest", "kurtosis")
NUMBERS = 26
"""Cells for the value now and the baseline's median."""


def figure_lines(
    width: int,
    height: int,
    frame: Frame,
    component: int,
    channel: int,
    waveform: Waveform | None,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """A row for severity and for each figure of a channel, three rows where there is room.

    All are drawn on one scale: times the baseline's median, as severity is times the limit, so that rows can
    be compared.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: what is known as of the playhead.
        component: counted from 0.
        channel: counted from 1.
        waveform: the recording under the playhead, for its velocity; None where it was not read.
        zone: of the times.
        glyphs: what the terminal can show.
    """
    right = "times the baseline's median, 0.25 to 16; the step up is 1.0"
    heading = title(
        f"Condition figures, ch {channel}", width, right if width >= 90 else "× baseline, 0.25–16"
    )
    series, count = frame.view.series, frame.index + 1
    if count <= 0 or channel > series.figures.shape[1]:
        return finished([heading, (Span("  no snapshot yet", Role.DIM),)], width, height, glyphs)
    unit = _unit(frame, channel)
    tall = height >= 2 + 3 * 5 + 1
    baseline = series.baseline[:count]
    room = width - 11 - NUMBERS
    lines: Lines = [heading]
    severity = frame.severities(component)
    number = severity_text(float(severity[-1]))
    lines += _rows("severity", f"{number} (limit 1.0)", _columns(frame, severity, room), tall)
    for place, name in enumerate(NAMES):
        own = series.figures[:count, channel - 1, place].astype(np.float64)
        healthy = own[baseline & np.isfinite(own)]
        usual = float(np.median(healthy)) if len(healthy) else math.nan
        told = f"{own[-1]:.3g}{' ' + unit if unit and place < 2 else ''}"
        told += f" (usual {usual:.3g})" if math.isfinite(usual) else " (usual ?)"
        ratio = own / usual if math.isfinite(usual) and usual > 0 else np.full(count, np.nan)
        lines += _rows(name, told, _columns(frame, ratio, room), tall)
    if height > len(lines) + 1:
        start, end = frame.extent
        times = f"{short_time(start, zone)}{' ' * max(room - 22, 1)}{short_time(end, zone)}"
        lines.append((Span(fit(" " * 10 + times, width), Role.DIM),))
    lines.append((Span(fit(f"  {velocity_text(unit, channel, waveform)}", width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def velocity_text(unit: str, channel: int, waveform: Waveform | None) -> str:
    """Velocity RMS of this snapshot, or why it is not told."""
    if unit.strip() not in {"g", "m/s2", "m/s²", "m/s^2", "mm/s2", "mm/s²"}:
        return f"velocity RMS: not told, {unit or 'no unit'} is no acceleration ([[component]] unit)"
    if waveform is None:
        return "velocity RMS: reading the recording …"
    if waveform.why_not:
        return f"velocity RMS: not told; {clean(waveform.why_not)}"
    value = waveform.velocity[channel - 1] if channel <= len(waveform.velocity) else None
    if value is None:
        return "velocity RMS: not told, the recording is too short to hold 10 Hz"
    return f"velocity RMS, 10–1000 Hz, this snapshot: {value:.3g} mm/s"


def _unit(frame: Frame, channel: int) -> str:
    units = frame.view.assessment.units
    return clean(units[channel - 1]) if channel <= len(units) else ""


def _columns(frame: Frame, values: Floats, room: int) -> list[Column]:
    series, count = frame.view.series, frame.index + 1
    return resample(
        series.at[:count], values, series.baseline[:count], frame.extent, frame.holds[:count], room
    )


def _rows(name: str, told: str, columns: list[Column], tall: bool) -> Lines:
    head = Span(f" {name:<9}", Role.STRONG)
    drawn = _uncoloured(tall_sparkline(columns) if tall else [sparkline(columns)])
    tail = Span(" " + fit(told, NUMBERS - 1))
    lines: Lines = [(head, *drawn[0], tail)]
    lines.extend((Span(" " * 10), *row) for row in drawn[1:])
    return lines


def _uncoloured(rows: list[Line]) -> list[Line]:
    """Above its usual value a figure is no alarm: only severity is judged."""
    quiet = {Role.ALARM: Role.PLAIN, Role.RULED_ALARM: Role.RULED}
    return [tuple(Span(span.text, quiet.get(span.role, span.role)) for span in row) for row in rows]
