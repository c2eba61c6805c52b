"""The features of a motor's current that are judged, in order, and their names for people (pure)."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

DIRECTIONS = 6
"""Directions of the complex unbalance: its change is seen whatever phase causes it, and in which sense."""

UNBALANCE_UNIT = 0.1
"""Negative over positive sequence that counts as one natural-log unit: 1 % is then 0.1, the least change that
any feature's limit allows."""

NOMINAL = 50.0
"""Frequency of the mains at which the bands have the stated borders [Hz]."""

HIGH = 8
"""Bands above the mains, of equal ratio: the harmonics 3 to 13 fall into different ones."""

HIGH_FROM = 75.0
"""Lower border of those bands at the nominal frequency [Hz]."""

SEQUENCE = slice(2, 2 + DIRECTIONS)
"""Places of the directions of the unbalance among the features."""

AT_REST = 2 + DIRECTIONS
"""Place of the feature between the mains and its harmonics, which is always 0."""

DECIBELS = 10.0 / np.log(10.0)
"""Natural logarithm of power to dB."""


LESS_LOAD, MORE_LOAD = 4.0, 2.5
"""Multiples of the unbalance by which it moves with the load. A supply's part keeps its size in amperes, and
it turns against the current with the power factor, most towards no load. Computed from the circuit of
`replay.synthetic.motor` with 0.4 % of unbalance of the voltages."""


def moved_unbalance(less: float | NDArray[np.floating]) -> NDArray[np.float64]:
    """Return by how much an unbalance may move with the load, over its size.

    Args:
        less: how far the current lies below that of the baseline, natural logarithm; negative above it.
    """
    fallen, risen = np.maximum(less, 0.0), np.maximum(-np.asarray(less), 0.0)
    return np.asarray(LESS_LOAD * np.expm1(fallen) - MORE_LOAD * np.expm1(-risen))


def high_borders(rate: float) -> NDArray[np.float64]:
    """Return the borders (bands + 1,) of the bands above the mains at `NOMINAL` [Hz]; `rate` is in Hz."""
    return np.asarray(np.geomspace(HIGH_FROM, rate / 2, HIGH + 1))


def feature_names(rate: float) -> tuple[str, ...]:
    """Return the names of all features but the last, the size of the unbalance.

    Args:
        rate: rows a second [Hz].
    """
    directions = (f"negative sequence {360 * turn // DIRECTIONS}°" for turn in range(DIRECTIONS))
    orders = (high_borders(rate) / NOMINAL).tolist()
    harmonics = (_orders(low, high) for low, high in pairwise(orders))
    return ("below the mains", "sidebands 2sf", *directions, "at rest", *harmonics)


def _orders(low: float, high: float) -> str:
    """Return the name of a band from one order of the mains up to another."""
    first, last = int(np.ceil(low - 1e-9)), int(np.ceil(high - 1e-9)) - 1
    if first > last:
        return f"orders {low:.1f}–{high:.1f}"
    return f"harmonic {first}" if first == last else f"harmonics {first}–{last}"


def as_measured(levels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return features as people read them: the directions of the unbalance in %, the others in dB.

    Args:
        levels: (..., features) in the dB of a picture, or differences of them.
    """
    found = np.array(levels, np.float64)
    found[..., SEQUENCE] *= 100 * UNBALANCE_UNIT / DECIBELS
    return found


def unit_of(place: int) -> str:
    """Return the unit of a feature in `as_measured`."""
    return "%" if place in range(*SEQUENCE.indices(AT_REST)) else "dB"
