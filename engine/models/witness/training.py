"""Training of the isolation forests in a separate process, so that scikit-learn never enters the engine.

Run as `python -m engine.models.witness.training FOLDER`. The folder holds `request.json` (seed) and
`vectors.npz` (train: float32 (snapshots, channels, features)). Leaves `forest.npz`, the arrays of the nodes.
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

TREES = 100
"""Trees of a forest, as Liu, Ting and Zhou (2008) propose."""

LARGEST_SAMPLE = 256
"""Snapshots that a tree sees at most, as they propose."""

EULER = 0.5772156649
"""Euler's constant."""


def train(folder: Path) -> None:
    """Train a forest for each channel and write their nodes."""
    seed = int(json.loads((folder / "request.json").read_text())["seed"])
    with np.load(folder / "vectors.npz", allow_pickle=False) as stored:
        vectors = stored["train"]
    sample = min(LARGEST_SAMPLE, len(vectors))
    forests = [
        nodes_of(
            IsolationForest(n_estimators=TREES, max_samples=sample, random_state=seed).fit(
                vectors[:, channel]
            ),
            sample,
        )
        for channel in range(vectors.shape[1])
    ]
    most = max(one["feature"].shape[1] for one in forests)
    stacked = {
        name: np.stack([np.pad(one[name], ((0, 0), (0, most - one[name].shape[1]))) for one in forests])
        for name in forests[0]
    }
    np.savez(folder / "forest.npz", allow_pickle=False, **stacked)


def nodes_of(forest: IsolationForest, sample: int) -> dict[str, NDArray[np.float32]]:
    """Return the nodes of a forest as arrays (trees, nodes), padded with zeros.

    Args:
        forest: trained.
        sample: snapshots that each tree saw.
    """
    trees = [one.tree_ for one in forest.estimators_]
    most = max(one.node_count for one in trees)
    names = ("feature", "threshold", "left", "right", "path")
    found = {name: np.zeros((len(trees), most), np.float32) for name in names}
    for row, one in enumerate(trees):
        count = one.node_count
        leaf = one.children_left < 0
        depth = np.zeros(count)
        for node in np.flatnonzero(~leaf):
            # A child comes after its parent.
            depth[[one.children_left[node], one.children_right[node]]] = depth[node] + 1
        found["feature"][row, :count] = np.where(leaf, -1, one.feature)
        found["threshold"][row, :count] = downwards(one.threshold)
        found["left"][row, :count] = np.where(leaf, 0, one.children_left)
        found["right"][row, :count] = np.where(leaf, 0, one.children_right)
        found["path"][row, :count] = (depth + expected_path(one.n_node_samples)) / expected_path(
            np.array([sample])
        )
    return found


def downwards(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the largest float32 up to each value: float32 features are cut at the same place."""
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def expected_path(count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean path of an unsuccessful search in a binary tree of so many values."""
    many = np.maximum(count, 3).astype(np.float64)
    long = 2.0 * (np.log(many - 1.0) + EULER) - 2.0 * (many - 1.0) / many
    return np.where(count > 2, long, np.where(count == 2, 1.0, 0.0))


if __name__ == "__main__":
    train(Path(sys.argv[1]))
