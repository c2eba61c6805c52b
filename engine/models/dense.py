"""The dense autoencoder's input: 100 samples of one channel at a time, scaled to [0, 1] on the baseline.

One network serves all channels; every row of a snapshot is scored. It mostly measures loudness, and is the
reference for the other models.
"""

from collections.abc import Sequence

import numpy as np

from engine.models.base import Floats, Scaling
from engine.models.waveform import Waveform, enough_rows, never_zero

LENGTH = 100
"""Rows of a window."""


class Dense(Waveform):
    """Adjacent windows of 100 rows, the last one right-aligned."""

    name = "dense"
    percentile = 99.0
    most = 32768
    batch_most = 1024

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are shorter than a window.
        """
        enough_rows(self.name, rows, LENGTH)
        starts = np.unique(np.append(np.arange(0, rows - LENGTH + 1, LENGTH), rows - LENGTH))
        super().__init__(sample_rate, channels, starts, LENGTH)
        self.channels = channels
        self.shape = (LENGTH,)
        self.batch = min(len(starts) * channels, self.batch_most)

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return the scaling of each channel: its smallest value on the baseline becomes 0, the largest 1."""
        low = np.min([one.min(axis=0) for one in observed], axis=0)
        high = np.max([one.max(axis=0) for one in observed], axis=0)
        return {"offset": low.astype(np.float32), "scale": never_zero(high.astype(np.float64) - low)}

    @property
    def _vectors_per_window(self) -> int:
        return self.channels

    def packed(self, windows: Floats) -> Floats:
        """Return windows (windows, channels, length) as vectors, one for each channel."""
        return np.ascontiguousarray(windows.reshape(-1, self.length), np.float32)

    def unpacked(self, vectors: Floats) -> Floats:
        """Return vectors as windows (windows, channels, length)."""
        return vectors.reshape(-1, self.channels, self.length)
