"""All slow sensors of a component: deviation over time as strips, with measured and expected, worst first."""

import math
from collections.abc import Iterator, Sequence
from datetime import tzinfo

import numpy as np

from engine.explanation.process.sensors import Sensor, excess_of, sensors_at
from engine.explanation.process.words import value_text
from tui.data.frame import Frame
from tui.draw.charts.sparkline import resample, sparkline
from tui.draw.format import percent, short_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Line, Lines, Role, Span, fit, title

WIDE = 80
"""Cells from which the allowed deviation stands beside the expectation."""

NAME = (10, 24)
"""Least and most cells of a name."""


def sensor_lines(
    width: int,
    height: int,
    frame: Frame,
    component: int,
    channel: int,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
    *,
    in_order: bool = False,
    words: str = "",
) -> Lines:
    """Return a line for each sensor, those farthest from their expectation first.

    A strip shows the deviation over the allowed one on the scale of severities.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        channel: the one selected, counted from 1.
        zone: of the times.
        glyphs: those that the terminal can show.
        in_order: whether they come in the order of their channels instead.
        words: part of the names of those that are listed; empty for all.
    """
    told = "order of channels" if in_order else "worst first"
    heading = title(
        f"Sensors with {words!r}" if words else "Sensors",
        width,
        f"{told}; deviation, allowed 1.0: ▁▂ below, ▄▅▇█ above",
        told,
    )
    if frame.index < 0:
        return finished([heading, (Span("  no window yet", Role.DIM),)], width, height, glyphs)
    view = frame.view
    sensors = sensors_at(view.assessment, view.series, frame.index, component)
    sensors = tuple(one for one in sensors if words.casefold() in one.name.casefold())
    if not sensors:
        none = (
            Span(fit("  no sensor has these words; / takes others, empty ones show all", width), Role.DIM),
        )
        return finished([heading, none][:height], width, height, glyphs)
    if in_order:
        sensors = tuple(sorted(sensors, key=lambda one: one.channel))
    room = max(height - 2, 1)
    shown = sensors if len(sensors) <= room else sensors[: max(room - 1, 1)]
    label = max(NAME[0], min(NAME[1], max(len(one.name) for one in shown), width // 4))
    tails = [_tail(one, width) for one in shown]
    strip = max(width - label - max(map(len, tails)) - 6, 0)
    lines: Lines = [heading]
    for one, tail, drawn in zip(shown, tails, _strips(frame, shown, strip), strict=True):
        mark = "›" if one.channel == channel else " "
        role = Role.DIM if one.is_condition else Role.PLAIN
        name = Span(fit(one.name, label) + " ", Role.STRONG)
        lines.append((Span(f" {mark} ", Role.STRONG), name, *drawn, Span(f" {tail}", role)))
    if len(shown) < len(sensors):
        calm = len(sensors) - len(shown)
        lines.append((Span(fit(f"   {calm} more are closer to their expected value", width), Role.DIM),))
    if strip > 24 and len(lines) < height:
        start, end = (short_time(one, zone) for one in frame.extent)
        times = start + " " * max(strip - len(start) - len(end), 1) + end
        lines.append((Span(fit(" " * (label + 4) + times, width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def _strips(frame: Frame, sensors: Sequence[Sensor], width: int) -> Iterator[Line]:
    """Yield the deviation of each sensor up to the playhead as a strip; blanks for a condition."""
    series, count = frame.view.series, frame.index + 1
    excess = np.abs(excess_of(series, [one.channel for one in sensors]))[:count]
    at, baseline, holds = series.at[:count], series.baseline[:count], frame.holds[:count]
    for place, one in enumerate(sensors):
        own = np.where(excess[:, place] > 0, excess[:, place], np.nan)
        columns = resample(at, own, baseline, frame.extent, holds, width)
        yield (Span(" " * width),) if one.is_condition else sparkline(columns)


def _tail(one: Sensor, width: int) -> str:
    """Return measured, expected and allowed of a sensor in its unit."""
    if not math.isfinite(one.measured):
        return "no valid value"
    measured = value_text(one.measured, one.unit)
    lost = f", {percent(one.valid)} valid" if one.valid < 1 else ""
    if one.is_condition:
        return f"{measured} condition{lost}"
    if not one.allowed > 0:
        return f"{measured} not judged{lost}"
    side = "↑" if one.excess > 0 else "↓"
    told = f"{measured} {side if abs(one.excess) >= 1 else ' '} expected {value_text(one.expected, '')}"
    return f"{told} ±{value_text(one.allowed, '', 2)}{lost}" if width >= WIDE else f"{told}{lost}"
