"""The numbers that each pane of the bearing screen plots."""

from itertools import pairwise

import numpy as np

from engine.clock import moment
from engine.diagnosis.motor_features import features_by_channel
from engine.reports.csv_files import iso
from tui.data.frame import Frame
from tui.screens.bearing.analysis.spectrum import (
    Sheet,
    compared,
    drawn_unit,
    drawn_values,
    name_of,
    peak_amplitude,
    sorted_peaks,
)
from tui.screens.bearing.panes import Desk, trace_of
from tui.screens.numbers import Numbers, columns, times_of

WIDE = 400
"""Cells for the curve of a pane, of which only the part that is seen matters."""


def pane_numbers(pane: str, frame: Frame, component: int, desk: Desk) -> Numbers | None:
    """Return what a pane plots, None where it plots nothing.

    Args:
        pane: its name.
        frame: the record as of the playhead.
        component: counted from 0.
        desk: what the analyst has at hand.
    """
    match pane:
        case "trend" | "strip":
            return _trend(frame, component)
        case "figures":
            return _figures(frame, desk.place.channel)
        case "peaks":
            return _peaks(desk.sheet)
        case "waterfall":
            return _waterfall(frame, desk)
        case "contributions":
            return _contributions(desk)
        case _:
            return _curve(pane, desk)


def _trend(frame: Frame, component: int) -> Numbers:
    series, count = frame.view.series, frame.index + 1
    parts = (series.severity, series.error, series.limit)
    values = [part[:count, component].tolist() for part in parts]
    header = ("time", "recording", "severity", "error", "limit")
    return columns("trend", header, times_of(frame), series.names[:count], *values)


def _figures(frame: Frame, channel: int) -> Numbers | None:
    series, count = frame.view.series, frame.index + 1
    if channel > series.figures.shape[1]:
        return None
    figures = series.figures[:count, channel - 1].astype(np.float64)
    velocity = series.velocity[:count, channel - 1].astype(np.float64)
    values = [*figures.T.tolist(), velocity.tolist()]
    header = ("time", "recording", "RMS (AC)", "peak", "crest factor", "kurtosis", "velocity RMS [mm/s]")
    return columns("figures", header, times_of(frame), series.names[:count], *values)


def _peaks(sheet: Sheet) -> Numbers | None:
    if sheet.analysis is None or sheet.analysis.spectrum is None:
        return None
    peaks = sorted_peaks(sheet)
    shaft = sheet.shaft
    header = (
        "frequency [Hz]",
        "order",
        f"amplitude [{drawn_unit(sheet)} {sheet.tools.scale}]",
        "times baseline",
        "times floor",
        "likely name",
    )
    rows = tuple(
        (
            peak.hertz,
            peak.hertz / shaft if shaft > 0 else float("nan"),
            peak_amplitude(sheet, peak),
            peak.times_baseline,
            peak.times_floor,
            name_of(sheet, peak),
        )
        for peak in peaks
    )
    return Numbers("peaks", header, rows)


def _waterfall(frame: Frame, desk: Desk) -> Numbers | None:
    evidence, channel = desk.place.evidence, desk.place.channel
    gallery = evidence.gallery if evidence is not None else None
    if gallery is None or channel > gallery.spectrum.shape[1]:
        return None
    usual = gallery.usual(channel - 1)
    middle = usual[1] if usual is not None else np.zeros(gallery.spectrum.shape[2])
    here = -1 if frame.playhead.at is None else frame.playhead.at
    known = np.flatnonzero(gallery.at <= here)
    edges = gallery.edges.tolist()
    bands = [f"{low:.0f}-{high:.0f} Hz [dB]" for low, high in pairwise(edges)]
    above = (gallery.spectrum[:, channel - 1] - middle).astype(np.float64)
    rows = tuple((iso(moment(int(gallery.at[place]))), *above[place].tolist()) for place in known.tolist())
    return Numbers("waterfall", ("time", *bands), rows)


def _contributions(desk: Desk) -> Numbers | None:
    picture = desk.place.view.picture
    if picture is None:
        return None
    assessment = desk.place.view.assessment
    features = features_by_channel(assessment)
    names = features.get(desk.place.channel, ())
    # Features of a motor are no bands of a bearing beside it.
    alike = [
        number
        for number in range(1, len(picture.contribution) + 1)
        if bool(features.get(number)) == bool(names)
    ]
    shares = picture.contribution[[number - 1 for number in alike]].astype(np.float64)
    heads = tuple(f"share ch {number}" for number in alike)
    if names:
        own = shares[:, : len(names)].tolist()
        return columns("contributions", ("feature", *heads), list(names), *own)
    edges = picture.edges.astype(np.float64).tolist()
    return columns("contributions", ("from [Hz]", "to [Hz]", *heads), edges[:-1], edges[1:], *shares.tolist())


def _curve(pane: str, desk: Desk) -> Numbers | None:
    """Return the curve of a pane in the part that is seen, with the one it is compared with."""
    trace = trace_of(pane, WIDE, desk)
    if trace is None:
        return None
    seen = (trace.x >= trace.low) & (trace.x <= trace.high)
    across = {"waveform": "time [s]", "cepstrum": "quefrency [s]"}.get(pane, "frequency [Hz]")
    header, values = [across, _height_word(pane, desk)], [trace.x[seen].tolist(), trace.y[seen].tolist()]
    other = compared(desk.sheet) if pane == "spectrum" else None
    if other is not None:
        header.append(f"{desk.tools.compare}, same unit")
        there = np.interp(trace.x[seen], other.hertz, drawn_values(desk.sheet, other)[0])
        values.append(there.tolist())
    return columns(pane, header, *values)


def _height_word(pane: str, desk: Desk) -> str:
    """Return the name of the heights of a pane, with their unit."""
    unit = desk.place.unit or "unit"
    match pane:
        case "spectrum":
            return f"amplitude [{drawn_unit(desk.sheet)} {desk.tools.scale}]"
        case "bands":
            return f"band power [dB re 1 {unit}]"
        case "waveform":
            return f"value [{unit}]"
        case "cepstrum":
            return "cepstrum"
        case _:
            in_unit = desk.tools.in_unit and desk.analysis is not None and desk.analysis.envelope is not None
            return f"envelope [{unit} {desk.tools.scale}]" if in_unit else "squared envelope / its mean"
