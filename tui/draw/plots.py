"""The plots and figures of one component: severity over time, its spectrum, its condition figures.

plotext draws into plain text; it is imported at the first plot, which is after the first paint.
"""

import math
from datetime import tzinfo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.picture import Picture
from engine.records import Series
from tui.draw.spark import HIGHEST, LOWEST, Column, resample
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title
from tui.draw.words import short_time
from tui.frame import Frame

FIGURES = ("std", "peak", "crest", "kurtosis")
LEAST_HEIGHT = 5
"""Lines below which a plot says less than a sentence: a frame, a tick row and two of canvas."""


def trend_lines(width: int, height: int, frame: Frame, component: int, zone: tzinfo) -> Lines:
    """Severity of a component from the start of the run to the playhead, log scale, with the limit."""
    heading = title("Severity", width, "log scale, ┈ limit 1.0, ○ baseline")
    if height < 1 + LEAST_HEIGHT or width < 20:
        return [heading][:height]
    count = frame.index + 1
    # Two braille dots to a cell: more columns than that cannot be told apart.
    columns = resample(
        frame.view.series.at[:count],
        frame.severities(component),
        frame.view.series.baseline[:count],
        frame.extent,
        frame.interval,
        2 * (width - 8),
    )
    if not any(column.value is not None and math.isfinite(column.value) for column in columns):
        return [heading, (Span("  no severity yet", Role.DIM),)]
    start, end = frame.extent
    return [heading, *_trend_plot(width, height - 1, columns, [short_time(t, zone) for t in (start, end)])]


def _trend_plot(width: int, height: int, columns: list[Column], labels: list[str]) -> Lines:
    import plotext

    figure = plotext.figure
    _begin(figure, width, height)
    for part, marker in _runs(columns):
        values = [min(max(math.log2(max(y, 1e-9)), LOWEST), HIGHEST) for _, y in part]
        signal = figure.signal([x for x, _ in part], values, marker=marker)
        figure.draw(signal.lines(len(part) > 1 and marker == "braille"))
    figure.line(0.0, "horizontal", style="dotted")
    figure.ruler("x").lim(0, max(len(columns) - 1, 1))
    figure.ruler("y").lim(LOWEST, HIGHEST)
    octaves = range(LOWEST, HIGHEST + 1, 1 if height >= 12 else 2)
    figure.ruler("y").ticks(list(octaves), [f"{2.0**octave:g}" for octave in octaves])
    # A label is centred under its tick: the ticks stand far enough in for both to be whole.
    inset = len(columns) * 7 / max(width - 8, 15)
    figure.ruler("x").ticks([inset, len(columns) - 1 - inset], labels)
    return _text(figure, width)


def spectrum_lines(
    width: int,
    height: int,
    picture: Picture | None,
    channels: tuple[int, ...],
    when: str,
) -> Lines:
    """The spectrum in bands, and what was expected, of the component's channel with the largest share.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: what the engine left of the snapshot, None where there is nothing.
        channels: the component's channels, counted from 1.
        when: the time of the snapshot, as text.
    """
    if picture is None:
        return [title("Spectrum", width), (Span("  no picture of this snapshot", Role.DIM),)][:height]
    rows = [channel - 1 for channel in channels if channel <= len(picture.spectrum)]
    if not rows:
        return [title("Spectrum", width), (Span("  not of these channels", Role.DIM),)][:height]
    loudest = max(rows, key=lambda row: float(np.nan_to_num(picture.contribution[row]).sum()))
    heading = title(f"Spectrum, ch {loudest + 1} {when}", width, "dB, • measured, ─ expected")
    if height < 1 + LEAST_HEIGHT or width < 20:
        return [heading][:height]
    return [heading, *_spectrum_plot(width, height - 1, picture, loudest)]


