"""Integrated gradients of an alarm's snapshot, beside its contributions and its occlusion."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import Bundle
from engine.config.motors import motors_in
from engine.errors import FailedError, UnusableError
from engine.models import model_named
from engine.models.base import Floats, Model
from engine.models.spectral import Spectral
from engine.models.waveform import Waveform
from engine.system.processes.child_death import death_of
from engine.system.processes.child_process import run_module
from engine.system.scratch import scratch

STEPS = 64
"""Points on the path; with them the attributions of a tanh network sum to the error within a thousandth."""

WEIGHTS, VECTORS, GRADIENTS = "weights.npz", "vectors.npz", "gradients.npz"


class GradientsError(UnusableError):
    """Gradients that cannot be had of this alarm; one sentence with the reason."""


class GradientsFailedError(FailedError):
    """The process that computes gradients failed."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """The share of each band of each channel in the rise of a component's error above that of health.

    Attributes:
        channels: of the component, counted from 1.
        edges: (bands + 1,) [Hz].
        shares: (channels, bands), of the rise; negative where a band lowers the error. They sum to 1 less
            `rest`.
        rest: share of what no band holds: the level, or frequencies outside the bands.
        gap: difference of the sum of all attributions from the rise, relative to the rise.
        moved: mean move of each latent value from health; empty without latent values.
        steep: mean norm of the gradient of each latent value; empty without.
    """

    channels: tuple[int, ...]
    edges: NDArray[np.float32]
    shares: NDArray[np.float64]
    rest: float
    gap: float
    moved: NDArray[np.float32]
    steep: NDArray[np.float32]

    def widened(self, bands: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        """Return the shares of wider bands [from Hz, to Hz], all channels together."""
        middle = (self.edges[:-1] + self.edges[1:]) / 2
        by_band = self.shares.sum(axis=0)
        return np.array([float(by_band[(middle >= low) & (middle < high)].sum()) for low, high in bands])


def attribution_of(
    bundle: Bundle, signal: NDArray[np.float32], channels: Sequence[int], steps: int = STEPS
) -> Attribution:
    """Return integrated gradients of a component's reconstruction error.

    Args:
        bundle: that judged the snapshot.
        signal: (rows, channels), in units.
        channels: of the component, counted from 1.
        steps: points on the path.

    Raises:
        GradientsError: the model has no such gradients, or the bundle keeps no weights.
        GradientsFailedError: the process failed.
    """
    model = model_named(
        bundle.model, bundle.sample_rate, bundle.rows, bundle.channels, motors_in(bundle.settings)
    )
    if not isinstance(model, Spectral | Waveform):
        raise GradientsError(f"the model {bundle.model} has no gradients by band; use contributions")
    if not bundle.weights:
        raise GradientsError(
            "the bundle keeps no weights, because an earlier Raceway learned it; learn again"
        )
    seen = np.nan_to_num(signal)
    own = [number - 1 for number in channels]
    vectors, calm, counted = _path(model, bundle, seen, own)
    found = _gradients(bundle, model, vectors, calm, counted, steps)
    rise = float(found["ends"][1] - found["ends"][0])
    if not rise > 0:
        raise GradientsError("the error of this snapshot is not above that of health: nothing to attribute")
    way, slope = vectors - calm, found["gradients"]
    by_band, rest = _by_band(model, way, slope, own)
    return Attribution(
        channels=tuple(channels),
        edges=np.asarray(model.edges, np.float32),
        shares=by_band / rise,
        rest=rest / rise,
        gap=abs(by_band.sum() + rest - rise) / rise,
        moved=found["moved"],
        steep=found["steep"],
    )


def agreement(one: Iterable[float], other: Iterable[float]) -> float | None:
    """Return Spearman's rank correlation; None for less than 3 pairs, or where one of both is constant."""
    first, second = np.array(list(one)), np.array(list(other))
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    # Its import takes a second.
    from scipy.stats import spearmanr

    return float(spearmanr(first, second).statistic)


def occlusion_bands(occlusion: Iterable[Mapping[str, object]]) -> list[tuple[tuple[float, float], float]]:
    """Return the bands [from Hz, to Hz] of a stored occlusion with the fall of the error of each."""
    found = []
    for one in occlusion:
        band, fall = one.get("band"), one.get("fall")
        if isinstance(band, list | tuple) and len(band) == 2 and isinstance(fall, int | float):
            found.append(((float(band[0]), float(band[1])), float(fall)))
    return sorted(found)


def _path(model: Model, bundle: Bundle, signal: Floats, own: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Return the vectors of a snapshot, the healthy ones that the path starts from, and which values count.

    The health of a spectrum is its usual one, all zeros; that of a waveform is silence: no phase is usual.
    """
    vectors = model.vectors(model.observe(signal), bundle.scaling)
    if isinstance(model, Waveform):
        calm = model.vectors(model.observe(np.zeros_like(signal)), bundle.scaling)
        counted = np.zeros_like(model.unpacked(vectors))
        counted[:, own] = 1.0
        return vectors, calm, model.packed(counted)
    # The mean over the windows, which severity rests on.
    vectors = vectors[:1]
    counted = np.zeros_like(vectors)
    counted[:, own] = 1.0
    return vectors, np.zeros_like(vectors), counted


def _by_band(
    model: Model, way: Floats, slope: Floats, own: Sequence[int]
) -> tuple[NDArray[np.float64], float]:
    """Return the attributions of bands (channels of the component, bands), and of all else.

    For a waveform the product of way and slope is summed by frequency, which Parseval's theorem allows.
    """
    if isinstance(model, Waveform):
        windows, slopes = model.unpacked(way), model.unpacked(slope)
        length = windows.shape[-1]
        product = (np.fft.rfft(windows) * np.conj(np.fft.rfft(slopes))).real
        product[..., 1 : (length + 1) // 2] *= 2
        bins = product.sum(axis=0, dtype=np.float64) / length
        bands = np.stack([bins[:, low:high].sum(axis=1) for low, high in pairwise(model.borders)], axis=1)
        return bands[own], float(bins.sum() - bands[own].sum())
    parts = (way * slope)[0].astype(np.float64)
    return parts[own, :-1], float(parts.sum() - parts[own, :-1].sum())


def _gradients(
    bundle: Bundle, model: Model, vectors: Floats, calm: Floats, counted: Floats, steps: int
) -> dict[str, NDArray[np.float32]]:
    with scratch("raceway-gradients-") as folder:
        request = {"model": bundle.model, "shape": model.shape, "steps": steps}
        (folder / "request.json").write_text(json.dumps(request))
        (folder / WEIGHTS).write_bytes(bundle.weights)
        np.savez(folder / VECTORS, allow_pickle=False, vectors=vectors, calm=calm, counted=counted)
        child = run_module("engine.models.attributing", folder)
        if child.returncode != 0:
            raise GradientsFailedError(
                f"the gradients {death_of(child.returncode, child.stderr, 'TensorFlow').words}"
            )
        content = io.BytesIO(Path(folder, GRADIENTS).read_bytes())
        with np.load(content, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
