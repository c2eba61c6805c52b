"""Spectrum and envelope spectrum of one snapshot, with what is usual and what is expected."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from engine.kinematics import Surface
from engine.marking import MarkedLine, Marking
from engine.picture import Picture
from tui.draw.chart import Area, Chart, Curve, Mark, axis_of, chart_lines
from tui.draw.finishing import finished
from tui.draw.glyphs import Glyphs
from tui.draw.notice import wrapped
from tui.draw.text import Lines, Role, Span, fit, title
from tui.draw.words import frequency
from tui.zoom import WHOLE, Zoom

LETTERS = {Surface.OUTER: "O", Surface.INNER: "I", Surface.ROLLER: "R", Surface.CAGE: "C"}
SHORT = {Surface.OUTER: "outer", Surface.INNER: "inner", Surface.ROLLER: "roller", Surface.CAGE: "cage"}

NAMES = {
    Surface.OUTER: "outer race",
    Surface.INNER: "inner race",
    Surface.ROLLER: "rolling element",
    Surface.CAGE: "cage",
}


def loudest_channel(picture: Picture | None, channels: tuple[int, ...]) -> int:
    """The channel of a component, counted from 1, that holds most of its error."""
    if picture is None:
        return channels[0] if channels else 1
    known = [channel for channel in channels if channel <= len(picture.contribution)]
    return max(
        known,
        key=lambda channel: float(np.nan_to_num(picture.contribution[channel - 1]).sum()),
        default=channels[0] if channels else 1,
    )


def spectrum_lines(
    width: int,
    height: int,
    picture: Picture | None,
    channel: int,
    when: str,
    usual: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]] | None = None,
    unit: str = "",
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """The spectrum in bands, what the autoencoder expected, and the baseline's range.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: what the engine left of the snapshot, None where there is nothing.
        channel: counted from 1.
        when: the time of the snapshot, as text.
        usual: 5th, 50th and 95th percentile of the baseline, (bands,) each.
        unit: of the channel.
        zoom: which part of the frequencies.
        glyphs: what the terminal can show.
    """
    heading = title(f"Spectrum, ch {channel} {when}", width, f"dB re 1 {unit or 'unit'}")
    measured = None if picture is None or channel > len(picture.spectrum) else picture.spectrum[channel - 1]
    if picture is None or measured is None:
        return finished(
            [heading, (Span("  no picture of this snapshot in the store", Role.DIM),)], width, height, glyphs
        )
    legend = "  line measured, • expected by the model" + (
        ", ░ 5 to 95 % of the baseline" if usual is not None else "; baseline's range not known"
    )
    expected = picture.reconstruction[channel - 1].astype(np.float64)
    values = measured.astype(np.float64)
    finite = [part[np.isfinite(part)] for part in (values, expected, *(usual or ()))]
    together = np.concatenate(finite)
    if not len(together) or not np.isfinite(values).any():
        return finished([heading, (Span("  nothing measured", Role.DIM),)], width, height, glyphs)
    kilohertz = (picture.edges[:-1] + picture.edges[1:]).astype(np.float64) / 2000
    low, high = zoom.part(0.0, float(picture.edges[-1]) / 1000)
    areas = (
        () if usual is None else (Area(kilohertz, usual[0].astype(np.float64), usual[2].astype(np.float64)),)
    )
    chart = Chart(
        x=axis_of(low, high, "kHz", max(width // 13, 2)),
        y=axis_of(*rounded(float(together.min()), float(together.max())), "dB", 3),
        curves=(Curve(kilohertz, values), Curve(kilohertz, expected, "•")),
        areas=areas,
    )
    lines = [heading, (Span(fit(legend, width), Role.DIM),), *chart_lines(width, height - 2, chart, glyphs)]
    return finished(lines[:height], width, height, glyphs)


def envelope_lines(
    width: int,
    height: int,
    picture: Picture | None,
    channel: int,
    when: str,
    marked: Marking,
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """The envelope spectrum of one channel with the fault lines of its bearing, shaft and mains beside them.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: of the snapshot, None where there is none.
        channel: counted from 1.
        when: the time of the snapshot, as text.
        marked: the lines.
        zoom: which part of the frequencies.
        glyphs: what the terminal can show.
    """
    known = picture is not None and channel <= len(picture.envelope) and picture.envelope.shape[1] > 0
    if picture is None or not known or not picture.envelope[channel - 1].any():
        why = (
            "the store holds no envelope spectrum of this snapshot (scored by an earlier Raceway)"
            if picture is not None and not known
            else "no envelope spectrum of this snapshot: the channel did not run, or it was thinned"
        )
        rows = wrapped(why, width - 3, max(height - 1, 1))
        head = title(f"Envelope spectrum, ch {channel} {when}", width)
        return finished(
            [head, *((Span(f"  {row}", Role.DIM),) for row in rows)][:height], width, height, glyphs
        )
    amplitude = picture.envelope[channel - 1].astype(np.float64)
    carrier = picture.carriers[channel - 1]
    heading = title(
        f"Envelope spectrum, ch {channel} {when}",
        width,
        f"of {frequency(float(carrier[0]), float(carrier[1]))}",
    )
    hertz = np.arange(len(amplitude), dtype=np.float64) * picture.envelope_step
    low, high = zoom.part(0.0, float(hertz[-1]))
    inside = (hertz >= low) & (hertz <= high)
    top = float(amplitude[inside].max()) if inside.any() else 0.0
    table = line_table(width, marked)
    room = height - 2
    below = table if room - len(table) >= 9 else table[:1] if room >= 8 else []
    legend = "  amplitude × mean of the squared envelope; s shaft, m mains: masked near them"
    chart = Chart(
        x=axis_of(low, high, "Hz", max(width // 12, 2)),
        y=axis_of(0.0, max(top, 1e-3), "×", 3),
        curves=(Curve(hertz, amplitude),),
        marks=(
            *_fault_rows(marked, apart=room - len(below) >= 13),
            ("other", tuple(_other_marks(marked, high))),
        ),
    )
    lines = [
        heading,
        (Span(fit(legend, width), Role.DIM),),
        *chart_lines(width, room - len(below), chart, glyphs),
        *below,
    ]
    return finished(lines[:height], width, height, glyphs)


def line_table(width: int, marked: Marking) -> Lines:
    """A row for each surface, what stands out first: where its lines are, how strong; or why not."""
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
            head = f"  {LETTERS[surface]} {NAMES[surface]:<16}"
            strong = any(stands_out(one) for one in own)
            text = "  ".join(line_text(one) for one in own if not one.sideband)
            lines.append((Span(fit(head + text, width), Role.STRONG if strong else Role.PLAIN),))
    if lines:
        known = any(np.isfinite(one.times_baseline) for one in marked.lines)
        against = "×: times the baseline" if known else "×: times its neighbourhood (baseline not at hand)"
        lines.append((Span(fit(f"  {against}; ! where it exceeds it clearly", width), Role.DIM),))
    return lines


def stands_out(line: MarkedLine) -> bool:
    """Whether a line is clearly higher than usual, as far as can be told."""
    if np.isfinite(line.times_baseline):
        return line.times_baseline >= 2.0
    return bool(np.isfinite(line.times_floor) and line.times_floor >= 4.0)


def line_text(line: MarkedLine) -> str:
    """One line in a few words: 2nd 472 Hz 3.1×."""
    order = {1: "1st", 2: "2nd", 3: "3rd"}.get(line.order, f"{line.order}th")
    if line.masked:
        return f"{order} {line.expected:.0f} Hz masked"
    times = line.times_baseline if np.isfinite(line.times_baseline) else line.times_floor
    return f"{order} {line.found:.0f} Hz {times:.1f}×{'!' if stands_out(line) else ''}"


def rounded(low: float, high: float) -> tuple[float, float]:
    """The tens of dB around a range."""
    return 10 * np.floor(low / 10 - 0.05), 10 * np.ceil(high / 10 + 0.05)


def _fault_rows(marked: Marking, *, apart: bool) -> list[tuple[str, tuple[Mark, ...]]]:
    """A row of marks for each surface, or one for all."""
    if not apart:
        return [("fault", tuple(_fault_marks(marked.lines)))]
    rows = []
    for surface in Surface:
        own = [line for line in marked.lines if line.surface is surface]
        if own:
            rows.append((SHORT[surface], tuple(_fault_marks(own))))
    return rows


def _fault_marks(lines: Iterable[MarkedLine]) -> list[Mark]:
    """The marks, those that matter most first."""
    found = []
    for line in sorted(lines, key=lambda line: (not stands_out(line), bool(line.sideband), line.order)):
        letter = LETTERS[line.surface]
        text = f"{letter}{line.order}" if not line.sideband else letter.lower()
        role = Role.DIM if line.masked else Role.ALARM if stands_out(line) else Role.STRONG
        found.append(Mark(line.expected, f"({text})" if line.masked else text, role))
    return found


def _other_marks(marked: Marking, high: float) -> list[Mark]:
    found = []
    for base, letter in ((marked.shaft, "s"), (marked.mains, "m")):
        if base > 0:
            found += [Mark(base * order, letter, Role.DIM) for order in range(1, int(high / base) + 1)]
    return found
