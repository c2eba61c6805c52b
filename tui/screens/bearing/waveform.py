"""The waveform of the recording under the playhead."""

import numpy as np

from tui.draw.chart import Chart, Curve, axis_of, chart_lines
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.text import Lines, Role, Span, fit, title
from tui.draw.zoom import WHOLE, Zoom
from tui.screens.bearing.recording import Waveform


def waveform_lines(
    width: int,
    height: int,
    waveform: Waveform | None,
    channel: int,
    unit: str,
    when: str,
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
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
    """
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
    signal = waveform.signal[:, channel - 1].astype(np.float64)
    seconds = np.arange(len(signal)) / waveform.sample_rate
    low, high = zoom.part(0.0, len(signal) / waveform.sample_rate)
    first, last = np.searchsorted(seconds, [low, high])
    part = signal[first:last]
    finite = part[np.isfinite(part)]
    if not len(finite):
        return finished(
            [heading, (Span("  nothing that is a number here", Role.DIM),)], width, height, glyphs
        )
    bottom, top = float(finite.min()), float(finite.max())
    if top <= bottom:
        bottom, top = bottom - 1.0, top + 1.0
    scale, name = (1.0, "s") if high - low > 0.2 else (1000.0, "ms")
    chart = Chart(
        x=axis_of(low * scale, high * scale, name, max(width // 14, 2)),
        y=axis_of(bottom, top, unit, 3),
        curves=(Curve(seconds[first:last] * scale, part),),
    )
    told = f"  {high - low:.3g} s of {len(signal) / waveform.sample_rate:.3g} s, {last - first} samples"
    lines = [heading, (Span(fit(told, width), Role.DIM),), *chart_lines(width, height - 2, chart, glyphs)]
    return finished(lines[:height], width, height, glyphs)
