"""The transformer autoencoder's input: windows of 96 samples of one channel at a time, cut into patches of 8.

One network serves all channels, so that a channel at rest does not move the others.
"""

import numpy as np

from engine.models.base import Floats
from engine.models.waveform import Waveform, enough_rows, sampled_starts

LENGTH = 96
"""Samples of a window; a multiple of the patch of the network."""

SAMPLE = 64
"""Scored windows of a snapshot, evenly spaced."""


class Transformer(Waveform):
    """A fixed sample of evenly spaced windows, the first at the begin and the last at the end."""

    name = "transformer"
    percentile = 99.0
    most = 4096

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are shorter than a window.
        """
        enough_rows(self.name, rows, LENGTH)
        starts = sampled_starts(rows, LENGTH, SAMPLE)
        super().__init__(sample_rate, channels, starts, LENGTH)
        self.channels = channels
        self.shape = (LENGTH, 1)
        self.batch = min(len(starts) * channels, self.batch_most)

    @property
    def _vectors_per_window(self) -> int:
        return self.channels

    def packed(self, windows: Floats) -> Floats:
        """Return windows (windows, channels, length) as vectors, one for each channel."""
        return np.ascontiguousarray(windows.reshape(-1, self.length, 1), np.float32)

    def unpacked(self, vectors: Floats) -> Floats:
        """Return vectors as windows (windows, channels, length)."""
        return vectors.reshape(-1, self.channels, self.length)
