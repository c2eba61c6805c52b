"""The plots of an evaluation and of a comparison of models, as SVG elements."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from engine.evaluation.metrics import Level
from engine.evaluation.trial import Comparison, Evaluation, Trial
from engine.evaluation.truth import Truth
from engine.reports.document.drawing import (
    INK,
    LIMIT,
    Drawing,
    bars,
    colour,
    days,
    highest,
    legend,
    time_axis,
)
from engine.reports.document.plots import Plot
from replay.recording import clean_text

HEALTHY, FAULTY = colour(0), colour(1)

SQUARE = (3.5, 3.2)

VIEWS = ((20, 30), (20, 150), (80, 30))
"""Elevation and azimuth of the views of a map of three dimensions [degrees]: two sides and the top."""

BINS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Maps of sampled windows, (n, 3) each: by PCA and by t-SNE, and which windows are faulty."""

    pca: NDArray[np.float64]
    tsne: NDArray[np.float64]
    tsne_flat: NDArray[np.float64]
    faulty: NDArray[np.bool_]


def study_plots(trial: Trial, done: Evaluation, truth: Truth) -> Iterator[Plot]:
    """Yield the plots of an evaluation, in the order of the page."""
    yield from _loss(trial)
    yield _histogram(trial, done, truth)
    yield _timeline(trial, truth)
    for one in done.levels:
        yield _confusion(one)
    yield _curves(done.levels)
    yield _sweep(done.levels)
    yield _shares(trial, truth)
    maps = maps_of(trial, done, truth)
    if maps is not None:
        yield from _maps(maps)


