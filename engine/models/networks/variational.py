"""The common part of variational autoencoders: a latent Gaussian, its sampling, and its divergence."""

import keras

from engine.models.networks import Networks

LARGEST = 8.0
"""Bound of a log variance, either way, so that its exponential never overflows in training."""

STEEPEST = 1.0
"""Largest norm of a gradient, so that single loud windows do not disturb the training."""

LATENT = 16
STEP = 64


class Sampling(keras.layers.Layer):  # type: ignore[misc]  # keras ships no types
    """Samples the latent Gaussian during training, else returns its mean; adds the divergence to the loss.

    The loss is a mean over the values of a window, so the divergence is divided by their number: the sum of
    the two is the evidence bound. Undivided, it would outweigh the reconstruction, and the network would
    learn to return the mean for any input.

    Source:
        Higgins et al. (2017), beta-VAE; Bowman et al. (2016), Generating sentences from a continuous space,
        for a weight that grows from 0.
    """

    def __init__(self, values: int) -> None:
        """Prepare for windows with so many values."""
        super().__init__()
        self.values = values
        self.weight = self.add_weight(shape=(), initializer="ones", trainable=False, name="divergence_weight")
        self.chance = keras.random.SeedGenerator()

    def call(
        self, mean: keras.KerasTensor, log_variance: keras.KerasTensor, training: bool = False
    ) -> keras.KerasTensor:
        """Sample, and add the divergence to the loss."""
        ops = keras.ops
        each = 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)
        self.add_loss(self.weight / self.values * ops.mean(ops.sum(each, axis=-1)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.chance)
        return mean + ops.exp(0.5 * log_variance) * noise


def _bounded(value: keras.KerasTensor) -> keras.KerasTensor:
    """Return a value within `LARGEST` either way, by layers that any Keras loads."""
    layers = keras.layers
    return layers.Rescaling(LARGEST)(layers.Activation("tanh")(layers.Rescaling(1 / LARGEST)(value)))


def variational(
    inputs: keras.KerasTensor, encoded: keras.KerasTensor, decoder: keras.Model, learning_rate: float
) -> Networks:
    """Join an encoder and a decoder by a latent Gaussian.

    Args:
        inputs: of the encoder.
        encoded: the encoder's output, flat.
        decoder: from the latent vector to the shape of the inputs.
        learning_rate: of Adam.

    Returns:
        The scoring model returns the reconstruction from the latent mean, the mean, and the log variance.
    """
    mean = keras.layers.Dense(LATENT)(encoded)
    log_variance = _bounded(keras.layers.Dense(LATENT)(encoded))
    values = 1
    for size in inputs.shape[1:]:
        values *= size
    sampling = Sampling(values)
    training = keras.Model(inputs, decoder(sampling(mean, log_variance)))
    training.compile(keras.optimizers.Adam(learning_rate, clipnorm=STEEPEST), loss="mse")
    scoring = keras.Model(inputs, [decoder(mean), mean, log_variance])
    return Networks(training, scoring, STEP, divergence_weight=sampling.weight)
