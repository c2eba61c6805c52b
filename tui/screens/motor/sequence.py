"""The trend of a motor's unbalance: negative over positive sequence of each snapshot."""

from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.claims import Claim
from tui.data.frame import Frame
from tui.data.pictures import Gallery
from tui.draw.charts.axes import steady_top, time_ticks
from tui.draw.charts.chart import LEAST_HEIGHT, Axis, axis_of
from tui.draw.charts.zoom import around
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, plot_lines
from tui.screens.motor.sheet import MotorSheet, sentence_lines

Floats = NDArray[np.float64]


def unbalances(gallery: Gallery | None, component: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return instants [us], unbalance [%], NaN where it is withheld, and which are of the baseline.

    Args:
        gallery: pictures of the run, None for none.
        component: counted from 0.
    """
    if gallery is None:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.bool_)
    found = [motors.get(component) for motors in gallery.motors]
    known = [one.unbalance if one is not None else None for one in found]
    values = np.array([np.nan if one is None else 100 * abs(one) for one in known], np.float64)
    return gallery.at.astype(np.float64), values, gallery.baseline


def sequence_lines(
    width: int,
    height: int,
    frame: Frame,
    component: int,
    zone: tzinfo,
    sheet: MotorSheet,
    gallery: Gallery | None,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return the unbalance from the start of the run to the playhead; pictures of the store hold it.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        zone: of the times shown.
        sheet: of the snapshot at the playhead.
        gallery: pictures of the run.
        glyphs: those that the terminal can show.
    """
    heading = title("Negative over positive sequence", width, "dim: baseline")
    at, values, baseline = unbalances(gallery, component)
    here = float(frame.playhead.at or 0)
    seen = at <= here
    at, values, baseline = at[seen], values[seen], baseline[seen]
    if not np.isfinite(values).any():
        why = sheet.why_withheld(Claim.PARK.value)
        text = (
            f"The unbalance is withheld: {why}." if why else "The store holds no unbalance of this motor yet."
        )
        return sentence_lines(width, height, heading, text, glyphs, Role.WARNING if why else Role.DIM)
    told = (Span(fit(f"  {sequence_text(sheet, values)}", width), Role.DIM),)
    room = height - 2
    if room < LEAST_HEIGHT:
        return finished([heading, told][:height], width, height, glyphs)
    usual = sheet.usual_unbalance
    begin, finish = map(float, frame.extent)
    start, end = around(begin, finish, sheet.zoom.level, here)
    plot = Plot(
        x=Axis(start, end, time_ticks(start, end, zone, width)),
        y=axis_of(0.0, steady_top(max(float(np.nanmax(values)), 100 * (usual or 0.0))), "%", 3),
        layers=(
            Layer(at, np.where(baseline, values, np.nan), Role.DIM),
            Layer(at, np.where(baseline, np.nan, values), Role.TITLE),
        ),
        rules=() if usual is None else ((100 * usual, "usual"),),
        uprights=(Upright(here, Role.DIM),) if sheet.zoom.level else (),
    )
    return finished([heading, told, *plot_lines(width, room, plot, glyphs)], width, height, glyphs)


def sequence_text(sheet: MotorSheet, values: Floats) -> str:
    """Return the unbalance now, and in how many snapshots it is withheld."""
    now, usual = sheet.unbalance, sheet.usual_unbalance
    parts = ["withheld now" if now is None else f"now {100 * abs(now):.1f} %"]
    if usual is not None:
        parts.append(f"usual {100 * usual:.1f} %")
    left = int(np.isnan(values).sum())
    if left:
        parts.append(f"withheld in {left} of {len(values)} snapshots")
    return ", ".join(parts)
