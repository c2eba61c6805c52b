"""Three phases among the channels of a recording: sines of one frequency, a third of a turn apart."""

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


def phase_groups(signal: NDArray[np.float64]) -> tuple[tuple[int, int, int], ...]:
    """Return the groups of three channels, counted from 0, that carry the phases of one quantity.

    Args:
        signal: (rows, channels), NaN where a cell is no number.
    """
    rows = np.nan_to_num(signal[:MOST_ROWS].astype(np.float64))
    if len(rows) < 4 * SLOWEST or rows.shape[1] < 3:
        return ()
    rows = rows - rows.mean(axis=0)
    lines = np.fft.rfft(rows * np.hanning(len(rows))[:, None], axis=0)
    power = np.square(np.abs(lines))
    last = int(HIGHEST * len(rows))
    strongest = SLOWEST + power[SLOWEST:last].argmax(axis=0)
    beside = np.clip(strongest + np.arange(-2, 3)[:, None], 1, len(power) - 1)
    share = np.take_along_axis(power, beside, axis=0).sum(axis=0) / np.maximum(power[1:].sum(axis=0), 1e-300)
    found: list[tuple[int, int, int]] = []
    taken: set[int] = set()
    able = [number for number in range(rows.shape[1]) if share[number] >= SHARE and power[:, number].any()]
    # Phases stand beside each other: the nearest three come first.
    for trio in sorted(combinations(able, 3), key=lambda one: (one[2] - one[0], one)):
        if taken.isdisjoint(trio) and _are_phases(lines, strongest, trio):
            found.append(trio)
            taken.update(trio)
    return tuple(sorted(found))


def _are_phases(
    lines: NDArray[np.complex128], strongest: NDArray[np.int64], trio: tuple[int, int, int]
) -> bool:
    places = strongest[list(trio)]
    if np.ptp(places) > 1:
        return False
    values = lines[int(np.median(places)), list(trio)]
    sizes = np.abs(values)
    if sizes.max() > ALIKE * sizes.min():
        return False
    turns = np.angle(values[[1, 2, 0]] / values)
    third = 2 * np.pi / 3
    return any(bool((np.abs(np.angle(np.exp(1j * (turns - way)))) <= APART).all()) for way in (third, -third))
