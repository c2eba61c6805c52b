"""The layers of the variational autoencoder: 512-256-128, 16 latent, mirrored, LeakyReLU."""

import keras

from engine.models.networks import Networks
from engine.models.networks.variational import LATENT, variational

HIDDEN = (512, 256, 128)
LEARNING_RATE = 1e-3


def build(length: int, channels: int) -> Networks:
    """Build the untrained network; vectors are (batch, length, channels), standardised."""
    inputs = keras.Input((length, channels))
    layer = keras.layers.Flatten()(inputs)
    for units in HIDDEN:
        layer = keras.layers.LeakyReLU()(keras.layers.Dense(units)(layer))
    return variational(inputs, layer, _decoder(length, channels), LEARNING_RATE)


def _decoder(length: int, channels: int) -> keras.Model:
    latent = keras.Input((LATENT,))
    layer = latent
    for units in reversed(HIDDEN):
        layer = keras.layers.LeakyReLU()(keras.layers.Dense(units)(layer))
    flat = keras.layers.Dense(length * channels)(layer)
    return keras.Model(latent, keras.layers.Reshape((length, channels))(flat))
