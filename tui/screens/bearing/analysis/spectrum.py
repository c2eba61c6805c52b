"""The true spectrum of a recording, with cursors, comparison and the names of its peaks."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.line_names import NamedLine, likely_name
from engine.signals.spectral_peaks import Peak
from engine.signals.spectrum import Quantity, Scale, Spectrum, converted, gain_at, obstacle_to, scaled
from tui.draw.charts.axes import steady_top
from tui.draw.charts.chart import Axis, axis_of
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.analysis.laboratory import Analysis
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, columns_of, plot_lines
from tui.screens.bearing.analysis.readout import Ruler, Values, cursor_uprights, frequency_readout, joined
from tui.screens.bearing.analysis.tools import Compare, Tools, Trace
from tui.screens.panel import Draw

Floats = NDArray[np.float64]

DECIBELS = 80.0
"""Range of a logarithmic axis: below it lies the noise of most recorders."""

NAMED_PEAKS = 4
"""Peaks named in the line under the plot."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Everything that the panes on recordings draw.

    Attributes:
        analysis: of the recording, None while it is being read.
        tools: of the analyst.
        channel: counted from 1.
        when: the time of the snapshot, as text.
        then: the time of the marked snapshot, as text.
        shaft: rotation [Hz], 0 if unknown.
        lines: that may have a name.
        zoom: which part is seen.
    """

    analysis: Analysis | None
    tools: Tools = field(default_factory=Tools)
    channel: int = 1
    when: str = ""
    then: str = ""
    shaft: float = 0.0
    lines: tuple[NamedLine, ...] = ()
    zoom: Zoom = WHOLE

    @property
    def ruler(self) -> Ruler:
        """Return the axis of frequencies."""
        return Ruler(self.tools.axis, self.shaft, self.lines).written

    @property
    def quantity(self) -> Quantity:
        """Return the quantity drawn: as recorded where the unit does not allow another."""
        spectrum = None if self.analysis is None else self.analysis.spectrum
        unit = "" if spectrum is None else spectrum.unit
        return Quantity.RECORDED if obstacle_to(self.tools.quantity, unit) else self.tools.quantity


def drawn_values(sheet: Sheet, spectrum: Spectrum) -> tuple[Floats, str]:
    """Return the heights of a spectrum as they are drawn, (lines,), and their unit."""
    found = converted(spectrum, sheet.quantity)
    return scaled(found.amplitude, sheet.tools.scale), found.unit


def drawn_unit(sheet: Sheet) -> str:
    """Return the unit of the heights that are drawn, "" where none is known."""
    spectrum = None if sheet.analysis is None else sheet.analysis.spectrum
    if spectrum is None:
        return ""
    return converted(Spectrum(1.0, np.zeros(2), spectrum.unit), sheet.quantity).unit


def height_axis(values: list[Floats], unit: str, scale: Scale) -> Axis:
    """Return the vertical axis for heights, from 0, or over the upper decibels."""
    tops = [float(one[np.isfinite(one)].max()) for one in values if np.isfinite(one).any()]
    top = max(tops, default=1.0)
    if scale is Scale.DECIBEL:
        high = 10 * math.ceil(top / 10 + 0.05)
        lowest = min((float(np.nanpercentile(one, 5)) for one in values if len(one)), default=high - 40)
        low = max(10 * math.floor(lowest / 10), high - DECIBELS)
        return axis_of(min(low, high - 20.0), float(high), "dB", 4)
    return axis_of(0.0, steady_top(top), unit, 3)


def spectrum_plot(width: int, sheet: Sheet) -> tuple[Plot, Trace] | None:
    """Return the plot of the spectrum, and the curve for its cursors; None without a spectrum."""
    analysis = sheet.analysis
    if analysis is None or analysis.spectrum is None:
        return None
    spectrum, factor = analysis.spectrum, sheet.ruler.factor
    heights, unit = drawn_values(sheet, spectrum)
    hertz = spectrum.hertz
    low, high = sheet.zoom.part(0.0, float(hertz[-1]))
    other = compared(sheet)
    layers = [] if other is None else [Layer(other.hertz * factor, drawn_values(sheet, other)[0], Role.DIM)]
    layers.append(Layer(hertz * factor, heights, Role.TITLE))
    inside = (hertz >= low) & (hertz <= high)
    seen = [heights[inside]]
    if other is not None:
        within = (other.hertz >= low) & (other.hertz <= high)
        seen.append(drawn_values(sheet, other)[0][within])
    plot = Plot(
        x=axis_of(low * factor, high * factor, axis_word(sheet), max(width // 14, 2)),
        y=height_axis(seen, unit, sheet.tools.scale),
        layers=tuple(layers),
        uprights=(*line_uprights(sheet, low, high), *cursor_uprights(sheet.tools.frequency, factor)),
    )
    peaks = tuple(sorted(peak.hertz for peak in analysis.peaks))
    return plot, Trace(hertz, heights, low, high, columns_of(width, plot), peaks)


def axis_word(sheet: Sheet) -> str:
    """Return the unit of the axis of frequencies."""
    return "ord" if sheet.ruler.axis == "orders" else str(sheet.ruler.axis)


def line_uprights(sheet: Sheet, low: float, high: float) -> tuple[Upright, ...]:
    """Return the named lines of a part of the frequencies [Hz], if they are asked for."""
    if not sheet.tools.lines:
        return ()
    return tuple(
        Upright(
            line.hertz * sheet.ruler.factor, Role.WARNING if line.slips else Role.DIM, line.name, glyph="┊"
        )
        for line in sheet.lines
        if low <= line.hertz <= high and not line.sideband
    )


def compared(sheet: Sheet) -> Spectrum | None:
    """Return the spectrum that is drawn beside that of the playhead, None for none."""
    if sheet.analysis is None:
        return None
    match sheet.tools.compare:
        case Compare.THEN:
            return sheet.analysis.then
        case Compare.BASELINE:
            return sheet.analysis.baseline
        case _:
            return None


def spectrum_lines(
    width: int, height: int, sheet: Sheet, instead: Draw | None = None, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return the spectrum of the recording; where it cannot be read, the reason and another pane.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        instead: draws the pane that is shown where there is no recording.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Spectrum, ch {sheet.channel} {sheet.when}", width, *what_texts(sheet))
    found = spectrum_plot(width, sheet)
    if found is None:
        why = "" if sheet.analysis is None else sheet.analysis.why_not
        return without_recording(width, height, heading, why, instead, glyphs)
    plot, trace = found
    below = peak_line(width, sheet) if height >= 10 else ""
    lines: Lines = [
        heading,
        (Span(fit(f"  {second_line(width - 3, sheet, trace)}", width), cursor_role(sheet)),),
        *plot_lines(width, height - 2 - bool(below), plot, glyphs),
    ]
    if below:
        lines.append((Span(fit(below, width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def cursor_role(sheet: Sheet) -> Role:
    """Return the role of the line that holds the readout or the legend."""
    return Role.DIM if sheet.tools.frequency.main is None else Role.STRONG


def without_recording(
    width: int, height: int, heading: tuple[Span, ...], why: str, instead: Draw | None, glyphs: Glyphs
) -> Lines:
    """Return the reason why there is no recording, and below it what is shown instead.

    The parameters are the plain values that the pane draws.
    """
    tail = "; the bands that the store holds are shown instead" if instead is not None else ""
    text = f"{why[:1].upper()}{why[1:]}{tail}." if why else "Reading the recording …"
    rows = wrapped(text, max(width - 3, 1), 3)
    lines: Lines = [heading, *((Span(f"  {row}", Role.WARNING if why else Role.DIM),) for row in rows)]
    room = height - len(lines)
    if instead is not None and why and room >= 5:
        lines += instead(width, room)
    return finished(lines[:height], width, height, glyphs)


def what_texts(sheet: Sheet) -> tuple[str, ...]:
    """Return what the heights are, at length and briefly."""
    analysis = sheet.analysis
    if analysis is None or analysis.spectrum is None:
        return ("true spectrum",)
    unit = drawn_unit(sheet) or "unit"
    scale = f"dB re 1 {unit} RMS" if sheet.tools.scale is Scale.DECIBEL else f"{unit} {sheet.tools.scale}"
    mean = f", mean of {analysis.spectrum.averages}" if analysis.spectrum.averages > 1 else ""
    kind = "" if sheet.quantity is Quantity.RECORDED else f"{sheet.quantity}, "
    step = f"{analysis.spectrum.step:.3g} Hz lines"
    return f"{kind}{scale}, FFT of {step}, Hann{mean}", f"{kind}{scale}, {step}{mean}", scale


def second_line(width: int, sheet: Sheet, trace: Trace) -> str:
    """Return the readout of the cursor, or what is compared, or why something is not drawn."""
    readout = frequency_readout(width, sheet.tools.frequency, trace, sheet.ruler, values_of(sheet))
    if readout:
        return readout
    analysis = sheet.analysis
    why = ""
    if analysis is not None and analysis.spectrum is not None and sheet.quantity is not sheet.tools.quantity:
        why = obstacle_to(sheet.tools.quantity, analysis.spectrum.unit)
    return joined(width, [part for part in (why, compare_text(sheet)) if part])


def compare_text(sheet: Sheet) -> str:
    """Return what the dim curve is, or why there is none."""
    analysis = sheet.analysis
    if analysis is None or sheet.tools.compare is Compare.NOTHING:
        return "coloured: the recording"
    if sheet.tools.compare is Compare.THEN:
        if analysis.then_why:
            return f"not compared: {analysis.then_why}"
        return f"coloured: now, dim: then, {sheet.then}"
    if analysis.baseline is None:
        return (
            "the baseline is being read …" if analysis.pending else "no recording of the baseline can be read"
        )
    count = analysis.baseline.averages
    return f"coloured: now, dim: baseline, mean of {count} recordings{' so far' if analysis.pending else ''}"


def values_of(sheet: Sheet) -> Values:
    """Return the unit of the heights, and the cursor's ratio to the baseline."""
    analysis, place = sheet.analysis, sheet.tools.frequency.main
    if analysis is None or analysis.spectrum is None:
        return Values("", sheet.tools.scale)
    times = None
    if place is not None and analysis.baseline is not None:
        here = np.interp(place, analysis.spectrum.hertz, analysis.spectrum.amplitude)
        usual = np.interp(place, analysis.baseline.hertz, analysis.baseline.amplitude)
        times = float(here / usual) if usual > 0 else None
    return Values(drawn_unit(sheet), sheet.tools.scale, times)


