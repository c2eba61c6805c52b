"""The Keras layers of each autoencoder. Only `engine.training` imports this room."""

from typing import NamedTuple

import keras


class Networks(NamedTuple):
    """A compiled model to train, the one to score with (sharing its layers), and rows of a training step."""

    training: keras.Model
    scoring: keras.Model
    step: int
