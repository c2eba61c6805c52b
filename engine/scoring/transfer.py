"""Excess power by band, and how much of it a neighbour may have from a failing component.

Vibration passes through shaft and housing. Which share passes differs from band to band, and stays the same
while the failing component grows worse: a neighbour's excess that keeps its ratio is explained.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.scoring.severity import moved

WEIGHT = 0.15
"""Weight of the newest snapshot in the averages that are compared: noise hides paths for less long."""

UNCERTAIN = 0.85
"""Healthy standard deviations of doubt about such an average: three of its own."""

SIGNIFICANT = 2.0
"""Smoothed healthy standard deviations above which a band counts as excess."""

AMPLIFIED = 10.0
"""Largest ratio to the leader's excess power that a path may give (10 dB). A neighbour that resonates where
the failing bearing does not measured 4.8."""

GROWN = 10.0
"""Growth of that ratio that a path does not explain (10 dB). Wear that moves within a band measured 7.2 in
the last hours of a bearing."""

LARGEST_LOG = 60.0
"""Bound of natural logarithms of power, so that no exponential overflows."""


Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Transfer:
    """The paths from a leader, as learned since it leads.

    Attributes:
        leader: index of the component, -1 for none.
        most: float32 (channels, bands), upper bound of the ratio of a channel's excess to the leader's;
            infinite where nothing is known.
        slow: float32 (channels, bands), residuals averaged over snapshots, whoever leads.
    """

    leader: int
    most: NDArray[np.float32]
    slow: NDArray[np.float32]

    def pack(self) -> dict[str, object]:
        """Return it in plain JSON types; floats keep every bit."""
        whole = np.stack([self.most, self.slow]).astype("<f4")
        flat = base64.b64encode(whole.tobytes()).decode()
        return {"leader": self.leader, "shape": list(whole.shape), "float32": flat}


def no_transfer(shape: tuple[int, int]) -> Transfer:
    """Return the state in which no component leads; `shape` is (channels, bands)."""
    return Transfer(-1, np.full(shape, np.inf, np.float32), np.zeros(shape, np.float32))


def unpack_transfer(data: Mapping[str, Any], shape: tuple[int, int]) -> Transfer:
    """Rebuild the result of `Transfer.pack`; earlier releases stored none.

    Raises:
        ValueError, KeyError, TypeError: it is damaged, or of another shape.
    """
    if not data:
        return no_transfer(shape)
    flat = np.frombuffer(base64.b64decode(data["float32"]), "<f4").astype(np.float32)
    most, slow = flat.reshape(2, *shape)
    return Transfer(int(data["leader"]), most, slow)


def averaged(before: Transfer, residual: NDArray[np.float32], running: NDArray[np.bool_]) -> Transfer:
    """Return the paths with one more snapshot in their averages.

    Args:
        before: known so far.
        residual: of this snapshot (channels, bands), in healthy standard deviations.
        running: (channels,) False keeps a channel as it was.
    """
    return Transfer(before.leader, before.most, moved(before.slow, residual, WEIGHT, running))


def likely_power(usual: Floats, smoothed: NDArray[np.float32], unit: NDArray[np.float32]) -> Floats:
    """Return the power of each band above its reconstruction, (channels, bands); 0 where not significant.

    Args:
        usual: power of each band without excess (channels, bands), in units squared.
        smoothed: quick average of residuals (channels, bands), in healthy standard deviations.
        unit: a healthy standard deviation (channels, bands), in natural-log units of power.
    """
    quick = smoothed.astype(np.float64)
    return np.where(quick > SIGNIFICANT, _above(usual, quick, unit), 0.0)


def bounds_of_power(
    usual: Floats, slow: NDArray[np.float32], unit: NDArray[np.float32]
) -> tuple[Floats, Floats]:
    """Return the least and the most that the average of a band's excess power may be, (channels, bands).

    Args:
        usual: as in `likely_power`.
        slow: slow average of residuals, from `averaged`.
        unit: as in `likely_power`.
    """
    average = slow.astype(np.float64)
    return (
        _above(usual, average - UNCERTAIN, unit),
        _above(usual, np.maximum(average, 0.0) + UNCERTAIN, unit),
    )


def _above(usual: Floats, size: Floats, unit: NDArray[np.float32]) -> Floats:
    """Return the power above the usual one of an excess, in healthy standard deviations."""
    found: Floats = usual * np.expm1(np.minimum(np.maximum(size, 0.0) * unit, LARGEST_LOG))
    return found


def usual_power(
    spectrum: NDArray[np.float32], residual: NDArray[np.float32], unit: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the power of each band (channels, bands) without its excess, in units squared.

    Args:
        spectrum: of this snapshot (channels, bands) [dB re 1 unit]; NaN gives 0.
        residual: of this snapshot (channels, bands), in healthy standard deviations.
        unit: as in `likely_power`.
    """
    decibels = np.where(np.isnan(spectrum), -np.inf, spectrum.astype(np.float64))
    power: NDArray[np.float64] = np.exp(
        np.minimum(decibels * (np.log(10.0) / 10.0) - residual * unit, LARGEST_LOG)
    )
    return power


def explained(
    before: Transfer,
    bounds: tuple[Floats, Floats],
    leader: int,
    channels: Sequence[int],
    running: NDArray[np.bool_],
) -> tuple[Transfer, NDArray[np.bool_]]:
    """Return which bands the leader's excess explains, and what is now known of the paths from it.

    A band is explained unless the ratio to the leader's excess is beyond any path, or has grown beyond the
    least that was seen since the leader leads. Both are judged at the bounds that favour an explanation.

    Args:
        before: known so far; of another leader it counts for nothing.
        bounds: of this snapshot, from `bounds_of_power`.
        leader: index of the leading component.
        channels: its channels, from 1.
        running: (channels,).

    Returns:
        The paths, and bool (channels, bands).
    """
    if before.leader != leader:
        before = Transfer(leader, np.full_like(before.most, np.inf), before.slow)
    own = [number - 1 for number in channels if running[number - 1]]
    least, most = bounds
    if not own:
        return before, np.zeros(least.shape, np.bool_)
    lead_least, lead_most = least[own].sum(axis=0) / len(own), most[own].sum(axis=0) / len(own)
    ratio = np.divide(least, lead_most, out=np.zeros_like(least), where=lead_most > 0)
    inside = (ratio <= AMPLIFIED) & (ratio <= GROWN * before.most.astype(np.float64))
    bound = np.full_like(most, np.inf)
    np.divide(most, lead_least[None], out=bound, where=(lead_least > 0)[None] & running[:, None])
    return Transfer(leader, np.minimum(before.most, bound).astype(np.float32), before.slow), inside
