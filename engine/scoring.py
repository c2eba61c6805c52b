"""Looks at one snapshot with one bundle, by LiteRT: no memory, no order, so snapshots can go in parallel."""

import threading
from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from engine.bundle import Bundle, BundleError
from engine.features import figures
from engine.layout import Layout
from engine.models import model_named
from engine.quality import channel_quality
from engine.records import Quality
from replay.recording import Snapshot


class Network:
    """A converted autoencoder. One interpreter a thread; each call is single-threaded."""

    def __init__(self, content: bytes) -> None:
        """Hold the converted network; interpreters are made where they are first used."""
        self._content = content
        self._local = threading.local()

    def reconstruct(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Reconstruct one standardised vector (channels, features).

        Raises:
            ArithmeticError: the network returned a number that is not finite.
        """
        runner = getattr(self._local, "runner", None)
        if runner is None:
            # Without the default delegate: it saves nothing on networks of this size.
            runner = Interpreter(
                model_content=self._content,
                num_threads=1,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            runner.allocate_tensors()
            self._local.runner = runner
            self._local.input = runner.get_input_details()[0]["index"]
            self._local.output = runner.get_output_details()[0]["index"]
        runner.set_tensor(self._local.input, vector[None])
        runner.invoke()
        result: NDArray[np.float32] = runner.get_tensor(self._local.output)[0]
        if not np.isfinite(result).all():
            raise ArithmeticError("the network returned a number that is not finite")
        return result


@dataclass(frozen=True, slots=True)
class Examination:
    """What one snapshot shows by itself.

    Attributes:
        quality: one a channel.
        figures: float32 (channels, 4), see `features.FIGURES`.
        running: bool (channels,), watched and running.
        residual: float32 (channels, features), observed less reconstructed in healthy standard
            deviations; 0 for a channel that does not run.
        spectrum: float32 (channels, bands) [dB re 1 unit].
        reconstruction: float32 (channels, bands) [dB].
    """

    quality: tuple[Quality, ...]
    figures: NDArray[np.float32]
    running: NDArray[np.bool_]
    residual: NDArray[np.float32]
    spectrum: NDArray[np.float32]
    reconstruction: NDArray[np.float32]


class Scorer:
    """Examines snapshots with one bundle; safe to share between threads."""

    def __init__(self, bundle: Bundle, layout: Layout) -> None:
        """Prepare the model and the network.

        Args:
            bundle: what was learned.
            layout: which channels are watched, and their sensitivity.

        Raises:
            BundleError: this Raceway does not know the bundle's model.
        """
        self.bundle = bundle
        self.layout = layout
        try:
            self.model = model_named(bundle.model, bundle.sample_rate, bundle.rows, bundle.channels)
        except ValueError as error:
            raise BundleError(str(error)) from error
        self.network = Network(bundle.network)

    def examine(self, snapshot: Snapshot) -> Examination:
        """Judge, standardise and reconstruct one snapshot.

        Raises:
            ArithmeticError: a number that is not finite came out.
        """
        scaling = self.bundle.scaling
        signal = snapshot.signal / self.layout.sensitivity
        quality = channel_quality(signal, scaling.level, self.layout.watched)
        vector = self.model.observe(signal).mean(axis=0)
        standard = (vector - scaling.centre) / scaling.scale
        rebuilt = self.network.reconstruct(standard)
        residual = (standard - rebuilt - scaling.residual_centre) / scaling.residual_scale
        running = self.layout.watched & np.array([one is Quality.RUNNING for one in quality])
        if not np.isfinite(residual[running]).all():
            raise ArithmeticError(f"{snapshot.name}: the residual holds a number that is not finite")
        return Examination(
            quality=quality,
            figures=figures(signal),
            running=running,
            residual=np.where(running[:, None], residual, np.float32(0.0)).astype(np.float32),
            spectrum=self.model.decibels(vector),
            reconstruction=self.model.decibels(rebuilt * scaling.scale + scaling.centre),
        )
