"""What every autoencoder offers the rest of the engine: numpy in, numpy out, no network framework."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Scaling = Mapping[str, Floats]
"""Arrays by name that a model learned from the snapshots it was trained on; kept in the bundle."""


@dataclass(frozen=True, slots=True, eq=False)
class Insight:
    """What a model makes of one snapshot, not yet compared with health.

    Attributes:
        features: (channels, bands + 1), larger where more was not reconstructed: one a band, and last the
            whole. Healthy snapshots not trained on say what is usual for each.
        window_errors: (windows, channels), mean squared error of each window; linear and positive.
        spectrum: (channels, bands) [dB re 1 unit], observed.
        reconstruction: (channels, bands) [dB].
        windows: (windows, channels, features), what the features are made from, of each window.
        latent: of variational models the Kullback-Leibler divergence of the snapshot from the prior, mean
            over windows, per value of a window: as large as in the loss, so that it may be added to the mean
            of `window_errors`. 0 for others.
    """

    features: Floats
    window_errors: Floats
    spectrum: Floats
    reconstruction: Floats
    windows: Floats
    latent: float = 0.0


class Model(Protocol):
    """One autoencoder: what it sees of a snapshot, and how its error is read."""

    name: str
    edges: Floats
    """(bands + 1,) [Hz], borders of the bands in which the error is told."""

    shape: tuple[int, ...]
    """Of one vector that goes through the network."""

    batch: int
    """Vectors that one call of the network takes, fixed."""

    percentile: float
    """Of healthy window errors, above which a window counts as abnormal in plain figures."""

    def observe(self, signal: Floats) -> Floats:
        """See one snapshot: of its signal (rows, channels) what the model needs, kept while it learns."""

    def learn_scaling(self, observed: Sequence[Floats]) -> Scaling:
        """Learn how to scale, from what was observed of the snapshots to train on."""

    def feature_unit(self, scaling: Scaling) -> Floats:
        """What one unit of a feature is in natural-log units of power; fits (channels, features)."""

    def training_vectors(
        self, observed: Sequence[Floats], scaling: Scaling, chance: np.random.Generator
    ) -> list[Floats]:
        """For each snapshot the vectors (n, *shape) to train on; all snapshots weigh the same."""

    def vectors(self, observed: Floats, scaling: Scaling) -> Floats:
        """The vectors (n, *shape) that go through the network when a snapshot is scored."""

    def insight(
        self, observed: Floats, vectors: Floats, outputs: Sequence[Floats], scaling: Scaling
    ) -> Insight:
        """Read what the network returned for `vectors`, in the same order."""
