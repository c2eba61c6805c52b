"""The list of peaks: frequency, order, amplitude, times the baseline, likely name."""

import math
from collections.abc import Sequence

from engine.signals.spectral_peaks import Peak
from engine.signals.spectrum import Scale
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Line, Lines, Role, Span, fit, title, window
from tui.screens.bearing.analysis.readout import amplitude_text
from tui.screens.bearing.analysis.spectrum import (
    Sheet,
    drawn_unit,
    name_of,
    peak_amplitude,
    sorted_peaks,
    what_texts,
    without_recording,
)
from tui.screens.panel import Draw

HEADS = ("frequency", "order", "amplitude", "× baseline", "× floor", "likely name")


def peak_list_lines(
    width: int, height: int, sheet: Sheet, instead: Draw | None = None, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return a row for each peak, the highest first; `›` marks the one under the cursor.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        instead: draws the pane that is shown where there is no recording.
        glyphs: those that the terminal can show.
    """
    peaks = sorted_peaks(sheet)
    heading = title(f"Peaks, ch {sheet.channel} {sheet.when}", width, *what_texts(sheet))
    analysis = sheet.analysis
    if analysis is None or analysis.spectrum is None:
        why = "" if analysis is None else analysis.why_not
        return without_recording(width, height, heading, why, instead, glyphs)
    if not peaks:
        told = "  no peak is four times its neighbourhood"
        return finished([heading, (Span(fit(told, width), Role.DIM),)], width, height, glyphs)
    columns = columns_for(width)
    chosen = chosen_peak(peaks, sheet.tools.frequency.main)
    lines: Lines = [heading, (Span(fit(_row_text(columns, HEADS, width), width), Role.DIM),)]
    room = height - 3 if len(peaks) > height - 2 else height - 2
    shown = window(len(peaks), chosen if chosen is not None else 0, room)
    for place in shown:
        lines.append(_peak_row(width, columns, sheet, peaks[place], chosen=place == chosen))
    if len(shown) < len(peaks):
        lines.append((Span(fit(f"   {len(peaks) - len(shown)} more", width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def columns_for(width: int) -> tuple[int, ...]:
    """Return the widths of the columns; narrow screens have neither floor nor order."""
    if width >= 84:
        return (14, 15, 20, 12, 9)
    return (12, 15, 15, 11, 0) if width >= 66 else (12, 0, 16, 11, 0)


def chosen_peak(peaks: Sequence[Peak], place: float | None) -> int | None:
    """Return the peak nearest to the cursor, None without a cursor."""
    if place is None or not peaks:
        return None
    return min(range(len(peaks)), key=lambda number: abs(peaks[number].hertz - place))


def times_text(times: float) -> str:
    """Return a ratio, or a dash where it is unknown."""
    return f"{times:.1f}×" if math.isfinite(times) else "–"


def _row_text(columns: Sequence[int], cells: Sequence[str], width: int) -> str:
    # A number that is too long for its column still stands apart from the one before it.
    parts = [f" {cell:>{column - 1}}" for cell, column in zip(cells, columns, strict=False) if column]
    return f"  {''.join(parts)}  {cells[-1]}"[: max(width, 0)]


def _peak_row(width: int, columns: Sequence[int], sheet: Sheet, peak: Peak, *, chosen: bool) -> Line:
    scale = sheet.tools.scale
    cells = peak_cells(sheet, peak)
    loud = math.isfinite(peak.times_baseline) and peak.times_baseline >= 2.0
    role = (
        Role.ALARM
        if loud and cells[-1]
        else Role.STRONG
        if loud or (scale is Scale.DECIBEL and chosen)
        else Role.PLAIN
    )
    text = fit(_row_text(columns, cells, width), width)
    return (Span("›" if chosen else " ", Role.STRONG), Span(text[1:], role))


def peak_cells(sheet: Sheet, peak: Peak) -> tuple[str, ...]:
    """Return the columns of a peak as they are written."""
    return (
        sheet.ruler.place(peak.hertz),
        sheet.ruler.order(peak.hertz),
        amplitude_text(peak_amplitude(sheet, peak), drawn_unit(sheet), sheet.tools.scale),
        times_text(peak.times_baseline),
        times_text(peak.times_floor),
        name_of(sheet, peak),
    )
