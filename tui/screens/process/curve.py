"""The curve of one slow sensor over time: measured, expected, and the deviation that health allows."""

from datetime import tzinfo

import numpy as np

from engine.explanation.process.sensors import ALLOWED, EXPECTED, MEASURED, conditions_of, name_of
from engine.explanation.process.words import NO_UNIT, value_text
from tui.data.frame import Frame
from tui.draw.charts.axes import steady_ends, time_ticks
from tui.draw.charts.chart import LEAST_HEIGHT, Axis, axis_of
from tui.draw.charts.zoom import around
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, clean, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, plot_lines
from tui.screens.bearing.trend import gapped

LEAST_FOR_WORDS = 9
"""Lines from which a sentence stands above the curve."""


def curve_lines(
    width: int,
    height: int,
    frame: Frame,
    channel: int,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
    level: int = 0,
) -> Lines:
    """Return the curve of a sensor up to the playhead, between the bounds of health.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        channel: counted from 1.
        zone: of the times.
        glyphs: those that the terminal can show.
        level: of zoom about the playhead.
    """
    view, count = frame.view, frame.index + 1
    name = name_of(view.assessment, channel)
    heading = title(name, width, "measured; dim: bounds of health", "measured")
    if count <= 0 or channel > view.series.figures.shape[1]:
        return finished([heading, (Span("  no window yet", Role.DIM),)], width, height, glyphs)
    unit = clean(view.assessment.units[channel - 1]) if channel <= len(view.assessment.units) else ""
    figures = view.series.figures[:count, channel - 1].astype(np.float64)
    measured, expected, allowed = figures[:, MEASURED], figures[:, EXPECTED], figures[:, ALLOWED]
    judged = channel not in conditions_of(view.assessment) and bool((allowed > 0).any())
    bounds = (expected - allowed, expected + allowed) if judged else ()
    told = _told(measured, expected, allowed, unit, judged=judged)
    known = np.concatenate([measured, *bounds])
    known = known[np.isfinite(known)]
    if not len(known) or height < LEAST_HEIGHT + 1:
        return finished([heading, (Span(fit(f"  {told}", width), Role.DIM),)], width, height, glyphs)
    at, holds = view.series.at[:count].astype(np.float64), frame.holds[:count]
    begin, finish = map(float, frame.extent)
    start, end = around(begin, finish, level, float(frame.playhead.at or 0))
    said: Lines = [(Span(fit(f"  {told}", width), Role.DIM),)] if height >= LEAST_FOR_WORDS else []
    room = height - 1 - len(said)
    plot = Plot(
        x=Axis(start, end, time_ticks(start, end, zone, width)),
        y=axis_of(*steady_ends(float(known.min()), float(known.max())), "" if unit in NO_UNIT else unit, 4),
        layers=(
            *(Layer(*gapped(at, one, holds), Role.DIM) for one in bounds),
            Layer(*gapped(at, measured, holds), Role.TITLE),
            *(
                (Layer(*gapped(at, _outside(measured, expected, allowed), holds), Role.ALARM),)
                if judged
                else ()
            ),
        ),
        uprights=(Upright(float(frame.playhead.at or 0), Role.DIM),) if level else (),
    )
    return finished([heading, *said, *plot_lines(width, room, plot, glyphs)], width, height, glyphs)


def _outside(
    measured: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    expected: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    allowed: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the measured values beyond what health allows, NaN for the others."""
    return np.where(np.abs(measured - expected) >= allowed, measured, np.nan)


def _told(
    measured: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    expected: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    allowed: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    unit: str,
    *,
    judged: bool,
) -> str:
    """Return the newest value with its expectation, in words."""
    now = value_text(float(measured[-1]), unit)
    if not judged:
        return f"{now}; not judged"
    bounds = f"{value_text(float(expected[-1]), unit)} ±{value_text(float(allowed[-1]), '', 2)}"
    return f"{now}; expected {bounds} in health"
