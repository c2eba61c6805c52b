"""The charts below the card while nothing is judged yet: training, levels of recordings, and bearings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

import numpy as np

from engine.records.progress import Phase
from tui.data.frame import Frame
from tui.draw.charts.axes import steady_top, time_ticks
from tui.draw.charts.chart import Axis, Chart, Curve, axis_of, chart_lines
from tui.draw.frames import Draw, framed
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title, width_of
from tui.screens.overview.levels import Levels

SIDE_BY_SIDE = 100
"""Cells from which two charts stand side by side."""

LEAST = 8
"""Lines that a chart needs to say something."""


@dataclass(frozen=True, slots=True)
class Learned:
    """The values that the charts draw; `levels` is None where no recording can be read from here."""

    frame: Frame
    levels: Levels | None
    zone: tzinfo
    glyphs: Glyphs


def learning_charts(width: int, height: int, learned: Learned) -> Lines:
    """Return the charts that fit: the losses of training, then the level of each bearing.

    Args:
        width: cells.
        height: lines.
        learned: the values.
    """
    view = learned.frame.view
    draws: list[Draw] = []
    if view.epochs:
        # Loaded only where a baseline is being learned.
        from tui.screens.model.learning import loss_lines

        draws.append(partial(loss_lines, epochs=view.epochs, glyphs=learned.glyphs))
    if learned.levels is not None and len(learned.levels.at) > 1:
        parts = range(len(view.assessment.components))
        draws += [partial(level_lines, learned=learned, component=part) for part in parts]
    if not draws:
        return framed(partial(bearing_list, learned=learned))(width, height)
    return tiled(width, height, [framed(draw) for draw in draws])


def tiled(width: int, height: int, draws: Sequence[Draw]) -> Lines:
    """Return as many drawings as fit, the first ones, in one column or two; they fill the space.

    Args:
        width: cells.
        height: lines.
        draws: at least one.
    """
    most = max(height // LEAST, 1)
    columns = 2 if width >= SIDE_BY_SIDE and len(draws) > 1 else 1
    shown = list(draws[: most * columns])
    rows = -(-len(shown) // columns)
    lines: Lines = []
    for row in range(rows):
        tall = height * (row + 1) // rows - height * row // rows
        beside = shown[row * columns : (row + 1) * columns]
        lines += _side_by_side(width, tall, beside)
    return lines


def _side_by_side(width: int, height: int, draws: Sequence[Draw]) -> Lines:
    lines: list[Line] = [()] * height
    for number, draw in enumerate(draws):
        begin, end = width * number // len(draws), width * (number + 1) // len(draws)
        drawn = draw(end - begin, height)
        for place in range(height):
            line = drawn[place] if place < len(drawn) else ()
            lines[place] = (*lines[place], *line, Span(" " * max(end - begin - width_of(line), 0)))
    return lines


def level_lines(width: int, height: int, learned: Learned, component: int) -> Lines:
    """Return the level of a bearing over the recordings that are learned from.

    Args:
        width: cells.
        height: lines, the heading included.
        learned: the values, with levels.
        component: counted from 0.
    """
    assert learned.levels is not None
    assessment = learned.frame.view.assessment
    at, level = learned.levels.at, learned.levels.level[:, component]
    name = clean(assessment.components[component])
    channels = assessment.channels[component]
    unit = assessment.units[channels[0] - 1] if channels and channels[0] <= len(assessment.units) else ""
    heading = title(f"{name}, recordings so far", width, "RMS (AC)")
    known = level[np.isfinite(level)]
    if not known.size:
        rows: Lines = [heading, (Span(fit("  no recording could be read", width), Role.DIM),)]
        return finished(rows[:height], width, height, learned.glyphs)
    swing = f"  {len(known)} read, from {known.min():.3g} to {known.max():.3g} {clean(unit)}".rstrip()
    begin, end = float(at[0]), max(float(at[-1]), float(at[0]) + 1.0)
    chart = Chart(
        x=Axis(begin, end, time_ticks(begin, end, learned.zone, width)),
        y=axis_of(0.0, steady_top(float(known.max())), clean(unit), 3),
        curves=(Curve(at, level),),
    )
    lines = [
        heading,
        (Span(fit(swing, width), Role.DIM),),
        *chart_lines(width, height - 2, chart, learned.glyphs),
    ]
    return finished(lines[:height], width, height, learned.glyphs)


def bearing_list(width: int, height: int, learned: Learned) -> Lines:
    """Return the bearings with their channels, and from when on they are judged.

    Args:
        width: cells.
        height: lines, the heading included.
        learned: the values.
    """
    view = learned.frame.view
    beat = view.heartbeat
    first = beat is not None and beat.phase is Phase.WATCHING
    words = "judged from the first recording on" if first else "judged once the baseline is learned"
    names = view.assessment.components
    widest = min(max((width_of((Span(clean(name)),)) for name in names), default=0), max(width - 22, 8))
    rows: list[Line] = [title(f"Bearings: {words}", width)]
    parts = list(zip(names, view.assessment.channels, strict=True))
    room = height - 1
    shown = parts if len(parts) <= room else parts[: max(room - 1, 0)]
    for name, own in shown:
        noun = "channel" if len(own) == 1 else "channels"
        text = f"{noun} {', '.join(map(str, own))}"
        rows.append(
            (Span(" ○ ", Role.DIM), Span(fit(name, widest), Role.STRONG), Span(f"  {text}", Role.DIM))
        )
    if len(shown) < len(parts):
        rows.append((Span(fit(f"   {len(parts) - len(shown)} more below", width), Role.DIM),))
    return finished(rows[:height], width, height, learned.glyphs)
