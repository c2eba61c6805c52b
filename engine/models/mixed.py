"""The input of a machine with bearings and motors: each channel has the features of its own model.

Channels of motors have the motor model's features, all others the spectral model's. All features are as many
as those of the larger model; the rest of a channel stays 0 and counts nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config.motors import MIXED_MODEL, MotorColumns
from engine.models.base import Floats, Insight, Model, Scaling
from engine.models.motor import Motor
from engine.models.spectral import Spectral

FEWEST_ROWS = 128
"""Least rows of a recording: the spectral model then has at least as many bands as the motor model."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Channels that one model scores: `columns` from 0, and `features`, their places among all features."""

    model: Model
    columns: NDArray[np.intp]
    features: NDArray[np.intp]
    scaling: str

    @property
    def places(self) -> tuple[NDArray[np.intp], ...]:
        """Return the indices of its features in an array (channels, features)."""
        return np.ix_(self.columns, self.features)

    @property
    def in_each(self) -> tuple[slice | NDArray[np.intp], ...]:
        """Return their indices in an array (windows, channels, features)."""
        return (slice(None), *self.places)

    def of(self, scaling: Scaling) -> Scaling:
        """Return its own arrays of a scaling."""
        return {
            name.removeprefix(self.scaling): one
            for name, one in scaling.items()
            if name.startswith(self.scaling)
        }


class Mixed:
    """The spectral model for bearings and the motor model for motors, in one network."""

    name = MIXED_MODEL
    percentile = 99.0

    def __init__(
        self, sample_rate: float, rows: int, channels: int, motors: Sequence[MotorColumns] = ()
    ) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Args:
            sample_rate: of the recordings [Hz].
            rows: of a recording.
            channels: of a recording.
            motors: columns of each motor.

        Raises:
            ValueError: the machine lacks motors or bearings, or the recordings are too short or too slow.
        """
        of_motors = [column for one in motors for column in (*one.currents, *one.voltages)]
        others = np.setdiff1d(np.arange(channels), of_motors)
        if not of_motors or not len(others):
            raise ValueError(f"model.name: {self.name!r} needs a motor and a component of another kind")
        if rows < FEWEST_ROWS:
            raise ValueError(f"recording.rows: the mixed model needs {FEWEST_ROWS} rows or more, not {rows}")
        phases = [tuple(of_motors.index(column) for column in one.currents) for one in motors]
        spectral = Spectral(sample_rate, rows, len(others))
        motor = Motor(sample_rate, rows, len(of_motors), phases)
        count = spectral.shape[-1]
        bands = np.arange(motor.shape[-1] - 1)
        self.parts = (
            Part(spectral, others, np.arange(count), "bearing."),
            Part(motor, np.array(of_motors), np.append(bands, count - 1), "motor."),
        )
        self.edges: Floats = spectral.edges
        self.shape: tuple[int, ...] = (channels, count)
        self.batch = max(spectral.batch, motor.batch)
        self._windows = self.batch - 1

    @property
    def used(self) -> NDArray[np.float32]:
        """Return how many features each channel has, (channels,)."""
        counts = np.zeros(self.shape[0], np.float32)
        for part in self.parts:
            counts[part.columns] = len(part.features)
        return counts

    def observe(self, signal: Floats) -> Floats:
        """Return the model's input from one snapshot.

        Args:
            signal: (rows, channels).

        Returns:
            (windows, channels, features): those of each channel's own model, NaN where it has none.
        """
        whole = np.full((self._windows, *self.shape), np.nan, np.float32)
        for part in self.parts:
            own = part.model.observe(np.ascontiguousarray(signal[:, part.columns]))
            whole[: len(own)][part.in_each] = own
        return whole

    def _own(self, observed: Floats, part: Part) -> Floats:
        """Return what a part's model observed, (its windows, its channels, its features)."""
        return observed[: part.model.batch - 1][part.in_each]

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return the scalings of both models, their names with the part's prefix."""
        return {
            f"{part.scaling}{name}": array
            for part in self.parts
            for name, array in part.model.learn_scaling([self._own(one, part) for one in observed]).items()
        }

    def feature_unit(self, scaling: Scaling) -> Floats:
        """Return the scatter, by which each feature is divided; 1 where a channel has no feature."""
        unit = np.ones(self.shape, np.float32)
        for part in self.parts:
            unit[part.places] = part.model.feature_unit(part.of(scaling))
        return unit

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return several different vectors of each baseline snapshot, of both models side by side."""
        by_part = [
            part.model.training_vectors([self._own(one, part) for one in observed], part.of(scaling), chance)
            for part in self.parts
        ]
        return [self._beside(own) for own in zip(*by_part, strict=True)]

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return the means over windows, followed by the windows; 0 where a model has fewer windows."""
        return self._beside(
            [part.model.vectors(self._own(observed, part), part.of(scaling)) for part in self.parts]
        )

    def _beside(self, vectors: Sequence[Floats]) -> Floats:
        """Return the vectors of both models, (n, channels, features), as one array."""
        whole = np.zeros((max(map(len, vectors)), *self.shape), np.float32)
        for part, own in zip(self.parts, vectors, strict=True):
            whole[: len(own)][part.in_each] = own
        return whole

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the results of both models side by side; arguments as in `Model`.

        The error of a model's window stands for the part of the recording that it covers.
        """
        channels, count = self.shape
        features = np.zeros(self.shape, np.float32)
        errors = np.zeros((self._windows, channels), np.float32)
        windows = np.zeros((self._windows, *self.shape), np.float32)
        spectrum, rebuilt = np.full((2, channels, count - 1), np.nan, np.float32)
        for part in self.parts:
            own, rows = self._own(observed, part), part.model.batch
            answers = [one[:rows][part.in_each] for one in (vectors, *outputs)]
            seen = part.model.insight(own, answers[0], answers[1:], part.of(scaling))
            covering = np.arange(self._windows) * len(own) // self._windows
            bands = np.ix_(part.columns, part.features[:-1])
            features[part.places] = seen.features
            errors[:, part.columns] = seen.window_errors[covering]
            windows[part.in_each] = seen.windows[covering]
            spectrum[bands], rebuilt[bands] = seen.spectrum, seen.reconstruction
        return Insight(features, errors, spectrum, rebuilt, windows)


def parts_of(model: Model) -> tuple[Part, ...]:
    """Return the parts of a model that scores channels by several; () for one that scores all alike."""
    return model.parts if isinstance(model, Mixed) else ()


def used_features(model: Model) -> NDArray[np.float32] | None:
    """Return how many features each channel has, (channels,); None where all have the same."""
    return model.used if isinstance(model, Mixed) else None
