"""Learning of a bundle from healthy snapshots: choice, training in a child process, limits."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from engine.baseline.calibration import are_several, outlying
from engine.baseline.coverage import Course, coverage_doubt, slow_courses, still_doubt
from engine.baseline.limits import healthy_results, limits_of
from engine.baseline.sights import (
    FEWEST,
    Sight,
    baseline_of,
    heard_channels,
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
from engine.config.sections.process import conditions_of
from engine.config.settings import Settings
from engine.diagnosis.motor import MotorDiagnostician
from engine.diagnosis.motor_reading import quality_while_running
from engine.diagnosis.surface import Diagnostician, usual_lines
from engine.models import model_named
from engine.models.base import Insight, Scaling
from engine.models.process import ROOT
from engine.models.runner import Network, insight_of
from engine.records.assessment import Quality
from engine.records.progress import Epoch
from engine.scoring.process import VALID_SHARE, validity
from engine.scoring.trend import rising_trend
from engine.signals.envelope import whole_spectrum
from engine.signals.features import FIGURES, centred, figures
from engine.signals.quality import channel_quality, out_of_range
from engine.signals.statistics import log_errors
from replay.recording import Snapshot
from replay.rows.windows import stride_of
from replay.run import Entry

IMPULSIVE = 5.0
"""Kurtosis at which a baseline is doubted; 3 for Gaussian noise, healthy bearings stay below 4."""


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
        held_out = max(FEWEST // 3, round(len(usable) * settings.model.calibration_share))
        trained = [sight.observed for sight in usable[: len(usable) - held_out]]
        scaling = model.learn_scaling(trained)
        trained_network = train_model(model, settings.model, trained, scaling, on_epoch, on_wait)
        network = Network(trained_network.content)
        insights = []
        for sight in usable:
            insights.append(insight_of(model, network, sight.observed, scaling))
            on_wait()
        slow = slow_baseline(usable, insights, self.layout)
        insights = insights if slow is None else slow.without_conditions(insights)
        calibration = self._calibrated(insights, held_out, level, scaling)
        bundle = Bundle(
            model=model.name,
            machine=settings.machine.name,
            sample_rate=settings.machine.sample_rate,
            rows=settings.recording.rows,
            channels=len(level),
            seed=settings.model.seed,
            baseline=baseline_of(usable, held_out, first_seen, first_mark),
            scaling=scaling,
            calibration=calibration if slow is None else slow.into(calibration),
            lines=_usual_lines(usable, self.diagnostician.motors),
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
                *self._left_out(sights, level),
                *self._doubts(usable, level),
                *self._odd(insights, level),
                *self._covered(usable, insights, scaling),
                *(() if slow is None else slow.doubts),
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
        held_out = max(FEWEST // 3, round(len(usable) * self.settings.model.calibration_share))
        insights = []
        for sight in usable:
            insights.append(insight(sight.observed))
            on_wait()
        slow = slow_baseline(usable, insights, self.layout, usual)
        insights = insights if slow is None else slow.without_conditions(insights)
        usual_values = self._calibrated(insights, held_out, level, scaling)
        return Calibrated(
            usual_values if slow is None else slow.into(usual_values),
            _usual_lines(usable, self.diagnostician.motors),
            (
                *self._left_out(sights, level),
                *self._doubts(usable, level),
                *(() if slow is None else slow.doubts),
            ),
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

    def _left_out(self, sights: Sequence[Sight], level: NDArray[np.float32]) -> tuple[str, ...]:
        """Return sentences about channels that the baseline lacks, and those that cost it snapshots."""
        heard = heard_channels(sights)
        turning = heard[heard[:, self.layout.watched].any(axis=1)]
        told = []
        for column in np.flatnonzero(self.layout.watched).tolist():
            mute, name = int((~turning[:, column]).sum()), self.layout.owner(column)
            where = f"{name}, channel {column + 1}"
            if not level[column] > 0:
                told.append(f"{where}: it carried no usable signal, was left out and is not judged")
            elif mute:
                told.append(
                    f"{where}: it carried no usable signal in {mute} of {len(turning)} healthy recordings,"
                    " which were left out"
                )
        return tuple(told)

    def _doubts(self, usable: Sequence[Sight], known: NDArray[np.float32]) -> tuple[str, ...]:
        """Return sentences that question the baseline's health, for the person who accepts it.

        Args:
            usable: the snapshots of the baseline.
            known: (channels,) usual level of each, 0 for an excluded one.
        """
        seconds = np.array([sight.entry.time.timestamp() for sight in usable])
        level = log_errors(np.stack([sight.level for sight in usable]).astype(np.float64))
        kurtosis = np.median([sight.kurtosis for sight in usable], axis=0)
        doubts = []
        parts = zip(self.layout.components, self.layout.channels, strict=True)
        for component, (name, channels) in enumerate(parts):
            is_motor = component in self.diagnostician.motors.columns
            for column in (number - 1 for number in channels if known[number - 1] > 0):
                noise = float(np.diff(level[:, column]).std()) / np.sqrt(2)
                trend = rising_trend(seconds, level[:, column], noise)
                if trend is not None:
                    doubts.append(
                        f"{name}, channel {column + 1}: its level rises within the baseline,"
                        f" by {100 * (np.exp(trend.rise) - 1):.0f} %"
                    )
                # The start of a motor is impulsive, and its current shows no bearing's impacts.
                if kurtosis[column] > IMPULSIVE and not is_motor:
                    doubts.append(
                        f"{name}, channel {column + 1}: it is impulsive (kurtosis {kurtosis[column]:.1f}),"
                        " as a damaged bearing's signal is"
                    )
        return (
            *doubts,
            *self.diagnostician.doubts(
                _usual_lines(usable, self.diagnostician.motors), self.layout.components
            ),
        )

    def _odd(self, insights: Sequence[Insight], known: NDArray[np.float32]) -> tuple[str, ...]:
        """Return sentences about snapshots that stand out from the baseline; `known` as in `_doubts`."""
        if self.layout.is_process:
            # Windows overlap: one odd row makes ten of them odd.
            return ()
        odd = outlying(np.stack([insight.features for insight in insights])).sum(axis=0)
        return tuple(
            f"{self.layout.owner(column)}, channel {column + 1}: {odd[column]} of {len(insights)} healthy"
            " recordings stand out from the others"
            for column in np.flatnonzero(self.layout.watched & (known > 0)).tolist()
            if are_several(int(odd[column]), len(insights))
        )

    def _covered(
        self, usable: Sequence[Sight], insights: Sequence[Insight], scaling: Scaling
    ) -> tuple[str, ...]:
        """Return sentences about slow sensors of which the baseline knows too little.

        Those are symptoms that move in one slow course over it, and channels that never move.
        """
        layout, form = self.layout, self.settings.recording_format()
        if layout.conditions is None:
            return ()
        apart = -(-form.rows // stride_of(form))
        lasts = (usable[-1].entry.time - usable[0].entry.time).total_seconds()
        residual = np.stack([one.features[:, 0] for one in insights[::apart]]) / ROOT * scaling["scale"]
        known = (scaling["known"] > 0) & layout.watched
        courses = slow_courses(residual.astype(np.float64))

        def name(column: int) -> str:
            names = self.settings.recording.names
            return names[column] if column < len(names) else f"channel {column + 1}"

        def told(course: Course) -> str:
            unit = layout.units[course.column].strip("?")
            return f"{name(course.column)} moves by {course.range:.3g} {unit}".rstrip()

        doubts: list[str] = []
        for part, channels in zip(layout.components, layout.channels, strict=True):
            columns = [number - 1 for number in channels]
            judged = [one for one in columns if known[one] and not layout.conditions[one]]
            own = [one for one in courses if one.column in judged]
            doubts += coverage_doubt(part, own, told, lasts)
            doubts += still_doubt(part, [name(one) for one in columns if not known[one]])
        return tuple(doubts)

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