def maps_of(trial: Trial, done: Evaluation, truth: Truth) -> Maps | None:
    """Return the maps of the sampled windows; None where there are fewer than 8."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    points = done.windows.sampled[done.laid_out]
    if done.layout is None or len(points) < 8 or points.shape[1] < 3:
        return None
    seed, perplexity = trial.outcome.bundle.seed, min(30.0, (len(points) - 1) / 3)
    # One thread: sums keep their order.
    with threadpool_limits(limits=1):
        pca = PCA(3, random_state=seed).fit_transform(points)
        tsne = TSNE(3, perplexity=perplexity, init="pca", random_state=seed).fit_transform(points)
    column = trial.outcome.assessment.components.index(truth.component)
    return Maps(pca, tsne, done.layout.astype(np.float64), done.faulty[done.laid_out, column])


def comparison_plots(rows: Sequence[Comparison]) -> Iterator[Plot]:
    """Yield the plots of a comparison of models."""
    measures: tuple[tuple[str, Callable[[Comparison], float | None]], ...] = (
        ("lead time without a false alarm, h", lambda one: one.forewarning.gated_lead_hours),
        ("false alarms", lambda one: one.forewarning.false_alarms),
        ("separation of errors", lambda one: one.separation),
        ("failing component ranked first, share", lambda one: one.failing_first),
        ("training, s", lambda one: one.training_seconds),
        ("snapshots a second", lambda one: one.snapshots_per_second),
    )
    names = [one.model for one in rows]

    def plot(figure: Figure) -> None:
        grid = figure.subplots(2, 3)
        for number, (axes, (title, value)) in enumerate(zip(grid.ravel(), measures, strict=True)):
            values = [value(one) for one in rows]
            bars(axes, names, [(one or 0.0) / 100 for one in values], number)
            axes.set_xlabel("")
            axes.set_title(title, fontsize=8)
            for place, one in enumerate(values):
                text = "none" if one is None else f"{one:.3g}"
                axes.annotate(
                    text,
                    (0, len(values) - 1 - place),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7,
                )

    size = (7.2, max(3.0, 0.5 * len(rows) + 2.0))
    yield Plot(
        "models",
        "The models side by side. none: no lead time, because an alarm came before the onset or none came.",
        Drawing("models", plot, size=size),
    )


def _loss(trial: Trial) -> Iterator[Plot]:
    history = trial.outcome.bundle.history
    if not history:
        return

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        for number, name in enumerate(loss_names(history)):
            axes.plot(
                range(1, len(history) + 1),
                [epoch.get(name, np.nan) for epoch in history],
                color=colour(number),
                label=name.replace("_", " "),
            )
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        axes.set_yscale("log")
        legend(axes)

    yield Plot("loss", "Training and validation loss.", Drawing("loss", plot))


def loss_names(history: "Sequence[object]") -> list[str]:
    """Return the names of the losses of a training history, in order."""
    return sorted(
        {str(name) for epoch in history if isinstance(epoch, dict) for name in epoch if "loss" in str(name)}
    )


def _histogram(trial: Trial, done: Evaluation, truth: Truth) -> Plot:
    column = trial.outcome.assessment.components.index(truth.component)
    errors = done.windows.errors[done.judged, :, column]
    faulty = np.broadcast_to(done.faulty[done.judged, column][:, np.newaxis], errors.shape)
    known = np.isfinite(errors) & (errors > 0)
    limit = float(done.limit[column])
    healthy, ill = np.log10(errors[known & ~faulty]), np.log10(errors[known & faulty])
    both = np.concatenate([healthy, ill])

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        edges = np.linspace(float(both.min()), float(both.max()) + 1e-9, BINS + 1)
        for values, name, shade in ((healthy, "healthy", HEALTHY), (ill, "faulty", FAULTY)):
            counts, _ = np.histogram(values, edges)
            axes.stairs(
                counts / max(len(values), 1), 10.0**edges, color=shade, fill=True, alpha=0.55, label=name
            )
        axes.axvline(limit, color=LIMIT, label=f"limit {limit:.3g}")
        axes.set_xscale("log")
        axes.set_xlabel("reconstruction error of a window")
        axes.set_ylabel("share of windows")
        legend(axes)

    return Plot(
        "errors",
        f"Errors of healthy and faulty windows of {clean_text(truth.component)}, with the limit.",
        Drawing("errors", plot),
    )


def _timeline(trial: Trial, truth: Truth) -> Plot:
    series, names = trial.series, trial.outcome.assessment.components

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        for number, name in enumerate(names):
            at, values = highest(series.at, series.severity[:, number])
            axes.plot(at, values, color=colour(number), label=clean_text(name))
        axes.axhline(1.0, color=LIMIT)
        axes.axvline(float(days(np.array([truth.onset_at]))[0]), color=INK, linestyle="--", label="onset")
        for ring in trial.rings():
            value = series.severity[ring.snapshot, names.index(ring.component)]
            axes.plot(
                days(series.at[[ring.snapshot]]),
                [value],
                "v",
                color=colour(names.index(ring.component)),
                markersize=5,
            )
        axes.set_yscale("log", base=2)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_ylabel("severity")
        time_axis(axes, UTC)
        legend(axes, 5)

    return Plot(
        "timeline",
        "Anomaly timeline: severity of each component, the limit, the onset, and the alarms (triangles).",
        Drawing("timeline", plot, size=(7.2, 3.0)),
    )


def _confusion(one: Level) -> Plot:
    figures = one.figures
    counts = np.array(
        [[figures.true_negative, figures.false_positive], [figures.false_negative, figures.true_positive]]
    )
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        for row in range(2):
            for column in range(2):
                shade = "#ffffff" if shares[row, column] > 0.5 else "#1f2329"
                axes.text(
                    column,
                    row,
                    f"{counts[row, column]}\n{100 * shares[row, column]:.1f} %",
                    ha="center",
                    va="center",
                    color=shade,
                )
        axes.set_xticks([0, 1], ["called healthy", "called faulty"])
        axes.set_yticks([0, 1], ["healthy", "faulty"])
        axes.grid(visible=False)

    return Plot(
        f"confusion-{one.name}",
        f"Confusion matrix by {one.name}, limit: {one.chosen}. Shares are of the row.",
        Drawing(f"confusion-{one.name}", plot, size=SQUARE),
    )


def _curves(levels: Sequence[Level]) -> Plot:
    def plot(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for number, one in enumerate(levels):
            roc, precision = one.curves.roc, one.curves.precision_recall
            left.plot(
                roc[:, 0], roc[:, 1], color=colour(number), label=f"{one.name}, AUC {one.curves.roc_auc:.3f}"
            )
            right.plot(
                precision[:, 0],
                precision[:, 1],
                color=colour(number),
                label=f"{one.name}, AP {one.curves.average_precision:.3f}",
            )
        left.plot([0, 1], [0, 1], color=INK, linewidth=0.7, linestyle=":")
        for axes, across, up in (
            (left, "false positive rate", "true positive rate"),
            (right, "recall", "precision"),
        ):
            axes.set_xlabel(across)
            axes.set_ylabel(up)
            axes.set_xlim(-0.02, 1.02)
            axes.set_ylim(-0.02, 1.05)
            legend(axes, 1)

    return Plot(
        "curves",
        "ROC with the area under it (AUC), and precision over recall with its average (AP).",
        Drawing("curves", plot, size=(7.2, 3.4)),
    )


def _sweep(levels: Sequence[Level]) -> Plot:
    def plot(figure: Figure) -> None:
        for axes, one in zip(figure.subplots(1, len(levels), squeeze=False)[0], levels, strict=True):
            names = [f"{percentile:g}" for percentile in one.sweep]
            for number, measure in enumerate(("precision", "recall", "f1")):
                axes.plot(
                    names,
                    [getattr(figures, measure) for figures in one.sweep.values()],
                    "o-",
                    markersize=3,
                    color=colour(number),
                    label=measure,
                )
            axes.set_xlabel(f"percentile of healthy scores, by {one.name}")
            axes.set_ylim(0, 1.05)
            legend(axes, 3)

    return Plot(
        "sweep",
        "Precision, recall and F1 over the percentile of healthy scores that sets the limit.",
        Drawing("sweep", plot, size=(7.2, 3.0)),
    )


def _shares(trial: Trial, truth: Truth) -> Plot:
    series, onset = trial.series, trial.onset(truth)
    names = [clean_text(name) for name in trial.outcome.assessment.components]

    def plot(figure: Figure) -> None:
        places = np.arange(len(names))
        axes = figure.subplots()
        for number, (part, word, shade) in enumerate(
            (
                (series.share[:onset], "before the onset", HEALTHY),
                (series.share[onset:], "from the onset on", FAULTY),
            )
        ):
            known = part[np.isfinite(part).all(axis=1)]
            mean = known.mean(axis=0) if len(known) else np.zeros(len(names))
            axes.barh(places[::-1] + 0.2 - 0.4 * number, 100 * mean, height=0.38, color=shade, label=word)
        axes.set_yticks(places[::-1], names)
        axes.set_xlabel("mean share of the error, %")
        axes.grid(axis="y", visible=False)
        legend(axes, 2)

    return Plot(
        "contributions",
        "Contribution of each component to the machine's error.",
        Drawing("contributions", plot, size=(7.2, max(2.0, 0.45 * len(names) + 0.9))),
    )


def _maps(maps: Maps) -> Iterator[Plot]:
    def flat(figure: Figure) -> None:
        for axes, points, title in zip(
            figure.subplots(1, 2), (maps.pca, maps.tsne_flat), ("PCA", "t-SNE"), strict=True
        ):
            _scatter(axes, points[:, :2], maps.faulty)
            axes.set_title(title, loc="right")
            legend(axes, 2)

    yield Plot(
        "map-2d",
        "The windows that the model sees, in two dimensions by PCA and by t-SNE.",
        Drawing("map-2d", flat, size=(7.2, 3.4)),
    )
    for name, points in (("PCA", maps.pca), ("t-SNE", maps.tsne)):
        yield Plot(
            f"map-3d-{name.lower()}",
            f"The same windows in three dimensions by {name}, from two sides and from above.",
            Drawing(f"map-3d-{name}", _views(points, maps.faulty), size=(7.2, 2.9)),
        )


def _views(points: NDArray[np.float64], faulty: NDArray[np.bool_]) -> Callable[[Figure], None]:
    def plot(figure: Figure) -> None:
        for number, (elevation, azimuth) in enumerate(VIEWS, 1):
            axes = figure.add_subplot(1, len(VIEWS), number, projection="3d")
            for chosen, shade in ((~faulty, HEALTHY), (faulty, FAULTY)):
                own = points[chosen]
                axes.plot(own[:, 0], own[:, 1], own[:, 2], "o", markersize=1.8, color=shade, linestyle="none")
            axes.view_init(elevation, azimuth)
            axes.tick_params(labelsize=6)

    return plot


def _scatter(axes: Axes, points: NDArray[np.float64], faulty: NDArray[np.bool_]) -> None:
    for chosen, name, shade in ((~faulty, "healthy", HEALTHY), (faulty, "faulty", FAULTY)):
        axes.plot(
            points[chosen, 0],
            points[chosen, 1],
            "o",
            markersize=2.5,
            color=shade,
            label=name,
            linestyle="none",
        )
