"""Condition figures (RMS, peak, crest, kurtosis, velocity) over time, compared with the baseline."""

import math
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.signals.velocity import obstacle
from engine.signals.vibration_zones import MEANING, Zones, zones_of
from tui.data.frame import Frame
from tui.draw.charts.chart import Axis, axis_of
from tui.draw.charts.sparkline import Column, resample, sparkline, tall_sparkline
from tui.draw.format import short_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.severity import severity_text
from tui.draw.text import SEVERITIES, Line, Lines, Role, Span, clean, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, plot_lines

Floats = NDArray[np.float64]

NAMES = ("RMS (AC)", "peak", "crest", "kurtosis", "velocity")
GAP = "·"
ZONE_ROLES = {"C": Role.WARNING, "D": Role.ALARM}
LEAST_PLOT, MOST_PLOT = 8, 16
"""Lines of the plot of velocity."""

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
    zones = zones_here(frame)
    velocity = own[:, -1].astype(np.float64)
    if not why_not and zones.borders is not None:
        lines.append(zone_line(zones, _columns(frame, velocity, room), float(velocity[-1])))
    if height > len(lines) + 1:
        start, end = frame.extent
        times = f"{short_time(start, zone)}{' ' * max(room - 22, 1)}{short_time(end, zone)}"
        lines.append((Span(fit(" " * 10 + times, width), Role.DIM),))
    told = f"No velocity RMS: {why_not}." if why_not else zone_text(zones, float(velocity[-1]))
    lines.append((Span(fit(f"  {told}", width), Role.DIM),))
    spare = height - len(lines)
    if not why_not and spare >= LEAST_PLOT:
        lines += velocity_plot(width, min(spare, MOST_PLOT), frame, velocity, zones, zone)
    return finished(lines[:height], width, height, glyphs)


def zones_here(frame: Frame) -> Zones:
    """Return the zones of ISO 20816-3 of the machine, or why it has none."""
    machine = frame.view.assessment.settings.machine
    if machine is None:
        return zones_of(0, "", 0.0)
    return zones_of(machine.group, machine.foundation, machine.shaft_speed)


def zone_line(zones: Zones, columns: list[Column], now: float) -> Line:
    """Return the zones over time, a letter for each column, and the zone now."""
    letters = [
        (" " if column.value is None else zones.zone_of(column.value) or GAP, column.baseline)
        for column in columns
    ]
    spans: list[Span] = [Span(f" {'zone':<9}", Role.STRONG)]
    for letter, baseline in letters:
        role = Role.DIM if baseline else ZONE_ROLES.get(letter, Role.PLAIN)
        if spans[-1].role is role and len(spans) > 1:
            spans[-1] = Span(spans[-1].text + letter, role)
        else:
            spans.append(Span(letter, role))
    here = zones.zone_of(now)
    return (*spans, Span(" " + fit(f"{here}  {now:.3g} mm/s" if here else "no velocity now", NUMBERS - 1)))


def zone_text(zones: Zones, now: float) -> str:
    """Return the zone now with the standard's name, or why there is none."""
    if zones.borders is None:
        return f"velocity RMS: 10–1000 Hz, as in ISO 20816. {zones.why_not}."
    here = zones.zone_of(now)
    borders = " / ".join(f"{border:g}" for border in zones.borders)
    told = f"zone {here}: {MEANING[here]}" if here else "no velocity in this snapshot"
    return f"{zones.name}: {told}; borders {borders} mm/s RMS"


def velocity_plot(
    width: int, height: int, frame: Frame, velocity: Floats, zones: Zones, zone: tzinfo
) -> Lines:
    """Return the velocity over time, with the borders of the zones as lines.

    Args:
        width: cells.
        height: lines.
        frame: the record as of the playhead.
        velocity: (n,) [mm/s RMS] up to the playhead.
        zones: of the machine.
        zone: of the times.
    """
    start, end = frame.extent
    finite = velocity[np.isfinite(velocity)]
    top = float(finite.max()) if len(finite) else 1.0
    rules: list[tuple[float, str]] = []
    if zones.borders is not None:
        for letters, border in zip(("A/B", "B/C", "C/D"), zones.borders, strict=True):
            rules.append((border, f"{letters} {border:g} mm/s"))
        # The next border above the highest value is in sight: it says how far away it is.
        top = max(top, next((border for border in zones.borders if border > top), top))
    at = frame.view.series.at[: len(velocity)].astype(np.float64)
    middle = (start + end) / 2
    ticks = tuple((float(one), short_time(int(one), zone)) for one in (start, middle, end))
    plot = Plot(
        x=Axis(float(start), float(end), ticks),
        y=axis_of(0.0, 1.08 * top or 1.0, "mm/s", 4),
        layers=(Layer(at, velocity, Role.TITLE),),
        rules=tuple(rules),
    )
    return plot_lines(width, height, plot)


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
    quiet = {**dict.fromkeys(SEVERITIES, Role.PLAIN), Role.RULED_ALARM: Role.RULED}
    return [tuple(Span(span.text, quiet.get(span.role, span.role)) for span in row) for row in rows]
