"""Changes of the machine as a whole: steps of all components, and drift of errors and latent positions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.scoring.history import History, component_levels
from engine.scoring.level import WITHIN
from engine.signals.statistics import NORMAL_MAD, chance_of_larger, median

FEWEST = 8
"""Snapshots before a step that define the level before it."""

SMALLEST_STEP = 0.15
"""Natural-log units (1.3 dB): a smaller change of level is not a change of condition."""

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

APART = 0.15
"""Share of the distance between recent and healthy positions that their own spreads do not explain. Healthy
snapshots of IMS Set 2 reach 0.05 by chance, see docs/detection.md."""

SHUFFLES = 199
"""Random exchanges of recent and healthy positions: all below the distance means a chance below 0.5 %."""

NARROWEST = 1e-3
"""Least spread of a latent dimension: one that the network does not use is the same for every snapshot."""


@dataclass(frozen=True, slots=True)
class LatentShift:
    """A distance of recent latent positions from the baseline's.

    Attributes:
        distance: energy distance, in healthy standard deviations of a dimension.
        bound: the largest of as many snapshots exchanged at random.
        share: 0 to 1, the part of the distance between the two that their own spreads do not explain.
    """

    distance: float
    bound: float
    share: float

    @property
    def clear(self) -> bool:
        """Return whether it is large, and larger than chance."""
        return self.share > APART and self.distance > self.bound


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
    scatter = np.maximum(NORMAL_MAD * median(np.abs(before - usual), 0), STEADIEST)
    if (np.abs(steps) < CLEAR * scatter).any() or (np.abs(steps - mean) > ALIKE * abs(mean)).any():
        return None
    return CommonStep(tuple(usual.tolist()), tuple(steps.tolist()), float(np.exp(mean)))


@dataclass(frozen=True, slots=True, eq=False)
class UsualLevels:
    """The levels of the baseline.

    Attributes:
        level: (components,), natural logarithm of each component's level; NaN where it is not known.
        wander: (components,), how far a level goes from it in health, in the same units; 0 where not known.
    """

    level: NDArray[np.float64]
    wander: NDArray[np.float64]

    def include(self, level: NDArray[np.float32]) -> bool:
        """Return whether all levels, (components,) natural logarithms, are among those of the baseline."""
        return bool((np.abs(level - self.level) <= self.wander).all())

    def step_to(self, level: NDArray[np.float32]) -> CommonStep | None:
        """Return the step from the baseline down to these levels, (components,) natural logarithms.

        None where one is not known, or a line holds it up: such a step cannot be followed.
        """
        steps = level.astype(np.float64) - self.level
        if not (steps <= -SMALLEST_STEP).all():
            return None
        return CommonStep(tuple(self.level.tolist()), tuple(steps.tolist()), float(np.exp(steps.mean())))


def usual_levels(
    level: NDArray[np.float32],
    reach: NDArray[np.float32],
    watched: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
) -> UsualLevels:
    """Return the levels of the baseline by component.

    Args:
        level: (channels,), usual standard deviation; 0 where not known.
        reach: (channels,), from `level.level_reach`, natural-log units of power; empty in early bundles.
        watched: (channels,).
        channels: of each component, counted from 1.
    """
    usual = component_levels(level, watched & (level > 0), channels, level)
    # Of power, which is twice that of the level.
    far = [float(reach[[number - 1 for number in own]].min()) if reach.size else 0.0 for own in channels]
    return UsualLevels(usual, WITHIN * np.array(far) / 2)


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
        One a component; as before while there are too few snapshots, or one without a severity.
    """
    if len(history) < RECENT:
        return already
    recent = history.severity[-RECENT:]
    shifts: list[float] = (median(recent, 0) - usual).tolist()
    moved = math.log(DRIFT_RATIO)
    return tuple(
        was
        if math.isnan(shift)
        else shift > moved / 2
        if was
        # The test takes most of the time, and runs only where the median has moved.
        else shift > moved and chance_of_larger(recent[:, index], calm[:, index]) < DRIFT_CHANCE
        for index, (was, shift) in enumerate(zip(already, shifts, strict=True))
    )


def latent_shift(recent: NDArray[np.float32], healthy: NDArray[np.float32]) -> LatentShift | None:
    """Return the distance of recent latent positions from healthy ones; None while there are too few.

    The exchanges are counted only where the share is large: they cost a millisecond.

    Args:
        recent: (snapshots, dimensions), the last `RECENT` are used; rows with NaN are left out.
        healthy: (snapshots, dimensions), of the baseline's held-out snapshots.

    Source:
        Szekely and Rizzo (2013), Energy statistics: a class of statistics based on distances, sections 2 and
        6: the energy distance, the coefficient of inhomogeneity, and the test by permutations.
    """
    recent = recent[-RECENT:]
    recent = recent[np.isfinite(recent).all(axis=1)].astype(np.float64)
    if len(recent) < RECENT // 2 or len(healthy) < FEWEST or not healthy.shape[1]:
        return None
    spread = np.maximum(healthy.std(axis=0, dtype=np.float64), NARROWEST)
    points = np.concatenate([recent, healthy]) / spread
    apart = np.sqrt(np.maximum(_squares(points), 0.0))
    mine = np.arange(len(points)) < len(recent)
    distance, between = _energy(apart, mine[None])
    share = float(distance[0] / (2 * between[0])) if between[0] > 0 else 0.0
    bound = float("inf")
    if share > APART:
        chance = np.random.default_rng(len(points))
        shuffled = np.stack([chance.permutation(mine) for _ in range(SHUFFLES)])
        bound = float(_energy(apart, shuffled)[0].max())
    return LatentShift(float(distance[0]), bound, share)


def _squares(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared distances of all pairs."""
    own = np.square(points).sum(axis=1)
    whole: NDArray[np.float64] = own[:, None] + own - 2 * points @ points.T
    np.fill_diagonal(whole, 0.0)
    return whole


def _energy(
    apart: NDArray[np.float64], mine: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the energy distance of two groups, and the mean distance between them, for each division.

    Args:
        apart: (points, points), distances.
        mine: (divisions, points), the points of the first group; every division has as many.
    """
    here = mine.astype(np.float64)
    count = here[0].sum()
    rest = mine.shape[1] - count
    sums = here @ apart
    inside = (sums * here).sum(axis=1)
    between = sums.sum(axis=1) - inside
    outside = apart.sum() - inside - 2 * between
    mean = between / (count * rest)
    return 2 * mean - inside / count**2 - outside / rest**2, mean
