"""The layers of the spectral autoencoder: a dense one for each channel, trained together."""

import keras

from engine.models.networks import Networks

HIDDEN = 32
"""Units on either side of the bottleneck."""

BOTTLENECK = 2
"""Bottleneck units, for the changes of a steady machine: level and tilt. More units would follow a fault."""

LEARNING_RATE = 3e-3
STEP = 128


def build(channels: int, features: int) -> Networks:
    """Build the untrained network; input and output are (batch, channels, features), standardised."""

    def dense(units: int, activation: str | None) -> keras.layers.Layer:
        return keras.layers.EinsumDense(
            "bcd,cdh->bch", output_shape=(channels, units), bias_axes="ch", activation=activation
        )

    inputs = keras.Input((channels, features))
    code = dense(BOTTLENECK, None)(dense(HIDDEN, "tanh")(inputs))
    outputs = dense(features, None)(dense(HIDDEN, "tanh")(code))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    return Networks(model, model, STEP)
