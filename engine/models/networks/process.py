"""The layers of the process model: a dense layer from conditions to symptoms."""

import keras

from engine.models.networks import Networks

HIDDEN = 16
"""Units between conditions and symptoms: a smooth curve over one or two conditions needs few."""

DECAY = 1e-4
"""Weight of the squared coefficients in the loss: a short baseline shows few conditions."""

LEARNING_RATE = 3e-3
STEP = 128


def build(planes: int, channels: int) -> Networks:
    """Build the untrained network.

    Input and output are (batch, 2, channels): standardised values, and marks that are 1 for a condition.
    Conditions pass through, so that the loss is that of the symptoms.
    """
    inputs = keras.Input((planes, channels))
    values, marks = inputs[:, 0], inputs[:, 1]
    conditions = values * marks
    decay = keras.regularizers.L2(DECAY)
    hidden = keras.layers.Dense(HIDDEN, activation="tanh", kernel_regularizer=decay)(conditions)
    symptoms = keras.layers.Dense(channels, kernel_regularizer=decay)(hidden)
    whole = conditions + symptoms * (1.0 - marks)
    outputs = keras.ops.stack([whole, marks], axis=1)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    return Networks(model, model, STEP)