def _spectrum_plot(width: int, height: int, picture: Picture, channel: int) -> Lines:
    import plotext

    measured = picture.spectrum[channel].astype(np.float64)
    expected = picture.reconstruction[channel].astype(np.float64)
    finite = np.concatenate([measured[np.isfinite(measured)], expected[np.isfinite(expected)]])
    if not len(finite):
        return [(Span("  nothing measured", Role.DIM),)]
    figure = plotext.figure
    _begin(figure, width, height)
    for values, marker in ((expected, "braille"), (measured, "•")):
        known = np.flatnonzero(np.isfinite(values))
        signal = figure.signal(known.tolist(), values[known].tolist(), marker=marker)
        figure.draw(signal.lines(marker == "braille" and len(known) > 1))
    low, high = float(finite.min()), float(finite.max())
    figure.ruler("y").lim(low - 1, high + 1)
    figure.ruler("y").ticks([low, high], [f"{low:.0f}", f"{high:.0f}"])
    figure.ruler("x").lim(0, max(len(measured) - 1, 1))
    ticks = np.unique(np.linspace(0, len(measured) - 1, max(width // 16, 2)).round().astype(int))
    centres = (picture.edges[:-1] + picture.edges[1:]) / 2000
    figure.ruler("x").ticks(ticks.tolist(), [f"{centres[tick]:.2g} kHz" for tick in ticks])
    return _text(figure, width)


def figure_lines(
    width: int,
    series: Series,
    index: int,
    channels: tuple[int, ...],
    units: tuple[str, ...],
) -> Lines:
    """Standard deviation, peak, crest factor and kurtosis of each channel, and the baseline's medians.

    Args:
        width: cells.
        series: figures float32 (n, channels, 4).
        index: the snapshot, -1 for none.
        channels: counted from 1.
        units: one for each channel of the machine.
    """
    lines: Lines = [title("Condition figures", width, "in brackets: median of the baseline")]
    if index < 0:
        return [*lines, (Span("  no snapshot yet", Role.DIM),)]
    for channel in channels:
        if channel > series.figures.shape[1]:
            continue
        unit = clean(units[channel - 1]) if channel <= len(units) else ""
        usual = _medians(series.figures[: index + 1, channel - 1], series.baseline[: index + 1])
        now = series.figures[index, channel - 1]
        short = [f"{name} {value:.3g}" for name, value in zip(FIGURES, now, strict=True)]
        both = [
            f"{name} {value:.3g}{unit and ' ' + unit if place < 2 else ''}"
            + ("" if usual is None else f" ({usual[place]:.3g})")
            for place, (name, value) in enumerate(zip(FIGURES, now, strict=True))
        ]
        with_unit = [f"{text} {unit}" if unit and place < 2 else text for place, text in enumerate(short)]
        head = f" ch {channel} "
        variants = [head + gap.join(parts) for parts in (both, with_unit, short) for gap in ("   ", " ")]
        lines.append((Span(pick(width, *variants)),))
    return lines


def _medians(figures: NDArray[np.float32], baseline: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    healthy = figures[baseline]
    return np.asarray(np.median(healthy, axis=0), np.float32) if len(healthy) else None


def _runs(columns: list[Column]) -> list[tuple[list[tuple[int, float]], str]]:
    """Stretches without a gap, the baseline apart; each with the marker it is drawn in."""
    runs: list[tuple[list[tuple[int, float]], str]] = []
    previous: str | None = None
    for place, column in enumerate(columns):
        if column.value is None or not math.isfinite(column.value):
            previous = None
            continue
        marker = "○" if column.baseline else "braille"
        if marker != previous:
            runs.append(([], marker))
        if not column.baseline or place % 8 == 0:
            runs[-1][0].append((place, column.value))
        previous = marker
    return [run for run in runs if run[0]]


def _begin(figure: Any, width: int, height: int) -> None:
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)


def _text(figure: Any, width: int) -> Lines:
    import plotext

    rows = plotext.uncolorize(figure.build().string()).split("\n")
    lines: list[Line] = [(Span(fit(row, width)),) for row in rows if row.strip()]
    return lines
