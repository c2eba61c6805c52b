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
from engine.signals.motors.claims import Claim, Fitness
from engine.signals.motors.currents import PHASES, mains_frequency, park_unbalance, true_rms
from engine.signals.motors.features import (
    AT_REST,
    DIRECTIONS,
    HIGH,
    NOMINAL,
    SEQUENCE,
    UNBALANCE_UNIT,
    high_borders,
    moved_unbalance,
)
from engine.signals.motors.fitness import fitness
from engine.signals.motors.pairs import RotorFacts, lines_of
from engine.signals.motors.running import Part, running_part
from engine.signals.motors.signature import NO_PAIR, signature, three_phases
from engine.signals.statistics import scatter

MAINS_FROM, MAINS_TO = 40.0, 70.0
"""Range of the mains line [Hz]. Its bands hold the directions of the unbalance, whatever the frequency is."""

NEAR = 5.0
"""Width of the bands beside it [Hz]: the lower holds the pair at twice the slip, the upper is at rest."""

REACH = 12.0
"""Distance below the mains line [Hz] up to which power belongs to its sidebands."""

FEWEST_HERTZ = 200.0
"""Least sample rate: the bands of the mains and their neighbours must lie below half of it."""

UNSEEN = 1e-6
"""Power over the mains line's (-60 dB) that says nothing of a motor: sound cages reach -54 dB, and the noise
of a sensor changes its share with the load."""

NOTCH_BINS = 4.0
"""Bins of a window on either side of a line that belong to it: the main lobe of the Hann window and its first
side lobe."""

LEAST_LOAD = float(np.log(1.03))
"""Distance of the current from those of the baseline, natural logarithm, from which the load is another."""

LEAST_SIZE = 0.01 / UNBALANCE_UNIT
"""Negative over positive sequence, 1 %, that any motor may have at another load, in the unit of its features:
a supply with 0.2 % of unbalance, which a motor amplifies six times."""

WINDOWS = 4
"""Half-overlapping windows of a recording."""

SHORTEST = 64
"""Least rows of a recording."""


