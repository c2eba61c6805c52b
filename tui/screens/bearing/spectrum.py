"""The spectrum of a snapshot, with the range of the baseline and the model's expectation."""

import numpy as np
from numpy.typing import NDArray

from engine.records.picture import Picture
from tui.draw.chart import Area, Chart, Curve, axis_of, chart_lines
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, title
from tui.draw.zoom import WHOLE, Zoom


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
    """Return the spectrum in bands, the autoencoder's expectation, and the baseline's range.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: of the snapshot, None if the store has none.
        channel: counted from 1.
        when: the time of the snapshot, as text.
        usual: 5th, 50th and 95th percentile of the baseline, (bands,) each.
        unit: of the channel.
        zoom: which part of the frequencies.
        glyphs: those that the terminal can show.
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
        why = "  the channel is invalid in this snapshot: its recording holds no numbers"
        return finished([heading, (Span(fit(why, width), Role.WARNING),)], width, height, glyphs)
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


def rounded(low: float, high: float) -> tuple[float, float]:
    """Return the tens of dB around a range."""
    return 10 * np.floor(low / 10 - 0.05), 10 * np.ceil(high / 10 + 0.05)
