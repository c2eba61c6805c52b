"""The cepstrum of a recording: families of harmonics and sidebands as single peaks."""

import numpy as np

from engine.signals.statistics import NORMAL_MAD
from tui.draw.charts.axes import steady_top
from tui.draw.charts.chart import axis_of
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, columns_of, plot_lines
from tui.screens.bearing.analysis.readout import cursor_uprights, joined
from tui.screens.bearing.analysis.spectrum import Sheet, without_recording
from tui.screens.bearing.analysis.tools import Trace, height_at

TURNS = 10
"""Turns of the shaft that the whole pane shows."""

LONGEST = 0.25
"""Seconds that it shows where the speed is unknown."""

SHORTEST = 0.001
"""Below it lies the shape of the resonances, far higher than any family of lines [s]."""


def cepstrum_plot(width: int, sheet: Sheet) -> tuple[Plot, Trace] | None:
    """Return the plot of the cepstrum in milliseconds, and the curve for its cursors in seconds."""
    analysis = sheet.analysis
    if analysis is None or analysis.cepstrum is None:
        return None
    step, values = analysis.cepstrum
    first = min(int(np.ceil(SHORTEST / step)), max(len(values) - 2, 0))
    seconds = step * np.arange(len(values), dtype=np.float64)
    longest = TURNS / sheet.shaft if sheet.shaft > 0 else LONGEST
    end = min(float(seconds[-1]), longest)
    low, high = sheet.zoom.part(0.0, max(end, seconds[min(first + 2, len(seconds) - 1)]))
    shown = values.copy()
    shown[:first] = np.nan
    inside = (seconds >= low) & (seconds <= high) & np.isfinite(shown)
    top = float(np.abs(shown[inside]).max()) if inside.any() else 1.0
    plot = Plot(
        x=axis_of(1000 * low, 1000 * high, "ms", max(width // 12, 2)),
        y=axis_of(-steady_top(top) / 2, steady_top(top), "", 3),
        layers=(Layer(1000 * seconds, shown, Role.TITLE),),
        uprights=(*_expected(sheet, low, high), *cursor_uprights(sheet.tools.quefrency, 1000.0)),
    )
    peaks = tuple(seconds[np.flatnonzero(_is_peak(shown))].tolist())
    return plot, Trace(seconds[first:], shown[first:], low, high, columns_of(width, plot), peaks)


def _is_peak(values: np.ndarray) -> np.ndarray:
    """Return which values stand out: local maxima above five times the scatter."""
    scatter = NORMAL_MAD * float(np.nanmedian(np.abs(values))) if np.isfinite(values).any() else 0.0
    known = np.nan_to_num(values, nan=-np.inf)
    inner = (known[1:-1] > known[:-2]) & (known[1:-1] >= known[2:]) & (known[1:-1] > 5 * scatter)
    return np.concatenate([[False], inner, [False]]) if len(values) > 2 else np.zeros(len(values), np.bool_)


def _expected(sheet: Sheet, low: float, high: float) -> tuple[Upright, ...]:
    """Return where the families of the shaft and of each fault line are expected."""
    lines = [line for line in sheet.lines if line.name in ("BPFO", "BPFI", "2×BSF", "FTF", "1× shaft")]
    return tuple(
        Upright(1000 / line.hertz, Role.DIM, line.name.removeprefix("1× "), glyph="┊")
        for line in lines
        if line.hertz > 0 and low <= 1 / line.hertz <= high
    )


def cepstrum_lines(width: int, height: int, sheet: Sheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the cepstrum with the expected families of lines and the readout of the cursor.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Cepstrum, ch {sheet.channel} {sheet.when}", width, "of the log power", "")
    found = cepstrum_plot(width, sheet)
    if found is None:
        why = "" if sheet.analysis is None else sheet.analysis.why_not
        return without_recording(width, height, heading, why, None, glyphs)
    plot, trace = found
    cursor = sheet.tools.quefrency
    told, role = "a peak at T is a family of lines 1/T apart; dotted: expected families", Role.DIM
    if cursor.main is not None and cursor.main > 0:
        parts = [f"{1000 * cursor.main:.2f} ms", f"lines {1 / cursor.main:.1f} Hz apart"]
        parts += [sheet.ruler.order(1 / cursor.main), f"{height_at(trace, cursor.main):.3g}"]
        if cursor.second is not None:
            parts.insert(1, f"Δ {1000 * (cursor.main - cursor.second):.2f} ms".replace("-", "−"))
        told, role = joined(width - 3, [part for part in parts if part]), Role.STRONG
    lines = [heading, (Span(fit(f"  {told}", width), role),), *plot_lines(width, height - 2, plot, glyphs)]
    return finished(lines[:height], width, height, glyphs)
