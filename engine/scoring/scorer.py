"""Looks at one snapshot with one bundle, by LiteRT: no memory, no order, so snapshots can go in parallel."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from engine.bundles.bundle import Bundle, BundleError
from engine.config.channels import Layout
from engine.diagnosis.surface import Diagnostician
from engine.models import model_named
from engine.models.base import Insight, Model, Scaling
from engine.records.events import Quality
from engine.signals.envelope import whole_spectrum
from engine.signals.features import centred, figures
from engine.signals.quality import channel_quality, out_of_range
from engine.signals.velocity import VelocityMeter
from replay.recording import Snapshot

SIGNATURE = "serving_default"


class Network:
    """A converted autoencoder. One interpreter a thread; each call is single-threaded."""

    def __init__(self, content: bytes, batch: int) -> None:
        """Hold the converted network, which takes `batch` vectors a call."""
        self._content = content
        self._batch = batch
        self._local = threading.local()

    def run(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Send vectors (n, ...) through; the last call is padded. Outputs are (n, ...) each, in order.

        Raises:
            ArithmeticError: the network returned a number that is not finite.
        """
        runner = self._runner()
        parts: list[list[NDArray[np.float32]]] = []
        for start in range(0, len(vectors), self._batch):
            part = vectors[start : start + self._batch]
            missing = self._batch - len(part)
            if missing:
                part = np.concatenate([part, np.zeros((missing, *part.shape[1:]), np.float32)])
            answer = runner(**{self._local.input: np.ascontiguousarray(part, np.float32)})
            parts.append([answer[name][: self._batch - missing] for name in self._local.outputs])
        outputs = tuple(np.concatenate(pieces) for pieces in zip(*parts, strict=True))
        if not all(np.isfinite(output).all() for output in outputs):
            raise ArithmeticError("the network returned a number that is not finite")
        return outputs

    def _runner(self) -> Callable[..., dict[str, NDArray[np.float32]]]:
        if not hasattr(self._local, "runner"):
            # Without the default delegate: results are then the same on every processor of a kind.
            interpreter = Interpreter(
                model_content=self._content,
                num_threads=1,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            interpreter.allocate_tensors()
            names = interpreter.get_signature_list()[SIGNATURE]
            (self._local.input,) = names["inputs"]
            self._local.outputs = sorted(names["outputs"])
            self._local.interpreter = interpreter
            self._local.runner = interpreter.get_signature_runner(SIGNATURE)
        runner: Callable[..., dict[str, NDArray[np.float32]]] = self._local.runner
        return runner


def insight_of(model: Model, network: Network, observed: NDArray[np.float32], scaling: Scaling) -> Insight:
    """Send what was observed of one snapshot through its network and read the answer."""
    vectors = model.vectors(observed, scaling)
    return model.insight(observed, vectors, network.run(vectors), scaling)


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """What one snapshot shows by itself.

    Attributes:
        quality: one a channel.
        figures: float32 (channels, 4), see `features.FIGURES`.
        velocity: float32 (channels,), see `velocity.VelocityMeter`; None where no channel tells it.
        running: bool (channels,), watched and running.
        residual: float32 (channels, features), the model's features in healthy standard deviations; 0 for
            a channel that does not run.
        insight: what the model made of it.
        signal: float32 (rows, channels), in units; what is invalid is 0.
        spectrum: complex64 (channels, rows // 2 + 1), of the whole signal.
    """

    quality: tuple[Quality, ...]
    figures: NDArray[np.float32]
    velocity: NDArray[np.float32] | None
    running: NDArray[np.bool_]
    residual: NDArray[np.float32]
    insight: Insight
    signal: NDArray[np.float32]
    spectrum: NDArray[np.complex64]


class Scorer:
    """Examines snapshots with one bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle, layout: Layout, diagnostician: Diagnostician) -> None:
        """Prepare the model and the network.

        Args:
            bundle: what was learned.
            layout: which channels are watched, and their sensitivity.
            diagnostician: of the same machine.

        Raises:
            BundleError: this Raceway does not know the bundle's model.
        """
        self.bundle = bundle
        self.layout = layout
        self.diagnostician = diagnostician
        try:
            self.model = model_named(bundle.model, bundle.sample_rate, bundle.rows, bundle.channels)
        except ValueError as error:
            raise BundleError(str(error)) from error
        self.network = Network(bundle.network, self.model.batch)
        self._meter = VelocityMeter(bundle.sample_rate, bundle.rows, layout.units)

    def insight(self, signal: NDArray[np.float32]) -> Insight:
        """What the model makes of a signal (rows, channels), in units."""
        return insight_of(self.model, self.network, self.model.observe(signal), self.bundle.scaling)

    def residual(self, insight: Insight) -> NDArray[np.float32]:
        """Compare with health: features in standard deviations of healthy ones, (channels, features)."""
        usual = self.bundle.calibration
        return (insight.features - usual.centre) / usual.scatter

    def examine(self, snapshot: Snapshot) -> Examination:
        """Judge, reconstruct and compare with health one snapshot.

        Raises:
            ArithmeticError: a number that is not finite came out.
        """
        signal = snapshot.signal / self.layout.sensitivity
        invalid = out_of_range(signal)
        if invalid.any():
            signal = np.where(invalid, np.float32(0.0), signal)
        columns = centred(signal)
        quality = channel_quality(columns, invalid, self.bundle.calibration.level, self.layout.watched)
        insight = self.insight(signal)
        residual = self.residual(insight)
        running = self.layout.watched & np.array([one is Quality.RUNNING for one in quality])
        if not np.isfinite(residual[running]).all():
            raise ArithmeticError(f"{snapshot.name}: the residual holds a number that is not finite")
        spectrum = whole_spectrum(columns)
        return Examination(
            quality=quality,
            figures=figures(columns),
            velocity=self._meter.read(spectrum),
            running=running,
            residual=np.where(running[:, None], residual, np.float32(0.0)).astype(np.float32),
            insight=insight,
            signal=signal,
            spectrum=spectrum,
        )
