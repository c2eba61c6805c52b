"""The waveform of the recording under the playhead."""

import numpy as np

from engine.diagnosis.line_names import likely_name
from engine.signals.spectrum import repetition
from tui.draw.charts.axes import steady_ends
from tui.draw.charts.chart import axis_of
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, columns_of, plot_lines
from tui.screens.bearing.analysis.readout import cursor_uprights, joined
from tui.screens.bearing.analysis.spectrum import Sheet
from tui.screens.bearing.analysis.tools import Trace, height_at
from tui.screens.bearing.recording import Waveform

TURNS = 10
"""Turns of the shaft that the autocorrelation shows."""


def waveform_lines(
    width: int,
    height: int,
    waveform: Waveform | None,
    channel: int,
    unit: str,
    when: str,
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
    sheet: Sheet | None = None,
) -> Lines:
    """Return a channel over the time of the recording; every spike is visible at any width.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        waveform: the recording, None while it is being read.
        channel: counted from 1.
        unit: of the channel.
        when: the time of the snapshot, as text.
        zoom: which part of the recording.
        glyphs: those that the terminal can show.
        sheet: analysis and tools of the analyst.
    """
    sheet = sheet or Sheet(None)
    heading = title(f"Waveform, ch {channel} {when}", width, unit or "no unit set")
    if waveform is None:
        return finished([heading, (Span("  reading the recording …", Role.DIM),)], width, height, glyphs)
    why = waveform.why_not
    if not why and channel > waveform.signal.shape[1]:
        why = f"the recording has no channel {channel}"
    if why:
        rows = wrapped(why, width - 3, max(height - 1, 1))
        return finished(
            [heading, *((Span(f"  {row}", Role.DIM),) for row in rows)][:height], width, height, glyphs
        )
    found = waveform_plot(width, waveform, channel, unit, zoom, sheet)
    if found is None:
        return finished(
            [heading, (Span("  nothing that is a number here", Role.DIM),)], width, height, glyphs
        )
    plot, trace = found
    below = _repetition_lines(width, height, sheet)
    told, role = _told(waveform, channel, trace, sheet, unit)
    lines = [
        heading,
        (Span(fit(f"  {joined(width - 3, told)}", width), role),),
        *plot_lines(width, height - 2 - len(below), plot, glyphs),
        *below,
    ]
    return finished(lines[:height], width, height, glyphs)


def waveform_plot(
    width: int, waveform: Waveform, channel: int, unit: str, zoom: Zoom, sheet: Sheet
) -> tuple[Plot, Trace] | None:
    """Return the plot of a part of a recording, and the curve for its cursors; None without a number.

    Args:
        width: cells.
        waveform: the recording, with the channel.
        channel: counted from 1.
        unit: of the channel.
        zoom: which part of the recording.
        sheet: tools of the analyst.
    """
    signal = waveform.signal[:, channel - 1].astype(np.float64)
    seconds = np.arange(len(signal)) / waveform.sample_rate
    low, high = zoom.part(0.0, len(signal) / waveform.sample_rate)
    first, last = np.searchsorted(seconds, [low, high])
    part = signal[first:last]
    finite = part[np.isfinite(part)]
    if not len(finite):
        return None
    bottom, top = steady_ends(float(finite.min()), float(finite.max()))
    scale, name = (1.0, "s") if high - low > 0.2 else (1000.0, "ms")
    plot = Plot(
        x=axis_of(low * scale, high * scale, name, max(width // 14, 2)),
        y=axis_of(bottom, top, unit, 3),
        layers=(Layer(seconds[first:last] * scale, part, Role.TITLE),),
        uprights=cursor_uprights(sheet.tools.time, scale),
    )
    return plot, Trace(seconds, signal, low, high, columns_of(width, plot))


def _told(waveform: Waveform, channel: int, trace: Trace, sheet: Sheet, unit: str) -> tuple[list[str], Role]:
    """Return the readout of the cursor, or else the part that is seen and the crest factor."""
    cursor = sheet.tools.time
    if cursor.main is not None:
        here = height_at(trace, cursor.main)
        parts = [f"{1000 * cursor.main:.2f} ms", f"{here:.3g} {unit}".rstrip()]
        if cursor.second is not None and cursor.second != cursor.main:
            apart = cursor.main - cursor.second
            parts.append(f"Δ {1000 * apart:.2f} ms = {sheet.ruler.place(1 / abs(apart))}".replace("-", "−"))
        return parts, Role.STRONG
    whole = len(trace.x) / waveform.sample_rate
    count = int(((trace.x >= trace.low) & (trace.x < trace.high)).sum())
    crest = sheet.analysis.crest if sheet.analysis is not None else float("nan")
    known = np.isfinite(crest) and sheet.analysis is not None and sheet.analysis.wanted.channel == channel
    parts = [f"{trace.high - trace.low:.3g} s of {whole:.3g} s, {count} samples"]
    return [*parts, *([f"crest factor {crest:.1f}"] if known else [])], Role.DIM


def _repetition_lines(width: int, height: int, sheet: Sheet) -> Lines:
    """Return the autocorrelation: in a line of words, above it a plot where there is room."""
    analysis = sheet.analysis
    if analysis is None or not len(analysis.correlation) or height < 9:
        return []
    found = repetition(analysis.correlation, analysis.sample_rate)
    if found is None:
        told = "autocorrelation: nothing repeats"
    else:
        lag, height_there = found
        name = likely_name(sheet.lines, 1 / lag, 0.01 / lag)
        which = f", {name}" if name else ""
        told = (
            f"autocorrelation: repeats every {1000 * lag:.2f} ms"
            f" ({sheet.ruler.place(1 / lag)}{which}), {height_there:.2f}"
        )
    line = (Span(fit(f"  {told}", width), Role.DIM),)
    if height < 20:
        return [line]
    lags = 1000 * np.arange(len(analysis.correlation)) / analysis.sample_rate
    most = min(float(lags[-1]), 1000 * TURNS / sheet.shaft if sheet.shaft > 0 else 200.0)
    seen = lags <= most
    values = analysis.correlation[seen]
    plot = Plot(
        x=axis_of(0.0, most, "ms", max(width // 14, 2)),
        y=axis_of(-0.5 if values.min() >= -0.5 else -1.0, 1.0, "", 3),
        layers=(Layer(lags[seen], values, Role.PLAIN),),
    )
    return [line, *plot_lines(width, height // 3, plot)]
