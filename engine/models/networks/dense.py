"""The layers of the dense autoencoder: 100-64-32-16-32-64-100."""

import keras

from engine.models.networks import Networks

HIDDEN = (64, 32, 16, 32, 64)
STEP = 128


def build(length: int) -> Networks:
    """Build the untrained network; input and output are (batch, length), scaled to [0, 1]."""
    inputs = keras.Input((length,))
    layer = inputs
    for units in HIDDEN:
        layer = keras.layers.Dense(units, activation="relu")(layer)
    outputs = keras.layers.Dense(length, activation="sigmoid")(layer)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(), loss="mse")
    return Networks(model, model, STEP)
