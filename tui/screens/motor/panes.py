"""The panes of a motor: their names, which function draws each, and the curves and numbers of each."""

from collections.abc import Collection
from functools import partial

import numpy as np

from engine.clock import moment
from engine.diagnosis.motor_features import motor_features
from engine.diagnosis.motor_view import ORDERS
from engine.reports.csv_files import iso
from engine.signals.motors.features import unit_of
from tui.data.frame import Frame
from tui.data.pictures import Gallery
from tui.draw.charts.zoom import Zoom
from tui.draw.glyphs import Glyphs
from tui.screens.bearing.analysis.tools import Trace
from tui.screens.bearing.waterfall import waterfall_lines
from tui.screens.motor.features import above_usual, feature_lines, known_features
from tui.screens.motor.figures import figure_lines, figure_rows
from tui.screens.motor.harmonics import harmonic_lines
from tui.screens.motor.park import park_lines
from tui.screens.motor.sequence import sequence_lines, unbalances
from tui.screens.motor.sheet import MotorSheet
from tui.screens.motor.spectrum import line_table, pairs_of, spectrum_lines, spectrum_plot
from tui.screens.motor.waveform import first_zoom, waveform_lines, waveform_plot
from tui.screens.numbers import Numbers, columns
from tui.screens.panel import Draw
from tui.screens.state import Shown

NAMES = {
    "bands": "harmonics",
    "envelope": "park",
    "cepstrum": "sequence",
    "peaks": "lines",
    "figures": "phases",
    "waterfall": "features",
}
"""Panes of a bearing, and the names of those that a motor has under the same keys."""

RECORDED = frozenset({"bands", "envelope", "spectrum", "waveform", "peaks", "figures"})
"""Panes of a motor that draw its recording."""

OWN = frozenset({"bands", "envelope", "spectrum", "waveform", "cepstrum", "peaks", "figures", "waterfall"})
"""Panes that a motor draws otherwise than a bearing."""

WIDE = 400
"""Cells for the curve of a pane, of which only the part that is seen matters."""


def names_of(panes: Collection[str], *, features: bool = True) -> tuple[str, ...]:
    """Return the names of panes as a motor has them.

    Args:
        panes: of a bearing.
        features: whether the model judges named features; the waterfall of another one shows its bands.
    """
    own = NAMES if features else {pane: name for pane, name in NAMES.items() if pane != "waterfall"}
    return tuple(own.get(name, name) for name in panes)


def wanted_panes(panes: Collection[str]) -> frozenset[str]:
    """Return the panes of a bearing that need as much of the recordings: one recording, or none."""
    return frozenset({"waveform"}) if RECORDED & set(panes) else frozenset()


def zoom_of(pane: str, chosen: Zoom | None, sheet: MotorSheet) -> Zoom:
    """Return the zoom of a pane: the spectrum's is about the mains line, the waveform's shows some cycles.

    Args:
        pane: its name.
        chosen: by the analyst, None for none.
        sheet: of the motor.
    """
    if pane == "spectrum" and (chosen is None or not chosen.level):
        return Zoom(0, 0.5)
    if pane == "waveform" and chosen is None:
        return first_zoom(sheet)
    return chosen or Zoom()


def trace_of(pane: str, width: int, sheet: MotorSheet) -> Trace | None:
    """Return the curve of a pane, for its cursors; None where it draws none."""
    plots = {"spectrum": spectrum_plot, "waveform": waveform_plot}
    found = plots[pane](width, sheet) if pane in plots else None
    return None if found is None else found[1]


