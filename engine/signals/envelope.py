"""Envelope spectra of a whole snapshot in a few wide bands: where impacts show as lines."""

from collections.abc import Sequence

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS
from engine.signals.features import hann

MOST_BANDS = 8


def envelope_bands(sample_rate: float, highest: float) -> int:
    """How many evenly wide bands leave each wide enough for three harmonics of the highest fault line.

    Args:
        sample_rate: in Hz.
        highest: frequency in Hz of the highest fundamental that is searched for, 0 where none is known.

    Returns:
        1 to 8.
    """
    if highest <= 0:
        return MOST_BANDS
    return int(np.clip(sample_rate / 2 // ((HARMONICS + 0.5) * highest), 1, MOST_BANDS))


def whole_spectrum(columns: NDArray[np.float32]) -> NDArray[np.complex64]:
    """The spectrum of a whole snapshot: what every envelope of it is cut out of.

    Args:
        columns: (channels, rows), each about its mean, as `features.centred` gives them.

    Returns:
        (channels, rows // 2 + 1), not normalised; bin n lies at n * sample_rate / rows Hz.
    """
    spectrum: NDArray[np.complex64] = scipy.fft.rfft(columns, axis=-1)
    return spectrum


def envelope_spectra(spectrum: NDArray[np.complex64], bands: int) -> NDArray[np.float32]:
    """Amplitude spectra of the squared envelope in each band, relative to its mean.

    Each band is cut out of the whole snapshot's spectrum and brought back as an analytic signal at the
    lower rate that its width needs.

    Args:
        spectrum: (channels, rows // 2 + 1), from `whole_spectrum`.
        bands: evenly wide, from 0 to half the sample rate.

    Returns:
        (channels, bands, bins); bin n lies at n * sample_rate / rows Hz, up to a band's width.
    """
    return _squared_envelopes(_cut(spectrum, bands))


def band_envelopes(
    spectrum: NDArray[np.complex64], bands: int, wanted: Sequence[tuple[int, int]]
) -> NDArray[np.float32]:
    """What `envelope_spectra` says of some bands only.

    Args:
        spectrum: (channels, rows // 2 + 1), from `whole_spectrum`.
        bands: evenly wide, from 0 to half the sample rate.
        wanted: (channel, band) of each, counted from 0.

    Returns:
        (wanted, bins).
    """
    channels, places = np.array(wanted).T
    return _squared_envelopes(_cut(spectrum, bands)[channels, places])


def _cut(spectrum: NDArray[np.complex64], bands: int) -> NDArray[np.complex64]:
    """The bands of a whole spectrum, (channels, bands, bins of a band)."""
    width = (spectrum.shape[1] - 1) // bands
    return spectrum[:, : width * bands].reshape(len(spectrum), bands, width)


def _squared_envelopes(cut: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Amplitude spectra of squared envelopes relative to their means, (..., bins), of bands (..., bins)."""
    width = cut.shape[-1]
    # Squaring doubles the width: at twice the rate nothing folds back.
    parts = scipy.fft.ifft(cut, n=2 * width, axis=-1).view(np.float32)
    parts *= parts
    squared = parts[..., ::2] + parts[..., 1::2]
    mean = squared.mean(axis=-1, keepdims=True)
    squared -= mean
    # Without a window the strong lines of the shaft would leak over their neighbours.
    squared *= hann(2 * width)
    squared *= np.divide(np.float32(2.0 / width), mean, out=np.zeros_like(mean), where=mean > 0)
    amplitude: NDArray[np.float32] = np.abs(scipy.fft.rfft(squared, axis=-1, overwrite_x=True))
    return amplitude
