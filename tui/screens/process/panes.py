"""The panes of slow sensors: their names, which function draws each, and the numbers of each."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.explanation.process.sensors import MEASURED, name_of
from tui.data.frame import Frame
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, title
from tui.screens.numbers import Numbers, columns, times_of
from tui.screens.panel import Draw
from tui.screens.process.contributions import contribution_lines
from tui.screens.process.curve import curve_lines
from tui.screens.process.heat import heat_lines
from tui.screens.process.sensors import sensor_lines
from tui.screens.state import Shown

NAMES = {"bands": "sensors", "envelope": "curve", "waterfall": "map", "figures": "values"}
"""Panes of a bearing, and the names of those that slow sensors have under the same keys."""

OWN = frozenset(
    {
        "bands",
        "spectrum",
        "envelope",
        "waterfall",
        "waveform",
        "cepstrum",
        "peaks",
        "contributions",
        "figures",
    }
)
"""Panes that slow sensors draw otherwise than a bearing."""


def names_of(panes: Collection[str]) -> tuple[str, ...]:
    """Return the names of panes as slow sensors have them."""
    return tuple(NAMES.get(name, name) for name in panes)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An operator's choice: a channel, counted from 1; words in the names of sensors; a level of zoom."""

    channel: int
    words: str = ""
    level: int = 0


def drawing_of(pane: str, shown: Shown, frame: Frame, chosen: Chosen, glyphs: Glyphs) -> Draw:
    """Return the function that draws one of the panes in `OWN`.

    Args:
        pane: its name.
        shown: the component, and the zone of times.
        frame: the record as of the playhead.
        chosen: by the operator.
        glyphs: those that the terminal can show.
    """
    component, zone = shown.component, shown.zone
    match pane:
        case "bands" | "figures":
            return partial(
                sensor_lines,
                frame=frame,
                component=component,
                channel=chosen.channel,
                zone=zone,
                glyphs=glyphs,
                in_order=pane == "figures",
                words=chosen.words,
            )
        case "envelope":
            return partial(
                curve_lines,
                frame=frame,
                channel=chosen.channel,
                zone=zone,
                glyphs=glyphs,
                level=chosen.level,
            )
        case "waterfall":
            return partial(heat_lines, frame=frame, component=component, zone=zone, glyphs=glyphs)
        case "contributions":
            return partial(contribution_lines, frame=frame, component=component, glyphs=glyphs)
        case _:
            return partial(_nothing, pane=pane, glyphs=glyphs)


def _nothing(width: int, height: int, pane: str, glyphs: Glyphs) -> Lines:
    told = (Span(f"  slow sensors have no {pane}; the panes sensors, curve and map show them", Role.DIM),)
    return finished([title(pane.capitalize(), width), told], width, height, glyphs)


def process_numbers(pane: str, frame: Frame, component: int, channel: int) -> Numbers | None:
    """Return the numbers that a pane plots, None where it plots nothing.

    Args:
        pane: its name.
        frame: the record as of the playhead.
        component: counted from 0.
        channel: the one selected, counted from 1.
    """
    view, count = frame.view, frame.index + 1
    if count <= 0:
        return None
    if pane == "envelope":
        figures = view.series.figures[:count, channel - 1].astype(np.float64)
        header = ("time", "window", "measured", "expected", "allowed", "valid")
        return columns("curve", header, times_of(frame), view.series.names[:count], *figures.T.tolist())
    if pane in ("bands", "figures", "waterfall"):
        channels = view.assessment.channels[component]
        values = view.series.figures[:count, [one - 1 for one in channels], MEASURED].astype(np.float64)
        names = (name_of(view.assessment, one) for one in channels)
        named = ("time", "window", *names)
        return columns("sensors", named, times_of(frame), view.series.names[:count], *values.T.tolist())
    return None