def peak_amplitude(sheet: Sheet, peak: Peak) -> float:
    """Return the amplitude of a peak as it is drawn."""
    unit = "" if sheet.analysis is None or sheet.analysis.spectrum is None else sheet.analysis.spectrum.unit
    gained = peak.amplitude * gain_at(sheet.quantity, unit, peak.hertz)
    return float(scaled(np.array([gained]), sheet.tools.scale)[0])


def name_of(sheet: Sheet, peak: Peak) -> str:
    """Return the likely name of a peak, "" where there is none."""
    spectrum = None if sheet.analysis is None else sheet.analysis.spectrum
    return "" if spectrum is None else likely_name(sheet.lines, peak.hertz, spectrum.resolution)


def sorted_peaks(sheet: Sheet) -> list[Peak]:
    """Return the peaks, the highest of the quantity drawn first."""
    peaks = () if sheet.analysis is None else sheet.analysis.peaks
    return sorted(peaks, key=lambda peak: -peak_amplitude(sheet, peak))


def peak_line(width: int, sheet: Sheet) -> str:
    """Return the highest peaks in a line, as many as fit."""
    parts = []
    for peak in sorted_peaks(sheet)[: 2 * NAMED_PEAKS]:
        name = name_of(sheet, peak)
        times = f" {peak.times_baseline:.1f}×" if math.isfinite(peak.times_baseline) else ""
        parts.append(f"{sheet.ruler.place(peak.hertz)}{' ' + name if name else ''}{times}")
    return (
        f"  peaks: {joined(width - 10, [f'{part} ·' for part in parts])[:-2]}"
        if parts
        else "  no peak stands out"
    )
