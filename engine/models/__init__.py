"""The autoencoders: one file each defines its input; their Keras layers are in `networks`."""

from collections.abc import Callable, Sequence

from engine.config.motors import MotorColumns
from engine.models.base import Model
from engine.models.dense import Dense
from engine.models.forecast import Forecast
from engine.models.lstm import Lstm
from engine.models.mixed import Mixed
from engine.models.motor import Motor
from engine.models.process import Process, ProcessLstm
from engine.models.spectral import Spectral
from engine.models.transformer import Transformer
from engine.models.vae import ConvVae, Vae

MODELS: dict[str, Callable[[float, int, int], Model]] = {
    Spectral.name: Spectral,
    Dense.name: Dense,
    Lstm.name: Lstm,
    Vae.name: Vae,
    ConvVae.name: ConvVae,
    Transformer.name: Transformer,
    Forecast.name: Forecast,
}
"""The models of vibration by their names in the settings and on the command line."""

MOTOR_MODELS: dict[str, Callable[[float, int, int], Model]] = {Motor.name: Motor, Mixed.name: Mixed}
"""The models of three phase currents, alone and beside bearings."""


PROCESS_MODELS: dict[str, Callable[[int, int, Sequence[int]], Model]] = {
    Process.name: Process,
    ProcessLstm.name: ProcessLstm,
}
"""The models of rows of slow sensors."""


def model_named(
    name: str,
    sample_rate: float,
    rows: int,
    channels: int,
    motors: Sequence[MotorColumns] = (),
    conditions: Sequence[int] | None = None,
) -> Model:
    """Return the model of that name for recordings of this shape.

    Args:
        name: of the model.
        sample_rate: of the recordings [Hz].
        rows: of a recording.
        channels: of a recording.
        motors: columns of each motor; only motor models use them.
        conditions: of slow sensors the columns, from 0, that explain the others; None for other machines.

    Raises:
        ValueError: there is no such model, or the recordings are too short for it.
    """
    if conditions is not None:
        if name not in PROCESS_MODELS:
            raise ValueError(
                f"model.name: {name!r} is not a model of slow sensors; choose one of"
                f" {', '.join(PROCESS_MODELS)}"
            )
        return PROCESS_MODELS[name](rows, channels, conditions)
    known = {**MODELS, **MOTOR_MODELS}
    if name not in known:
        raise ValueError(f"model.name: there is no model {name!r}; choose one of {', '.join(known)}")
    if name == Motor.name:
        return Motor(sample_rate, rows, channels, [one.currents for one in motors])
    if name == Mixed.name:
        return Mixed(sample_rate, rows, channels, motors)
    return known[name](sample_rate, rows, channels)
