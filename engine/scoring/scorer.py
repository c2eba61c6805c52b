"""Examines one snapshot with one bundle, by LiteRT; snapshots can be examined in parallel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import Bundle, BundleError
from engine.config.channels import Layout
from engine.config.motors import motors_in
from engine.config.slow_sensors import conditions_of
from engine.diagnosis.motor_reading import MotorReading, quality_while_running
from engine.diagnosis.surface import Diagnostician
from engine.models import model_named
from engine.models.base import Insight
from engine.models.runner import Network, insight_of
from engine.records.assessment import Quality
from engine.scoring.level import levelled
from engine.scoring.method import METHODS
from engine.scoring.process import NO_SPECTRUM, window_figures, window_quality
from engine.scoring.slow import SlowJudge
from engine.signals.envelope import whole_spectrum
from engine.signals.features import centred, figures
from engine.signals.quality import (
    LOST_FALL,
    STOPPED_SHARE,
    channel_quality,
    copies,
    drops_out,
    fall_of,
    falls_alone,
    is_silent,
    keep_shape,
    out_of_range,
    stands_still,
)
from engine.signals.velocity import VelocityMeter
from replay.recording import Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """The result of one snapshot by itself.

    Attributes:
        quality: one a channel.
        figures: float32 (channels, 4), see `features.FIGURES`; NaN for an invalid channel.
        velocity: float32 (channels,), see `velocity.VelocityMeter`; None without an accelerometer.
        running: bool (channels,), watched and running.
        residual: float32 (channels, features), the model's features in healthy standard deviations; 0 for
            a channel that does not run.
        insight: the model's view of it; the spectra of an invalid channel are NaN.
        signal: float32 (rows, channels), in units; invalid values are 0.
        spectrum: complex64 (channels, rows // 2 + 1), of the whole signal.
        silent: whether the machine is stopped, and no channel measures anything, or not what a stop shows.
        motors: the reading of each motor, by its component counted from 0.
        speed: of the shaft, that came with it [Hz]; None for none.
        course: of that speed within it, as in `order_track`; None where lines are not tracked.
        slow: values of slow sensors beside vibration, as in `Snapshot`.
        unjudged: columns of motors whose recording carries no claim; their sensors are not in question.
        copies: columns that repeat another one, with that one; both are scored.
        repeats: columns that repeat the recording before while others do not; empty until it is known.
        gaps: columns that run, and drop out within the recording.
        weak: columns that run far below the baseline while others do not, with their fall [dB]: faults are
            seen late.
        faint: whether most columns run far below the baseline.
    """

    quality: tuple[Quality, ...]
    figures: NDArray[np.float32]
    velocity: NDArray[np.float32] | None
    running: NDArray[np.bool_]
    residual: NDArray[np.float32]
    insight: Insight
    signal: NDArray[np.float32]
    spectrum: NDArray[np.complex64]
    silent: bool = False
    motors: Mapping[int, MotorReading] = field(default_factory=dict)
    unjudged: frozenset[int] = frozenset()
    weak: Mapping[int, float] = field(default_factory=dict)
    faint: bool = False
    copies: Mapping[int, int] = field(default_factory=dict)
    repeats: frozenset[int] = frozenset()
    gaps: frozenset[int] = frozenset()
    speed: float | None = None
    course: NDArray[np.float32] | None = None
    slow: tuple[float, ...] = ()

    def position(self, watched: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the latent position, (dimensions,); NaN unless every watched channel runs."""
        place = self.insight.position
        return place if self.running[watched].all() else np.full_like(place, np.nan)


class Scorer:
    """Examines snapshots with one bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle, layout: Layout, diagnostician: Diagnostician) -> None:
        """Prepare the model and the network.

        Args:
            bundle: the learned model, baseline and limits.
            layout: which channels are watched, and their sensitivity.
            diagnostician: of the same machine.

        Raises:
            BundleError: this Raceway does not know the bundle's model.
        """
        self.bundle = bundle
        self.layout = layout
        self.diagnostician = diagnostician
        try:
            self.model = model_named(
                bundle.model,
                bundle.sample_rate,
                bundle.rows,
                bundle.channels,
                motors_in(bundle.settings),
                conditions_of(bundle.settings),
            )
            self.slow = SlowJudge(bundle.calibration, layout)
        except ValueError as error:
            raise BundleError(str(error)) from error
        self._unit, self._method = self.model.feature_unit(bundle.scaling), METHODS[bundle.scoring]
        self.network = Network(bundle.network)
        # The baseline may have had to leave a channel out: then nothing is known of it.
        self._unknown = layout.watched & ~(bundle.calibration.level > 0)
        self._motor_columns = [
            channel - 1 for number in diagnostician.motors.columns for channel in layout.channels[number]
        ]
        self._meter = VelocityMeter(bundle.sample_rate, bundle.rows, layout.units)

    def insight(self, signal: NDArray[np.float32]) -> Insight:
        """Return the model's view of a signal (rows, channels), in units."""
        return insight_of(self.model, self.network, self.model.observe(signal), self.bundle.scaling)

    def residual(self, insight: Insight, slow: tuple[float, ...] = ()) -> NDArray[np.float32]:
        """Return features in standard deviations of healthy ones, (channels, features).

        Args:
            insight: of the snapshot.
            slow: values of its slow sensors: the part that its conditions explain is taken away.
        """
        usual = self.bundle.calibration
        own = self.slow.without_conditions(insight.features, slow)
        features = levelled(own, usual.centre, self._unit, usual.reach, falls=self._method.falls)
        return (features - usual.centre) / usual.scatter

    def examine(self, snapshot: Snapshot) -> Examination:
        """Check the quality of one snapshot, reconstruct it and compare it with health.

        Raises:
            ArithmeticError: a number that is not finite came out.
        """
        if self.layout.is_process:
            return self._examine_window(snapshot)
        signal = self.layout.values(snapshot.signal)
        invalid = out_of_range(signal) | self._unknown
        if invalid.any():
            # At rest, where every model's input has its middle: a model that sees all channels at once is
            # hardly moved by it. Nothing of these channels is judged or shown.
            signal = np.where(invalid, np.float32(0.0), signal)
        columns = centred(signal)
        insight = self.insight(signal)
        fall = self._fall(insight)
        lost = ~invalid & (fall <= LOST_FALL)
        quality = channel_quality(columns, invalid, self.bundle.calibration.level, self.layout.watched, lost)
        motors = self.diagnostician.motors.read(signal, snapshot.signal)
        quality = quality_while_running(quality, columns, motors, self.layout.channels)
        quality, unjudged = self._of_motors(motors, quality)
        residual = self.residual(insight, snapshot.slow)
        running = self.layout.watched & np.array([one is Quality.RUNNING for one in quality])
        if not np.isfinite(residual[running]).all():
            raise ArithmeticError(f"{snapshot.name}: the residual holds a number that is not finite")
        weak, faint = falls_alone(fall, running)
        spectrum = whole_spectrum(columns)
        told, velocity = figures(columns), self._meter.read(spectrum)
        silent = self._is_silent(columns, quality, insight, told[:, 0], lost, invalid)
        if invalid.any():
            told[invalid] = np.nan
            insight = without(insight, invalid)
            velocity = None if velocity is None else np.where(invalid, np.float32(np.nan), velocity)
        return Examination(
            quality=quality,
            figures=told,
            velocity=velocity,
            running=running,
            residual=np.where(running[:, None], residual, np.float32(0.0)).astype(np.float32),
            insight=insight,
            signal=signal,
            spectrum=spectrum,
            silent=silent,
            motors=motors,
            unjudged=unjudged,
            gaps=frozenset(
                column
                for column in np.flatnonzero(running).tolist()
                if column not in self._motor_columns and drops_out(columns[column])
            ),
            copies=self._copies(snapshot.signal),
            weak=weak,
            faint=faint,
            speed=snapshot.speed,
            course=self.diagnostician.course(snapshot.course),
            slow=snapshot.slow,
        )

    def _copies(self, signal: NDArray[np.float32]) -> dict[int, int]:
        """Return what `copies` does, without channels that were equal in the baseline already."""
        level = self.bundle.calibration.level
        found = copies(signal, self.layout.watched & ~self._unknown)
        return {own: other for own, other in found.items() if level[own] != level[other]}

    def _fall(self, insight: Insight) -> NDArray[np.float64]:
        """Return what `fall_of` does; NaN for currents of motors, which follow the load."""
        fall = fall_of(insight.spectrum, insight.reconstruction)
        fall[self._motor_columns] = np.nan
        return fall

    def _is_silent(
        self,
        columns: NDArray[np.float32],
        quality: Sequence[Quality],
        insight: Insight,
        level: NDArray[np.float32],
        lost: NDArray[np.bool_],
        invalid: NDArray[np.bool_],
    ) -> bool:
        """Return what `is_silent` does: hum, and the machine on a smaller scale, are none of a stop.

        Args:
            columns: (channels, rows), each less its mean.
            quality: of each channel.
            insight: of the snapshot.
            level: (channels,), standard deviations.
            lost: (channels,), True where the bands are as low as at a stop.
            invalid: (channels,), True for a channel of which nothing is judged.
        """
        usual, watched = self.bundle.calibration.level, self.layout.watched
        if not stands_still(quality, watched):
            return False
        alike = keep_shape(insight.spectrum, insight.reconstruction)
        alike[self._motor_columns] = False
        doubtful = (alike | (lost & (level > STOPPED_SHARE * usual))) & ~invalid
        return is_silent(columns, quality, usual, watched, doubtful)

    def _examine_window(self, snapshot: Snapshot) -> Examination:
        """Compare a window of slow sensors with health; conditions are no part of it.

        Raises:
            ArithmeticError: a number that is not finite came out.
        """
        layout, usual = self.layout, self.bundle.calibration
        conditions = np.zeros(1, np.bool_) if layout.conditions is None else layout.conditions
        signal = layout.values(snapshot.signal)
        quality = window_quality(signal, self.bundle.scaling, layout.watched, ~self._unknown)
        insight = self.insight(signal)
        residual = self.residual(insight)
        running = layout.watched & np.array([one is Quality.RUNNING for one in quality]) & ~conditions
        if not np.isfinite(residual[running]).all():
            raise ArithmeticError(f"{snapshot.name}: the residual holds a number that is not finite")
        limits = np.ones(len(running), np.float32)
        for own, limit in zip(layout.channels, usual.limit[0], strict=True):
            limits[[number - 1 for number in own]] = limit
        # A channel that never moved in the baseline is not judged: no deviation of it is too much.
        limits[self._unknown] = np.nan
        arrays = {"scale": self.bundle.scaling["scale"], "centre": usual.centre, "scatter": usual.scatter}
        return Examination(
            quality=quality,
            figures=window_figures(signal, insight, arrays, limits),
            velocity=None,
            running=running,
            residual=np.where(running[:, None], residual, np.float32(0.0)).astype(np.float32),
            insight=insight,
            signal=signal,
            spectrum=np.zeros((len(running), NO_SPECTRUM), np.complex64),
            unjudged=frozenset(np.flatnonzero(self._unknown).tolist()),
        )

    def _of_motors(
        self, motors: Mapping[int, MotorReading], quality: tuple[Quality, ...]
    ) -> tuple[tuple[Quality, ...], frozenset[int]]:
        """Return the quality by what motors' currents show, and the columns that carry no claim.

        A motor that was switched off within the recording is stopped; a recording without any claim about
        the motor must not look healthy.
        """
        found, unjudged = list(quality), set()
        for number, reading in motors.items():
            for column in (channel - 1 for channel in self.layout.channels[number]):
                if reading.stopped and found[column] in (Quality.RUNNING, Quality.CLIPPED):
                    found[column] = Quality.STOPPED
                elif reading.carries_nothing and found[column] is Quality.RUNNING:
                    found[column] = Quality.INVALID
                    unjudged.add(column)
        return tuple(found), frozenset(unjudged)


def without(insight: Insight, channels: NDArray[np.bool_]) -> Insight:
    """Return an insight with the spectra of some channels masked, (channels,)."""
    nothing, those = np.float32(np.nan), channels[:, None]
    return replace(
        insight,
        spectrum=np.where(those, nothing, insight.spectrum),
        reconstruction=np.where(those, nothing, insight.reconstruction),
    )
