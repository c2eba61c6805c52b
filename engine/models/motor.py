"""The motor autoencoder's input: the negative sequence, sidebands and harmonics of three phase currents.

Everything is relative to the mains line, so that load does not count. Claims that a recording cannot
carry are left out of its error: their features are at rest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Floats, Insight, Scaling
from engine.models.spectral import DECIBELS, VIEWS
from engine.models.waveform import never_zero
from engine.signals.features import TINY_POWER
from engine.signals.motor import PHASES, mains_frequency, park_shape, park_vector
from engine.signals.motor_fitness import Claim, Fitness, fitness
from engine.signals.motor_lines import CLEAR_OF_MAINS
from engine.signals.statistics import scatter

DIRECTIONS = 6
"""Directions of the complex unbalance: its change is seen whatever phase causes it, and in which sense."""

UNBALANCE_UNIT = 0.1
"""Negative over positive sequence that counts as one natural-log unit: 1 % is then 0.1, the least change that
any feature's limit allows."""

MAINS_FROM, MAINS_TO = 40.0, 70.0
"""Range of the mains line [Hz]. Its bands hold the directions of the unbalance, whatever the frequency is."""

NEAR = 5.0
"""Width of the bands beside it [Hz]; they hold the sidebands within `REACH` of the mains line."""

REACH = 12.0
"""Distance from the mains line [Hz] within which sidebands of the slip and of load oscillation lie."""

FEWEST_HERTZ = 200.0
"""Least sample rate: the bands of the mains and their neighbours must lie below half of it."""

HIGH = 8
"""Bands above the mains, of equal ratio: the harmonics 3 to 13 fall into different ones."""

WINDOWS = 4
"""Half-overlapping windows of a recording."""

SHORTEST = 64
"""Least rows of a recording."""


