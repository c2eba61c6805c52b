"""Three phases among the channels of a recording: sines of one frequency, a third of a turn apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

SHARE = 0.5
"""Least share of a channel's variance in its strongest line: vibration has more than the mains in it."""

APART = np.radians(25.0)
"""Most that the angle between two phases may differ from a third of a turn, as in a faulty motor."""

ALIKE = 3.0
"""Most ratio of the amplitudes of two phases."""

SLOWEST, HIGHEST = 3, 0.4
"""Periods in a recording, and share of its sample rate, between which the line of a mains is sought."""

MOST_ROWS = 2**17
FEWEST_ROWS = 4 * SLOWEST
"""Rows that tell a line of the mains at least."""
FEWEST_LATER = 4096
"""Rows that half of a recording has at least, so that it stands for the whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Tones:
    """The strongest line of each channel, in the settled half of a recording.

    Attributes:
        lines: (bins, channels), the spectrum.
        places: (channels,) bins of the strongest lines.
        share: (channels,) of the variance that lies in them.
        rows: of the spectrum.
    """

    lines: NDArray[np.complex128]
    places: NDArray[np.int64]
    share: NDArray[np.float64]
    rows: int


def tones_of(signal: NDArray[np.float64]) -> Tones:
    """Return the strongest lines of a recording, (rows, channels), NaN where a cell is no number.

    A recording may begin before the start of its motor: of a long one the second half counts.
    """
    later = signal[len(signal) // 2 :] if len(signal) >= 2 * FEWEST_LATER else signal
    rows = np.nan_to_num(later[:MOST_ROWS].astype(np.float64))
    rows = rows - rows.mean(axis=0)
    lines = np.fft.rfft(rows * np.hanning(len(rows))[:, None], axis=0)
    power = np.square(np.abs(lines))
    last = int(HIGHEST * len(rows))
    strongest = SLOWEST + power[SLOWEST:last].argmax(axis=0)
    beside = np.clip(strongest + np.arange(-2, 3)[:, None], 1, len(power) - 1)
    share = np.take_along_axis(power, beside, axis=0).sum(axis=0) / np.maximum(power[1:].sum(axis=0), 1e-300)
    return Tones(lines, strongest, np.where(power.any(axis=0), share, 0.0), len(rows))


def phase_groups(signal: NDArray[np.float64]) -> tuple[tuple[int, int, int], ...]:
    """Return the groups of three channels, counted from 0, that carry the phases of one quantity.

    Args:
        signal: (rows, channels), NaN where a cell is not a number.
    """
    if len(signal) < FEWEST_ROWS or signal.shape[1] < 3:
        return ()
    tones = tones_of(signal)
    found: list[tuple[int, int, int]] = []
    taken: set[int] = set()
    able = [number for number in range(signal.shape[1]) if tones.share[number] >= SHARE]
    # Phases stand beside each other: the nearest three come first.
    for trio in sorted(combinations(able, 3), key=lambda one: (one[2] - one[0], one)):
        if taken.isdisjoint(trio) and are_apart(tones, trio):
            found.append(trio)
            taken.update(trio)
    return tuple(sorted(found))


def are_apart(tones: Tones, channels: Sequence[int]) -> bool:
    """Return whether two or three channels, from 0, carry like sines, a third of a turn after each other."""
    places = tones.places[list(channels)]
    if np.ptp(places) > 1:
        return False
    values = tones.lines[int(np.median(places)), list(channels)]
    sizes = np.abs(values)
    if sizes.max() > ALIKE * sizes.min():
        return False
    turns = np.angle(np.roll(values, -1) / values)[: 3 if len(values) == 3 else 1]
    third = 2 * np.pi / 3
    return any(bool((np.abs(np.angle(np.exp(1j * (turns - way)))) <= APART).all()) for way in (third, -third))