class Motor:
    """Features of each phase; one autoencoder for each, all in one network.

    Voltages and other columns have no features: they are at rest.
    """

    name = "motor"
    percentile = 99.0

    def __init__(
        self, sample_rate: float, rows: int, channels: int, phases: Sequence[Sequence[int]] = ()
    ) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Args:
            sample_rate: of the recordings [Hz].
            rows: of a recording.
            channels: of a recording.
            phases: currents of each motor, as columns from 0; columns in threes where none are named.

        Raises:
            ValueError: the recordings are too short or too slow.
        """
        if rows < SHORTEST:
            raise ValueError(f"recording.rows: the motor model needs {SHORTEST} rows or more, not {rows}")
        if sample_rate < FEWEST_HERTZ:
            raise ValueError(
                f"machine.sample_rate: the motor model needs {FEWEST_HERTZ:g} Hz or more, not {sample_rate:g}"
            )
        threes = [range(first, min(first + PHASES, channels)) for first in range(0, channels, PHASES)]
        self.phases = tuple(tuple(own) for own in phases or threes)
        self.rate = sample_rate
        low = [0.0, MAINS_FROM - NEAR]
        mains = np.linspace(MAINS_FROM, MAINS_TO, DIRECTIONS + 1).tolist()
        self._high = high_borders(sample_rate)
        self.edges: Floats = np.array([*low, *mains, *self._high], np.float32)
        self.shape: tuple[int, ...] = (channels, len(self.edges))
        self.batch = 1 + WINDOWS

    def observe(self, signal: Floats) -> Floats:
        """Return the model's input from one snapshot.

        Args:
            signal: (rows, channels).

        Returns:
            (windows, channels, bands + 1), natural logarithms; NaN where the recording carries no claim. The
            feature at rest holds the logarithm of the current, which is no input of the network.
        """
        whole = np.full((WINDOWS, *self.shape), np.nan, np.float32)
        for own in self.phases:
            columns = list(own)
            part = running_part(three_phases(signal[:, columns]), self.rate)
            currents = part.of(signal[:, columns])
            three = three_phases(currents)
            fit, hertz = self._fitness(three, len(columns), part)
            cage, swing = self._sidebands(currents, fit)
            length = 2 * len(three) // (WINDOWS + 1)
            for window, start in enumerate(np.linspace(0, len(three) - length, WINDOWS).astype(int)):
                found = self._features(three[start : start + length], fit, hertz, swing)
                whole[window, columns] = found[: len(columns)]
            whole[:, columns, 1] = cage
            if fit.carries(Claim.PARK) or fit.carries(Claim.SPECTRUM):
                whole[:, columns, AT_REST] = np.log(max(float(true_rms(three).mean()), TINY_POWER))
        return whole

    def _fitness(self, three: NDArray[np.floating], recorded: int, part: Part) -> tuple[Fitness, float]:
        """Return which claims a recording (rows, 3) carries, and its mains frequency [Hz], 50 if unknown.

        Args:
            three: phases of the part, of which a single recorded one gives the others.
            recorded: number of recorded phases.
            part: of the recording, in which the motor runs.
        """
        try:
            hertz = mains_frequency(three, self.rate).hertz
        except ValueError:
            hertz = 50.0
        return fitness(three, self.rate, hertz, recorded=recorded, part=part), hertz

    def _features(
        self, three: NDArray[np.floating], fit: Fitness, hertz: float, swing: float
    ) -> NDArray[np.float64]:
        """Return the features of one window, (3, bands + 1).

        Args:
            three: (rows, 3).
            fit: fitness of the recording.
            hertz: the mains frequency.
            swing: distance of the lines of a load that swings [Hz], which are left out; 0 for none.
        """
        found = np.full((PHASES, len(self.edges)), np.nan)
        if fit.carries(Claim.PARK):
            unbalance = park_unbalance(three) / UNBALANCE_UNIT
            turns = np.exp(-2j * np.pi * np.arange(DIRECTIONS) / DIRECTIONS)
            found[:, SEQUENCE] = (unbalance * turns).real
            found[:, -1] = abs(unbalance)
        if fit.carries(Claim.SPECTRUM):
            power = np.square(np.abs(np.fft.rfft((three - three.mean(axis=0)).T * np.hanning(len(three)))))
            places = np.fft.rfftfreq(len(three), 1 / self.rate)
            line = power[:, np.abs(places - hertz) < MAINS_TO - MAINS_FROM].sum(axis=1) + TINY_POWER
            # In orders of the mains, so that an inverter's frequency moves no harmonic to another band.
            bands = np.digitize(places * (NOMINAL / hertz), self._high)
            for band in range(1, HIGH + 1):
                inside = power[:, bands == band]
                if inside.shape[1]:
                    found[:, 2 + DIRECTIONS + band] = np.log(inside.sum(axis=1) / line + UNSEEN)
            lobe = NOTCH_BINS * self.rate / len(three)
            swings = swing > 0 and np.abs(places - hertz + swing) < lobe
            low = power[:, (places > 0) & (places < hertz - REACH) & ~np.asarray(swings)]
            if low.shape[1]:
                found[:, 0] = np.log(low.sum(axis=1) / line + UNSEEN)
        return found

    def _sidebands(self, currents: NDArray[np.floating], fit: Fitness) -> tuple[float, float]:
        """Return the log power of the pair at twice the slip, NaN for none, and the distance of a swing.

        A load that swings is not a fault of the motor: no feature holds its lines.
        """
        if not fit.carries(Claim.SPECTRUM):
            return np.nan, 0.0
        try:
            lines = lines_of(signature(currents, self.rate), RotorFacts())
        except ValueError:
            return np.nan, 0.0
        cage, swing = lines.cage, lines.swing
        power = np.nan if cage is NO_PAIR else np.log(10 ** (cage.decibels / 10) + UNSEEN)
        return float(power), swing.offset if swing.stands_out else 0.0

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return mean and scatter of each feature over snapshots; of one never measured 0 and 1.

        "load" holds the lowest and the highest logarithm of the current, (2, channels), NaN without any.
        """
        means = np.stack([_mean(one) for one in observed])
        load = means[..., AT_REST].copy()
        means[..., AT_REST] = np.nan
        known = np.isfinite(means)
        count = known.sum(axis=0)
        centre = np.where(known, means, 0).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
        filled = np.where(known, means, centre).astype(np.float32)
        return {
            "centre": centre.astype(np.float32),
            "scale": never_zero(np.where(count > 1, scatter(filled), 1.0)),
            "load": np.stack([_least(load), -_least(-load)]),
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
        known[..., AT_REST] = False
        residual = np.where(known, vectors - rebuilt, np.float32(0.0))
        mean = np.nan_to_num(_mean(observed), nan=0.0)
        mean[:, AT_REST] = 0.0
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
        change = features - scaling["centre"]
        if "load" in scaling:
            change = _beyond_load(change, features[..., AT_REST], scaling)
        change[..., AT_REST] = 0.0
        whole: Floats = np.nan_to_num(change / scaling["scale"], nan=0.0).astype(np.float32)
        return whole.reshape(-1, *self.shape)


def _beyond_load(change: Floats, level: Floats, scaling: Scaling) -> Floats:
    """Return the change of features less the part that a load outside the baseline's may cause.

    Harmonics, noise and the negative sequence come from the supply in whole or in part: they keep their size
    in amperes while the mains line, to which they are related, changes.

    Args:
        change: (..., channels, features) from the baseline's mean.
        level: (..., channels) logarithm of the current, NaN where unknown.
        scaling: of the baseline.
    """
    low, high = scaling["load"]
    less, more = (np.maximum(np.nan_to_num(one - LEAST_LOAD), 0.0) for one in (low - level, level - high))
    size = np.maximum(scaling["centre"][:, -1], np.float32(LEAST_SIZE))
    unbalance = (size * moved_unbalance(less - more))[..., None].astype(np.float32)
    slack = np.broadcast_to(2 * (less + more)[..., None], change.shape).astype(np.float32)
    slack[..., SEQUENCE] = unbalance
    slack[..., -1:] = unbalance
    return np.asarray(np.sign(change) * np.maximum(np.abs(change) - slack, 0.0), np.float32)


def _least(level: Floats) -> Floats:
    """Return the lowest of levels (snapshots, channels) of each channel, NaN where none is known."""
    known = np.isfinite(level)
    found = np.where(known, level, np.float32(np.inf)).min(axis=0)
    return np.where(known.any(axis=0), found, np.float32(np.nan)).astype(np.float32)


def _mean(observed: Floats) -> Floats:
    """Return the mean over windows, (channels, bands + 1); NaN where none of them knows a feature."""
    known = np.isfinite(observed)
    count = known.sum(axis=0)
    whole = np.where(known, observed, 0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, whole, np.float32(np.nan)).astype(np.float32)
