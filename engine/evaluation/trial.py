"""Tries a model on a run whose onset is known: learns and scores it in a store that goes afterwards."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from engine.assessment.batch import Outcome, assess
from engine.assessment.commits import in_order
from engine.assessment.heartbeat import quiet
from engine.assessment.key import healthy_entries
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.errors import UnusableError
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
from engine.records.events import RINGS, Event, Heartbeat, Phase, Priority, Quality, Series
from engine.scoring.attribution import latent_share
from engine.scoring.errors import component_windows
from engine.scoring.scorer import Scorer
from engine.signals.quality import component_quality
from engine.spelling import nearest
from engine.store.schema import microseconds
from engine.store.store import Store
from engine.system.scratch import scratch
from replay.recording import RecordingError, RecordingFormat, time_of, zone_of
from replay.run import Run

Tell = Callable[[Heartbeat], None]

LAID_OUT = 300
"""Windows of either kind, healthy and faulty, that a t-SNE lays out: more would hide one another."""


class TrialError(UnusableError):
    """The run cannot be judged as asked; one sentence."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a run: which component fails, and from which snapshot on."""

    onset: str
    onset_at: int
    component: str


def truth_of(run: Run, settings: Settings, onset: str, component: str) -> Truth:
    """Check what a person says of a run.

    Args:
        run: the recordings.
        settings: name the components and the healthy start.
        onset: file name of the first faulty snapshot.
        component: the one that fails.

    Raises:
        TrialError: there is no such snapshot or component, or no healthy snapshot before the onset to judge.
    """
    layout = layout_of(settings)
    if component not in layout.components:
        known = ", ".join(layout.components)
        raise TrialError(f"--component: there is no {component!r}; the components are {known}")
    found = next((entry for entry in run.entries if entry.name == onset), None)
    if found is None:
        raise TrialError(f"--onset: the run holds no {onset!r}{_nearest_to(onset, run, settings)}")
    healthy = healthy_entries(run, settings)
    if healthy and not healthy[-1].time < found.time:
        raise TrialError(
            f"--onset: {onset} lies in the healthy start, which ends with {healthy[-1].name};"
            " name a shorter one with --healthy"
        )
    between = sum(healthy[-1].time < entry.time < found.time for entry in run.entries) if healthy else 0
    if not between:
        raise TrialError(
            f"--onset: there is no snapshot between the healthy start and {onset} to judge false alarms by;"
            " name a shorter start with --healthy"
        )
    return Truth(onset, microseconds(found.time), component)


def _nearest_to(onset: str, run: Run, settings: Settings) -> str:
    """Name the snapshot that was meant: the nearest in time, by spelling where the words are no time."""
    when = _time_meant(onset, settings.recording_format())
    if when is None:
        return nearest(onset, [entry.name for entry in run.entries])
    close = min(run.entries, key=lambda entry: abs(entry.time - when))
    return f"; the nearest in time is '{close.name}'"


