"""Learning of a bundle from healthy snapshots: choice, training in a child process, limits."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from engine.baseline.doubts import health_doubts, left_out_doubts, odd_doubts, row_doubts
from engine.baseline.limits import healthy_results, limits_of
from engine.baseline.sights import (
    FEWEST,
    Sight,
    baseline_of,
    mute_channel,
    usable_sights,
)
from engine.baseline.slow import slow_baseline
from engine.baseline.trainer import LearningError, train_model
from engine.baseline.wander import calibrate_windows
from engine.baseline.witness import with_witness
from engine.bundles.bundle import Bundle, Calibration, UsualLines
from engine.config.channels import Layout
from engine.config.motors import motors_in
from engine.config.settings import Settings
from engine.config.slow_sensors import conditions_of
from engine.diagnosis.motor import MotorDiagnostician
from engine.diagnosis.motor_reading import quality_while_running
from engine.diagnosis.surface import Diagnostician, usual_lines
from engine.models import model_named
from engine.models.base import Insight, Scaling
from engine.models.runner import Network, insight_of
from engine.records.assessment import Quality
from engine.records.progress import Epoch
from engine.scoring.process import VALID_SHARE, validity
from engine.signals.envelope import whole_spectrum
from engine.signals.features import FIGURES, centred, figures
from engine.signals.quality import channel_quality, out_of_range
from replay.recording import Snapshot
from replay.rows.windows import stride_of
from replay.run import Entry


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """Usual values, fault lines and doubts from healthy snapshots, with their count, first and last time."""

    calibration: Calibration
    lines: Mapping[int, UsualLines]
    doubts: tuple[str, ...]
    count: int
    start: datetime
    end: datetime


class Learner:
    """Learns a bundle for one machine by its settings."""

    def __init__(self, settings: Settings, layout: Layout, diagnostician: Diagnostician) -> None:
        """Prepare the model.

        Raises:
            LearningError: there is no such model, or the recordings are too short for it.
        """
        self.settings, self.layout, self.diagnostician = settings, layout, diagnostician
        rows, columns = settings.recording.rows, settings.columns
        try:
            self.model = model_named(
                settings.model.name,
                settings.machine.sample_rate,
                rows,
                columns,
                motors_in(settings.plain()),
                conditions_of(settings.plain()),
            )
        except ValueError as error:
            raise LearningError(str(error)) from error

    def look(self, snapshot: Snapshot) -> Sight:
        """Return the values of one healthy snapshot; safe to call from several threads."""
        signal = self.layout.values(snapshot.signal)
        if self.layout.is_process:
            return self._look_at_window(snapshot, signal)
        invalid = out_of_range(signal)
        columns = centred(np.where(invalid, np.float32(0.0), signal))
        quality = channel_quality(columns, invalid, None, self.layout.watched)
        readings = self.diagnostician.motors.read(signal, snapshot.signal)
        quality = quality_while_running(quality, columns, readings, self.layout.channels)
        running = np.array([one is Quality.RUNNING for one in quality])
        for number, one in readings.items():
            running[[channel - 1 for channel in self.layout.channels[number]]] &= not (
                one.stopped or one.carries_nothing
            )
        signal = np.where(running, signal, np.float32(0.0))
        columns = np.where(running[:, None], columns, np.float32(0.0))
        told = figures(columns)
        return Sight(
            Entry(snapshot.name, snapshot.time),
            self.model.observe(signal),
            told[:, FIGURES.index("standard deviation")],
            told[:, FIGURES.index("kurtosis")],
            not running[self.layout.watched].all(),
            self.diagnostician.strengths(
                whole_spectrum(columns), snapshot.speed, self.diagnostician.course(snapshot.course)
            )
            | {number: one.figures for number, one in readings.items()},
            snapshot.mark(),
            snapshot.slow,
        )

    def _look_at_window(self, snapshot: Snapshot, signal: NDArray[np.float32]) -> Sight:
        """Return the values of a window of slow sensors; the level is 1 for a channel with valid values."""
        level = (validity(signal) >= VALID_SHARE).astype(np.float32)
        return Sight(
            Entry(snapshot.name, snapshot.time),
            self.model.observe(signal),
            level,
            np.zeros(len(level), np.float32),
            not level[self.layout.watched].all(),
            {},
            snapshot.mark(),
        )

    def learn(
        self,
        sights: Sequence[Sight],
        first_seen: Entry,
        on_epoch: Callable[[Epoch], None],
        on_wait: Callable[[], None],
        first_mark: str = "",
    ) -> Bundle:
        """Learn from healthy snapshots, oldest first.

        Args:
            sights: of the healthy snapshots.
            first_seen: the first entry of the run, run-in included.
            on_epoch: called after each epoch of training.
            on_wait: called at least once a second during training.
            first_mark: of the signal of that first entry.

        Raises:
            LearningError: too few of them run, or the training failed.
        """
        began = time.perf_counter()
        settings, model = self.settings, self.model
        usable, level = self._usable(sights)
        held_out = self._held_out(usable)
        trained = [sight.observed for sight in usable[: len(usable) - held_out]]
        scaling = model.learn_scaling(trained)
        trained_network = train_model(model, settings.model, trained, scaling, on_epoch, on_wait)
        network = Network(trained_network.content)
        insights = []
        for sight in usable:
            insights.append(insight_of(model, network, sight.observed, scaling))
            on_wait()
        insights, calibration, slow_doubts = self._with_slow(usable, insights, level, scaling)
        lines = _usual_lines(usable, self.diagnostician.motors)
        bundle = Bundle(
            model=model.name,
            machine=settings.machine.name,
            sample_rate=settings.machine.sample_rate,
            rows=settings.recording.rows,
            channels=len(level),
            seed=settings.model.seed,
            baseline=baseline_of(usable, held_out, first_seen, first_mark),
            scaling=scaling,
            calibration=calibration,
            lines=lines,
            network=trained_network.content,
            history=trained_network.history,
            layers=trained_network.layers,
            weights=trained_network.weights,
            settings=settings.plain(),
            versions={
                "python": platform.python_version(),
                **{name: version(name) for name in ("numpy", "tensorflow", "keras", "ai-edge-litert")},
            },
            doubts=(
                *self._doubts(sights, usable, level, lines),
                *odd_doubts(insights, level, self.layout),
                *row_doubts(usable, insights, scaling, self.layout, settings.recording_format()),
                *slow_doubts,
            ),
            learning_seconds=time.perf_counter() - began,
        )
        if self.layout.conditions is not None:
            return bundle
        known = self.layout.watched & (level > 0)
        return with_witness(bundle, insights, model.feature_unit(scaling), known, on_wait)

    def calibrated(
        self,
        sights: Sequence[Sight],
        insight: Callable[[NDArray[np.float32]], Insight],
        scaling: Scaling,
        on_wait: Callable[[], None],
        usual: Calibration | None = None,
    ) -> "Calibrated":
        """Calibrate a trained network on healthy snapshots, oldest first.

        Args:
            sights: of the snapshots.
            insight: returns the network's result for what was observed of a snapshot.
            scaling: of the network.
            on_wait: called after each snapshot.
            usual: of the bundle in use, whose range of the conditions holds on.

        Raises:
            LearningError: too few of them run.
        """
        usable, level = self._usable(sights)
        insights = []
        for sight in usable:
            insights.append(insight(sight.observed))
            on_wait()
        _, calibration, slow_doubts = self._with_slow(usable, insights, level, scaling, usual)
        lines = _usual_lines(usable, self.diagnostician.motors)
        return Calibrated(
            calibration,
            lines,
            (*self._doubts(sights, usable, level, lines), *slow_doubts),
            len(usable),
            usable[0].entry.time,
            usable[-1].entry.time,
        )

    def _usable(self, sights: Sequence[Sight]) -> tuple[list[Sight], NDArray[np.float32]]:
        """Return the running snapshots and their usual level, (channels,).

        Raises:
            LearningError: too few of them run.
        """
        usable, level = usable_sights(sights, self.layout.watched)
        if len(usable) < FEWEST:
            raise LearningError(
                mute_channel([sight.level for sight in sights], self.layout.watched)
                or f"only {len(usable)} running snapshots to learn from where at least {FEWEST} are needed;"
                " name more with --healthy (model.healthy)"
            )
        return usable, level

    def _held_out(self, usable: Sequence[Sight]) -> int:
        """Return how many of the usable snapshots, the last ones, set the limits."""
        return max(FEWEST // 3, round(len(usable) * self.settings.model.calibration_share))

    def _with_slow(
        self,
        usable: Sequence[Sight],
        insights: list[Insight],
        level: NDArray[np.float32],
        scaling: Scaling,
        usual: Calibration | None = None,
    ) -> tuple[list[Insight], Calibration, tuple[str, ...]]:
        """Calibrate on usable snapshots, with their slow sensors where there are some.

        Args:
            usable: the snapshots, oldest first.
            insights: of each.
            level: (channels,) usual level, as from `_usable`.
            scaling: of the network.
            usual: of the bundle in use, as in `calibrated`.

        Returns:
            The insights less what the conditions explain, the calibration, and doubts about slow sensors.
        """
        slow = slow_baseline(usable, insights, self.layout, usual)
        if slow is None:
            return insights, self._calibrated(insights, self._held_out(usable), level, scaling), ()
        insights = slow.without_conditions(insights)
        calibration = self._calibrated(insights, self._held_out(usable), level, scaling)
        return insights, slow.into(calibration), slow.doubts

    def _doubts(
        self,
        sights: Sequence[Sight],
        usable: Sequence[Sight],
        level: NDArray[np.float32],
        lines: Mapping[int, UsualLines],
    ) -> tuple[str, ...]:
        """Return sentences about channels that are left out, their health, and their fault lines."""
        return (
            *left_out_doubts(sights, level, self.layout),
            *health_doubts(usable, level, self.layout, self.diagnostician.motors.columns),
            *self.diagnostician.doubts(lines, self.layout.components),
        )

    def _calibrated(
        self, insights: Sequence[Insight], held_out: int, level: NDArray[np.float32], scaling: Scaling
    ) -> Calibration:
        """Set usual values and limits: of slow sensors on all windows, which depend on their neighbours."""
        conditions = self.layout.conditions
        if conditions is None:
            found = healthy_results(insights, held_out, level, self.model.feature_unit(scaling))
            limits = self.settings.limits
            return limits_of(self.model, found, self.layout.watched, self.layout.channels, limits)
        known = self.layout.watched & (level > 0) & (scaling["known"] > 0)
        form = self.settings.recording_format()
        by_rows = calibrate_windows(
            insights,
            known & ~conditions,
            self.layout.channels,
            (form.rows, stride_of(form)),
            self.model.percentile,
        )
        return replace(by_rows, level=known.astype(np.float32))


def _usual_lines(sights: Sequence[Sight], motors: MotorDiagnostician) -> dict[int, UsualLines]:
    """Return the usual strengths of each component's fault lines, or a motor's figures, over the baseline."""
    usual = {}
    for component in sights[0].lines:
        strengths = np.stack([sight.lines[component] for sight in sights])
        if component in motors.columns:
            usual[component] = motors.usual(strengths)
            continue
        usual[component] = usual_lines(strengths)
    return usual
