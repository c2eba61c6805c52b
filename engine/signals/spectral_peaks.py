"""Peaks of a spectrum: their frequencies and amplitudes between lines, and how far they stand out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.spectrum import Spectrum
from engine.signals.statistics import median

Floats = NDArray[np.float64]

LEAST_ABOVE_FLOOR = 4.0
"""A peak is this many times the median around it: among 10,000 lines of noise the highest is 3.6."""

BLOCK = 48
"""Lines over which the floor is a median: wide enough for the lobes of a few lines."""

LOBE = 2
"""Lines on either side of a peak that belong to its main lobe under a Hann window."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak: frequency [Hz], peak amplitude in the spectrum's unit, and its height.

    `times_floor` is the ratio to its neighbourhood, `times_baseline` to the baseline's amplitude at the same
    place; NaN where there is none.
    """

    hertz: float
    amplitude: float
    times_floor: float
    times_baseline: float = float("nan")


def floor_of(amplitude: Floats) -> Floats:
    """Return the median of each line's neighbourhood, (lines,), from medians of blocks."""
    lines = len(amplitude)
    size = min(BLOCK, lines)
    if not size:
        return amplitude
    count = max(lines // size, 1)
    blocks = [float(median(part, 0)) for part in np.array_split(amplitude, count)]
    centres = [(part[0] + part[-1]) / 2 for part in np.array_split(np.arange(lines), count)]
    return np.interp(np.arange(lines), centres, blocks)


def between_lines(amplitude: Floats, line: int) -> tuple[float, float]:
    """Return the place of a sine in lines, and its amplitude, from a line and its higher neighbour.

    Args:
        amplitude: (lines,) under a Hann window.
        line: of the highest amplitude, not the first or last.

    Source:
        Grandke (1983), Interpolation algorithms for discrete Fourier transforms of weighted signals,
        IEEE Transactions on Instrumentation and Measurement 32, equations for the Hann window.
    """
    left, middle, right = (float(value) for value in amplitude[line - 1 : line + 2])
    if middle <= 0:
        return float(line), 0.0
    higher = max(left, right)
    ratio = higher / middle
    offset = min(max((2 * ratio - 1) / (1 + ratio), 0.0), 0.5)
    gain = 1.0 if offset < 1e-6 else np.pi * offset * (1 - offset**2) / np.sin(np.pi * offset)
    return line + (offset if right >= left else -offset), middle * float(gain)


def peaks_of(
    spectrum: Spectrum,
    baseline: Floats | None = None,
    most: int = 50,
) -> tuple[Peak, ...]:
    """Return the peaks that stand out of their neighbourhood, the highest first.

    Args:
        spectrum: in which they are found.
        baseline: (lines,) peak amplitudes of the baseline at the same lines, None if unknown.
        most: number of peaks at most.
    """
    amplitude = spectrum.amplitude
    if len(amplitude) < 3 or not np.isfinite(amplitude).all():
        return ()
    floor = floor_of(amplitude)
    inner = amplitude[1:-1]
    is_peak = (inner > amplitude[:-2]) & (inner >= amplitude[2:]) & (inner >= LEAST_ABOVE_FLOOR * floor[1:-1])
    lines = np.flatnonzero(is_peak & (inner > 0)) + 1
    lines = lines[np.argsort(-amplitude[lines], kind="stable")][:most]
    usual = baseline if baseline is not None and baseline.shape == amplitude.shape else None
    return tuple(_peak(spectrum, int(line), float(floor[line]), usual) for line in lines)


def _peak(spectrum: Spectrum, line: int, floor: float, usual: Floats | None) -> Peak:
    place, height = between_lines(spectrum.amplitude, line)
    times = float("nan")
    if usual is not None:
        around = usual[max(line - LOBE, 0) : line + LOBE + 1]
        healthy = float(around.max())
        times = float(spectrum.amplitude[line]) / healthy if healthy > 0 else float("nan")
    above = float(spectrum.amplitude[line]) / floor if floor > 0 else float("nan")
    return Peak(place * spectrum.step, height, above, times)
