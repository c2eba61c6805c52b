"""Training of one autoencoder in a separate process, so that TensorFlow never enters the engine.

Run as `python -m engine.models.training FOLDER`. The folder holds `request.json` (model, seed, epochs,
patience, batch; optional: beta, anneal, pretrain) and `vectors.npz` (train, validation: float32 vectors as
the model's file says, scaled). Prints one line of JSON an epoch. Leaves `layers.json`, `weights.npz`, and
`network.tflite` for `batch` vectors at a time.
"""

import importlib
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from engine.models.networks.start import keras, tf
from engine.models.waveform import masked


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # keras ships no types
    """A callback that prints the losses of every epoch as one line of JSON, after `done` earlier epochs."""

    def __init__(self, done: int = 0) -> None:
        """Count on from the earlier epochs."""
        super().__init__()
        self.done = done

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Print one epoch.

        Raises:
            ArithmeticError: a loss is not finite.
        """
        losses = logs or {}
        line = {"epoch": self.done + epoch + 1, "loss": losses["loss"], "validation_loss": losses["val_loss"]}
        if not all(map(math.isfinite, line.values())):
            raise ArithmeticError(f"the loss is not a finite number any more after epoch {line['epoch']}")
        print(json.dumps(line), flush=True)


class Annealing(keras.callbacks.Callback):  # type: ignore[misc]  # keras ships no types
    """A callback that lets the divergence's weight grow evenly to `beta` over the first `epochs`."""

    def __init__(self, weight: keras.Variable, beta: float, epochs: int) -> None:
        """Prepare for a network's weight."""
        super().__init__()
        self.weight, self.beta, self.epochs = weight, beta, epochs

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Set the weight of this epoch."""
        self.weight.assign(self.beta * min(1.0, (epoch + 1) / (self.epochs + 1)))


def train(folder: Path) -> None:
    """Train the network of the request in a folder, and write it there."""
    request = json.loads((folder / "request.json").read_text())
    with np.load(folder / "vectors.npz", allow_pickle=False) as vectors:
        learn, validate = vectors["train"], vectors["validation"]
    keras.utils.set_random_seed(int(request["seed"]))
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    network = importlib.import_module(f"engine.models.networks.{request['model'].replace('-', '_')}")
    networks = network.build(*learn.shape[1:])
    epochs = int(request["epochs"])
    beta, anneal, pretrain = (
        float(request.get("beta", 1.0)),
        int(request.get("anneal", 0)),
        int(request.get("pretrain", 0)),
    )
    # While the weight grows, losses of different epochs do not compare.
    stop = keras.callbacks.EarlyStopping(
        patience=int(request["patience"]), restore_best_weights=True, start_from_epoch=anneal
    )
    callbacks: list[keras.callbacks.Callback] = [stop, Progress(pretrain)]
    if networks.divergence_weight is not None:
        callbacks.append(Annealing(networks.divergence_weight, beta, anneal))
    if pretrain:
        chance = np.random.default_rng(int(request["seed"]))
        networks.training.fit(
            masked(learn, chance),
            learn,
            validation_data=(masked(validate, chance), validate),
            epochs=pretrain,
            batch_size=networks.step,
            verbose=0,
            callbacks=[Progress()],
        )
    networks.training.fit(
        learn,
        learn,
        validation_data=(validate, validate),
        epochs=min(epochs, networks.epochs or epochs),
        batch_size=networks.step,
        verbose=0,
        callbacks=callbacks,
    )
    (folder / "network.tflite").write_bytes(convert(networks.scoring, int(request["batch"])))
    np.savez(folder / "weights.npz", *networks.scoring.get_weights(), allow_pickle=False)
    (folder / "layers.json").write_text(json.dumps(list(layers_of(networks.scoring))))


def layers_of(model: keras.Model) -> Iterator[dict[str, object]]:
    """Return kind, output shape and number of learned values of each layer, in order."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        elif layer.count_params() or not isinstance(layer, keras.layers.InputLayer):
            output = layer.output
            shape = output[0].shape if isinstance(output, list | tuple) else output.shape
            yield {
                "kind": type(layer).__name__,
                "shape": [int(size) for size in shape[1:] if size is not None],
                "parameters": int(layer.count_params()),
            }


def convert(model: keras.Model, batch: int) -> bytes:
    """Convert to LiteRT with builtin operators, for a fixed number of vectors at a time."""
    signature = [keras.InputSpec(shape=(batch, *model.input_shape[1:]), dtype="float32")]
    with tempfile.TemporaryDirectory() as place:
        model.export(place, format="tf_saved_model", verbose=False, input_signature=signature)
        return bytes(tf.lite.TFLiteConverter.from_saved_model(place).convert())


if __name__ == "__main__":
    train(Path(sys.argv[1]))
