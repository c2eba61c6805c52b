"""The Keras layers of each autoencoder. Only `engine.models.training` imports this package."""

from typing import NamedTuple

from engine.models.networks.start import keras


class Networks(NamedTuple):
    """A compiled model for training, and one for scoring that shares its weights.

    `step` is the number of vectors of a training step; `epochs` limits the passes if settings allow more.
    `divergence_weight` is the weight of a variational network's divergence, None for others.
    """

    training: keras.Model
    scoring: keras.Model
    step: int
    epochs: int | None = None
    divergence_weight: keras.Variable | None = None
