"""The variational autoencoder's input: 2048 samples of all channels at once, standardised."""

from engine.models.waveform import Variational, enough_rows
from engine.signals.features import window_length, window_starts

SHORTEST = 64
"""Least rows of a window; with fewer its spectrum has too few bins to separate bands."""


class Vae(Variational):
    """Half-overlapped windows, as in `features`; shorter for shorter recordings."""

    name = "vae"
    percentile = 99.0
    most = 1200

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are too short for a spectrum.
        """
        enough_rows(self.name, rows, SHORTEST)
        length = window_length(rows)
        super().__init__(sample_rate, channels, window_starts(rows, length), length)


class ConvVae(Vae):
    """Windows of up to 2048 samples of all channels, standardised, half overlapped."""

    name = "conv-vae"
