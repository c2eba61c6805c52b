"""A trial of a model on a run with a known onset: learns and scores it in a temporary store."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.assessment.batch import Outcome, assess
from engine.assessment.heartbeat import quiet
from engine.clock import microseconds, wall_clock
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.evaluation.metrics import (
    Forewarning,
    Level,
    Ring,
    forewarning,
    level,
    map_of,
    ranking,
    separation,
)
from engine.evaluation.truth import TrialError, Truth
from engine.evaluation.windows import Tell, WindowScores, _sampled, held_out_positions, window_scores
from engine.records.events import RINGS, Event, Priority
from engine.records.payloads import Ring as RingPayload
from engine.records.series import Series
from engine.scoring.scorer import Scorer
from engine.store.store import Store
from engine.system.scratch import scratch
from replay.run import Run


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One model's result for a run; `events` are the engine's."""

    outcome: Outcome
    series: Series
    events: tuple[Event, ...]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Return the snapshots after the baseline, (snapshots,), which can raise an alarm."""
        return self.series.at > microseconds(self.outcome.bundle.baseline.end)

    def onset(self, truth: Truth) -> int:
        """Return the position of the first faulty snapshot, or of the next one if it was rejected."""
        return int(np.searchsorted(self.series.at, truth.onset_at))

    def rings(self) -> list[Ring]:
        """Return raises and escalations to medium or high priority, in order."""
        position = {name: index for index, name in enumerate(self.series.names)}
        payloads = [
            (event, RingPayload.from_detail(event.detail)) for event in self.events if event.kind in RINGS
        ]
        return [
            Ring(position[payload.snapshot], event.component)
            for event, payload in payloads
            if payload.priority >= Priority.MEDIUM
        ]


def with_model(settings: Settings, name: str) -> Settings:
    """Return the same settings with another model."""
    return settings.model_copy(update={"model": settings.model.model_copy(update={"name": name})})


def try_model(run: Run, settings: Settings, tell: Tell = quiet) -> Trial:
    """Learn from a run and score it, in a new store.

    Raises:
        UnusableError: no snapshot can be learned from or scored.
    """
    with (
        scratch("raceway-trial-") as place,
        Store.open(place, create=True) as store,
    ):
        outcome = assess(run, settings, store, now=wall_clock, tell=tell)
        return Trial(outcome, store.series(outcome.assessment), store.events(outcome.assessment))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of a comparison of models.

    `ranked_first` is the component that is most often the highest from the onset on, `failing_first` the
    share of running snapshots with the failing one highest. `separation` is of the failing component's
    errors.
    """

    model: str
    forewarning: Forewarning
    first_snapshot: str
    ranked_first: str
    failing_first: float
    separation: float
    training_seconds: float
    epochs: int
    snapshots_per_second: float
    network_bytes: int


