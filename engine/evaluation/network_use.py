"""The use that a network makes of its parts: latent dimensions, and prediction beside reconstruction."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import Bundle
from engine.clock import microseconds
from engine.config.channels import layout_of
from engine.config.motors import motors_in
from engine.config.settings import Settings
from engine.config.slow_sensors import conditions_of
from engine.evaluation.truth import Truth
from engine.models import model_named
from engine.models.forecast import AHEAD, LENGTH, Forecast
from engine.models.runner import Network
from engine.models.waveform import Variational, divergences, evenly_spaced
from replay.recording import RecordingError
from replay.run import Run

ACTIVE = 0.01
"""Variance of a dimension's mean over windows above which it counts as active.

Source:
    Burda et al. (2016), Importance weighted autoencoders, section 5.2.
"""

MOST = 60
"""Recordings of either class that are looked at, evenly spaced."""


@dataclass(frozen=True, slots=True, eq=False)
class LatentUse:
    """The use of a latent space on healthy windows.

    Attributes:
        divergence: (dimensions,), mean Kullback-Leibler divergence from the prior [nats].
        variance: (dimensions,), variance of the mean over windows.
    """

    divergence: NDArray[np.float64]
    variance: NDArray[np.float64]

    @property
    def active(self) -> int:
        """Return the number of active dimensions; 0 means that the posterior collapsed onto the prior."""
        return int((self.variance > ACTIVE).sum())


@dataclass(frozen=True, slots=True)
class ForecastUse:
    """Median share of the prediction in the failing component's squared error, before and from the onset on.

    An error spread evenly over a window gives `evenly`.
    """

    healthy: float
    faulty: float
    evenly: float = AHEAD / LENGTH


def latent_use(mean: NDArray[np.float32], log_variance: NDArray[np.float32]) -> LatentUse:
    """Return the use of a latent Gaussian.

    Args:
        mean: (windows, dimensions).
        log_variance: (windows, dimensions).
    """
    return LatentUse(divergences(mean, log_variance).mean(axis=0), mean.var(axis=0, dtype=np.float64))


def network_use(run: Run, settings: Settings, bundle: Bundle, truth: Truth) -> LatentUse | ForecastUse | None:
    """Return the use of the parts of a variational or a forecasting network; None for other models.

    Args:
        run: the recordings.
        settings: of the machine.
        bundle: with the network.
        truth: the onset and its component.
    """
    if conditions_of(bundle.settings) is not None:
        return None
    model = model_named(
        bundle.model, bundle.sample_rate, bundle.rows, bundle.channels, motors_in(bundle.settings)
    )
    network, layout = Network(bundle.network), layout_of(settings)
    at = np.array([microseconds(entry.time) for entry in run.entries])
    baseline = (at >= microseconds(bundle.baseline.start)) & (at <= microseconds(bundle.baseline.end))

    def outputs(where: NDArray[np.bool_]) -> list[tuple[NDArray[np.float32], ...]]:
        """Return the vectors of some recordings and the outputs for them."""
        found = []
        some = np.flatnonzero(where)
        for index in some[evenly_spaced(len(some), MOST)].tolist() if len(some) else ():
            with suppress(RecordingError):
                observed = model.observe(layout.values(run.read(index).signal))
                vectors = model.vectors(observed, bundle.scaling)
                found.append((vectors, *network.run(vectors)))
        return found

    if isinstance(model, Variational):
        seen = outputs(baseline)
        return latent_use(np.concatenate([one[2] for one in seen]), np.concatenate([one[3] for one in seen]))
    if isinstance(model, Forecast):
        own = [number - 1 for number in layout.channels[layout.components.index(truth.component)]]

        def share(where: NDArray[np.bool_]) -> float:
            shares = [
                model.forecast_share(vectors, rebuilt)[own].mean() for vectors, *rebuilt in outputs(where)
            ]
            return float(np.median(shares)) if shares else float("nan")

        faulty = at >= truth.onset_at
        return ForecastUse(share(~faulty & (at > microseconds(bundle.baseline.end))), share(faulty))
    return None
