"""The learning of the second witness: an isolation forest on the features of the network's baseline."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.baseline.trainer import LearningError, run_child
from engine.bundles.bundle import Bundle
from engine.models.base import Insight
from engine.models.witness.forest import Forest, limited
from engine.scoring.level import levelled
from engine.scoring.method import METHODS
from engine.system.scratch import scratch


def with_witness(
    bundle: Bundle,
    insights: Sequence[Insight],
    unit: NDArray[np.float32],
    watched: NDArray[np.bool_],
    on_wait: Callable[[], None],
) -> Bundle:
    """Return a bundle with a second witness; without one, and with a doubt, if that cannot be learned.

    Args:
        bundle: learned and calibrated.
        insights: of the snapshots of its baseline, oldest first; the last ones are held out, as for limits.
        unit: of a feature, as in `level.levelled`.
        watched: (channels,) known and watched.
        on_wait: called at least once a second.
    """
    usual, held_out = bundle.calibration, bundle.baseline.calibrated_on
    features = np.stack([insight.features for insight in insights])
    own = levelled(features, usual.centre, unit, usual.reach, falls=METHODS[bundle.scoring].falls)
    residual = (own - usual.centre) / usual.scatter
    residual = residual.astype(np.float32)
    try:
        trees = train_forests(residual[:-held_out], bundle.seed, on_wait)
    except LearningError as error:
        return replace(bundle, doubts=(*bundle.doubts, f"no second witness was learned: {error}"))
    return replace(bundle, witness=limited(trees, residual[-held_out:], watched))


def train_forests(
    residual: NDArray[np.float32], seed: int, on_wait: Callable[[], None]
) -> dict[str, NDArray[np.float32]]:
    """Train a forest for each channel in a child process, and return the arrays of the nodes.

    Args:
        residual: (snapshots, channels, features) of the training snapshots.
        seed: of everything random.
        on_wait: called at least once a second.

    Raises:
        LearningError: the training failed.
    """
    with scratch("raceway-witness-") as folder:
        (folder / "request.json").write_text(json.dumps({"seed": seed}))
        np.savez(folder / "vectors.npz", allow_pickle=False, train=residual)
        run_child(folder, "engine.models.witness.training", lambda _: None, on_wait)
        with np.load(folder / "forest.npz", allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files if name in Forest.__slots__}
