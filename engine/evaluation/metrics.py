"""Metrics of a model as an alarm and as a classifier, for a run with a known onset.

As an alarm: the lead time, and false alarms before the onset. As a classifier: precision, recall and related
figures, over windows or snapshots that are each faulty or not.

scikit-learn is imported late: it takes half a second to load, and the engine does not need it.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (90.0, 95.0, 97.5, 99.0, 99.5, 99.9)
"""Percentiles of healthy scores for the sweep of limits."""

CURVE_POINTS = 400
"""Most points of a curve: more than any plot shows."""

HOUR = 3600e6
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A medium or high alarm, raised or escalated: its snapshot (from 0) and its component."""

    snapshot: int
    component: str


@dataclass(frozen=True, slots=True)
class Forewarning:
    """The quality of the alarms of a run.

    Attributes:
        false_alarms: medium or high rings before the onset, of any component.
        first: snapshot of the failing component's first ring from the onset on; None without one.
        delay_snapshots: snapshots from the onset to it.
        delay_hours: recording time from the onset to it [h].
        lead_hours: recording time from it to the end of the run [h].
        gated_lead_hours: the lead, None after a ring before the onset [h].
        first_component: the component of the first ring from the onset on, "" for none.
    """

    false_alarms: int
    first: int | None
    delay_snapshots: int | None
    delay_hours: float | None
    lead_hours: float | None
    gated_lead_hours: float | None
    first_component: str


def forewarning(rings: Sequence[Ring], at: NDArray[np.int64], onset: int, component: str) -> Forewarning:
    """Return the quality of the alarms of a run.

    Args:
        rings: in order.
        at: (snapshots,) recording times [microseconds].
        onset: index of the first faulty snapshot.
        component: the failing one.
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
    """Return the component with the highest severity from the onset on.

    Args:
        severity: (snapshots, components), NaN where not running.
        onset: index of the first faulty snapshot.

    Returns:
        The component that is most often the highest, and the share of running snapshots in which each is,
        (components,).

    Raises:
        ValueError: no snapshot runs from the onset on.
    """
    later = severity[onset:]
    later = later[~np.isnan(later).any(axis=1)]
    if not len(later):
        raise ValueError("no snapshot from the onset on runs")
    shares = np.bincount(np.argmax(later, axis=1), minlength=severity.shape[1]) / len(later)
    return int(np.argmax(shares)), shares


def separation(healthy: NDArray[np.float64], faulty: NDArray[np.float64]) -> float:
    """Return the ratio of the median faulty error to the healthy 99th percentile; above 1 they separate."""
    return float(np.median(faulty) / np.percentile(healthy, 99))


@dataclass(frozen=True, slots=True)
class Figures:
    """A classifier at one limit: counts and ratios; a ratio is 0 without a divisor."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    precision: float
    recall: float
    f1: float
    accuracy: float

    def plain(self) -> dict[str, float]:
        """Return the values for a file."""
        return asdict(self)


def figures_at(faulty: NDArray[np.bool_], called: NDArray[np.bool_]) -> Figures:
    """Compare true faults with predicted ones, both (n,)."""
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

    `roc` is true over false positive rate, `precision_recall` precision over recall; NaN if one of the two
    classes is missing.
    """

    roc: NDArray[np.float64]
    roc_auc: float
    precision_recall: NDArray[np.float64]
    average_precision: float


def curves(faulty: NDArray[np.bool_], score: NDArray[np.float64]) -> Curves:
    """Return the curves over all limits of a score, (n,) each; a higher score means a fault."""
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
        chosen: the limit of `figures`, in words.
        faulty: number of faulty ones.
        healthy: number of healthy ones.
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
        scores: (n, components), NaN without a score.
        faulty: (n, components).
        limit: (components,), scores above it are abnormal.
        usual: (m, components), scores of held-out healthy snapshots, for the sweep.

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
    """Map points (n, features) to two dimensions, (n, 2), by t-SNE.

    Raises:
        ValueError: fewer than 4 points.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if len(points) < 4:
        raise ValueError(f"t-SNE needs 4 windows or more, not {len(points)}")
    perplexity = min(30.0, (len(points) - 1) / 3)
    # One thread: sums keep their order, and waiting threads cost more.
    with threadpool_limits(limits=1):
        laid = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(points)
    return np.asarray(laid, np.float32)
