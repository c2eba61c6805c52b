"""The layers of the convolutional variational autoencoder: three strided convolutions, and back."""

import keras

from engine.models.networks import Networks
from engine.models.networks.variational import LATENT, variational

FILTERS = (16, 32, 32)
KERNEL = 16
"""Length of the first layer's filters in samples: 0.8 ms of an IMS recording, as long as an impact rings."""

STRIDE = 4
LEARNING_RATE = 1e-3


def build(length: int, channels: int) -> Networks:
    """Build the untrained network; vectors are (batch, length, channels), standardised.

    Any power of two from 64 rows on can be halved as often as the strides require.
    """
    inputs = keras.Input((length, channels))
    layer = inputs
    for filters in FILTERS:
        layer = keras.layers.Conv1D(filters, KERNEL, strides=STRIDE, padding="same")(layer)
        layer = keras.layers.LeakyReLU()(layer)
    short = length // STRIDE ** len(FILTERS)
    return variational(inputs, keras.layers.Flatten()(layer), _decoder(short, channels), LEARNING_RATE)


def _decoder(short: int, channels: int) -> keras.Model:
    latent = keras.Input((LATENT,))
    layer = keras.layers.LeakyReLU()(keras.layers.Dense(short * FILTERS[-1])(latent))
    layer = keras.layers.Reshape((short, FILTERS[-1]))(layer)
    for filters in (*reversed(FILTERS[:-1]), None):
        widen = keras.layers.Conv1DTranspose(filters or channels, KERNEL, strides=STRIDE, padding="same")
        layer = widen(layer)
        if filters:
            layer = keras.layers.LeakyReLU()(layer)
    return keras.Model(latent, layer)
