"""The runner of a converted network, by LiteRT."""

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from engine.models.base import Insight, Model, Scaling

SIGNATURE = "serving_default"


class Network:
    """A converted autoencoder, with one interpreter for each thread; each call is single-threaded."""

    def __init__(self, content: bytes, *, fast: bool = False) -> None:
        """Keep the converted network. It knows itself how many vectors it takes in a call.

        Args:
            content: of the converted network.
            fast: whether it runs with the fastest instructions of this processor. Then its outputs differ
                from those of the engine by rounding, and between kinds of processors.
        """
        self._content, self._fast = content, fast
        self._local = threading.local()

    def __reduce__(self) -> tuple[Callable[..., "Network"], tuple[bytes]]:
        """Rebuild by the constructor: interpreters stay in their process."""
        return partial(Network, fast=self._fast), (self._content,)

    @property
    def batch(self) -> int:
        """Return the number of vectors in a call; 0 of an empty network."""
        if not self._content:
            return 0
        self._runner()
        found: int = self._local.batch
        return found

    def run(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Return the outputs (n, ...) for vectors (n, ...), in order; the last call is padded.

        A model that has nothing to train has an empty network, which has no outputs.

        Raises:
            ArithmeticError: the network returned a number that is not finite.
        """
        if not self._content:
            return ()
        runner = self._runner()
        batch: int = self._local.batch
        parts: list[list[NDArray[np.float32]]] = []
        for start in range(0, len(vectors), batch):
            part = vectors[start : start + batch]
            missing = batch - len(part)
            if missing:
                part = np.concatenate([part, np.zeros((missing, *part.shape[1:]), np.float32)])
            answer = runner(**{self._local.input: np.ascontiguousarray(part, np.float32)})
            parts.append([answer[name][: batch - missing] for name in self._local.outputs])
        outputs = tuple(np.concatenate(pieces) for pieces in zip(*parts, strict=True))
        if not all(np.isfinite(output).all() for output in outputs):
            raise ArithmeticError("the network returned a number that is not finite")
        return outputs

    def _runner(self) -> Callable[..., dict[str, NDArray[np.float32]]]:
        if not hasattr(self._local, "runner"):
            # Without the default delegate: so results are equal on every processor of a kind.
            equal, fast = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES, OpResolverType.AUTO
            interpreter = Interpreter(
                model_content=self._content,
                num_threads=1,
                experimental_op_resolver_type=fast if self._fast else equal,
            )
            interpreter.allocate_tensors()
            names = interpreter.get_signature_list()[SIGNATURE]
            (self._local.input,) = names["inputs"]
            self._local.outputs = sorted(names["outputs"])
            self._local.interpreter = interpreter
            self._local.batch = int(interpreter.get_input_details()[0]["shape"][0])
            self._local.runner = interpreter.get_signature_runner(SIGNATURE)
        runner: Callable[..., dict[str, NDArray[np.float32]]] = self._local.runner
        return runner


def insight_of(model: Model, network: Network, observed: NDArray[np.float32], scaling: Scaling) -> Insight:
    """Return the model's result for one snapshot.

    Args:
        model: the autoencoder.
        network: its converted network.
        observed: the model's input, from `Model.observe`.
        scaling: arrays by name, from `Model.learn_scaling`.
    """
    vectors = model.vectors(observed, scaling)
    return model.insight(observed, vectors, network.run(vectors), scaling)
