"""The layers of the forecasting autoencoder: a dense encoder, a decoder of the past, a head for the rest."""

import keras

from engine.models.networks import Networks

SEEN = 64
HIDDEN = 128
CODE = 32
LEARNING_RATE = 1e-3
STEP = 128


def build(length: int, channels: int) -> Networks:
    """Build the untrained network; input and output are (batch, length, channels), standardised.

    The last `length - SEEN` samples of the input are the target of the prediction and reach no layer.
    """
    inputs = keras.Input((length, channels))
    layer = keras.layers.Flatten()(keras.layers.Cropping1D((0, length - SEEN))(inputs))
    code = keras.layers.Dense(CODE)(keras.layers.Dense(HIDDEN, activation="tanh")(layer))
    parts = []
    for steps in (SEEN, length - SEEN):
        hidden = keras.layers.Dense(HIDDEN, activation="tanh")(code)
        parts.append(keras.layers.Reshape((steps, channels))(keras.layers.Dense(steps * channels)(hidden)))
    model = keras.Model(inputs, keras.layers.Concatenate(axis=1)(parts))
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    return Networks(model, model, STEP)
