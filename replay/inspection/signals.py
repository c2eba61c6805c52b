"""A first look at the signal of a channel: alive, clipped, offset, and which lines stand out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLIPPED = 0.002
"""Share of samples at the very highest or lowest value from which a signal is clipped."""

FEWEST_CLIPPED = 5
"""Samples at an end below which they may stand there by chance."""

SHAFT = (5.0, 200.0)
"""Range in which a strong line may be the shaft [Hz]."""

STRONG = 8.0
"""Height of a line over the median of the spectrum around it, from which it stands out."""

_WAVE = 2000


@dataclass(frozen=True, slots=True, eq=False)
class ChannelLook:
    """A channel at first sight.

    Attributes:
        state: "alive", "constant", "clipped", "mostly offset" or "no numbers".
        mean: of its values.
        deviation: standard deviation of its values.
        wave: its first values.
        spectrum: log amplitude without the mean, from 0 to half the sample rate; empty for a dead channel.
        shaft: frequency of a strong low line [Hz]; None without one.
        mains: 50 or 60 where their harmonics stand out [Hz]; 0 without them.
    """

    state: str
    mean: float
    deviation: float
    wave: NDArray[np.float64]
    spectrum: NDArray[np.float64]
    shaft: float | None = None
    mains: float = 0.0


def look_of(signal: NDArray[np.float64], rate: float) -> ChannelLook:
    """Return a first look at a channel.

    Args:
        signal: (rows,), NaN where a number is missing.
        rate: sample rate [Hz].
    """
    values = signal[np.isfinite(signal)]
    none = np.zeros(0)
    if len(values) < 16:
        return ChannelLook("no numbers", float("nan"), float("nan"), none, none)
    mean, deviation = float(values.mean()), float(values.std())
    if deviation <= 1e-9 * max(abs(mean), 1.0):
        return ChannelLook("constant", mean, deviation, values[:_WAVE], none)
    window = np.hanning(len(values))
    amplitude = np.abs(np.fft.rfft((values - mean) * window))
    resolution = rate / len(values)
    mains = _mains(amplitude, resolution)
    return ChannelLook(
        _state(values, mean, deviation),
        mean,
        deviation,
        values[:_WAVE],
        np.log10(np.maximum(amplitude, amplitude.max() * 1e-6)),
        _shaft(amplitude, resolution, mains),
        mains,
    )


def _state(values: NDArray[np.float64], mean: float, deviation: float) -> str:
    ends = max((values == values.max()).sum(), (values == values.min()).sum())
    if ends >= max(FEWEST_CLIPPED, CLIPPED * len(values)) and len(np.unique(values)) > 16:
        return "clipped"
    return "mostly offset" if abs(mean) > 10 * deviation else "alive"


def _mains(amplitude: NDArray[np.float64], resolution: float) -> float:
    """Return the mains frequency whose first harmonics stand out most; 0 where fewer than two do."""
    best, frequency = 1, 0.0
    for mains in (50.0, 60.0):
        count = sum(_stands_out(amplitude, mains * order / resolution) for order in (1, 2, 3, 4))
        if resolution < 5 and count > best:
            best, frequency = count, mains
    return frequency


def _shaft(amplitude: NDArray[np.float64], resolution: float, mains: float) -> float | None:
    """Return the strongest line of the shaft's range that is none of the mains."""
    low, high = int(np.ceil(SHAFT[0] / resolution)), int(SHAFT[1] / resolution)
    if high - low < 4 or high >= len(amplitude):
        return None
    part = amplitude[low:high].copy()
    if mains:
        for order in range(1, int(SHAFT[1] / mains) + 1):
            at = round(mains * order / resolution) - low
            part[max(at - 2, 0) : at + 3] = 0
    peak = low + int(part.argmax())
    return peak * resolution if _stands_out(amplitude, peak) else None


def _stands_out(amplitude: NDArray[np.float64], place: float) -> bool:
    at = round(place)
    if not 2 <= at < len(amplitude) - 2:
        return False
    floor = float(np.median(amplitude[max(at - 30, 1) : at + 31]))
    return float(amplitude[at - 1 : at + 2].max()) > STRONG * max(floor, 1e-300)
