"""What the spectral autoencoder sees: the log power of each band, and the level, of every channel.

Power is averaged over the windows of a snapshot before it is reconstructed, on the logarithmic scale: a
bearing rig's noise from window to window is larger than what it does from snapshot to snapshot, and that
is what must be learned.
"""

import numpy as np
from numpy.typing import NDArray

from engine.features import TINY_POWER, band_borders, band_power, window_length

BANDS = 64
"""Evenly wide: narrow enough that a resonance fills one, wide enough that its power is steady."""

SHORTEST = 64
"""Rows below which a spectrum has too few bins to tell bands apart."""

VIEWS = 8
"""Training vectors drawn from a baseline snapshot."""

DECIBELS = 10.0 / np.log(10.0)
"""Natural logarithm of power to dB."""


class Spectral:
    """Log band power and level per channel, one autoencoder a channel, all in one network."""

    name = "spectral"

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are too short for a spectrum.
        """
        if rows < SHORTEST:
            raise ValueError(f"recording.rows: the spectral model needs {SHORTEST} rows or more, not {rows}")
        self.length = window_length(rows)
        self.borders = band_borders(self.length, BANDS)
        self.edges = (self.borders * (sample_rate / self.length)).astype(np.float32)
        self.shape = (channels, len(self.borders))
        """(channels, features) of a vector: the bands and, last, the level."""

    def observe(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """See one snapshot.

        Args:
            signal: (rows, channels).

        Returns:
            (windows, channels, bands + 1): natural logarithm of power per band, and of all bands together.
        """
        power = band_power(signal, self.length, self.borders)
        whole = power.sum(axis=-1, keepdims=True)
        return np.log(np.concatenate([power, whole], axis=-1) + np.float32(TINY_POWER))

    def views(self, observed: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """Several slightly different looks at one baseline snapshot, to learn from.

        Each is the mean over a random half of the windows, so that a baseline of few snapshots still shows
        the network what is chance and what is the machine.

        Args:
            observed: (windows, channels, features), from `observe`.
            rng: where chance comes from.

        Returns:
            (VIEWS, channels, features).
        """
        half = max(1, len(observed) // 2)
        picks = [rng.permutation(len(observed))[:half] for _ in range(VIEWS)]
        return np.stack([observed[pick].mean(axis=0) for pick in picks])

    def decibels(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The bands of a vector (channels, features) in dB re 1 unit, the level left out."""
        bands: NDArray[np.float32] = (vector[:, :-1] * DECIBELS).astype(np.float32)
        return bands
