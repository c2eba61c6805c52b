"""The layers of the motor autoencoder: those of the spectral one, for each phase."""

from engine.models.networks.spectral import build

__all__ = ["build"]
