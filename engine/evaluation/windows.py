"""Scores of single windows of a finished run, for the evaluation as a classifier."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.assessment.heartbeat import quiet
from engine.bundles.bundle import Bundle
from engine.clock import microseconds, wall_clock
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Quality
from engine.records.progress import Heartbeat, Phase
from engine.scoring.attribution import latent_share
from engine.scoring.errors import component_windows, running_channels
from engine.scoring.scorer import Scorer
from engine.signals.quality import component_quality
from engine.system.processes.ordered_map import in_order
from replay.recording import RecordingError
from replay.run import Run

Tell = Callable[[Heartbeat], None]


LAID_OUT = 300
"""Windows of either class in a t-SNE; more would hide one another."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowScores:
    """One model's scores of single windows of a run's snapshots, in order.

    Attributes:
        at: (snapshots,) int64 microseconds.
        names: of the snapshots.
        errors: (snapshots, windows, components), NaN where the component does not run.
        latent: (snapshots,), share of the latent space in the score, 0 for models without one.
        sampled: (snapshots, features), the model's input of one window of each snapshot at the failing
            component, a later window from snapshot to snapshot.
    """

    at: NDArray[np.int64]
    names: tuple[str, ...]
    errors: NDArray[np.float64]
    latent: NDArray[np.float64]
    sampled: NDArray[np.float32]


def window_scores(
    run: Run, settings: Settings, bundle: Bundle, component: str, tell: Tell = quiet
) -> WindowScores:
    """Examine every snapshot again for its single windows, which are too many for the store.

    Args:
        run: the recordings.
        settings: of the machine.
        bundle: of the trial.
        component: the failing one.
        tell: receives the progress.
    """
    layout = layout_of(settings)
    scorer = Scorer(bundle, layout, Diagnostician(settings, bundle.scoring))
    own = [number - 1 for number in layout.channels[layout.components.index(component)]]

    def look(index: int) -> tuple[NDArray[np.float64], float, NDArray[np.float32]]:
        seen = scorer.examine(run.read(index))
        insight = seen.insight
        errors = component_windows(
            insight.window_errors, running_channels(layout.channels, seen.running)
        ).astype(np.float64)
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
        tell(Heartbeat(wall_clock(), 0, Phase.SCORING, index + 1, len(run), "windows"))
    errors, latent, sampled = zip(*parts, strict=True)
    return WindowScores(
        at=np.array([microseconds(entry.time) for entry in taken], np.int64),
        names=tuple(entry.name for entry in taken),
        errors=np.stack(errors),
        latent=np.array(latent),
        sampled=np.stack(sampled),
    )


def held_out_positions(at: NDArray[np.int64], bundle: Bundle) -> NDArray[np.int64]:
    """Return the positions of the healthy snapshots that set the limits, the last of the baseline."""
    start, end = microseconds(bundle.baseline.start), microseconds(bundle.baseline.end)
    return np.flatnonzero((at >= start) & (at <= end))[-bundle.baseline.calibrated_on :]


def _sampled(
    windows: WindowScores, judged: NDArray[np.bool_], faulty: NDArray[np.bool_], failing: int
) -> NDArray[np.int64]:
    """Return the snapshots for the t-SNE: evenly spaced, with a limit for either class."""
    runs = judged & ~np.isnan(windows.errors[:, :, failing]).any(axis=1)
    picks = []
    for some in (np.flatnonzero(runs & ~faulty), np.flatnonzero(runs & faulty)):
        spaced = np.linspace(0, len(some) - 1, min(len(some), LAID_OUT)).round().astype(np.int64)
        picks.append(some[np.unique(spaced)])
    return np.concatenate(picks)
