"""Export of one autoencoder to other file formats in a separate process, as TensorFlow is.

Run as `python -m engine.models.exporting FOLDER`. The folder holds `request.json` (model, shape, formats),
`weights.npz`, `network.tflite` and `vectors.npz` (check: float32 vectors). It leaves `network.onnx`,
`network.keras` or `network.h5`, and prints one line of JSON with a number for each format: the largest
difference of its outputs from LiteRT's, relative to the output's largest value or 1.
"""

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.models.networks.start import keras, tf
from engine.models.runner import Network

OPSET = 17
"""Version of the ONNX operators: known to runtimes since 2022."""

Outputs = Sequence[NDArray[np.float32]]


def export(folder: Path) -> dict[str, float]:
    """Write the formats of the request; return the difference of each from LiteRT."""
    request = json.loads((folder / "request.json").read_text())
    shape = [int(size) for size in request["shape"]]
    network = importlib.import_module(f"engine.models.networks.{request['model'].replace('-', '_')}")
    model = network.build(*shape).scoring
    with np.load(folder / "weights.npz", allow_pickle=False) as weights:
        model.set_weights([weights[f"arr_{number}"] for number in range(len(weights.files))])
    with np.load(folder / "vectors.npz", allow_pickle=False) as vectors:
        check = vectors["check"]
    expected = Network((folder / "network.tflite").read_bytes()).run(check)
    differences = {}
    for name in request["formats"]:
        file = folder / f"network.{name}"
        if name == "onnx":
            found = _onnx(model, shape, file, check)
        else:
            model.save(file)
            again = keras.models.load_model(file, compile=False)
            found = _listed(again.predict(check, batch_size=len(check), verbose=0))
        differences[name] = difference(expected, found)
    return differences


def _onnx(model: keras.Model, shape: Sequence[int], file: Path, check: NDArray[np.float32]) -> Outputs:
    """Write the ONNX file; return its outputs for the vectors, by onnxruntime."""
    import onnxruntime
    import tf2onnx

    signature = [tf.TensorSpec((None, *shape), tf.float32, name="vectors")]

    def score(vectors: tf.Tensor) -> list[tf.Tensor]:
        return [
            tf.identity(output, name=f"output_{number}")
            for number, output in enumerate(_listed(model(vectors, training=False)))
        ]

    proto, _ = tf2onnx.convert.from_function(
        tf.function(score, input_signature=signature), input_signature=signature, opset=OPSET
    )
    file.write_bytes(proto.SerializeToString())
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    outputs: Outputs = session.run(None, {session.get_inputs()[0].name: check})
    return outputs


def _listed(outputs: object) -> list:  # type: ignore[type-arg]  # of tensors, or of arrays
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def difference(expected: Outputs, found: Outputs) -> float:
    """Return the largest difference of any output, relative to its largest expected value or 1."""
    return max(
        float(np.abs(one - other).max() / max(1.0, float(np.abs(one).max())))
        for one, other in zip(expected, found, strict=True)
    )


if __name__ == "__main__":
    print(json.dumps(export(Path(sys.argv[1]))))
