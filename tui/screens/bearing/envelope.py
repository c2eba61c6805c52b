"""The envelope spectrum of a snapshot, with the expected and found lines of its bearing.

The reader can check the evidence for a surface: the expected frequencies, the speed and geometry behind them,
and how far from them a line was found.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from rich.cells import cell_len

from engine.diagnosis.line_markers import MarkedLine, Marking
from engine.records.picture import Picture
from engine.signals.bearing import Surface
from engine.signals.spectrum import Scale
from tui.draw.charts.chart import Mark
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.format import frequency
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span, fit, pick, title
from tui.screens.bearing.analysis.envelope_plot import (
    LETTERS,
    EnvelopeCurves,
    EnvelopeExtras,
    envelope_peak_line,
    envelope_plot,
    envelope_values,
    other_marks,
)
from tui.screens.bearing.analysis.envelope_plot import stands_out as is_high
from tui.screens.bearing.analysis.plot import plot_lines
from tui.screens.bearing.analysis.readout import frequency_readout
from tui.screens.bearing.analysis.tools import Compare

SHORT = {Surface.OUTER: "outer", Surface.INNER: "inner", Surface.ROLLER: "roller", Surface.CAGE: "cage"}

NAMES = {
    Surface.OUTER: "outer race",
    Surface.INNER: "inner race",
    Surface.ROLLER: "rolling element",
    Surface.CAGE: "cage",
}


def envelope_lines(
    width: int,
    height: int,
    picture: Picture | None,
    channel: int,
    when: str,
    marked: Marking,
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
    extras: EnvelopeExtras | None = None,
) -> Lines:
    """Return the envelope spectrum of a channel with fault lines, comparison and cursors.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: of the snapshot, None where there is none.
        channel: counted from 1.
        when: the time of the snapshot, as text.
        marked: the lines.
        zoom: which part of the frequencies.
        glyphs: those that the terminal can show.
        extras: of the analyst: cursors, comparison, units.
    """
    extras = extras or EnvelopeExtras()
    known = picture is not None and channel <= len(picture.envelope) and picture.envelope.shape[1] > 0
    if picture is None or not known or not picture.envelope[channel - 1].any():
        why = (
            "the store holds no envelope spectrum of this snapshot (scored by an earlier Raceway)"
            if picture is not None and not known
            else "no envelope spectrum of this snapshot: the channel did not run, or it was thinned"
        )
        head = title(f"Envelope spectrum, ch {channel} {when}", width)
        return _without_spectrum(width, height, head, why, glyphs)
    plot, trace, curves = envelope_plot(width, picture, channel, marked, zoom, extras)
    carrier = picture.carriers[channel - 1]
    band = frequency(float(carrier[0]), float(carrier[1]))
    what, brief = what_texts(curves, band)
    heading = title(f"Envelope spectrum, ch {channel} {when}", width, what if width >= 100 else brief)
    table = line_table(width, marked)
    peaks = envelope_peak_line(width, picture, channel, marked, extras)
    room = height - 2
    below: Lines = [(Span(fit(peaks, width), Role.DIM),), *table] if extras.tools.whole else table
    below = below if room - len(below) >= 9 else below[:1] if room >= 8 else []
    values = envelope_values(picture, channel, curves, extras)
    readout = frequency_readout(width - 3, extras.tools.frequency, trace, extras.ruler, values)
    told = f"  {readout or legend_text(width, height, marked, curves, extras, what)}"
    rows = mark_rows(marked, trace.high, extras, apart=room - len(below) >= 13)
    lines = [
        heading,
        (Span(fit(told, width), Role.STRONG if readout else Role.DIM),),
        *plot_lines(width, room - len(below), replace(plot, marks=rows), glyphs),
        *below,
    ]
    return finished(lines[:height], width, height, glyphs)


def what_texts(curves: EnvelopeCurves, band: str) -> tuple[str, str]:
    """Return what the heights are, at length and briefly."""
    if curves.unit != "×":
        return (
            f"{curves.unit} {curves.scale} of the envelope, {band}",
            f"{curves.unit} {curves.scale}, {band}",
        )
    unit = "dB re mean" if curves.scale is Scale.DECIBEL else "× mean"
    return f"{unit} of the squared envelope, {band}", f"{unit}, {band}"


def legend_text(
    width: int, height: int, marked: Marking, curves: EnvelopeCurves, extras: EnvelopeExtras, what: str
) -> str:
    """Return the line under the heading without a cursor: what is compared, why not, and the marks.

    The parameters are the plain values that the pane draws.
    """
    if height < 10:
        return what
    tools, analysis = extras.tools, extras.analysis
    if tools.in_unit and curves.unit == "×":
        why = (
            "reading the recording …" if analysis is None else analysis.why_not or "no envelope in this band"
        )
        return f"relative, because there is no envelope in the unit: {why}"
    if tools.compare is Compare.THEN:
        known = curves.other is not None
        return (
            f"coloured: now, dim: then, {extras.then_when}" if known else "no envelope of the marked snapshot"
        )
    if tools.compare is Compare.BASELINE and curves.other is None:
        return "no envelope of the baseline in this band"
    if tools.lines or not tools.whole:
        return legend(width - 2, marked).strip()
    return "coloured: now, dim: median of the baseline" if curves.other is not None else what


def mark_rows(
    marked: Marking, high: float, extras: EnvelopeExtras, *, apart: bool
) -> tuple[tuple[str, tuple[Mark, ...]], ...]:
    """Return the rows of marks: where fault lines are expected; shaft and mains if they are asked for.

    Args:
        marked: the lines.
        high: highest frequency seen [Hz].
        extras: of the analyst.
        apart: whether each surface has a row.
    """
    factor = extras.ruler.factor
    if not extras.tools.lines:
        return tuple(_fault_rows(marked, factor, apart=False)) if not extras.tools.whole else ()
    rows = _fault_rows(marked, factor, apart=apart)
    return (*rows, ("other", other_marks(marked, high, factor)))


def _without_spectrum(width: int, height: int, head: Line, why: str, glyphs: Glyphs) -> Lines:
    """Return the pane with the reason why there is no spectrum."""
    rows = wrapped(why, width - 3, max(height - 1, 1))
    lines = [head, *((Span(f"  {row}", Role.DIM),) for row in rows)]
    return finished(lines[:height], width, height, glyphs)


def legend(width: int, marked: Marking) -> str:
    """Return the meaning of the marks under the spectrum, as fully as fits."""
    if marked.why_not:
        return pick(width, "  s shaft, m mains")
    known = any(np.isfinite(one.times_baseline) for one in marked.lines)
    above = "its baseline" if known else "its neighbourhood"
    letters = "O outer race  I inner race  R rolling element  C cage"
    return pick(
        width,
        f"  {letters}, 1 to 3 harmonic, small: sideband; s shaft, m mains: masked near them; × times {above},"
        " ! clearly more",
        f"  O outer, I inner, R roller, C cage, small: sideband; s shaft, m mains: masked; × {above},"
        " ! clearly more",
        "  O outer, I inner, R roller, C cage, s shaft, m mains: masked, ! clearly above usual",
        "  O outer, I inner, R roller, C cage, s shaft, m mains, ! high",
        "  O outer I inner R roller C cage s shaft m mains ! high",
        "  O outer, I inner, R roller, C cage, ! high",
        "  O outer I inner R roller C cage  ! high",
    )


def line_table(width: int, marked: Marking) -> Lines:
    """Return a row for each surface, the clearest first, with its expected and found lines, or the reason."""
    if marked.why_not:
        return [(Span(fit(f"  no fault lines: {marked.why_not}", width), Role.DIM),)]
    lines: Lines = []
    strongest = {
        surface: sum(stands_out(one) for one in marked.lines if one.surface is surface and not one.sideband)
        for surface in Surface
    }
    for surface in sorted(Surface, key=lambda surface: -strongest[surface]):
        own = [one for one in marked.lines if one.surface is surface]
        if own:
            strong = any(stands_out(one) for one in own)
            text = surface_text(width, [one for one in own if not one.sideband], marked.shaft)
            lines.append((Span(text, Role.STRONG if strong else Role.PLAIN),))
    if lines:
        lines.append((Span(origin_text(width, marked), Role.DIM),))
    return lines


def surface_text(width: int, lines: list[MarkedLine], shaft: float) -> str:
    """Return a surface: its first line as expected and as found, then the others that fit.

    Args:
        width: cells.
        lines: its harmonics, the first one first.
        shaft: in Hz, that they are expected for.
    """
    first, *others = lines
    head = f"  {LETTERS[first.surface]} {NAMES[first.surface]:<16}"
    short = f"  {LETTERS[first.surface]} {NAMES[first.surface]} "
    expected = f"expected {first.expected:.1f} Hz"
    if first.masked:
        text = pick(width, f"{head}{expected}, masked by shaft or mains", f"{short}{expected}, masked")
    else:
        # A line that is not clearly above the baseline was not found: some bin is always the highest.
        word = "found" if stands_out(first) else "highest"
        found = f"{word} {hertz_text(first.found)} ({deviation(first)}) {times_text(first)}"
        text = pick(
            width,
            f"{head}{expected} at {60 * shaft:.0f} rpm, {found}",
            f"{head}{expected}, {found}",
            f"{short}{expected}, {found}",
            f"{short}{first.expected:.1f}, {found}",
            f"{short}{word} {hertz_text(first.found)} {times_text(first)}",
            f"  {LETTERS[first.surface]} {hertz_text(first.found)} {times_text(first)}",
        )
    text = text.rstrip()
    for line in others:
        more = f"  {line_text(line)}"
        if cell_len(text + more) <= width:
            text += more
    return fit(text, width)


def origin_text(width: int, marked: Marking) -> str:
    """Return the source of the expected frequencies."""
    speed, one = f"  expected for {60 * marked.shaft:.0f} rpm as set", marked.geometry
    if one is None:
        return fit(speed, width)
    roller, pitch, angle = (
        f"{value:g}" for value in (one.roller_diameter, one.pitch_diameter, one.contact_angle)
    )
    return pick(
        width,
        f"{speed}, {one.rollers} rollers of {roller} on a pitch of {pitch}, contact angle {angle}°",
        f"{speed}, {one.rollers} rollers, {roller} on {pitch}, {angle}°",
        f"{speed}, {one.rollers} rollers",
        speed,
    )


def hertz_text(hertz: float) -> str:
    """Return a frequency with the digits that its bin justifies: 236, 235.6."""
    return f"{hertz:.0f} Hz" if abs(hertz - round(hertz)) < 0.05 else f"{hertz:.1f} Hz"


def deviation(line: MarkedLine) -> str:
    """Return the deviation of a line from the expected frequency: −0.2 %."""
    share = 100 * (line.found / line.expected - 1)
    return f"{share:+.1f} %".replace("-", "−")


def times_text(line: MarkedLine) -> str:
    """Return a line's height as a multiple of the baseline, marked if clearly higher."""
    times = line.times_baseline if np.isfinite(line.times_baseline) else line.times_floor
    return f"{times:.1f}×{'!' if stands_out(line) else ''}"


