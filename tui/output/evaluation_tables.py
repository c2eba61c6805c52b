"""Evaluation results on the terminal: tables by rich, curves by plotext."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotext
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

from engine.evaluation.metrics import Figures, Level
from engine.evaluation.network_use import ForecastUse, LatentUse
from engine.evaluation.trial import Comparison, Evaluation
from engine.evaluation.truth import Truth
from replay.recording import clean_text

HEIGHT, WIDEST = 16, 80
"""Size of a plot, in cells."""


def print_comparison(rows: Sequence[Comparison], faults: Mapping[str, str], truth: Truth) -> None:
    """Print a table of the models, then the reasons why others could not be tried."""
    console = _console()
    if rows:
        console.print(comparison_table(rows, truth))
    for name, why in faults.items():
        console.print(f"{name}: {clean_text(why)}")


def comparison_table(rows: Sequence[Comparison], truth: Truth) -> Table:
    """Return a table with one row for each model; a dash is an empty cell."""
    table = _table(f"{truth.component} fails from {truth.onset} on")
    table.add_column("model", no_wrap=True)
    for heading in (
        "gated lead",
        "false alarms",
        "delay",
        "ranked first",
        "share",
        "ratio",
        "trained in",
        "per s",
    ):
        table.add_column(heading, justify="right", no_wrap=heading == "ranked first")
    for one in rows:
        told = one.forewarning
        table.add_row(
            one.model,
            _maybe(told.gated_lead_hours, ".1f", " h"),
            str(told.false_alarms),
            _maybe(told.delay_snapshots, "d"),
            one.ranked_first,
            f"{one.failing_first:.0%}",
            f"{one.separation:.2f}",
            f"{one.training_seconds:.0f} s",
            f"{one.snapshots_per_second:.0f}",
        )
    table.caption = (
        "gated lead: from the first medium or high alarm to the end, if none rang before the onset; delay:"
        " snapshots from the onset to it; share: of running snapshots from the onset on, those in which the"
        " failing component is in front; ratio: its median faulty error over the 99th percentile of"
        " healthy ones; per s: snapshots scored"
    )
    table.caption_justify = "left"
    return table


def use_lines(use: LatentUse | ForecastUse) -> list[str]:
    """Return lines about the use that a network makes of its parts."""
    if isinstance(use, ForecastUse):
        return [
            f"forecast: {use.healthy:.0%} of the squared error is of the prediction before the onset,"
            f" {use.faulty:.0%} from it on ({use.evenly:.0%} if it were spread evenly)"
        ]
    count = len(use.divergence)
    by_size = np.argsort(use.divergence)[::-1]
    told = ", ".join(f"{use.divergence[one]:.3f}" for one in by_size)
    lines = [
        f"latent: {use.active} of {count} dimensions are active on healthy windows;"
        f" divergence {use.divergence.sum():.3f} nats, by dimension {told}"
    ]
    if use.active == 0:
        lines.append(
            "latent: the posterior collapsed onto the prior: the network returns the mean for any window."
            " A smaller model.beta or more model.anneal lets the dimensions be used"
        )
    return lines


def print_evaluation(done: Evaluation, truth: Truth) -> None:
    """Print the figures, confusion tables, sweeps and curves of one model."""
    console = _console()
    console.print(comparison_table([done.comparison], truth))
    console.print(figures_table(done.levels))
    for one in done.levels:
        console.print(confusion_table(one))
    for one in done.levels:
        console.print(sweep_table(one))
    width = min(console.width, WIDEST)
    for one in done.levels:
        curves = one.curves
        heading = f"ROC, by {one.name}: true over false positive rate, AUC {curves.roc_auc:.3f}"
        console.print(plot(heading, [("braille", curves.roc[:, :2])], width), soft_wrap=True)
        heading = f"precision over recall, by {one.name}: average precision {curves.average_precision:.3f}"
        console.print(plot(heading, [("braille", curves.precision_recall[:, :2])], width), soft_wrap=True)
    latent = float(np.median(done.windows.latent[done.judged]))
    if latent:
        console.print(f"latent: {latent:.1%} of the score, the median of the snapshots judged")
    if done.layout is not None:
        failing = done.faulty[done.laid_out].any(axis=1)
        parts = [("·", done.layout[~failing]), ("x", done.layout[failing])]
        heading = f"t-SNE of windows at {truth.component}: · healthy, x from the onset on"
        console.print(plot(heading, parts, width, joined=False), soft_wrap=True)


def figures_table(levels: Sequence[Level]) -> Table:
    """Return the usual figures of a classifier, at the chosen limits."""
    table = _table("At the chosen limits: " + ", ".join(f"{one.name}: {one.chosen}" for one in levels))
    table.add_column("by")
    for heading in ("precision", "recall", "F1", "accuracy", "AUC", "average precision"):
        table.add_column(heading, justify="right")
    for one in levels:
        table.add_row(
            one.name,
            *_ratios(one.figures),
            f"{one.curves.roc_auc:.3f}",
            f"{one.curves.average_precision:.3f}",
        )
    return table


def confusion_table(one: Level) -> Table:
    """Return the counts of true classes against predicted classes."""
    figures = one.figures
    table = _table(f"Confusion, by {one.name}")
    table.add_column("")
    for heading in ("called healthy", "called faulty"):
        table.add_column(heading, justify="right")
    table.add_row("is healthy", str(figures.true_negative), str(figures.false_positive))
    table.add_row("is faulty", str(figures.false_negative), str(figures.true_positive))
    return table


def sweep_table(one: Level) -> Table:
    """Return the same figures with the limit at several percentiles of healthy scores."""
    table = _table(f"Limits at percentiles of healthy scores, by {one.name}")
    for heading in ("percentile", "precision", "recall", "F1", "accuracy", "false positives"):
        table.add_column(heading, justify="right")
    for percentile, figures in one.sweep.items():
        table.add_row(f"{percentile:g}", *_ratios(figures), str(figures.false_positive))
    return table


def plot(heading: str, parts: Sequence[tuple[str, NDArray[Any]]], width: int, *, joined: bool = True) -> str:
    """Return a plot as plain text under a heading.

    Args:
        heading: the line above it.
        parts: a marker and points (n, 2) for each part.
        width: cells.
        joined: whether lines join the points of a part.
    """
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, HEIGHT)
    for marker, points in parts:
        if len(points):
            signal = figure.signal(points[:, 0].tolist(), points[:, 1].tolist(), marker=marker)
            figure.draw(signal.lines(joined and len(points) > 1))
    drawn: str = plotext.uncolorize(figure.build().string())
    return f"{heading}\n{drawn}"


def _ratios(figures: Figures) -> list[str]:
    return [f"{value:.3f}" for value in (figures.precision, figures.recall, figures.f1, figures.accuracy)]


def _maybe(value: float | None, form: str, unit: str = "") -> str:
    return "–" if value is None else format(value, form) + unit


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )


def _console() -> Console:
    return Console(markup=False, emoji=False, highlight=False)
