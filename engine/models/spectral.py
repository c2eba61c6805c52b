"""The spectral autoencoder's input: the log power of each band, and the level, of every channel.

Power is averaged over the windows of a snapshot before the reconstruction, on the logarithmic scale. The
noise of a rig between windows is larger than its changes between snapshots, which the network must learn.
Single windows go through the network too, for the errors of windows.
"""

from collections.abc import Sequence

import numpy as np

from engine.models.base import Floats, Insight, Scaling
from engine.signals.features import TINY_POWER, band_borders, band_power, window_length, window_starts
from engine.signals.statistics import scatter

BANDS = 64
"""Bands of equal width: narrow enough for one resonance, wide enough for a steady power."""

SHORTEST = 64
"""Least rows of a window; with fewer a spectrum has too few bins to separate bands."""

VIEWS = 8
"""Training vectors from each baseline snapshot."""

DECIBELS = 10.0 / np.log(10.0)
"""Natural logarithm of power to dB."""


class Spectral:
    """Log band power and level of each channel; one autoencoder for each channel, all in one network."""

    name = "spectral"
    percentile = 99.0

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are too short for a spectrum.
        """
        if rows < SHORTEST:
            raise ValueError(f"recording.rows: the spectral model needs {SHORTEST} rows or more, not {rows}")
        self.length = window_length(rows)
        self.borders = band_borders(self.length, BANDS)
        self.edges: Floats = (self.borders * (sample_rate / self.length)).astype(np.float32)
        self.shape: tuple[int, ...] = (channels, len(self.borders))
        self.batch = 1 + len(window_starts(rows, self.length))

    def observe(self, signal: Floats) -> Floats:
        """Return the model's input from one snapshot.

        Args:
            signal: (rows, channels).

        Returns:
            Natural logarithm of the power of each band, and of all bands, (windows, channels, bands + 1).
        """
        power = band_power(signal, self.length, self.borders)
        whole = power.sum(axis=-1, keepdims=True)
        logs: Floats = np.log(np.concatenate([power, whole], axis=-1) + np.float32(TINY_POWER))
        return logs

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return mean and scatter of each feature over snapshots."""
        means = np.stack([one.mean(axis=0) for one in observed])
        return {"centre": means.mean(axis=0, dtype=np.float64).astype(np.float32), "scale": scatter(means)}

    def feature_unit(self, scaling: Scaling) -> Floats:
        """Return the scatter, by which each feature is divided."""
        return scaling["scale"]

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return several slightly different vectors of each baseline snapshot.

        Each is the mean over a random half of the windows, so that even few snapshots teach the network the
        difference of chance and machine.
        """
        return [self._views(one, scaling, chance) for one in observed]

    def _views(self, observed: Floats, scaling: Scaling, chance: np.random.Generator) -> Floats:
        half = max(1, len(observed) // 2)
        picks = [chance.permutation(len(observed))[:half] for _ in range(VIEWS)]
        views = np.stack([observed[pick].mean(axis=0) for pick in picks])
        standard: Floats = (views - scaling["centre"]) / scaling["scale"]
        return standard

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return the mean over windows, followed by the windows."""
        whole = np.concatenate([observed.mean(axis=0, keepdims=True), observed])
        standard: Floats = (whole - scaling["centre"]) / scaling["scale"]
        return standard

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the residual of the mean as features, of the windows as errors; arguments as in `Model`."""
        (rebuilt,) = outputs
        residual = vectors - rebuilt
        return Insight(
            features=residual[0],
            window_errors=np.square(residual[1:]).mean(axis=-1),
            spectrum=_decibels(observed.mean(axis=0)),
            reconstruction=_decibels(rebuilt[0] * scaling["scale"] + scaling["centre"]),
            windows=residual[1:],
        )


def _decibels(vector: Floats) -> Floats:
    """Return the bands of a vector (channels, features) [dB re 1 unit], without the level."""
    bands: Floats = (vector[:, :-1] * DECIBELS).astype(np.float32)
    return bands
