"""The plot of an envelope spectrum: measurement, comparison, the fault lines that stand out, cursors."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.line_markers import Marking
from engine.diagnosis.line_names import likely_name, mark_of
from engine.records.picture import Picture
from engine.signals.bearing import Surface
from engine.signals.spectral_peaks import peaks_of
from engine.signals.spectrum import Scale, Spectrum, scaled
from tui.draw.charts.chart import Mark, axis_of
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.text import Role
from tui.screens.bearing.analysis.laboratory import Analysis
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, columns_of
from tui.screens.bearing.analysis.readout import Ruler, Values, cursor_uprights, joined
from tui.screens.bearing.analysis.spectrum import height_axis
from tui.screens.bearing.analysis.tools import Compare, Tools, Trace

Floats = NDArray[np.float64]
LETTERS = {Surface.OUTER: "O", Surface.INNER: "I", Surface.ROLLER: "R", Surface.CAGE: "C"}


@dataclass(frozen=True, slots=True, eq=False)
class EnvelopeExtras:
    """An analyst's additions to an envelope spectrum.

    Attributes:
        tools: of the analyst.
        ruler: of the axis of frequencies.
        usual: (bins,) median of the baseline in the same band, None if unknown.
        then: picture of the marked snapshot, None for none.
        then_when: its time, as text.
        analysis: of the recording, for an envelope in the unit of the sensor.
    """

    tools: Tools = field(default_factory=Tools)
    ruler: Ruler = field(default_factory=Ruler)
    usual: Floats | None = None
    then: Picture | None = None
    then_when: str = ""
    analysis: Analysis | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EnvelopeCurves:
    """The curves of an envelope spectrum: heights over a common axis, and their unit."""

    hertz: Floats
    now: Floats
    unit: str
    other: Floats | None = None
    other_hertz: Floats | None = None
    scale: Scale = Scale.PEAK


def envelope_curves(picture: Picture, channel: int, extras: EnvelopeExtras) -> EnvelopeCurves:
    """Return the envelope as it is drawn: relative to its mean, or in the unit of the sensor."""
    tools, analysis = extras.tools, extras.analysis
    if tools.in_unit and analysis is not None and analysis.envelope is not None:
        found, then = analysis.envelope, analysis.then_envelope
        marked = then if tools.compare is Compare.THEN else None
        return EnvelopeCurves(
            found.hertz,
            scaled(found.amplitude, tools.scale),
            found.unit,
            None if marked is None else scaled(marked.amplitude, tools.scale),
            None if marked is None else marked.hertz,
            tools.scale,
        )
    amplitude = picture.envelope[channel - 1].astype(np.float64)
    hertz = np.arange(len(amplitude), dtype=np.float64) * picture.envelope_step
    other, other_hertz = _relative(picture, channel, extras, len(amplitude))
    decibel = tools.scale is Scale.DECIBEL
    scale = Scale.DECIBEL if decibel else Scale.PEAK

    def drawn(values: Floats) -> Floats:
        return 20 * np.log10(np.maximum(values, 1e-5)) if decibel else values

    return EnvelopeCurves(
        hertz, drawn(amplitude), "×", None if other is None else drawn(other), other_hertz, scale
    )


def _relative(
    picture: Picture, channel: int, extras: EnvelopeExtras, bins: int
) -> tuple[Floats | None, Floats | None]:
    """Return the curve to compare with, relative to its mean, and its frequencies."""
    if extras.tools.compare is Compare.THEN:
        then = extras.then
        if then is None or channel > len(then.envelope) or not then.envelope[channel - 1].any():
            return None, None
        found = then.envelope[channel - 1].astype(np.float64)
        return found, np.arange(len(found), dtype=np.float64) * then.envelope_step
    if extras.usual is None or len(extras.usual) != bins:
        return None, None
    return extras.usual, np.arange(bins, dtype=np.float64) * picture.envelope_step


def envelope_plot(
    width: int,
    picture: Picture,
    channel: int,
    marked: Marking,
    zoom: Zoom = WHOLE,
    extras: EnvelopeExtras | None = None,
) -> tuple[Plot, Trace, EnvelopeCurves]:
    """Return the plot, the curve for its cursors, and what is drawn.

    Args:
        width: cells.
        picture: of the snapshot, with an envelope of the channel.
        channel: counted from 1.
        marked: the fault lines.
        zoom: which part of the frequencies.
        extras: of the analyst.
    """
    extras = extras or EnvelopeExtras()
    curves, factor = envelope_curves(picture, channel, extras), extras.ruler.factor
    low, high = zoom.part(0.0, float(curves.hertz[-1]))
    inside = (curves.hertz >= low) & (curves.hertz <= high)
    layers = [Layer(curves.hertz * factor, curves.now, Role.TITLE)]
    seen = [curves.now[inside]]
    if curves.other is not None and curves.other_hertz is not None:
        layers.insert(0, Layer(curves.other_hertz * factor, curves.other, Role.DIM))
        seen.append(curves.other[(curves.other_hertz >= low) & (curves.other_hertz <= high)])
    word = "ord" if extras.ruler.axis == "orders" else str(extras.ruler.axis)
    plot = Plot(
        x=axis_of(low * factor, high * factor, word, max(width // 12, 2)),
        y=height_axis(seen, curves.unit, curves.scale),
        layers=tuple(layers),
        uprights=(
            *fault_uprights(marked, curves, factor),
            *cursor_uprights(extras.tools.frequency, factor),
        ),
    )
    step = float(curves.hertz[1]) if len(curves.hertz) > 1 else 1.0
    amplitude = picture.envelope[channel - 1].astype(np.float64)
    peaks = peaks_of(Spectrum(step, amplitude, "×"), most=60) if curves.unit == "×" else ()
    places = tuple(sorted(peak.hertz for peak in peaks))
    return plot, Trace(curves.hertz, curves.now, low, high, columns_of(width, plot), places), curves


def stands_out(times_baseline: float, times_floor: float) -> bool:
    """Return whether a line is clearly higher than on the baseline; if that is unknown, than around it."""
    if math.isfinite(times_baseline):
        return times_baseline >= 2.0
    return math.isfinite(times_floor) and times_floor >= 4.0


def fault_uprights(marked: Marking, curves: EnvelopeCurves, factor: float) -> tuple[Upright, ...]:
    """Return the fault lines that stand out, as high as they were measured."""
    found = []
    for line in marked.lines:
        if line.sideband or line.masked or not stands_out(line.times_baseline, line.times_floor):
            continue
        top = float(np.interp(line.found, curves.hertz, curves.now))
        label = f"{LETTERS[line.surface]}{line.order}"
        found.append(Upright(line.found * factor, Role.ALARM, label, top, "┃"))
    return tuple(found)


def other_marks(marked: Marking, high: float, factor: float) -> tuple[Mark, ...]:
    """Return the marks of shaft and mains up to a frequency [Hz]."""
    found = []
    for base, letter in ((marked.shaft, "s"), (marked.mains, "m")):
        if base > 0:
            found += [
                Mark(base * order * factor, letter, Role.DIM) for order in range(1, int(high / base) + 1)
            ]
    return tuple(found)


def envelope_peak_line(
    width: int, picture: Picture, channel: int, marked: Marking, extras: EnvelopeExtras
) -> str:
    """Return the highest peaks of the envelope in a line, with their names and times the baseline.

    Args:
        width: cells.
        picture: of the snapshot.
        channel: counted from 1.
        marked: the fault lines.
        extras: of the analyst.
    """
    amplitude = picture.envelope[channel - 1].astype(np.float64)
    spectrum = Spectrum(picture.envelope_step, amplitude, "×")
    usual = extras.usual if extras.usual is not None and len(extras.usual) == len(amplitude) else None
    parts = []
    for peak in peaks_of(spectrum, usual, 8):
        own = [
            line
            for line in marked.lines
            if not line.masked and not line.sideband and abs(line.found - peak.hertz) <= spectrum.step
        ]
        name = mark_of(own[0].surface, own[0].order) if own else ""
        name = name or likely_name(extras.ruler.lines, peak.hertz, spectrum.resolution)
        times = own[0].times_baseline if own else peak.times_baseline
        ratio = f" {times:.1f}×" if math.isfinite(times) else ""
        parts.append(f"{extras.ruler.place(peak.hertz)}{' ' + name if name else ''}{ratio} ·")
    return f"  peaks: {joined(width - 10, parts)[:-2]}" if parts else "  no peak stands out"


def envelope_values(picture: Picture, channel: int, curves: EnvelopeCurves, extras: EnvelopeExtras) -> Values:
    """Return the unit of the heights, and the cursor's ratio to the baseline."""
    place, times = extras.tools.frequency.main, None
    amplitude = picture.envelope[channel - 1].astype(np.float64)
    if place is not None and extras.usual is not None and len(extras.usual) == len(amplitude):
        hertz = np.arange(len(amplitude)) * picture.envelope_step
        usual = float(np.interp(place, hertz, extras.usual))
        times = float(np.interp(place, hertz, amplitude)) / usual if usual > 0 else None
    return Values(curves.unit, curves.scale, times, plain=curves.unit == "×")
