"""The layers of the recurrent autoencoder: LSTM 128-64-32, repeated, LSTM 64-128, dense at each step."""

import keras

from engine.models.networks import Networks

ENCODER = (128, 64, 32)
DECODER = (64, 128)
LEARNING_RATE = 1e-3
STEP = 64

EPOCHS = 30
"""Most passes over the windows: each costs seconds."""


def build(steps: int, channels: int) -> Networks:
    """Build the untrained network; input and output are (batch, steps, channels), standardised.

    It is trained as a loop over steps. The one to score with has the same cells and every step written out:
    it converts slowly and then scores faster, to the same figures within rounding.
    """
    sizes = (*ENCODER, *DECODER)
    loops = [
        keras.layers.LSTM(units, return_sequences=number != len(ENCODER) - 1)
        for number, units in enumerate(sizes)
    ]
    last = keras.layers.TimeDistributed(keras.layers.Dense(channels))
    training = _network(steps, channels, loops, last)
    training.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    unrolled = [
        keras.layers.RNN(loop.cell, return_sequences=loop.return_sequences, unroll=True) for loop in loops
    ]
    return Networks(training, _network(steps, channels, unrolled, last), STEP, EPOCHS)


def _network(
    steps: int, channels: int, loops: list[keras.layers.Layer], last: keras.layers.Layer
) -> keras.Model:
    inputs = keras.Input((steps, channels))
    layer = inputs
    for number, loop in enumerate(loops):
        if number == len(ENCODER):
            layer = keras.layers.RepeatVector(steps)(layer)
        layer = loop(layer)
    return keras.Model(inputs, last(layer))
