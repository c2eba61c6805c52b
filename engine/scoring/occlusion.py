"""Occlusion: the fall of a component's error when a part of the signal is covered.

Contributions say where the error is; occlusion (Zeiler and Fergus 2014) asks the network for its error
without a channel or a band. Done for snapshots that ring only: it costs a dozen passes.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engine.scoring.errors import component_errors
from engine.scoring.scorer import Examination, Scorer

BANDS = 8
"""Evenly wide bands that are covered one at a time."""


def occlusion(
    scorer: Scorer, seen: Examination, sample_rate: float, component: int
) -> list[dict[str, object]]:
    """Return the fall of a component's error for each covered part of the snapshot.

    Args:
        scorer: of the assessment.
        seen: the snapshot that rang.
        sample_rate: its, in Hz.
        component: which, counted from 0.

    Returns:
        One entry a covered part, the most telling first: "channel" (counted from 1) or "band" ([from Hz,
        to Hz]), and "fall", the share of the error that goes; negative where covering makes it worse.
    """
    layout, running = scorer.layout, seen.running
    signal = np.where(running, seen.signal, np.float32(0.0))

    def error(covered: NDArray[np.float32]) -> float:
        residual = scorer.residual(scorer.insight(covered), seen.slow)
        return float(component_errors(residual, running, [layout.channels[component]])[0])

    whole = error(signal)
    if not whole > 0:
        return []
    falls: list[dict[str, object]] = []
    if len(layout.channels[component]) > 1:
        for number in layout.channels[component]:
            covered = signal.copy()
            covered[:, number - 1] = 0.0
            falls.append({"channel": number, "fall": 1.0 - error(covered) / whole})
    for low, high, covered in _without_bands(signal, layout.channels[component]):
        hertz = [low * sample_rate / 2, high * sample_rate / 2]
        falls.append({"band": hertz, "fall": 1.0 - error(covered) / whole})
    return sorted(falls, key=lambda one: -float(str(one["fall"])))


def _without_bands(
    signal: NDArray[np.float32], channels: tuple[int, ...]
) -> Iterator[tuple[float, float, NDArray[np.float32]]]:
    """Yield the signal with each band removed from some channels; borders are shares of half the rate."""
    own = [number - 1 for number in channels]
    spectrum = scipy.fft.rfft(signal[:, own], axis=0)
    borders = np.linspace(0, len(spectrum), BANDS + 1).astype(int)
    for start, stop in pairwise(borders):
        rest = spectrum.copy()
        rest[start:stop] = 0.0
        covered = signal.copy()
        covered[:, own] = scipy.fft.irfft(rest, n=len(signal), axis=0)
        yield start / len(spectrum), stop / len(spectrum), covered