def compared(trial: Trial, truth: Truth) -> Comparison:
    """Return the summary of one model's trial.

    Raises:
        TrialError: no snapshot runs before the onset, or from it on.
    """
    series, bundle = trial.series, trial.outcome.bundle
    components = trial.outcome.assessment.components
    onset, failing = trial.onset(truth), components.index(truth.component)
    told = forewarning(trial.rings(), series.at, onset, truth.component)
    error = series.error[:, failing]
    running, later = ~np.isnan(error) & trial.judged, np.arange(len(series)) >= onset
    if not (running & later).any() or not (running & ~later).any():
        raise TrialError(f"{truth.component} does not run on both sides of the onset, {truth.onset}")
    front, shares = ranking(series.severity, onset)
    return Comparison(
        model=bundle.model,
        forewarning=told,
        first_snapshot="" if told.first is None else series.names[told.first],
        ranked_first=components[front],
        failing_first=float(shares[failing]),
        separation=separation(error[running & ~later], error[running & later]),
        training_seconds=bundle.learning_seconds,
        epochs=len(bundle.history),
        snapshots_per_second=trial.outcome.scored_now / trial.outcome.scoring_seconds,
        network_bytes=len(bundle.network),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One model's result for a run, as a classifier.

    Attributes:
        comparison: the same model as an alarm.
        levels: windows, then snapshots.
        windows: the scores of single windows.
        windows_above: (snapshots, components), share of a snapshot's windows above the window limit.
        judged: (snapshots,) of `windows`, False for the baseline.
        faulty: (snapshots, components) of `windows`.
        limit: (components,), the limit of windows.
        layout: (points, 2), t-SNE of sampled windows, None if it was not requested.
        laid_out: (points,), their snapshots in `windows`.
    """

    comparison: Comparison
    levels: tuple[Level, Level]
    windows: WindowScores
    windows_above: NDArray[np.float64]
    judged: NDArray[np.bool_]
    faulty: NDArray[np.bool_]
    limit: NDArray[np.float64]
    layout: NDArray[np.float32] | None
    laid_out: NDArray[np.int64]


def evaluated(
    run: Run,
    settings: Settings,
    trial: Trial,
    truth: Truth,
    *,
    percentile: float | None = None,
    tsne: bool = False,
    tell: Tell = quiet,
) -> Evaluation:
    """Evaluate a trial by window and by snapshot; only the failing component is faulty, from the onset on.

    Args:
        run: the recordings.
        settings: of the machine and the model.
        trial: of the same run and settings.
        truth: the known onset and component of the run.
        percentile: of healthy windows, for the window limit; None for the model's default.
        tsne: map a fixed sample of windows to two dimensions, too.
        tell: called with the progress.

    Raises:
        TrialError: there is no healthy or no faulty snapshot.
    """
    comparison = compared(trial, truth)
    bundle, components = trial.outcome.bundle, trial.outcome.assessment.components
    failing = components.index(truth.component)
    windows = window_scores(run, settings, bundle, truth.component, tell)
    judged = windows.at > microseconds(bundle.baseline.end)
    faulty = np.zeros((len(windows.at), len(components)), np.bool_)
    faulty[windows.at >= truth.onset_at, failing] = True
    usual = windows.errors[held_out_positions(windows.at, bundle)].reshape(-1, len(components))
    limit = bundle.calibration.window_limit.astype(np.float64)
    if percentile is not None:
        limit = np.nanpercentile(usual, percentile, axis=0)
    scorer = Scorer(bundle, layout_of(settings), Diagnostician(settings, bundle.scoring))
    try:
        by_window = level(
            "window",
            f"percentile {percentile or scorer.model.percentile:g} of healthy windows",
            windows.errors[judged].reshape(-1, len(components)),
            np.repeat(faulty[judged], windows.errors.shape[1], axis=0),
            limit,
            usual,
        )
        by_snapshot = _snapshot_level(trial, truth)
    except ValueError as error:
        raise TrialError(str(error)) from error
    laid_out = _sampled(windows, judged, faulty[:, failing], failing) if tsne else np.zeros(0, np.int64)
    layout = map_of(windows.sampled[laid_out], bundle.seed) if tsne else None
    return Evaluation(
        comparison=comparison,
        levels=(by_window, by_snapshot),
        windows=windows,
        windows_above=_shares_above(windows, limit),
        judged=judged,
        faulty=faulty,
        limit=limit,
        layout=layout,
        laid_out=laid_out,
    )


def _snapshot_level(trial: Trial, truth: Truth) -> Level:
    """Return the figures of severity 1.0 as a limit, snapshot by snapshot after the baseline.

    Raises:
        ValueError: there is nothing healthy or nothing faulty to judge by.
    """
    series, bundle = trial.series, trial.outcome.bundle
    components = trial.outcome.assessment.components
    later = series.at > microseconds(bundle.baseline.end)
    faulty = np.zeros(series.severity.shape, np.bool_)
    faulty[series.at >= truth.onset_at, components.index(truth.component)] = True
    return level(
        "snapshot",
        "severity 1.0",
        series.severity[later],
        faulty[later],
        np.ones(len(components)),
        series.severity[held_out_positions(series.at, bundle)],
    )


def _shares_above(windows: WindowScores, limit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each snapshot's windows above a limit, NaN where a window has no error."""
    shares = (windows.errors > limit).mean(axis=1)
    return np.where(np.isnan(windows.errors).any(axis=1), np.nan, shares)
