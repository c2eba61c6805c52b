"""The training in pictures: losses, errors of the baseline and since, and a map of snapshots."""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.records.progress import Epoch
from tui.data.frame import Frame
from tui.data.pictures import Gallery
from tui.draw.charts.chart import Chart, Curve, axis_of, chart_lines
from tui.draw.format import sentence_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, pick, title

BLOCKS = " ▁▂▃▄▅▆▇█"
LOWEST, HIGHEST = -4, 5
"""log2 of the error over its limit, from 1/16 to 32 times."""

FEWEST = 8
"""Pictures below which a map would be chance."""


def loss_lines(width: int, height: int, epochs: Sequence[Epoch], glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return both losses over the epochs of training."""
    heading = title("Training", width, "loss: mean squared error, standardised", "loss")
    if not epochs:
        why = "  no training is recorded here: the bundle was learned elsewhere"
        return finished([heading, (Span(fit(why, width), Role.DIM),)][:height], width, height, glyphs)
    number = np.array([one.epoch for one in epochs], np.float64)
    loss = np.array([one.loss for one in epochs], np.float64)
    held = np.array([one.validation_loss for one in epochs], np.float64)
    finite = np.concatenate([loss[np.isfinite(loss)], held[np.isfinite(held)]])
    best = (
        f", best {np.nanmin(held):.3g} at epoch {number[np.nanargmin(held)]:.0f}"
        if np.isfinite(held).any()
        else ""
    )
    told = pick(width, f"  line trained on, • held out; {len(epochs)} epochs{best}", f"  • held out{best}")
    if not len(finite):
        return finished(
            [heading, (Span(fit("  no loss is a finite number", width), Role.WARNING),)][:height],
            width,
            height,
            glyphs,
        )
    dots = held.copy()
    dots[np.arange(len(dots)) % max(len(dots) // max(width // 3, 1), 1) != 0] = np.nan
    chart = Chart(
        x=axis_of(
            float(number[0]), max(float(number[-1]), float(number[0]) + 1), "epochs", max(width // 18, 2)
        ),
        y=axis_of(float(finite.min()) * 0.9, float(finite.max()) * 1.05 or 1.0, "", 4),
        curves=(Curve(number, loss), Curve(number, dots, "•")),
    )
    lines = [heading, (Span(told, Role.DIM),), *chart_lines(width, height - 2, chart, glyphs)]
    return finished(lines[:height], width, height, glyphs)


def error_lines(
    width: int, height: int, frame: Frame, component: int, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return histograms of a component's errors over the limit: on the baseline, and since.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        glyphs: those that the terminal can show.
    """
    name = frame.conditions[component].name
    heading = title(f"Errors of {name}", width, "share of snapshots; error ÷ limit, log scale")
    count = frame.index + 1
    series = frame.view.series
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log2(series.error[:count, component] / series.limit[:count, component])
    columns = max(width - 14, 8)
    rows = max((height - 4) // 2, 1)
    lines: Lines = [heading]
    for word, chosen in (("baseline", series.baseline[:count]), ("since", ~series.baseline[:count])):
        own = ratio[chosen & np.isfinite(ratio)]
        lines += _histogram(word, own, rows, columns, width)
    zero = int((0 - LOWEST) / (HIGHEST - LOWEST) * columns)
    rule = ["─"] * columns
    rule[zero] = "┊"
    lines.append((Span(" " * 13), Span("".join(rule), Role.DIM)))
    labels = [" "] * columns
    for octave in (-4, -2, 0, 2, 4):
        text = f"{2.0**octave:g}×" if octave else "limit 1×"
        place = int((octave - LOWEST) / (HIGHEST - LOWEST) * columns)
        start = min(max(place - len(text) // 2, 0), columns - len(text))
        labels[start : start + len(text)] = text
    lines.append((Span(" " * 13), Span("".join(labels), Role.DIM)))
    return finished(lines[:height], width, height, glyphs)


def _histogram(word: str, values: NDArray[np.float64], rows: int, columns: int, width: int) -> Lines:
    above = f"{100 * np.mean(values >= 0):.0f} % above" if len(values) else "none"
    zero = int((0 - LOWEST) / (HIGHEST - LOWEST) * columns)
    counts, _ = np.histogram(np.clip(values, LOWEST, HIGHEST - 1e-9), bins=columns, range=(LOWEST, HIGHEST))
    top = counts.max() if len(values) else 0
    eighths = np.ceil(counts / top * rows * 8).astype(np.int64) if top else np.zeros(columns, np.int64)
    lines: Lines = []
    for row in range(rows - 1, -1, -1):
        cells = [BLOCKS[min(max(int(value) - 8 * row, 0), 8)] for value in eighths]
        if cells[zero] == " ":
            cells[zero] = "┊"
        label = {rows - 1: word, rows - 2: f"n={len(values)}", rows - 3: above}.get(row, "")
        lines.append((Span(f" {fit(label, 11)} ", Role.DIM), Span(fit("".join(cells), width - 13))))
    return lines


def map_lines(
    width: int,
    height: int,
    frame: Frame,
    gallery: Gallery | None,
    component: int,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return a map of snapshots, similar ones close together; the glyph shows time and crossing.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead; nothing after it is used.
        gallery: pictures of the run.
        component: counted from 0.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    name = frame.conditions[component].name
    heading = title(f"Map of {name}", width, "PCA of band residuals (measured less expected, dB)")
    found = None if gallery is None else projected(frame, gallery, component)
    if gallery is None or found is None:
        why = f"  fewer than {FEWEST} pictures up to here: nothing to map"
        return finished([heading, (Span(fit(why, width), Role.DIM),)][:height], width, height, glyphs)
    points, shares, chosen = found
    start, end = frame.extent
    curves = []
    severity = frame.view.series.severity[gallery.index[chosen], component]
    ninth = np.clip((gallery.at[chosen] - start) * 9 // (end - start + 1), 0, 8)
    baseline = gallery.baseline[chosen]
    over = np.nan_to_num(severity) >= 1.0
    for number in range(9):
        for word, mask in ((str(number + 1), ~over), (chr(ord("A") + number), over)):
            own = (ninth == number) & mask & ~baseline
            if own.any():
                curves.append(Curve(points[own, 0], points[own, 1], word))
    if baseline.any():
        curves.insert(0, Curve(points[baseline, 0], points[baseline, 1], "○"))
    told = (
        f"  ○ baseline; ninths of the run 1–9 below, A–I above the limit;"
        f" {sentence_time(start, zone)} to {sentence_time(end, zone)}"
    )
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum((high - low) * 0.05, 0.5)
    axes = [
        axis_of(float(low[axis] - room[axis]), float(high[axis] + room[axis]), "dB", 3) for axis in (0, 1)
    ]
    chart = Chart(x=axes[0], y=axes[1], curves=tuple(curves))
    first = f"  across {100 * shares[0]:.0f} %, up {100 * shares[1]:.0f} % of the variance"
    lines: Lines = [heading, (Span(fit(told, width), Role.DIM),), (Span(fit(first, width), Role.DIM),)]
    return finished([*lines, *chart_lines(width, height - 3, chart, glyphs)][:height], width, height, glyphs)


def projected(
    frame: Frame, gallery: Gallery, component: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]] | None:
    """Return the pictures up to the playhead on their two principal axes.

    Returns:
        (n, 2) points in dB, the baseline about zero; (2,) shares of the variance; bool which pictures they
        are. None of fewer than 8.
    """
    here = -1 if frame.playhead.at is None else frame.playhead.at
    channels = [
        one - 1 for one in frame.view.assessment.channels[component] if one <= gallery.residual.shape[1]
    ]
    values = gallery.residual[:, channels].reshape(len(gallery.at), -1).astype(np.float64)
    severity = frame.view.series.severity[gallery.index, component]
    # A machine that stands still has a spectrum too, which would leave the rest in one corner.
    chosen = (gallery.at <= here) & np.isfinite(values).all(axis=1) & np.isfinite(severity)
    if chosen.sum() < FEWEST or not values.shape[1]:
        return None
    own = values[chosen]
    middle = (
        own[gallery.baseline[chosen]].mean(axis=0) if gallery.baseline[chosen].any() else own.mean(axis=0)
    )
    _, sizes, axes = np.linalg.svd(own - own.mean(axis=0), full_matrices=False)
    # A principal axis has no sign of its own: with the largest loading positive, maps stay as they are.
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    axes = axes * np.where(signs == 0, 1.0, signs)[:, None]
    if len(axes) < 2:
        return None
    variance = sizes**2
    whole = float(variance.sum()) or 1.0
    return (own - middle) @ axes[:2].T, variance[:2] / whole, chosen
