"""How well a model tells failing from healthy: figures from arrays, for a run whose onset is known.

Two views of it. As an alarm: how long before the end it rang, and whether it had cried wolf before. As a
classifier: precision, recall and their kin, over windows or snapshots that are each faulty or not.

scikit-learn is imported where it is used: it loads half a second of modules, a progress bar among them, that
the engine has no business with.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (90.0, 95.0, 97.5, 99.0, 99.5, 99.9)
"""Of healthy scores, as limits to sweep over."""

CURVE_POINTS = 400
"""Points of a curve that are kept: more than any screen or plot shows."""

HOUR = 3600e6
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A medium or high alarm, raised or escalated: by which snapshot (counted from 0), of which component."""

    snapshot: int
    component: str


@dataclass(frozen=True, slots=True)
class Forewarning:
    """What the alarms were worth.

    Attributes:
        false_alarms: medium or high rings before the onset, of any component.
        first: snapshot at which the failing component first rang from the onset on; None if it never did.
        delay_snapshots: from the onset to it.
        delay_hours: the same in recording time.
        lead_hours: from it to the end of the run.
        gated_lead_hours: the lead, None where anything rang before the onset.
        first_component: the component that rang first from the onset on, "" for none.
    """

    false_alarms: int
    first: int | None
    delay_snapshots: int | None
    delay_hours: float | None
    lead_hours: float | None
    gated_lead_hours: float | None
    first_component: str


def forewarning(rings: Sequence[Ring], at: NDArray[np.int64], onset: int, component: str) -> Forewarning:
    """Judge the alarms of a run.

    Args:
        rings: in the order in which they rang.
        at: (snapshots,) microseconds, recording time.
        onset: index of the first faulty snapshot.
        component: the one that fails.
    """
    early = sum(ring.snapshot < onset for ring in rings)
    late = [ring for ring in rings if ring.snapshot >= onset]
    own = [ring.snapshot for ring in late if ring.component == component]
    first_component = late[0].component if late else ""
    if not own:
        return Forewarning(early, None, None, None, None, None, first_component)
    lead = float(at[-1] - at[own[0]]) / HOUR
    return Forewarning(
        false_alarms=early,
        first=own[0],
        delay_snapshots=own[0] - onset,
        delay_hours=float(at[own[0]] - at[onset]) / HOUR,
        lead_hours=lead,
        gated_lead_hours=None if early else lead,
        first_component=first_component,
    )


def ranking(severity: NDArray[np.float64], onset: int) -> tuple[int, NDArray[np.float64]]:
    """Which component is in front from the onset on.

    Args:
        severity: (snapshots, components), NaN where not running.
        onset: index of the first faulty snapshot.

    Returns:
        The component most often in front, and (components,) the share of running snapshots in which each is.

    Raises:
        ValueError: nothing runs from the onset on.
    """
    later = severity[onset:]
    later = later[~np.isnan(later).any(axis=1)]
    if not len(later):
        raise ValueError("no snapshot from the onset on runs")
    shares = np.bincount(np.argmax(later, axis=1), minlength=severity.shape[1]) / len(later)
    return int(np.argmax(shares)), shares


def separation(healthy: NDArray[np.float64], faulty: NDArray[np.float64]) -> float:
    """The median faulty error as a multiple of the 99th percentile of healthy ones: above 1 they part."""
    return float(np.median(faulty) / np.percentile(healthy, 99))