class Motor:
    """Features of each phase; one autoencoder for each, all in one network.

    Columns come in threes: three currents, and where there are more, three voltages or another motor.
    """

    name = "motor"
    percentile = 99.0

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are too short, too slow, or no multiple of three phases.
        """
        if rows < SHORTEST:
            raise ValueError(f"recording.rows: the motor model needs {SHORTEST} rows or more, not {rows}")
        if sample_rate < FEWEST_HERTZ:
            raise ValueError(
                f"machine.sample_rate: the motor model needs {FEWEST_HERTZ:g} Hz or more, not {sample_rate:g}"
            )
        if channels % PHASES:
            raise ValueError(
                f"recording.columns: the motor model needs three phases or a multiple, not {channels} columns"
            )
        self.rate = sample_rate
        low = [0.0, MAINS_FROM - NEAR]
        mains = np.linspace(MAINS_FROM, MAINS_TO, DIRECTIONS + 1).tolist()
        self._high = np.geomspace(MAINS_TO + NEAR, sample_rate / 2, HIGH + 1)
        self.edges: Floats = np.array([*low, *mains, *self._high], np.float32)
        self.shape: tuple[int, ...] = (channels, len(self.edges))
        self.batch = 1 + WINDOWS
        self.length = 2 * rows // (WINDOWS + 1)
        self._starts = np.linspace(0, rows - self.length, WINDOWS).astype(int)

    def observe(self, signal: Floats) -> Floats:
        """Return the model's input from one snapshot.

        Args:
            signal: (rows, channels).

        Returns:
            (windows, channels, bands + 1), natural logarithms; NaN where the recording carries no claim.
        """
        whole = np.full((WINDOWS, *self.shape), np.nan, np.float32)
        for first in range(0, signal.shape[1], PHASES):
            three = signal[:, first : first + PHASES]
            fit, hertz = self.fitness(three)
            for window, start in enumerate(self._starts):
                whole[window, first : first + PHASES] = self._features(
                    three[start : start + self.length], fit, hertz
                )
        return whole

    def fitness(self, three: Floats) -> tuple[Fitness, float]:
        """Return which claims a recording (rows, 3) carries, and its mains frequency [Hz], 50 if unknown."""
        try:
            hertz = mains_frequency(three, self.rate).hertz
        except ValueError:
            hertz = 50.0
        return fitness(three, self.rate, hertz), hertz

    def _features(self, three: Floats, fit: Fitness, hertz: float) -> NDArray[np.float64]:
        """Return the features of one window, (3, bands + 1)."""
        found = np.full((PHASES, len(self.edges)), np.nan)
        if fit.carries(Claim.PARK):
            unbalance = park_shape(three, tapered=True).unbalance / UNBALANCE_UNIT
            turns = np.exp(-2j * np.pi * np.arange(DIRECTIONS) / DIRECTIONS)
            found[:, 2 : 2 + DIRECTIONS] = (unbalance * turns).real
            found[:, -1] = abs(unbalance)
        if fit.carries(Claim.SPECTRUM):
            power = np.square(np.abs(np.fft.rfft((three - three.mean(axis=0)).T * np.hanning(len(three)))))
            places = np.fft.rfftfreq(len(three), 1 / self.rate)
            line = power[:, np.abs(places - hertz) < MAINS_TO - MAINS_FROM].sum(axis=1) + TINY_POWER
            bands = np.digitize(places, self._high)
            for band in range(1, HIGH + 1):
                inside = power[:, bands == band]
                if inside.shape[1]:
                    found[:, 2 + DIRECTIONS + band] = np.log(inside.sum(axis=1) / line + TINY_POWER)
            low = power[:, (places > 0) & (places < hertz - REACH)]
            if low.shape[1]:
                found[:, 0] = np.log(low.sum(axis=1) / line + TINY_POWER)
        if fit.carries(Claim.SIDEBANDS):
            found[:, 1], found[:, 2 + DIRECTIONS] = self._sidebands(three, hertz)
        return found

    def _sidebands(self, three: Floats, hertz: float) -> tuple[float, float]:
        """Return the log power within reach below and above the mains line, over it; NaN if short."""
        vector = park_vector(three)
        power = np.square(np.abs(np.fft.fft(vector * np.hanning(len(vector)))))
        places = np.fft.fftfreq(len(vector), 1 / self.rate)
        peak = places[int(np.argmax(power))]
        off = (places - peak) * np.sign(peak)
        clear = CLEAR_OF_MAINS * self.rate / len(vector)
        line = power[np.abs(off) < clear].sum()
        lower, upper = (power[(side * off >= clear) & (side * off < REACH)].sum() for side in (-1, 1))
        if clear >= REACH / 2 or line <= 0:
            return np.nan, np.nan
        return float(np.log(lower / line + TINY_POWER)), float(np.log(upper / line + TINY_POWER))

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return mean and scatter of each feature over snapshots; of one never measured 0 and 1."""
        means = np.stack([_mean(one) for one in observed])
        known = np.isfinite(means)
        count = known.sum(axis=0)
        centre = np.where(known, means, 0).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
        filled = np.where(known, means, centre).astype(np.float32)
        return {
            "centre": centre.astype(np.float32),
            "scale": never_zero(np.where(count > 1, scatter(filled), 1.0)),
        }

    def feature_unit(self, scaling: Scaling) -> Floats:
        """Return the scatter, by which each feature is divided."""
        return scaling["scale"]

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return several different vectors of each baseline snapshot: means over half its windows."""
        return [
            np.concatenate(
                [
                    self._standard(_mean(one[chance.permutation(len(one))[: max(1, len(one) // 2)]]), scaling)
                    for _ in range(VIEWS)
                ]
            )
            for one in observed
        ]

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return the mean over windows, followed by the windows."""
        return self._standard(np.concatenate([_mean(observed)[None], observed]), scaling)

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the residual of the mean as features, of the windows as errors; arguments as in `Model`."""
        (rebuilt,) = outputs
        known = np.isfinite(np.concatenate([_mean(observed)[None], observed]))
        residual = np.where(known, vectors - rebuilt, np.float32(0.0))
        mean = np.nan_to_num(_mean(observed), nan=0.0)
        return Insight(
            features=residual[0],
            window_errors=np.square(residual[1:]).mean(axis=-1),
            spectrum=(mean[:, :-1] * DECIBELS).astype(np.float32),
            reconstruction=((rebuilt[0] * scaling["scale"] + scaling["centre"])[:, :-1] * DECIBELS).astype(
                np.float32
            ),
            windows=residual[1:],
        )

    def _standard(self, features: Floats, scaling: Scaling) -> Floats:
        """Return features (..., channels, bands + 1) standardised, at rest where they are unknown."""
        standard = (features - scaling["centre"]) / scaling["scale"]
        whole: Floats = np.nan_to_num(standard, nan=0.0).astype(np.float32)
        return whole.reshape(-1, *self.shape)


def _mean(observed: Floats) -> Floats:
    """Return the mean over windows, (channels, bands + 1); NaN where none of them knows a feature."""
    known = np.isfinite(observed)
    count = known.sum(axis=0)
    whole = np.where(known, observed, 0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, whole, np.float32(np.nan)).astype(np.float32)
