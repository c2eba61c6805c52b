"""What variational autoencoders have in common: a latent Gaussian, its sampling, and its divergence."""

import keras

from engine.models.networks import Networks

BETA = 1.0
"""Weight of the divergence beside the reconstruction error."""

LARGEST = 8.0
"""Of a log variance, either way: its exponential must never overflow in training."""

STEEPEST = 1.0
"""Norm of a gradient that is followed: single loud windows must not throw the network off."""

LATENT = 16
STEP = 64


class Sampling(keras.layers.Layer):  # type: ignore[misc]  # keras ships no types
    """Draws from the latent Gaussian while training, returns its mean otherwise; adds the divergence.

    The loss is a mean over the values of a window, so the divergence is told per value, too: the sum of the
    two is then the evidence bound (Higgins et al. 2017). Undivided, it would outweigh all there is to
    reconstruct, and the network would learn to return the mean whatever it is shown.
    """

    def __init__(self, values: int) -> None:
        """Prepare for windows of so many values."""
        super().__init__()
        self.weight = BETA / values
        self.chance = keras.random.SeedGenerator()

    def call(
        self, mean: keras.KerasTensor, log_variance: keras.KerasTensor, training: bool = False
    ) -> keras.KerasTensor:
        """Sample, and add what the latent costs to the loss."""
        ops = keras.ops
        each = 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)
        self.add_loss(self.weight * ops.mean(ops.sum(each, axis=-1)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.chance)
        return mean + ops.exp(0.5 * log_variance) * noise


def _bounded(value: keras.KerasTensor) -> keras.KerasTensor:
    return LARGEST * keras.ops.tanh(value / LARGEST)


def variational(
    inputs: keras.KerasTensor, encoded: keras.KerasTensor, decoder: keras.Model, learning_rate: float
) -> Networks:
    """Join an encoder and a decoder by a latent Gaussian.

    Args:
        inputs: of the encoder.
        encoded: its output, flat.
        decoder: from the latent vector to the shape of the inputs.
        learning_rate: of Adam.

    Returns:
        The one to score with returns the reconstruction from the latent mean, the mean, and the log variance.
    """
    mean = keras.layers.Dense(LATENT)(encoded)
    log_variance = keras.layers.Dense(LATENT, activation=_bounded)(encoded)
    values = 1
    for size in inputs.shape[1:]:
        values *= size
    training = keras.Model(inputs, decoder(Sampling(values)(mean, log_variance)))
    training.compile(keras.optimizers.Adam(learning_rate, clipnorm=STEEPEST), loss="mse")
    scoring = keras.Model(inputs, [decoder(mean), mean, log_variance])
    return Networks(training, scoring, STEP)
