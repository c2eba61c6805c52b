"""Isolation forests as plain arrays, one for each channel, scored by numpy alone.

Source:
    Liu, Ting and Zhou (2008), Isolation forest: a value that few random cuts separate from the others is odd.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.signals.statistics import NORMAL_MAD

DEVIATIONS = 4.0
"""Robust standard deviations of held-out scores above their median that are the limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """The forests of all channels; arrays are float32, so that a bundle keeps them as its others.

    Attributes:
        feature: (channels, trees, nodes), the feature that a node cuts; -1 for a leaf.
        threshold: the same shape; a value up to it goes left.
        left: the same shape, the node to the left; `right` the one to the right.
        path: the same shape, cuts from the root to a leaf and those expected below it, in usual path lengths.
        usual: (channels,), median score of held-out healthy snapshots.
        limit: (channels,), how far above that a score is odd; NaN where nothing is known of a channel.
    """

    feature: NDArray[np.float32]
    threshold: NDArray[np.float32]
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    path: NDArray[np.float32]
    usual: NDArray[np.float32]
    limit: NDArray[np.float32]

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return its arrays by name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def scores(self, residual: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the anomaly score of each channel, 0 to 1, from features (channels, features)."""
        channels, trees, nodes = self.feature.shape
        row, tree = np.arange(channels)[:, None], np.arange(trees)[None]
        node = np.zeros((channels, trees), np.intp)
        for _ in range(nodes):
            cut = self.feature[row, tree, node].astype(np.intp)
            inner = cut >= 0
            if not inner.any():
                break
            is_left = residual[row, cut] <= self.threshold[row, tree, node]
            below = np.where(is_left, self.left[row, tree, node], self.right[row, tree, node])
            node = np.where(inner, below, node).astype(np.intp)
        found: NDArray[np.float64] = 2.0 ** -self.path[row, tree, node].mean(axis=1, dtype=np.float64)
        return found

    def severity(
        self, residual: NDArray[np.float32], running: NDArray[np.bool_], channels: Sequence[int]
    ) -> float | None:
        """Return the score of a component over the limit, 1.0 at the limit; None where nothing is known.

        Args:
            residual: of one snapshot (channels, features), in healthy standard deviations.
            running: (channels,).
            channels: of the component, from 1; the oddest decides.
        """
        known = running & np.isfinite(self.limit)
        own = [number - 1 for number in channels if known[number - 1]]
        if not own:
            return None
        above = (self.scores(residual)[own] - self.usual[own]) / self.limit[own]
        return float(max(above.max(), 0.0))

    def without(self, channels: Sequence[int]) -> "Forest":
        """Return the forests with nothing known of some channels, from 0."""
        limit = self.limit.copy()
        limit[list(channels)] = np.nan
        return replace(self, limit=limit)


def limited(
    trees: Mapping[str, NDArray[np.float32]], held_out: NDArray[np.float32], watched: NDArray[np.bool_]
) -> Forest:
    """Return trained forests with limits from later healthy snapshots.

    Args:
        trees: the arrays of the nodes, by name.
        held_out: (snapshots, channels, features), not trained on.
        watched: (channels,); nothing is known of the others.
    """
    nothing = np.zeros(held_out.shape[1], np.float32)
    forest = Forest(**trees, usual=nothing, limit=nothing)
    scores = np.stack([forest.scores(one) for one in held_out])
    usual = np.median(scores, axis=0)
    spread = NORMAL_MAD * np.median(np.abs(scores - usual), axis=0)
    limit = np.where(watched & (spread > 0), DEVIATIONS * spread, np.nan)
    return replace(forest, usual=usual.astype(np.float32), limit=limit.astype(np.float32))