def _time_meant(text: str, form: RecordingFormat) -> datetime | None:
    """Read a time as files are named, else as ISO 8601 writes it, by the recorder's clock."""
    zone = zone_of(form.timezone)
    with suppress(RecordingError):
        when = time_of(text, form)
        # A pattern without separators reads 0730 as three minutes past seven.
        if when.astimezone(zone).strftime(form.time_pattern) == text:
            return when
    with suppress(ValueError):
        when = datetime.fromisoformat(text)
        return when if when.tzinfo else when.replace(tzinfo=zone)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What one model made of a run; `events` are the engine's."""

    outcome: Outcome
    series: Series
    events: tuple[Event, ...]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(snapshots,), after the baseline: the ones that may raise an alarm."""
        return self.series.at > microseconds(self.outcome.bundle.baseline.end)

    def onset(self, truth: Truth) -> int:
        """Position of the first faulty snapshot, or of the first after it where that was rejected."""
        return int(np.searchsorted(self.series.at, truth.onset_at))

    def rings(self) -> list[Ring]:
        """Raises and escalations to medium or high priority, in order."""
        urgent = {Priority.MEDIUM.value, Priority.HIGH.value}
        position = {name: index for index, name in enumerate(self.series.names)}
        return [
            Ring(position[str(event.detail["snapshot"])], event.component)
            for event in self.events
            if event.kind in RINGS and event.detail.get("priority") in urgent
        ]


def with_model(settings: Settings, name: str) -> Settings:
    """The same settings with another model."""
    return settings.model_copy(update={"model": settings.model.model_copy(update={"name": name})})


def try_model(run: Run, settings: Settings, tell: Tell = quiet) -> Trial:
    """Learn from a run and score it, in a fresh store.

    Raises:
        UnusableError: nothing can be learned or scored.
    """
    with (
        scratch("raceway-trial-") as place,
        Store.open(place, create=True) as store,
    ):
        outcome = assess(run, settings, store, now=lambda: datetime.now(UTC), tell=tell)
        return Trial(outcome, store.series(outcome.assessment), store.events(outcome.assessment))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of a comparison of models.

    `ranked_first` is the component most often in front from the onset on, `failing_first` the share of
    running snapshots in which the failing one is; `separation` is that of the failing component's errors.
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
    """Sum up what one model made of a run.

    Raises:
        TrialError: nothing runs before, or from, the onset.
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
class WindowScores:
    """Window by window what one model made of a run's snapshots, in order.

    Attributes:
        at: (snapshots,) int64 microseconds.
        names: of the snapshots.
        errors: (snapshots, windows, components), NaN where the component does not run.
        latent: (snapshots,), share of the score that is the latent's, 0 for models without one.
        sampled: (snapshots, features), how the model reads one window of each snapshot at the failing
            component, a later one from snapshot to snapshot.
    """

    at: NDArray[np.int64]
    names: tuple[str, ...]
    errors: NDArray[np.float64]
    latent: NDArray[np.float64]
    sampled: NDArray[np.float32]


