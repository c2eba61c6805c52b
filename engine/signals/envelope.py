"""Envelope spectra of a whole snapshot in a few wide bands; impacts show in them as lines."""

from collections.abc import Sequence

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS
from engine.signals.features import hann
from engine.signals.order_tracking import order_track

MOST_BANDS = 8


def envelope_bands(sample_rate: float, highest: float) -> int:
    """Return the number of equal bands that are wide enough for three harmonics of the highest fault line.

    Args:
        sample_rate: of the recordings [Hz].
        highest: frequency of the highest fundamental in the search [Hz], 0 if unknown.

    Returns:
        1 to 8.
    """
    if highest <= 0:
        return MOST_BANDS
    return int(np.clip(sample_rate / 2 // ((HARMONICS + 0.5) * highest), 1, MOST_BANDS))


def whole_spectrum(columns: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Return the spectrum of a whole snapshot; every envelope is cut out of it.

    Args:
        columns: (channels, rows), each about its mean, as `features.centred` gives them.

    Returns:
        (channels, rows // 2 + 1), not normalised; bin n lies at n * sample_rate / rows Hz.
    """
    spectrum: NDArray[np.complex64] = scipy.fft.rfft(columns, axis=-1)
    return spectrum


def envelope_spectra(
    spectrum: NDArray[np.complex64], bands: int, course: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return amplitude spectra of the squared envelope in each band, relative to its mean.

    Each band is cut out of the whole snapshot's spectrum and transformed back into an analytic signal, at the
    lower rate that its width needs.

    Args:
        spectrum: (channels, rows // 2 + 1), from `whole_spectrum`.
        bands: evenly wide, from 0 to half the sample rate.
        course: speed of the shaft over the snapshot, as in `order_track`; None for a steady one. A resonance
            keeps its frequency, so that envelopes are resampled and not the signal.

    Returns:
        (channels, bands, bins); bin n lies at n * sample_rate / rows Hz, up to a band's width.
    """
    width = _width(spectrum, bands)
    cut = spectrum[:, : width * bands].reshape(len(spectrum), bands, width)
    return _squared_envelopes(cut, course)


def band_envelopes(
    spectrum: NDArray[np.complex64],
    bands: int,
    wanted: Sequence[tuple[int, int]],
    course: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return the rows of `envelope_spectra` for some bands.

    Args:
        spectrum: (channels, rows // 2 + 1), from `whole_spectrum`.
        bands: evenly wide, from 0 to half the sample rate.
        wanted: (channel, band) of each, from 0.
        course: speed of the shaft, as there.

    Returns:
        (wanted, bins).
    """
    width = _width(spectrum, bands)
    cut = np.empty((len(wanted), width), np.complex64)
    for row, (channel, band) in enumerate(wanted):
        cut[row] = spectrum[channel, band * width : (band + 1) * width]
    return _squared_envelopes(cut, course)


def _width(spectrum: NDArray[np.complex64], bands: int) -> int:
    """Return the bins of one of the bands of a whole spectrum."""
    return (int(spectrum.shape[1]) - 1) // bands


def _squared_envelopes(cut: NDArray[np.complex64], course: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Return amplitude spectra of squared envelopes relative to their means, of bands (..., bins)."""
    width = cut.shape[-1]
    # Squaring doubles the width: at twice the rate there is no aliasing.
    parts = scipy.fft.ifft(cut, n=2 * width, axis=-1).view(np.float32)
    parts *= parts
    squared = parts[..., ::2] + parts[..., 1::2]
    if course is not None:
        squared = order_track(squared, course)
    mean = squared.mean(axis=-1, keepdims=True)
    squared -= mean
    # Without a window the strong lines of the shaft leak into their neighbours.
    squared *= hann(2 * width)
    squared *= np.divide(np.float32(2.0 / width), mean, out=np.zeros_like(mean), where=mean > 0)
    amplitude: NDArray[np.float32] = np.abs(scipy.fft.rfft(squared, axis=-1, overwrite_x=True))
    return amplitude
