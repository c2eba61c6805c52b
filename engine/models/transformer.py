"""The transformer autoencoder's input: windows of 96 samples of one channel at a time, cut into patches of 8.

One network serves all channels, so that a channel at rest does not move the others.
"""

import numpy as np

from engine.models.base import Floats
from engine.models.waveform import Sampled


class Transformer(Sampled):
    """Windows of one channel at a time."""

    name = "transformer"
    window = 96
    """Samples; a multiple of the patch of the network."""

    sample = 64
    percentile = 99.0
    most = 4096

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are shorter than a window.
        """
        super().__init__(sample_rate, rows, channels)
        self.channels = channels
        self.shape = (self.window, 1)
        self.batch = min(len(self.starts) * channels, self.batch_most)

    @property
    def _vectors_per_window(self) -> int:
        return self.channels

    def packed(self, windows: Floats) -> Floats:
        """Return windows (windows, channels, length) as vectors, one for each channel."""
        return np.ascontiguousarray(windows.reshape(-1, self.length, 1), np.float32)

    def unpacked(self, vectors: Floats) -> Floats:
        """Return vectors as windows (windows, channels, length)."""
        return vectors.reshape(-1, self.channels, self.length)
