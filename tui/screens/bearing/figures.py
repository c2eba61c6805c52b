"""Condition figures (RMS, peak, crest, kurtosis, velocity) over time, compared with the baseline."""

import math
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.signals.velocity import obstacle
from tui.data.frame import Frame
from tui.draw.format import short_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.severity import severity_text
from tui.draw.sparkline import Column, resample, sparkline, tall_sparkline
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title

Floats = NDArray[np.float64]

NAMES = ("RMS (AC)", "peak", "crest", "kurtosis", "velocity")
NUMBERS = 26
"""Cells for the value now and the baseline's median."""


def figure_lines(
    width: int,
    height: int,
    frame: Frame,
    component: int,
    channel: int,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return a row for severity and for each figure of a channel, or three rows if they fit.

    All are drawn on one scale: times the baseline's median, as severity is times the limit, so that rows can
    be compared.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        channel: counted from 1.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    right = "compared with the baseline (1.0 = usual)"
    heading = title(f"Condition figures, ch {channel}", width, right if width >= 70 else "× baseline")
    series, count = frame.view.series, frame.index + 1
    if count <= 0 or channel > series.figures.shape[1]:
        return finished([heading, (Span("  no snapshot yet", Role.DIM),)], width, height, glyphs)
    unit = _unit(frame, channel)
    why_not = _no_velocity(frame, channel, unit)
    own = np.column_stack([series.figures[:count, channel - 1], series.velocity[:count, channel - 1]])
    names = NAMES[:-1] if why_not else NAMES
    units = (unit, unit, "", "", "mm/s")
    tall = height >= 2 + 3 * (1 + len(names)) + 1
    baseline = series.baseline[:count]
    room = width - 11 - NUMBERS
    lines: Lines = [heading]
    severity = frame.severities(component)
    number = severity_text(float(severity[-1]))
    lines += _rows("severity", f"{number} (limit 1.0)", _columns(frame, severity, room), tall)
    for name, one, values in zip(names, units, own.T.astype(np.float64), strict=False):
        healthy = values[baseline & np.isfinite(values)]
        usual = float(np.median(healthy)) if len(healthy) else math.nan
        missing = "not kept" if math.isfinite(own[-1, 0]) else "invalid"
        told = f"{values[-1]:.3g}{' ' + one if one else ''}" if math.isfinite(values[-1]) else missing
        told += f" (usual {usual:.3g})" if math.isfinite(usual) else " (usual ?)"
        ratio = values / usual if math.isfinite(usual) and usual > 0 else np.full(count, np.nan)
        lines += _rows(name, told, _columns(frame, ratio, room), tall)
    if height > len(lines) + 1:
        start, end = frame.extent
        times = f"{short_time(start, zone)}{' ' * max(room - 22, 1)}{short_time(end, zone)}"
        lines.append((Span(fit(" " * 10 + times, width), Role.DIM),))
    velocity = f"No velocity RMS: {why_not}." if why_not else "velocity RMS: 10–1000 Hz, as in ISO 20816"
    lines.append((Span(fit(f"  {velocity}", width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def _no_velocity(frame: Frame, channel: int, unit: str) -> str:
    """Return the reason why there is no velocity, "" if there is one."""
    if np.isfinite(frame.view.series.velocity[:, channel - 1]).any():
        return ""
    machine, recording = frame.view.assessment.settings.machine, frame.view.assessment.settings.recording
    if machine is not None and recording is not None:
        why_not = obstacle(unit, recording.rows, machine.sample_rate)
        return why_not or "these snapshots were scored by an earlier Raceway"
    return "the settings of this record have no sample rate"


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
    """Return the rows without alarm colours: only severity is judged."""
    quiet = {Role.ALARM: Role.PLAIN, Role.RULED_ALARM: Role.RULED}
    return [tuple(Span(span.text, quiet.get(span.role, span.role)) for span in row) for row in rows]
