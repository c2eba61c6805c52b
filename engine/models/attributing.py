"""Integrated gradients of one network in a separate process, as TensorFlow is.

Run as `python -m engine.models.attributing FOLDER`. The folder holds `request.json` (model, shape, steps),
`weights.npz` and `vectors.npz` (vectors, calm, counted: float32 (n, *shape); `calm` are the healthy vectors
that the path starts from, `counted` is 1 where a value belongs to the component, else 0). It leaves
`gradients.npz`: the mean gradients (n, *shape) of the error along the path, and the error at both ends. For a
network with a latent mean it adds how far each latent value moves and how steeply it answers.

Source:
    Sundararajan, Taly and Yan (2017), Axiomatic attribution for deep networks; the integral by midpoints.
"""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.models.networks.start import tf

Floats = NDArray[np.float32]

AT_ONCE = 512
"""Vectors in one call of the network."""


def attribute(folder: Path) -> None:
    """Write the gradients of a request."""
    request = json.loads((folder / "request.json").read_text())
    network = importlib.import_module(f"engine.models.networks.{request['model'].replace('-', '_')}")
    model = network.build(*(int(size) for size in request["shape"])).scoring
    with np.load(folder / "weights.npz", allow_pickle=False) as weights:
        model.set_weights([weights[f"arr_{number}"] for number in range(len(weights.files))])
    with np.load(folder / "vectors.npz", allow_pickle=False) as stored:
        vectors, calm, counted = stored["vectors"], stored["calm"], stored["counted"]
    total = float(counted.sum())

    def outputs(part: tf.Tensor) -> list[tf.Tensor]:
        found = model(part, training=False)
        return list(found) if isinstance(found, list | tuple) else [found]

    def error(part: tf.Tensor, own: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(own * tf.square(part - outputs(part)[0])) / total

    gradients = np.zeros_like(vectors)
    ends = np.zeros(2)
    for start in range(0, len(vectors), AT_ONCE):
        cut = slice(start, start + AT_ONCE)
        gradients[cut] = path_gradients(error, vectors[cut], calm[cut], counted[cut], request["steps"])
        for number, values in enumerate((calm[cut], vectors[cut])):
            ends[number] += float(error(tf.constant(values), tf.constant(counted[cut])))
    moved, steep = latents(outputs, vectors, calm)
    np.savez(
        folder / "gradients.npz",
        allow_pickle=False,
        gradients=gradients,
        ends=ends,
        moved=moved,
        steep=steep,
    )


def path_gradients(
    error: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    vectors: Floats,
    calm: Floats,
    counted: Floats,
    steps: int,
) -> Floats:
    """Return the mean gradient of the error on the straight path from healthy vectors to those seen.

    Args:
        error: of vectors, over the values that count.
        vectors: (n, *shape).
        calm: (n, *shape).
        counted: (n, *shape), 1 or 0.
        steps: points on the path, each in the middle of a part of it.
    """
    own, begin, way = tf.constant(counted), tf.constant(calm), tf.constant(vectors - calm)
    total = np.zeros(vectors.shape, np.float64)
    for step in range(steps):
        point = begin + way * ((step + 0.5) / steps)
        with tf.GradientTape() as tape:
            tape.watch(point)
            value = error(point, own)
        total += tape.gradient(value, point).numpy()
    return (total / steps).astype(np.float32)


def latents(
    outputs: Callable[[tf.Tensor], list[tf.Tensor]], vectors: Floats, calm: Floats
) -> tuple[Floats, Floats]:
    """Return for each latent value its mean move from health, and the mean norm of its gradient; or nothing.

    Args:
        outputs: of the network; a latent mean is the second of three.
        vectors: (n, *shape).
        calm: (n, *shape).
    """
    part = tf.constant(vectors[:AT_ONCE])
    found = outputs(part)
    if len(found) < 3:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    moved = np.abs(found[1].numpy() - outputs(tf.constant(calm[:AT_ONCE]))[1].numpy()).mean(axis=0)
    steep = []
    for number in range(found[1].shape[1]):
        with tf.GradientTape() as tape:
            tape.watch(part)
            value = tf.reduce_sum(outputs(part)[1][:, number])
        slope = tape.gradient(value, part).numpy().reshape(len(part), -1)
        steep.append(float(np.linalg.norm(slope, axis=1).mean()))
    return moved.astype(np.float32), np.array(steep, np.float32)


if __name__ == "__main__":
    attribute(Path(sys.argv[1]))
