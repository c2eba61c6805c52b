"""What the convolutional variational autoencoder sees: the same windows as the plain one."""

from engine.models.vae import Vae


class ConvVae(Vae):
    """Windows of up to 2048 samples of all channels, standardised, half overlapped."""

    name = "conv-vae"
