"""The forecasting autoencoder's input: windows; the network sees the first part and predicts the rest.

The network returns the whole window: its first `SEEN` samples reconstructed, its last `AHEAD` samples
predicted from the first. The error counts both.
"""

from collections.abc import Sequence

import numpy as np

from engine.models.base import Floats, Scaling
from engine.models.waveform import Waveform, enough_rows, sampled_starts

SEEN = 64
"""Samples that the network sees."""

AHEAD = 32
"""Samples that it predicts."""

LENGTH = SEEN + AHEAD

SAMPLE = 64
"""Scored windows of a snapshot, evenly spaced."""


class Forecast(Waveform):
    """A fixed sample of evenly spaced windows, the first at the begin and the last at the end."""

    name = "forecast"
    percentile = 99.0
    most = 8192

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are shorter than a window.
        """
        enough_rows(self.name, rows, LENGTH)
        starts = sampled_starts(rows, LENGTH, SAMPLE)
        super().__init__(sample_rate, channels, starts, LENGTH)

    def forecast_share(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Floats:
        """Return the share of the predicted samples in the squared error of each channel, (channels,).

        An error that is spread evenly over the window gives `AHEAD / LENGTH`, a third.
        """
        squared = np.square(self.unpacked(vectors) - self.unpacked(outputs[0])).sum(axis=0, dtype=np.float64)
        whole = squared.sum(axis=-1)
        share: Floats = (squared[:, SEEN:].sum(axis=-1) / np.where(whole > 0, whole, 1.0)).astype(np.float32)
        return share
