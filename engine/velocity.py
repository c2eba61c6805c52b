"""Vibration velocity from acceleration: the figure by which machines are judged as a whole."""

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST = 10.0, 1000.0
"""Hz, the range of ISO 20816-1 for machines that turn faster than 600 rpm."""

TO_METRES = {"g": 9.80665, "m/s2": 1.0, "m/s²": 1.0, "m/s^2": 1.0, "mm/s2": 1e-3, "mm/s²": 1e-3}
"""m/s² in one of each unit of acceleration."""


def velocity_rms(signal: NDArray[np.float32], sample_rate: float, unit: str) -> float | None:
    """Root mean square of the velocity from 10 to 1000 Hz in mm/s; None where the unit is no acceleration.

    Integrated line by line in the spectrum, under a Hann window.

    Args:
        signal: (rows,) of one channel, in the unit.
        sample_rate: in Hz.
        unit: of the channel.

    Returns:
        mm/s. None too where the recording is too short to tell 10 Hz, or has no rows.
    """
    scale = TO_METRES.get(unit.strip())
    rows = len(signal)
    if scale is None or rows < 4 * sample_rate / LOWEST:
        return None
    window = np.hanning(rows)
    spectrum = np.fft.rfft((signal - signal.mean(dtype=np.float64)) * window)
    hertz = np.fft.rfftfreq(rows, 1 / sample_rate)
    heard = (hertz >= LOWEST) & (hertz <= HIGHEST)
    velocity = np.abs(spectrum[heard]) * scale / (2 * np.pi * hertz[heard])
    return float(1000 * np.sqrt(2 * np.sum(velocity**2) / (rows * np.sum(window**2))))
