"""The Keras layers of each autoencoder. Only `engine.models.training` imports this room."""

from typing import NamedTuple

import keras


class Networks(NamedTuple):
    """A compiled model to train, and the one to score with, which shares its weights.

    `step` is the vectors of a training step, `epochs` the most passes where settings allow more.
    """

    training: keras.Model
    scoring: keras.Model
    step: int
    epochs: int | None = None
