"""Windows, spectra and levels of arrays, independent of machines and models."""

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

FIGURES = ("standard deviation", "peak", "crest factor", "kurtosis")
"""The plain condition figures, in the order of `figures`."""

LONGEST_WINDOW = 2048
"""Rows of a window at most, a power of two: its bins are 10 Hz wide at 20 kHz."""

TINY_POWER = 1e-20
"""Added to band power before the logarithm; far below the quantisation noise of any recorder."""


@lru_cache(maxsize=8)
def hann(length: int) -> NDArray[np.float32]:
    """Return the Hann window of so many rows, (length,), read-only."""
    window = np.hanning(length).astype(np.float32)
    window.setflags(write=False)
    return window


def window_length(rows: int) -> int:
    """Return the largest power of two up to both `LONGEST_WINDOW` and `rows`."""
    return int(2 ** min(np.floor(np.log2(rows)), np.log2(LONGEST_WINDOW)))


def window_starts(rows: int, length: int) -> NDArray[np.int64]:
    """Return the first rows of half-overlapping windows; the last one is right-aligned to cover every row.

    Raises:
        ValueError: the recording is shorter than one window.
    """
    if rows < length:
        raise ValueError(f"{rows} rows are fewer than one window of {length}")
    starts = np.arange(0, rows - length + 1, length // 2)
    if starts[-1] + length < rows:
        starts = np.append(starts, rows - length)
    return starts


def centred(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each channel less its mean, contiguous in memory: (rows, channels) becomes (channels, rows)."""
    columns: NDArray[np.float32] = np.ascontiguousarray(signal.T)
    columns = columns - columns.mean(axis=1, dtype=np.float64, keepdims=True).astype(np.float32)
    return columns


def figures(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the condition figures of each channel.

    Args:
        columns: (channels, rows), each about its mean, as `centred` gives them.

    Returns:
        (channels, 4): standard deviation and peak in the channel's unit, crest factor (peak over standard
        deviation) and kurtosis (3 for Gaussian noise); the last two are 0 for a constant channel.
    """
    # Contiguous rows are summed pairwise: single precision keeps the kurtosis of a million of them.
    peak = np.maximum(columns.max(axis=1), -columns.min(axis=1))
    squares = columns * columns
    variance = squares.mean(axis=1).astype(np.float64)
    squares *= squares
    fourth = squares.mean(axis=1).astype(np.float64)
    deviation = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        crest = np.where(deviation > 0, peak / deviation, 0.0)
        kurtosis = np.where(deviation > 0, fourth / variance**2, 0.0)
    return np.stack([deviation, peak, crest, kurtosis], axis=1).astype(np.float32)


def band_borders(length: int, bands: int) -> NDArray[np.int64]:
    """Return the border bins of equal bands of a real spectrum of `length` rows, without the mean.

    Returns:
        (bands + 1,) indices into the `length // 2 + 1` bins; fewer bands where there are too few bins.
    """
    bins = length // 2 + 1
    return np.unique(np.linspace(1, bins, min(bands, (bins - 1) // 2) + 1).astype(np.int64))


def band_power(signal: NDArray[np.float32], length: int, borders: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the power of each band in each window, by a Hann-windowed periodogram (not averaged).

    Args:
        signal: (rows, channels).
        length: rows of a window.
        borders: (bands + 1,) bins, from `band_borders`.

    Returns:
        (windows, channels, bands), in units squared; its sum over bands is about the window's variance.

    Source:
        Welch (1967), The use of fast Fourier transform for the estimation of power spectra.
    """
    columns, count = centred(signal), len(window_starts(len(signal), length))
    row, value = columns.strides
    steady = np.ndarray(
        (len(columns), count - 1, length), np.float32, columns, strides=(row, length // 2 * value, value)
    )
    tapered = np.empty((len(columns), count, length), np.float32)
    # The last window can begin less than half a length after the one before.
    np.multiply(steady, hann(length), out=tapered[:, :-1])
    np.multiply(columns[:, -length:], hann(length), out=tapered[:, -1])
    return _tapered_power(tapered, borders).swapaxes(0, 1)


def window_power(windows: NDArray[np.float32], borders: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the power of each band in each window, by a Hann-windowed periodogram.

    Args:
        windows: (..., length), about zero.
        borders: (bands + 1,) bins, from `band_borders`.

    Returns:
        (..., bands), in units squared.
    """
    return _tapered_power(windows * hann(windows.shape[-1]), borders)


def _tapered_power(windows: NDArray[np.float32], borders: NDArray[np.int64]) -> NDArray[np.float32]:
    length = windows.shape[-1]
    # Real and imaginary parts are contiguous: their squares are summed in one step.
    parts = scipy.fft.rfft(windows, axis=-1, overwrite_x=True).view(np.float32)
    parts = parts[..., 2 * borders[0] : 2 * borders[-1]]
    widths = np.diff(borders)
    if (widths == widths[0]).all():
        parts = parts.reshape(*parts.shape[:-1], len(widths), -1)
        power: NDArray[np.float32] = np.einsum("...i,...i->...", parts, parts)
    else:
        # This way takes twice the time and holds Python's lock throughout.
        power = np.add.reduceat(np.square(parts), 2 * (borders[:-1] - borders[0]), axis=-1)
    power *= _power_factor(length)
    return power


@lru_cache(maxsize=8)
def _power_factor(length: int) -> np.float32:
    """Return the factor from the squared lines of a tapered window of so many rows to its power."""
    return np.float32(2.0 / (length * np.sum(hann(length).astype(np.float64) ** 2)))
