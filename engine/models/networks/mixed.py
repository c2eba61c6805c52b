"""The layers of the autoencoder of bearings and motors: those of the spectral one, for each channel."""

from engine.models.networks.spectral import build

__all__ = ["build"]
