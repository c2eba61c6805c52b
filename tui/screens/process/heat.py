"""The deviations of all slow sensors over time, a row each, in shades."""

from datetime import tzinfo

import numpy as np

from engine.explanation.process.sensors import conditions_of, excess_of, name_of
from tui.data.frame import Frame
from tui.draw.charts.sparkline import cut, highest
from tui.draw.format import short_time
from tui.draw.glyphs import Glyphs, finished, shades
from tui.draw.text import Lines, Role, Span, fit, title

BOUNDS = (0.5, 1.0, 2.0, 4.0)
"""Deviations, over the allowed ones, at which the next shade begins."""


def heat_lines(
    width: int, height: int, frame: Frame, component: int, zone: tzinfo, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return a row of shades for each symptom, in the order of channels; the worst ones if not all fit.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    ladder = shades(glyphs)
    legend = "  ".join(
        f"{ladder[place + 2]} {bound:g}" for place, bound in enumerate(BOUNDS) if place + 2 < len(ladder)
    )
    heading = title("Sensors over time", width, f"deviation, allowed 1.0: {legend}", "deviation")
    count = frame.index + 1
    if count <= 0:
        return finished([heading, (Span("  no window yet", Role.DIM),)], width, height, glyphs)
    view = frame.view
    explains = conditions_of(view.assessment)
    channels = [one for one in view.assessment.channels[component] if one not in explains]
    excess = np.abs(excess_of(view.series, channels))[:count]
    room = max(height - 2, 1)
    if len(channels) > room:
        worst = np.argsort(-excess[-1], kind="stable")[:room]
        kept = sorted(worst.tolist())
        channels, excess = [channels[place] for place in kept], excess[:, kept]
    names = [name_of(view.assessment, one) for one in channels]
    label = max(10, min(24, max(map(len, names)), width // 4))
    columns = max(width - label - 4, 1)
    _, cuts = cut(view.series.at[:count], frame.extent, columns)
    lines: Lines = [heading]
    for place, name in enumerate(names):
        values = np.array(highest(excess[:, place], cuts))
        cells = [
            " "
            if not np.isfinite(one)
            else ladder[min(1 + int(np.searchsorted(BOUNDS, one, "right")), len(ladder) - 1)]
            for one in values.tolist()
        ]
        lines.append((Span(f" {fit(name, label)} ", Role.STRONG), Span("".join(cells))))
    if len(lines) < height:
        start, end = (short_time(one, zone) for one in frame.extent)
        times = start + " " * max(columns - len(start) - len(end), 1) + end
        lines.append((Span(fit(" " * (label + 2) + times, width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)