@dataclass(frozen=True, slots=True)
class Figures:
    """A classifier at one limit: counts, and what follows; 0 where a ratio has nothing to divide."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    precision: float
    recall: float
    f1: float
    accuracy: float

    def plain(self) -> dict[str, float]:
        """For a file."""
        return asdict(self)


def figures_at(faulty: NDArray[np.bool_], called: NDArray[np.bool_]) -> Figures:
    """Compare what is faulty with what was called so, both (n,)."""
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    counts = confusion_matrix(faulty, called, labels=[False, True])
    (negative, false_positive), (false_negative, positive) = counts.tolist()
    precision, recall, f1, _ = precision_recall_fscore_support(
        faulty, called, average="binary", pos_label=True, zero_division=0.0
    )
    return Figures(
        true_positive=positive,
        false_positive=false_positive,
        true_negative=negative,
        false_negative=false_negative,
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        accuracy=float(accuracy_score(faulty, called)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """A classifier over all limits; each curve float64 (points, 3): x, y, the limit there.

    `roc` is true over false positive rate, `precision_recall` precision over recall; NaN where one of the
    two classes is missing.
    """

    roc: NDArray[np.float64]
    roc_auc: float
    precision_recall: NDArray[np.float64]
    average_precision: float


def curves(faulty: NDArray[np.bool_], score: NDArray[np.float64]) -> Curves:
    """Sweep over all limits of a score, (n,) each; the higher the score the more it speaks for a fault."""
    from sklearn.exceptions import UndefinedMetricWarning
    from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        false_rate, true_rate, limits = roc_curve(faulty, score)
        precision, recall, levels = precision_recall_curve(faulty, score)
        average = average_precision_score(faulty, score) if faulty.any() else np.nan
    return Curves(
        roc=_thinned(np.stack([false_rate, true_rate, limits], axis=1)),
        roc_auc=float(auc(false_rate, true_rate)),
        precision_recall=_thinned(np.stack([recall, precision, np.append(levels, np.inf)], axis=1)),
        average_precision=float(average),
    )


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    picks = np.unique(np.linspace(0, len(points) - 1, CURVE_POINTS).round().astype(int))
    return np.asarray(points[picks], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One level of evaluation, windows or snapshots.

    Attributes:
        name: "window" or "snapshot".
        chosen: in words, the limit that `figures` are at.
        faulty: how many are.
        healthy: how many are.
        figures: at the chosen limit.
        sweep: by percentile of healthy scores.
        curves: over all limits.
    """

    name: str
    chosen: str
    faulty: int
    healthy: int
    figures: Figures
    sweep: Mapping[float, Figures]
    curves: Curves


def level(
    name: str,
    chosen: str,
    scores: NDArray[np.float64],
    faulty: NDArray[np.bool_],
    limit: NDArray[np.float64],
    usual: NDArray[np.float64],
) -> Level:
    """Evaluate one level.

    Args:
        name: "window" or "snapshot".
        chosen: the limit in words.
        scores: (n, components), NaN where there is none.
        faulty: (n, components).
        limit: (components,) that makes a score abnormal.
        usual: (m, components) scores of healthy snapshots that were not trained on, for the sweep.

    Raises:
        ValueError: there is no healthy or no faulty score.
    """
    known = ~np.isnan(scores)
    truth = faulty[known]
    for what, some in (("faulty", truth.any()), ("healthy", (~truth).any())):
        if not some:
            raise ValueError(f"there is no {what} {name} to judge by")
    sweep = {
        percentile: figures_at(truth, (scores > np.nanpercentile(usual, percentile, axis=0))[known])
        for percentile in PERCENTILES
    }
    return Level(
        name=name,
        chosen=chosen,
        faulty=int(truth.sum()),
        healthy=int((~truth).sum()),
        figures=figures_at(truth, (scores > limit)[known]),
        sweep=sweep,
        curves=curves(truth, (scores / limit)[known]),
    )


def map_of(points: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Lay points (n, features) out in two dimensions, (n, 2), by t-SNE (van der Maaten and Hinton 2008).

    Raises:
        ValueError: fewer than 4 points.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if len(points) < 4:
        raise ValueError(f"t-SNE needs 4 windows or more, not {len(points)}")
    perplexity = min(30.0, (len(points) - 1) / 3)
    # One thread: sums then always add up in the same order, and threads that wait for one another cost more.
    with threadpool_limits(limits=1):
        laid = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(points)
    return np.asarray(laid, np.float32)