def stands_out(line: MarkedLine) -> bool:
    """Return whether a line is clearly higher than in the baseline, if known."""
    return is_high(line.times_baseline, line.times_floor)


def line_text(line: MarkedLine) -> str:
    """Return a line in a few words: 2nd 472 Hz 3.1×."""
    order = {1: "1st", 2: "2nd", 3: "3rd"}.get(line.order, f"{line.order}th")
    if line.masked:
        return f"{order} {line.expected:.0f} Hz masked"
    return f"{order} {hertz_text(line.found)} {times_text(line)}"


def _fault_rows(marked: Marking, factor: float, *, apart: bool) -> list[tuple[str, tuple[Mark, ...]]]:
    """Return a row of marks for each surface, or a single row for all."""
    if not apart:
        return [("fault", tuple(_fault_marks(marked.lines, factor)))]
    rows = []
    for surface in Surface:
        own = [line for line in marked.lines if line.surface is surface]
        if own:
            rows.append((SHORT[surface], tuple(_fault_marks(own, factor))))
    return rows


def _fault_marks(lines: Iterable[MarkedLine], factor: float) -> list[Mark]:
    """Return the marks, the most important first."""
    found = []
    for line in sorted(lines, key=lambda line: (not stands_out(line), bool(line.sideband), line.order)):
        letter = LETTERS[line.surface]
        text = f"{letter}{line.order}" if not line.sideband else letter.lower()
        role = Role.DIM if line.masked else Role.ALARM if stands_out(line) else Role.STRONG
        found.append(Mark(line.expected * factor, f"({text})" if line.masked else text, role))
    return found
