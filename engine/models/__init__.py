"""The autoencoders: one file each says what it sees; their Keras layers are in `networks`."""

from collections.abc import Callable

from engine.models.base import Model
from engine.models.dense import Dense
from engine.models.lstm import Lstm
from engine.models.spectral import Spectral
from engine.models.vae import ConvVae, Vae

MODELS: dict[str, Callable[[float, int, int], Model]] = {
    Spectral.name: Spectral,
    Dense.name: Dense,
    Lstm.name: Lstm,
    Vae.name: Vae,
    ConvVae.name: ConvVae,
}
"""Every model by the name that settings and the command line use."""


def model_named(name: str, sample_rate: float, rows: int, channels: int) -> Model:
    """Make the model of that name for recordings of this shape.

    Raises:
        ValueError: there is no such model, or it cannot see recordings so short.
    """
    if name not in MODELS:
        raise ValueError(f"model.name: there is no model {name!r}; choose one of {', '.join(MODELS)}")
    return MODELS[name](sample_rate, rows, channels)
