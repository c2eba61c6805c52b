"""The chart below the list of machines: the newest severities of the selected machine's worst component."""

from datetime import tzinfo

import numpy as np

from tui.data.fleet import Standing
from tui.draw.charts.axes import severity_axis, time_ticks
from tui.draw.charts.chart import LEAST_HEIGHT, Axis
from tui.draw.format import sentence_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, clean, fit, pick, title
from tui.screens.bearing.analysis.plot import Layer, Plot, plot_lines
from tui.screens.bearing.trend import severity_layers


def machine_trend_lines(
    width: int, height: int, standing: Standing, zone: tzinfo, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return the newest severities of a machine's worst component on a log scale, with the limit.

    Args:
        width: cells.
        height: lines, the heading included.
        standing: the machine.
        zone: of recording times.
        glyphs: those that the terminal can show.
    """
    trend = standing.trend
    machine, worst = clean(standing.assessment.machine), clean(standing.worst)
    right = f"newest {len(trend.at)} snapshots, log scale"
    heading = title(pick(width - 8, f"Severity of {machine}, {worst}", machine).strip(), width, right)
    if height < LEAST_HEIGHT + 1:
        return [heading][:height]
    if not np.isfinite(trend.severity).any():
        return finished([heading, (Span("  no severity yet", Role.DIM),)], width, height, glyphs)
    at = trend.at.astype(np.float64)
    start, end = float(at[0]), max(float(at[-1]), float(at[0]) + 1.0)
    y = severity_axis(trend.severity, height - 4)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log2(np.maximum(trend.severity, 2.0**y.low))
    plot = Plot(
        x=Axis(start, end, time_ticks(start, end, zone, width)),
        y=y,
        layers=(
            Layer(at, np.where(trend.baseline, logs, np.nan), Role.DIM),
            *severity_layers(at, np.where(trend.baseline, np.nan, logs)),
        ),
        rules=((0.0, "limit"),),
    )
    first, last = (sentence_time(int(trend.at[place]), zone) for place in (0, -1))
    told = f"  {first} to {last}; dim: baseline"
    line = (Span(fit(told, width), Role.DIM),)
    return finished([heading, line, *plot_lines(width, height - 2, plot, glyphs)], width, height, glyphs)
