"""Changes of the machine as a whole: steps of all components together, and slow drift."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from engine.scoring.history import History
from engine.signals.statistics import median

FEWEST = 8
"""Snapshots before a step that define the level before it."""

SMALLEST_STEP = 0.15
"""Natural-log units (1.3 dB): a smaller change of level is no change of condition."""

CLEAR = 5.0
"""Smallest step, in times the usual scatter of the component's level."""

ALIKE = 0.5
"""Steps of all components lie within so much of their mean: a fault raises its own bearing most."""

STEADIEST = 0.02
"""Natural-log units: the smallest scatter of levels that is assumed."""

RECENT = 32
"""Running snapshots that are compared with the baseline for drift."""

DRIFT_CHANCE = 1e-6
"""Chance below which recent errors are not of the baseline's kind."""

DRIFT_RATIO = 1.5
"""Times the baseline's median error that the recent one must be: less is of no consequence."""


@dataclass(frozen=True, slots=True)
class CommonStep:
    """A step of all components' levels together.

    Attributes:
        before: natural logarithm of each component's usual level before it.
        steps: of each component, in the same units.
        ratio: mean ratio of the new levels to the old.
    """

    before: tuple[float, ...]
    steps: tuple[float, ...]
    ratio: float


def common_step(history: History) -> CommonStep | None:
    """Return the step of all levels together within the last two snapshots, None for none.

    Args:
        history: the newest snapshot included; at least two components, or nothing can be common.
    """
    level = history.level
    if level.shape[1] < 2 or len(level) < FEWEST + 2 or not np.isfinite(level[-FEWEST - 2 :]).all():
        return None
    before, now = level[-FEWEST - 2 : -2], level[-1]
    usual = median(before, 0)
    steps = now - usual
    if (np.abs(steps) < SMALLEST_STEP).any():
        return None
    mean = float(steps.mean())
    scatter = np.maximum(1.4826 * median(np.abs(before - usual), 0), STEADIEST)
    if (np.abs(steps) < CLEAR * scatter).any() or (np.abs(steps - mean) > ALIKE * abs(mean)).any():
        return None
    return CommonStep(tuple(usual.tolist()), tuple(steps.tolist()), float(np.exp(mean)))


def drifted(
    history: History,
    calm: NDArray[np.float32],
    usual: NDArray[np.float64],
    already: tuple[bool, ...],
) -> tuple[bool, ...]:
    """Return which components' recent errors lie above the baseline's (Mann and Whitney 1947).

    Args:
        history: the newest snapshot included.
        calm: (snapshots, components), natural logarithm of the severities that the limits were set on.
        usual: (components,), their medians.
        already: which had drifted before; they are so until the shift is half undone.

    Returns:
        One a component; as before while there are too few snapshots.
    """
    if len(history) < RECENT:
        return already
    recent = history.severity[-RECENT:]
    shift = median(recent, 0) - usual
    return tuple(
        bool(shift[index] > np.log(DRIFT_RATIO) / 2)
        if was
        # The comparison costs a millisecond; without a shift there is nothing to test.
        else bool(shift[index] > np.log(DRIFT_RATIO)) and _above(recent[:, index], calm[:, index])
        for index, was in enumerate(already)
    )


def _above(recent: NDArray[np.float32], calm: NDArray[np.float32]) -> bool:
    return float(mannwhitneyu(recent, calm, alternative="greater").pvalue) < DRIFT_CHANCE
