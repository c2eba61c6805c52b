"""The contract of every autoencoder: numpy arrays in and out, no network framework."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Scaling = Mapping[str, Floats]
"""Arrays by name that a model learned from its training snapshots; the bundle keeps them."""


@dataclass(frozen=True, slots=True, eq=False)
class Insight:
    """A model's result for one snapshot, before the comparison with health.

    Attributes:
        features: (channels, bands + 1), one for each band and the last for the whole; larger for a larger
            residual. Healthy snapshots that were not trained on give the usual value of each.
        window_errors: (windows, channels), mean squared error of each window; linear and positive.
        spectrum: (channels, bands) [dB re 1 unit], observed.
        reconstruction: (channels, bands) [dB].
        windows: (windows, channels, features), the input of the features, for each window.
        latent: of variational models the Kullback-Leibler divergence of the snapshot from the prior, mean
            over windows, per value of a window: as large as in the loss, so that it may be added to the mean
            of `window_errors`. 0 for others.
        position: (dimensions,), of variational models the natural logarithm of the root mean square of the
            latent mean over windows; empty for others.
    """

    features: Floats
    window_errors: Floats
    spectrum: Floats
    reconstruction: Floats
    windows: Floats
    latent: float = 0.0
    position: Floats = field(default_factory=lambda: np.zeros(0, np.float32))


class Model(Protocol):
    """One autoencoder: its input from a snapshot, and the meaning of its error."""

    name: str
    edges: Floats
    """(bands + 1,) [Hz], borders of the bands of the error."""

    shape: tuple[int, ...]
    """Shape of one input vector of the network."""

    batch: int
    """Fixed number of vectors in one call of the network."""

    percentile: float
    """Percentile of healthy window errors above which a window counts as abnormal in plain figures."""

    def observe(self, signal: Floats) -> Floats:
        """Return the model's input from one snapshot's signal (rows, channels), kept during learning."""

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Return the scaling, learned from the observed training snapshots."""

    def feature_unit(self, scaling: Scaling) -> Floats:
        """Return one unit of a feature in natural-log units of power; broadcasts to (channels, features)."""

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """Return the training vectors (n, *shape) of each snapshot; all snapshots have the same weight."""

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """Return the input vectors (n, *shape) for the score of a snapshot."""

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Return the result for one snapshot.

        Args:
            observed: the model's input from the snapshot.
            vectors: (n, *shape), from `vectors`.
            outputs: of the network for these vectors, in the same order.
            scaling: arrays by name, from `learn_scaling`.
        """
