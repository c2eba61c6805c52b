"""The speed of the shaft in a snapshot, estimated from its orders in the spectrum of vibration."""

from dataclasses import dataclass

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
        spectrum: (channels, bins), from `envelope.whole_spectrum`.
        nominal: speed of the shaft [Hz].
        mains: mains frequency [Hz], 0 for none; its harmonics do not count.
        resolution: of a bin [Hz].
    """
    highest = min(MOST_ORDERS, int((spectrum.shape[1] - 2) * resolution / ((1 + REACH) * nominal)))
    count = int(8 * REACH * nominal * highest / resolution) + 1
    if nominal < FEWEST_BINS * resolution or highest < FEWEST_ORDERS or count > MOST_SPEEDS:
        return None
    orders = np.arange(1, highest + 1)
    speeds = nominal * np.linspace(1 - REACH, 1 + REACH, count)
    bins = np.rint(orders[:, None] * speeds / resolution).astype(np.intp)
    stands = np.stack([_heights(spectrum, own, nominal / resolution) for own in bins])
    if mains > 0:
        hertz = bins * resolution
        away = np.abs(hertz - mains * np.maximum(np.rint(hertz / mains), 1.0))
        stands = np.where(away <= LOBE * resolution, 0.0, stands)
    # Noise would draw the speed away.
    score = np.where(stands >= np.log(STANDS_OUT), np.minimum(stands, COUNTS_MOST), 0.0).sum(axis=0)
    best = int(score.argmax())
    standing = orders[stands[:, best] >= np.log(STANDS_OUT)]
    if len(standing) < FEWEST_ORDERS:
        return None
    # The lines of a middle order have one width; farther away another speed begins.
    other = np.abs(speeds - speeds[best]) > LOBE * resolution / float(np.median(standing))
    if other.any() and score[best] < LEAD * score[other].max():
        return None
    hertz_found = float(speeds[score >= score[best] - 1e-9].mean())
    return ShaftSpeed(hertz_found, 0.5 * resolution / (float(standing.max()) * hertz_found))


def _heights(spectrum: NDArray[np.complex64], bins: NDArray[np.intp], order: float) -> NDArray[np.float64]:
    """Return the natural logarithm of height over floor, of the mean over channels.

    Args:
        spectrum: (channels, bins).
        bins: in question.
        order: distance of two orders [bins].
    """
    around = int(0.4 * order)
    low, high = max(int(bins.min()) - around, 1), min(int(bins.max()) + around + 1, spectrum.shape[1])
    height = np.abs(spectrum[:, low:high]).astype(np.float64)
    floor = median(height, 1)[:, None]
    logs = np.log(np.maximum(height, 1e-12)) - np.log(np.maximum(floor, 1e-12))
    places = np.minimum(np.maximum(bins - low, 0), high - low - 1)
    found: NDArray[np.float64] = logs[:, places].mean(axis=0)
    return found
