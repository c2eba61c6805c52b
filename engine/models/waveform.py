"""The common part of the waveform autoencoders: windows of the signal, and the error signal.

They reconstruct samples. The residual, observed less reconstructed, is a signal too; its log power by band
shows the frequencies that the network could not reconstruct.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Floats, Insight, Scaling
from engine.models.spectral import BANDS, DECIBELS
from engine.signals.features import TINY_POWER, band_borders, window_power

UNUSED = 1e-4
"""Mean square of a latent dimension that a network does not use: below it lies rounding."""

MASKED = 0.25
"""Share of a vector's longest axis that is hidden."""


class Waveform:
    """The base of the waveform models: fixed windows of all channels, standardised.

    Subclasses define the begin of windows, the number for training, and further outputs of the network.
    """

    most: int
    """Most training vectors: an evenly spaced sample of the baseline's."""

    batch_most = 64
    """Most vectors in one call of the network."""

    def __init__(self, sample_rate: float, channels: int, starts: NDArray[np.int64], length: int) -> None:
        """Prepare the windows.

        Args:
            sample_rate: of the recordings [Hz].
            channels: of a recording.
            starts: first row of each window.
            length: rows of a window.
        """
        self.length = length
        self.starts = starts
        self.borders = band_borders(length, BANDS)
        self.edges: Floats = (self.borders * (sample_rate / length)).astype(np.float32)
        self.shape: tuple[int, ...] = (length, channels)
        self.batch = min(len(starts), self.batch_most)

    def observe(self, signal: Floats) -> Floats:
        """Return one snapshot's signal (rows, channels) less its mean, which is not vibration."""
        centred: Floats = signal - signal.mean(axis=0)
        return centred

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return the standard deviation of each channel over all snapshots; 1 for a constant channel."""
        variance = np.mean([np.square(one).mean(axis=0, dtype=np.float64) for one in observed], axis=0)
        return {"offset": np.zeros(len(variance), np.float32), "scale": never_zero(np.sqrt(variance))}

    def feature_unit(self, scaling: Scaling) -> Floats:
        """Return 1, because features are natural logarithms of power."""
        return np.ones((1, 1), np.float32)

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return evenly spaced windows of each snapshot; of a very long baseline, of some snapshots."""
        per_window = self._vectors_per_window
        snapshots = evenly_spaced(len(observed), max(1, self.most // per_window))
        windows = max(1, self.most // (per_window * len(snapshots)))
        starts = self.starts[evenly_spaced(len(self.starts), windows)]
        return [self.packed(self._windows(observed[one], starts, scaling)) for one in snapshots]

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return all windows of a snapshot, in order."""
        return self.packed(self._windows(observed, self.starts, scaling))

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the error signal, by band as features and by window as errors; arguments as in `Model`."""
        windows, rebuilt = self.unpacked(vectors), self.unpacked(outputs[0])
        error = windows - rebuilt
        by_band = window_power(error, self.borders)
        powers = np.concatenate([by_band, by_band.sum(axis=-1, keepdims=True)], axis=-1)
        return Insight(
            features=np.log(powers.mean(axis=0) + np.float32(TINY_POWER)),
            window_errors=np.square(error).mean(axis=-1),
            spectrum=self._decibels(windows, scaling),
            reconstruction=self._decibels(rebuilt, scaling),
            windows=np.log(powers + np.float32(TINY_POWER)),
            latent=self._latent(outputs),
            position=self._position(outputs),
        )

    def window_errors(self, vectors: Floats, outputs: Sequence[Floats]) -> Floats:
        """Return the error of each window, (windows, channels), as `insight` has it, and nothing else."""
        error = self.unpacked(vectors) - self.unpacked(outputs[0])
        squares: Floats = np.square(error).mean(axis=-1)
        return squares

    @property
    def _vectors_per_window(self) -> int:
        return 1

    def _windows(self, observed: Floats, starts: NDArray[np.int64], scaling: Scaling) -> Floats:
        """Return scaled windows (windows, channels, length)."""
        scaled = (observed - scaling["offset"]) / scaling["scale"]
        views = np.lib.stride_tricks.sliding_window_view(scaled, self.length, axis=0)
        return np.ascontiguousarray(views[starts], np.float32)

    def packed(self, windows: Floats) -> Floats:
        """Return windows (windows, channels, length) as vectors of the network."""
        return np.ascontiguousarray(windows.transpose(0, 2, 1), np.float32)

    def unpacked(self, vectors: Floats) -> Floats:
        """Return vectors as windows (windows, channels, length)."""
        return np.ascontiguousarray(vectors.transpose(0, 2, 1))

    def _latent(self, outputs: Sequence[Floats]) -> float:
        return 0.0

    def _position(self, outputs: Sequence[Floats]) -> Floats:
        return np.zeros(0, np.float32)

    def _decibels(self, windows: Floats, scaling: Scaling) -> Floats:
        """Return the band power (channels, bands) of scaled windows [dB re 1 unit]."""
        units = windows * scaling["scale"][:, None] + scaling["offset"][:, None]
        power = window_power(units, self.borders).mean(axis=0)
        decibels: Floats = (DECIBELS * np.log(power + np.float32(TINY_POWER))).astype(np.float32)
        return decibels


class Sampled(Waveform):
    """The base of models that score a fixed sample of evenly spaced windows, from begin to end."""

    name: str
    window: int
    """Rows of a window."""

    sample: int
    """Scored windows of a snapshot."""

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are shorter than a window.
        """
        enough_rows(self.name, rows, self.window)
        starts = np.unique(np.linspace(0, rows - self.window, self.sample).round().astype(np.int64))
        super().__init__(sample_rate, channels, starts, self.window)


class Variational(Waveform):
    """The base of the variational models: the network also returns the latent mean and log variance.

    Scoring uses the latent mean, so that a snapshot always gets the same score.
    """

    def _latent(self, outputs: Sequence[Floats]) -> float:
        _, mean, log_variance = outputs
        divergence = float(divergences(mean, log_variance).sum(axis=-1).mean())
        return divergence / float(np.prod(self.shape))

    def _position(self, outputs: Sequence[Floats]) -> Floats:
        # Windows begin at any phase, so that the mean over them says nothing of a machine; the size does.
        square = np.square(outputs[1], dtype=np.float64).mean(axis=0)
        size: Floats = (0.5 * np.log(square + UNUSED)).astype(np.float32)
        return size


def divergences(mean: Floats, log_variance: Floats) -> NDArray[np.float64]:
    """Return the Kullback-Leibler divergence of each Gaussian from the standard one, in nats.

    Args:
        mean: (windows, dimensions).
        log_variance: (windows, dimensions).

    Returns:
        (windows, dimensions).

    Source:
        Kingma and Welling (2014), Auto-encoding variational Bayes, appendix B.
    """
    mean, log_variance = mean.astype(np.float64), log_variance.astype(np.float64)
    found: NDArray[np.float64] = 0.5 * (np.square(mean) + np.exp(log_variance) - 1.0 - log_variance)
    return found


def evenly_spaced(count: int, most: int) -> NDArray[np.int64]:
    """Return at most `most` of `count` indices, evenly spaced, with the first and the last."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def never_zero(scale: NDArray[np.float64]) -> Floats:
    """Return the scale as float32, with 1 in place of 0, so that a dead channel does not divide by 0."""
    return np.where(scale > 0, scale, 1.0).astype(np.float32)


def enough_rows(name: str, rows: int, fewest: int) -> None:
    """Reject recordings shorter than a model's shortest window.

    Raises:
        ValueError: they are too short; one sentence.
    """
    if rows < fewest:
        raise ValueError(f"recording.rows: the {name} model needs {fewest} rows or more, not {rows}")


def masked(vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Return vectors with a stretch of the longest axis replaced by the mean over all vectors.

    Source:
        He et al. (2022), Masked autoencoders are scalable vision learners; one stretch instead of patches.
    """
    axis = 1 + int(np.argmax(vectors.shape[1:]))
    size = vectors.shape[axis]
    width = max(1, round(MASKED * size))
    starts = chance.integers(0, size - width + 1, len(vectors))
    places = np.arange(size)
    hidden = (places >= starts[:, None]) & (places < starts[:, None] + width)
    shape = [len(vectors)] + [size if one == axis else 1 for one in range(1, vectors.ndim)]
    return np.where(hidden.reshape(shape), vectors.mean(axis=0), vectors).astype(np.float32)