def window_scores(
    run: Run, settings: Settings, bundle: Bundle, component: str, tell: Tell = quiet
) -> WindowScores:
    """Examine every snapshot once more for its single windows; they are too many to be stored.

    Args:
        run: the recordings.
        settings: of the machine.
        bundle: what was learned.
        component: the failing one.
        tell: hears of progress.
    """
    layout = layout_of(settings)
    scorer = Scorer(bundle, layout, Diagnostician(settings))
    own = [number - 1 for number in layout.channels[layout.components.index(component)]]

    def look(index: int) -> tuple[NDArray[np.float64], float, NDArray[np.float32]]:
        seen = scorer.examine(run.read(index))
        insight = seen.insight
        errors = component_windows(insight.window_errors, layout.channels).astype(np.float64)
        for number, channels in enumerate(layout.channels):
            if component_quality(seen.quality, channels) is not Quality.RUNNING:
                errors[:, number] = np.nan
        window = insight.windows[index % len(insight.windows), own].ravel()
        return errors, latent_share(insight.window_errors, seen.running, insight.latent), window

    taken, parts = [], []
    for index, one in enumerate(in_order(look, range(len(run)))):
        if not isinstance(one, RecordingError):
            taken.append(run.entries[index])
            parts.append(one)
        tell(Heartbeat(datetime.now(UTC), 0, Phase.SCORING, index + 1, len(run), "windows"))
    errors, latent, sampled = zip(*parts, strict=True)
    return WindowScores(
        at=np.array([microseconds(entry.time) for entry in taken], np.int64),
        names=tuple(entry.name for entry in taken),
        errors=np.stack(errors),
        latent=np.array(latent),
        sampled=np.stack(sampled),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What one model made of a run, as a classifier.

    Attributes:
        comparison: the same model as an alarm.
        levels: windows, then snapshots.
        windows: what the window level was made from.
        windows_above: (snapshots, components), share of a snapshot's windows above the window limit.
        judged: (snapshots,) of `windows`, False for the baseline.
        faulty: (snapshots, components) of `windows`.
        layout: (points, 2) of the t-SNE of sampled windows, None where it was not asked for.
        laid_out: (points,) which snapshots of `windows` these come from.
    """

    comparison: Comparison
    levels: tuple[Level, Level]
    windows: WindowScores
    windows_above: NDArray[np.float64]
    judged: NDArray[np.bool_]
    faulty: NDArray[np.bool_]
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
    """Evaluate a model's trial window by window and snapshot by snapshot.

    Only the failing component is faulty, from the onset on; the baseline is left out.

    Args:
        run: the recordings.
        settings: of the machine and the model.
        trial: of the same run and settings.
        truth: what is known of the run.
        percentile: of healthy windows, to set the window limit by; None for the model's own.
        tsne: lay a fixed sample of windows out in two dimensions, too.
        tell: hears of progress.

    Raises:
        TrialError: there is nothing healthy or nothing faulty to judge by.
    """
    comparison = compared(trial, truth)
    bundle, components = trial.outcome.bundle, trial.outcome.assessment.components
    failing = components.index(truth.component)
    windows = window_scores(run, settings, bundle, truth.component, tell)
    judged = windows.at > microseconds(bundle.baseline.end)
    faulty = np.zeros((len(windows.at), len(components)), np.bool_)
    faulty[windows.at >= truth.onset_at, failing] = True
    held_out = held_out_positions(windows.at, bundle)
    limit = bundle.calibration.window_limit.astype(np.float64)
    usual = windows.errors[held_out].reshape(-1, len(components))
    if percentile is not None:
        limit = np.nanpercentile(usual, percentile, axis=0)
    per_snapshot = windows.errors.shape[1]
    series = trial.series
    later = series.at > microseconds(bundle.baseline.end)
    late = np.zeros(series.severity.shape, np.bool_)
    late[series.at >= truth.onset_at, failing] = True
    chosen = percentile or Scorer(bundle, layout_of(settings), Diagnostician(settings)).model.percentile
    try:
        levels = (
            level(
                "window",
                f"percentile {chosen:g} of healthy windows",
                windows.errors[judged].reshape(-1, len(components)),
                np.repeat(faulty[judged], per_snapshot, axis=0),
                limit,
                usual,
            ),
            level(
                "snapshot",
                "severity 1.0",
                series.severity[later],
                late[later],
                np.ones(len(components)),
                series.severity[held_out_positions(series.at, bundle)],
            ),
        )
    except ValueError as error:
        raise TrialError(str(error)) from error
    laid_out = _sampled(windows, judged, faulty[:, failing], failing) if tsne else np.zeros(0, np.int64)
    return Evaluation(
        comparison=comparison,
        levels=levels,
        windows=windows,
        windows_above=np.where(
            np.isnan(windows.errors).any(axis=1), np.nan, (windows.errors > limit).mean(axis=1)
        ),
        judged=judged,
        faulty=faulty,
        layout=map_of(windows.sampled[laid_out], bundle.seed) if tsne else None,
        laid_out=laid_out,
    )


def held_out_positions(at: NDArray[np.int64], bundle: Bundle) -> NDArray[np.int64]:
    """Positions of the healthy snapshots that limits were set by: the last of the baseline."""
    start, end = microseconds(bundle.baseline.start), microseconds(bundle.baseline.end)
    return np.flatnonzero((at >= start) & (at <= end))[-bundle.baseline.calibrated_on :]


def _sampled(
    windows: WindowScores, judged: NDArray[np.bool_], faulty: NDArray[np.bool_], failing: int
) -> NDArray[np.int64]:
    """Snapshots whose sampled window is laid out: evenly spaced, as many of either kind at most."""
    runs = judged & ~np.isnan(windows.errors[:, :, failing]).any(axis=1)
    picks = []
    for some in (np.flatnonzero(runs & ~faulty), np.flatnonzero(runs & faulty)):
        spaced = np.linspace(0, len(some) - 1, min(len(some), LAID_OUT)).round().astype(np.int64)
        picks.append(some[np.unique(spaced)])
    return np.concatenate(picks)