def drawing_of(
    pane: str,
    shown: Shown,
    frame: Frame,
    sheet: MotorSheet,
    gallery: Gallery | None,
    channel: int,
    glyphs: Glyphs,
) -> Draw:
    """Return the function that draws one of the panes in `OWN`.

    The parameters are the plain values that the panes draw.
    """
    if pane == "cepstrum":
        return partial(
            sequence_lines,
            frame=frame,
            component=shown.component,
            zone=shown.zone,
            sheet=sheet,
            gallery=gallery,
            glyphs=glyphs,
        )
    names = motor_features(frame.view.assessment, shown.component)
    if pane == "waterfall" and names:
        return partial(
            feature_lines,
            frame=frame,
            gallery=gallery,
            channel=channel,
            names=names,
            zone=shown.zone,
            glyphs=glyphs,
        )
    if pane == "waterfall":
        return partial(
            waterfall_lines, frame=frame, gallery=gallery, channel=channel, zone=shown.zone, glyphs=glyphs
        )
    draws = {
        "bands": harmonic_lines,
        "envelope": park_lines,
        "spectrum": spectrum_lines,
        "waveform": waveform_lines,
        "peaks": line_table,
        "figures": figure_lines,
    }
    return partial(draws[pane], sheet=sheet, glyphs=glyphs)


def feature_numbers(frame: Frame, gallery: Gallery | None, component: int, channel: int) -> Numbers | None:
    """Return the features over time that a pane plots, None without pictures of the baseline.

    Args:
        frame: the record as of the playhead.
        gallery: pictures of the run.
        component: counted from 0.
        channel: counted from 1.
    """
    names = motor_features(frame.view.assessment, component)
    own = known_features(gallery, channel, names)
    if own is None:
        return None
    known = own.at <= (-1 if frame.playhead.at is None else frame.playhead.at)
    header = ("time", *(f"{name} [{unit_of(place)}]" for place, name in enumerate(names)))
    times = [iso(moment(int(one))) for one in own.at[known].tolist()]
    return columns("features", header, times, *above_usual(own, channel)[known].T.tolist())


def motor_numbers(pane: str, sheet: MotorSheet, gallery: Gallery | None, component: int) -> Numbers | None:
    """Return the numbers that a pane plots, None where it plots nothing.

    Args:
        pane: its name.
        sheet: of the motor.
        gallery: pictures of the run.
        component: counted from 0.
    """
    view = sheet.view
    match pane:
        case "cepstrum":
            at, values, _ = unbalances(gallery, component)
            times = [iso(moment(int(one))) for one in at.tolist()]
            return columns(
                "sequence", ("time", "negative over positive sequence [%]"), times, values.tolist()
            )
        case "bands" if view is not None and view.harmonics.shape[1]:
            header = ("order", *(f"phase {number + 1}" for number in range(len(view.harmonics))))
            return columns("harmonics", header, list(ORDERS), *view.harmonics.tolist())
        case "peaks":
            rows = tuple((name, pair.offset, pair.lower, pair.upper) for _, name, pair in pairs_of(sheet))
            return Numbers("lines", ("pair", "distance [Hz]", "lower [dB]", "upper [dB]"), rows)
        case "figures" if view is not None:
            header = ("figure", *(f"phase {number + 1}" for number in range(len(view.rms))))
            return Numbers("phases", header, tuple((name, *values) for name, values in figure_rows(sheet)))
        case "envelope" if view is not None and len(view.vector):
            return columns(
                "park", ("real", "imaginary"), view.vector.real.tolist(), view.vector.imag.tolist()
            )
        case _:
            return _curve(pane, sheet)


def _curve(pane: str, sheet: MotorSheet) -> Numbers | None:
    trace = trace_of(pane, WIDE, sheet)
    if trace is None or sheet.view is None:
        return None
    seen = (trace.x >= trace.low) & (trace.x <= trace.high)
    if pane == "spectrum":
        header = ("frequency [Hz]", "dB re the mains")
        return columns(pane, header, trace.x[seen].tolist(), trace.y[seen].tolist())
    phases = np.asarray(sheet.view.phases[seen]).T
    names = ("time [s]", *(f"phase {number + 1} [{sheet.unit}]" for number in range(len(phases))))
    return columns("phases", names, trace.x[seen].tolist(), *phases.tolist())
