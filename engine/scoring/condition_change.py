"""Has the machine, rather than a bearing, changed? Steps of all components together, and slow drift."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from engine.scoring.history import History
from engine.signals.statistics import median

FEWEST = 8
"""Snapshots before a step that say what the level was."""

SMALLEST_STEP = 0.15
"""Natural-log units (1.3 dB): a change of level below it is no other condition."""

CLEAR = 5.0
"""Times the usual scatter of a component's level that its step must be."""

ALIKE = 0.5
"""Steps of all components lie within so much of their mean: a fault raises its own bearing most."""

STEADIEST = 0.02
"""Natural-log units: levels scatter at least so much."""

RECENT = 32
"""Running snapshots that are compared with the baseline for drift."""

DRIFT_CHANCE = 1e-6
"""Chance below which recent errors are not of the baseline's kind."""

DRIFT_RATIO = 1.5
"""Times the baseline's median error that the recent one must be: less is of no consequence."""


def common_step(history: History) -> float | None:
    """The ratio by which all levels stepped together within the last two snapshots, or None.

    Args:
        history: the newest snapshot included; at least two components, or nothing can be common.

    Returns:
        The mean ratio of the new level to the old.
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
    return float(np.exp(mean))


def drifted(
    history: History,
    calm: NDArray[np.float32],
    usual: NDArray[np.float64],
    already: tuple[bool, ...],
) -> tuple[bool, ...]:
    """Which components' recent errors lie above those of the baseline (Mann and Whitney 1947).

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
