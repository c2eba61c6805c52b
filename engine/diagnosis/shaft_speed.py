"""The speed of the shaft in a snapshot, estimated from its orders in the spectrum of vibration."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.signals.statistics import median

REACH = 0.06
"""Largest deviation from the nominal speed that is searched, as a share."""

MOST_ORDERS = 8
"""Orders in the search: those of shafts, couplings and fans; higher ones belong to other parts."""

FEWEST_ORDERS = 3
"""Least number of orders that must stand out."""

STANDS_OUT = 3.0
"""Least ratio of an order to the median around it; noise reaches 2.5 in one of a hundred bins."""

COUNTS_MOST = 3.0
"""Natural logarithm of that ratio up to which an order counts: a single loud line is not a speed."""

LEAD = 1.5
"""Least ratio of the best speed's score to that of any other."""

FEWEST_BINS = 8.0
"""Least distance of two orders in bins, so that there is a floor between them."""

MOST_SPEEDS = 20_000
"""Speeds that are tried at most: a longer recording is not a single speed."""

LOBE = 2.0
"""Half width of a line, in bins."""


@dataclass(frozen=True, slots=True)
class ShaftSpeed:
    """The speed of a shaft [Hz] and its uncertainty as a share."""

    hertz: float
    uncertainty: float


def estimated_speed(
    spectrum: NDArray[np.complex64], nominal: float, mains: float, resolution: float
) -> ShaftSpeed | None:
    """Return the speed whose orders stand out, None unless it is sure.

    Args:
        spectrum: (channels, bins), finite, from `envelope.whole_spectrum`.
        nominal: speed of the shaft [Hz].
        mains: mains frequency [Hz], 0 for none; its harmonics do not count.
        resolution: of a bin [Hz].
    """
    tried = _tried(nominal, mains, resolution, spectrum.shape[1])
    if tried is None:
        return None
    orders, speeds = tried.orders, tried.speeds
    stands = np.where(tried.counts, _heights(spectrum, tried), 0.0)
    # Noise would draw the speed away.
    score = np.where(stands >= np.log(STANDS_OUT), np.minimum(stands, COUNTS_MOST), 0.0).sum(axis=0)
    best = int(score.argmax())
    standing = orders[stands[:, best] >= np.log(STANDS_OUT)]
    if len(standing) < FEWEST_ORDERS:
        return None
    # The lines of a middle order have one width; farther away another speed begins.
    other = np.abs(speeds - speeds[best]) > LOBE * resolution / float(median(standing, 0))
    if other.any() and score[best] < LEAD * score[other].max():
        return None
    hertz_found = float(speeds[score >= score[best] - 1e-9].mean())
    return ShaftSpeed(hertz_found, 0.5 * resolution / (float(standing.max()) * hertz_found))


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """The speeds that are tried, and the bins of their orders.

    Attributes:
        orders: (orders,), from 1.
        speeds: (speeds,) [Hz].
        bins: (orders, speeds), of each order at each speed.
        counts: (orders, speeds), False at a harmonic of the mains.
        around: (orders, widest), bins that give the floor of each order, ascending; filled up with `end`.
        middle: (orders, 2), the places of the median among them, in ascending order of height.
        end: the first bin beyond them all.
    """

    orders: NDArray[np.intp]
    speeds: NDArray[np.float64]
    bins: NDArray[np.intp]
    counts: NDArray[np.bool_]
    around: NDArray[np.intp]
    middle: NDArray[np.intp]
    end: int


@lru_cache(maxsize=32)
def _tried(nominal: float, mains: float, resolution: float, size: int) -> _Tried | None:
    """Return the speeds to try in spectra of so many bins, None where these cannot tell them apart."""
    highest = min(MOST_ORDERS, int((size - 2) * resolution / ((1 + REACH) * nominal)))
    count = int(8 * REACH * nominal * highest / resolution) + 1
    if nominal < FEWEST_BINS * resolution or highest < FEWEST_ORDERS or count > MOST_SPEEDS:
        return None
    orders = np.arange(1, highest + 1)
    speeds = nominal * np.linspace(1 - REACH, 1 + REACH, count)
    bins = np.rint(orders[:, None] * speeds / resolution).astype(np.intp)
    counts = np.ones(bins.shape, np.bool_)
    if mains > 0:
        hertz = bins * resolution
        counts = np.abs(hertz - mains * np.maximum(np.rint(hertz / mains), 1.0)) > LOBE * resolution
    beside = int(0.4 * nominal / resolution)
    low, high = np.maximum(bins.min(axis=1) - beside, 1), np.minimum(bins.max(axis=1) + beside + 1, size)
    width, end = high - low, int(high.max())
    places = np.arange(width.max())
    around = np.where(places < width[:, None], low[:, None] + places, end)
    return _Tried(orders, speeds, bins, counts, around, np.stack([(width - 1) // 2, width // 2], axis=1), end)


def _heights(spectrum: NDArray[np.complex64], tried: _Tried) -> NDArray[np.float64]:
    """Return the natural logarithm of height over floor, of the mean over channels, (orders, speeds)."""
    height = np.full((len(spectrum), tried.end + 1), np.inf, np.float32)
    np.abs(spectrum[:, : tried.end], out=height[:, :-1])
    # What fills up sorts last, beyond the median.
    ordered = np.sort(height.take(tried.around, axis=1), axis=-1).astype(np.float64)
    middle = ordered[:, np.arange(len(tried.orders))[:, None], tried.middle]
    floor = (middle[..., 0] + middle[..., 1]) / 2
    logs = np.log(np.maximum(height[:, :-1].astype(np.float64), 1e-12))
    above = logs[:, tried.bins] - np.log(np.maximum(floor, 1e-12))[..., None]
    found: NDArray[np.float64] = above.mean(axis=0)
    return found
