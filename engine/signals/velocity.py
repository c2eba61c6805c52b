"""Vibration velocity from acceleration, the usual figure for a whole machine."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST = 10.0, 1000.0
"""Frequency range [Hz] of ISO 20816-1 for machines above 600 rpm."""

TO_METRES = {"g": 9.80665, "m/s2": 1.0, "m/s²": 1.0, "m/s^2": 1.0, "mm/s2": 1e-3, "mm/s²": 1e-3}
"""Units of acceleration, each in m/s²."""

FEWEST_PERIODS = 4
"""Least periods of the lowest frequency in a recording; with fewer the Hann window's lobe reaches 0 Hz."""


def obstacle(unit: str, rows: int, sample_rate: float) -> str:
    """Return the reason why a channel has no velocity, in words; empty if it has one.

    Args:
        unit: of the channel.
        rows: of a recording.
        sample_rate: of the recordings [Hz].
    """
    if unit.strip() not in TO_METRES:
        return f'the sensor\'s unit is {unit.strip() or "not set"}. Set unit = "g"'
    if rows < FEWEST_PERIODS * sample_rate / LOWEST:
        return "the recordings are too short to hold 10 Hz"
    if sample_rate <= 2 * HIGHEST:
        return f"sampled at {sample_rate:g} Hz the recordings do not hold 1000 Hz"
    return ""


class VelocityMeter:
    """Computes the velocity of every channel from the spectrum of a whole snapshot."""

    def __init__(self, sample_rate: float, rows: int, units: Sequence[str]) -> None:
        """Prepare for recordings of `rows` at `sample_rate` [Hz], with the units of their channels."""
        allowed = [not obstacle(unit, rows, sample_rate) for unit in units]
        factors = [
            TO_METRES[unit.strip()] if ok else math.nan for unit, ok in zip(units, allowed, strict=True)
        ]
        self._possible = any(allowed)
        step = sample_rate / rows
        self._first = math.ceil(LOWEST / step)
        # One more line is needed on either side.
        self._last = min(math.floor(HIGHEST / step), rows // 2 - 1)
        hertz = step * np.arange(self._first, self._last + 1)
        # The squares of a Hann window of n rows sum to 3/8 n.
        self._weights = 2 / (3 / 8 * rows**2) / (2 * np.pi * hertz) ** 2
        self._factors = 1000 * np.array(factors)

    def read(self, spectrum: NDArray[np.complex64]) -> NDArray[np.float32] | None:
        """Return the root mean square of the velocity from 10 to 1000 Hz, integrated line by line.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.

        Returns:
            (channels,) [mm/s], NaN if the unit is not an acceleration; None if no channel has one, or the
            recordings are too short.
        """
        if not self._possible:
            return None
        first, last = self._first, self._last + 1
        # A Hann window, applied to the spectrum: it combines each line with its neighbours.
        beside = spectrum[:, first - 1 : last - 1] + spectrum[:, first + 1 : last + 1]
        lines = spectrum[:, first:last] / 2 - beside / 4
        power = lines.real**2 + lines.imag**2
        velocity: NDArray[np.float32] = (np.sqrt(power @ self._weights) * self._factors).astype(np.float32)
        return velocity
