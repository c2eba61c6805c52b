"""Envelope spectra of a whole snapshot in a few wide bands: where impacts show as lines."""

from collections.abc import Sequence

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engine.features import hann
from engine.kinematics import HARMONICS

MOST_BANDS = 8


def envelope_bands(sample_rate: float, highest: float) -> int:
    """How many evenly wide bands leave each wide enough for three harmonics of the highest fault line.

    Args:
        sample_rate: in Hz.
        highest: frequency in Hz of the highest fundamental that is searched for.

    Returns:
        1 to 8.
    """
    return int(np.clip(sample_rate / 2 // ((HARMONICS + 0.5) * highest), 1, MOST_BANDS))


def envelope_spectra(
    signal: NDArray[np.float32], bands: int, wanted: Sequence[int] | None = None
) -> NDArray[np.float32]:
    """Amplitude spectra of the squared envelope in each band, relative to its mean.

    Each band is cut out of the whole snapshot's spectrum and brought back as an analytic signal at the
    lower rate that its width needs.

    Args:
        signal: (rows, channels).
        bands: evenly wide, from 0 to half the sample rate.
        wanted: bands to look at, counted from 0; all where None.

    Returns:
        (channels, wanted bands, bins); bin n lies at n * sample_rate / rows Hz, up to a band's width.
    """
    columns = np.ascontiguousarray(signal.T)
    spectrum = scipy.fft.rfft(columns - columns.mean(axis=1, keepdims=True), axis=-1)
    width = (len(signal) // 2) // bands
    cut = spectrum[:, : width * bands].reshape(len(columns), bands, width)
    if wanted is not None:
        cut = cut[:, list(wanted)]
    # Squaring doubles the width: at twice the rate nothing folds back.
    analytic = scipy.fft.ifft(cut, n=2 * width, axis=-1)
    squared = analytic.real**2 + analytic.imag**2
    mean = squared.mean(axis=-1, keepdims=True)
    relative = np.divide(squared, mean, out=np.ones_like(squared), where=mean > 0) - np.float32(1.0)
    # Without a window the strong lines of the shaft would leak over their neighbours.
    relative *= hann(2 * width)
    amplitude: NDArray[np.float32] = np.abs(scipy.fft.rfft(relative, axis=-1)) * np.float32(2.0 / width)
    return amplitude


def carrier_envelopes(
    signal: NDArray[np.float32], bands: int, wanted: NDArray[np.int64], bins: int
) -> NDArray[np.float32]:
    """What `envelope_spectra` says of one band of each channel, at a third of its price: of every snapshot.

    Columns side by side are transformed faster than one by one, and the mean is left out of the spectrum
    instead of the signal; numbers differ from those of `envelope_spectra` by rounding.

    Args:
        signal: (rows, channels).
        bands: evenly wide, from 0 to half the sample rate.
        wanted: (channels,) the band of each, counted from 0.
        bins: the first so many are wanted.

    Returns:
        (channels, bins).
    """
    width = (len(signal) // 2) // bands
    spectrum = scipy.fft.rfft(signal, axis=0)
    spectrum[0] = 0
    cut = spectrum[: width * bands].reshape(bands, width, -1)[wanted, :, np.arange(signal.shape[1])]
    parts = scipy.fft.ifft(cut, n=2 * width, axis=-1).view(np.float32)
    parts *= parts
    squared = parts[..., ::2] + parts[..., 1::2]
    mean = squared.mean(axis=-1, keepdims=True)
    squared -= mean
    squared *= hann(2 * width)
    squared *= np.divide(np.float32(2.0 / width), mean, out=np.zeros_like(mean), where=mean > 0)
    amplitude: NDArray[np.float32] = np.abs(scipy.fft.rfft(squared, axis=-1)[:, :bins])
    return amplitude
