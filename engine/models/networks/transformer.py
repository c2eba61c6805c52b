"""The layers of the transformer autoencoder: an encoder over patches, a small code, a decoder that attends.

Source:
    Vaswani et al. (2017), Attention is all you need; layer normalisation before each part as in Xiong et al.
    (2020), which needs no warm-up of the learning rate.
"""

import keras

from engine.models.networks import Networks

PATCH = 8
"""Samples of a patch, one token."""

WIDTH = 32
HEADS = 4
BLOCKS = 2
CODE = 4
"""Numbers of each token that pass from the encoder to the decoder; more would copy a fault."""

LEARNING_RATE = 1e-3
STEP = 64
EPOCHS = 60
"""Most passes over the windows; each takes seconds."""


def build(length: int, channels: int) -> Networks:
    """Build the untrained network; input and output are (batch, length, channels), standardised."""
    layers = keras.layers
    tokens = length // PATCH
    inputs = keras.Input((length, channels))
    layer = _placed(layers.Reshape((tokens, PATCH * channels))(inputs), tokens)
    for _ in range(BLOCKS):
        layer = _block(layer, layer)
    code = layers.Dense(CODE)(layers.LayerNormalization()(layer))
    memory = _placed(code, tokens)
    layer = memory
    for _ in range(BLOCKS):
        layer = _block(layer, memory)
    flat = layers.Dense(PATCH * channels)(layers.LayerNormalization()(layer))
    model = keras.Model(inputs, layers.Reshape((length, channels))(flat))
    model.compile(keras.optimizers.Adam(LEARNING_RATE, clipnorm=1.0), loss="mse")
    return Networks(model, model, STEP, EPOCHS)


def _placed(layer: keras.KerasTensor, tokens: int) -> keras.KerasTensor:
    """Return tokens of `WIDTH` numbers, each with a learned bias of its place."""
    project = keras.layers.EinsumDense("btd,de->bte", output_shape=(tokens, WIDTH), bias_axes="te")
    return project(layer)


def _block(layer: keras.KerasTensor, memory: keras.KerasTensor) -> keras.KerasTensor:
    """Return tokens after attention to the memory and a dense part, each added to its input."""
    layers = keras.layers
    attend = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
    normal = layers.LayerNormalization()(layer)
    layer = layers.Add()([layer, attend(normal, normal if memory is layer else memory)])
    hidden = layers.Dense(2 * WIDTH, activation="gelu")(layers.LayerNormalization()(layer))
    return layers.Add()([layer, layers.Dense(WIDTH)(hidden)])
