"""The forecasting autoencoder's input: windows; the network sees the first part and predicts the rest.

The network returns the whole window: its first `SEEN` samples reconstructed, its last `AHEAD` samples
predicted from the first. The error counts both.
"""

from collections.abc import Sequence

import numpy as np

from engine.models.base import Floats
from engine.models.waveform import Sampled

SEEN = 64
"""Samples that the network sees."""

AHEAD = 32
"""Samples that it predicts."""

LENGTH = SEEN + AHEAD


class Forecast(Sampled):
    """Windows of all channels, standardised."""

    name = "forecast"
    window = LENGTH
    sample = 64
    percentile = 99.0
    most = 8192

    def forecast_share(self, vectors: Floats, outputs: Sequence[Floats]) -> Floats:
        """Return the share of the predicted samples in the squared error of each channel, (channels,).

        An error that is spread evenly over the window gives `AHEAD / LENGTH`, a third.

        Args:
            vectors: (n, *shape), from `vectors`.
            outputs: of the network for these vectors, in the same order.
        """
        squared = np.square(self.unpacked(vectors) - self.unpacked(outputs[0])).sum(axis=0, dtype=np.float64)
        whole = squared.sum(axis=-1)
        share: Floats = (squared[:, SEEN:].sum(axis=-1) / np.where(whole > 0, whole, 1.0)).astype(np.float32)
        return share
