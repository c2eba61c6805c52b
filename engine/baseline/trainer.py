"""The training of a network in a child process."""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.config.sections.core import ModelSettings
from engine.errors import UnusableError
from engine.models.base import Model, Scaling
from engine.models.process import Process
from engine.records.progress import Epoch
from engine.system.processes.child_death import Cause, death_of
from engine.system.processes.child_process import command, environment
from engine.system.scratch import scratch
from replay.recording import clean_text

PATIENCE = 15
"""Epochs without improvement before training stops."""


ELSEWHERE = "learn on another computer (raceway learn RUN --out DIR) and use its bundle here (--bundle DIR)"
"""Remedy if no network can be trained."""


class LearningError(UnusableError):
    """No baseline can be learned; one sentence with the reason and the remedy."""


class TrainingError(LearningError):
    """The training process failed: more snapshots will not help, a person must."""


class TrainedNetwork(NamedTuple):
    """A trained network: its LiteRT content, the file of its weights, losses by epoch, and its layers."""

    content: bytes
    weights: bytes
    history: tuple[dict[str, float], ...]
    layers: tuple[dict[str, object], ...]


_TRAINING = threading.Lock()
"""Held during a training: TensorFlow takes 700 MB and all cores; a plant may learn several machines."""


VALIDATION_SHARE = 0.2
"""Share of the training snapshots, the last ones, for early stopping."""

UNTRAINED = TrainedNetwork(b"", b"", (), ())
"""The network of a model that has nothing to train."""


def train_model(
    model: Model,
    settings: ModelSettings,
    observed: Sequence[NDArray[np.float32]],
    scaling: Scaling,
    on_epoch: Callable[[Epoch], None],
    on_wait: Callable[[], None],
) -> TrainedNetwork:
    """Train the network of a model, if it has one.

    Args:
        model: the autoencoder.
        settings: its seed, epochs and weights.
        observed: the model's input from each training snapshot, oldest first.
        scaling: from `Model.learn_scaling`.
        on_epoch: called after each epoch.
        on_wait: called at least once a second.

    Raises:
        LearningError: the training failed.
    """
    if isinstance(model, Process) and not model.is_trained:
        return UNTRAINED
    chance = np.random.default_rng(settings.seed)
    vectors = model.training_vectors(observed, scaling, chance)
    validating = max(1, round(len(vectors) * VALIDATION_SHARE))
    request = {
        "model": settings.name,
        "seed": settings.seed,
        "epochs": settings.epochs,
        "patience": PATIENCE,
        "batch": model.batch,
        "beta": settings.beta,
        "anneal": settings.anneal,
        "pretrain": settings.pretrain,
    }
    return train_network(request, vectors[:-validating], vectors[-validating:], on_epoch, on_wait)


def train_network(
    request: Mapping[str, object],
    train: Sequence[NDArray[np.float32]],
    validation: Sequence[NDArray[np.float32]],
    on_epoch: Callable[[Epoch], None],
    on_wait: Callable[[], None],
) -> TrainedNetwork:
    """Train a network in a child process; the trainings of one process follow one another.

    Args:
        request: model, seed, epochs, patience, batch.
        train: vectors (n, ...) of each training snapshot, scaled.
        validation: vectors (n, ...) of each snapshot for early stopping.
        on_epoch: called after each epoch.
        on_wait: called at least once a second.

    Raises:
        LearningError: the training failed.
    """
    while not _TRAINING.acquire(timeout=1.0):
        on_wait()
    try:
        return _trained(request, train, validation, on_epoch, on_wait)
    finally:
        _TRAINING.release()


def _trained(
    request: Mapping[str, object],
    train: Sequence[NDArray[np.float32]],
    validation: Sequence[NDArray[np.float32]],
    on_epoch: Callable[[Epoch], None],
    on_wait: Callable[[], None],
) -> TrainedNetwork:
    with scratch("raceway-learning-") as folder:
        (folder / "request.json").write_text(json.dumps(request))
        np.savez(
            folder / "vectors.npz",
            allow_pickle=False,
            train=np.concatenate(train),
            validation=np.concatenate(validation),
        )
        history = run_child(folder, "engine.models.training", on_epoch, on_wait)
        try:
            return TrainedNetwork(
                content=(folder / "network.tflite").read_bytes(),
                weights=(folder / "weights.npz").read_bytes(),
                history=history,
                layers=tuple(json.loads((folder / "layers.json").read_text())),
            )
        except FileNotFoundError as error:
            raise TrainingError(f"training ended without a network; {ELSEWHERE}") from error


def run_child(
    folder: Path, module: str, on_epoch: Callable[[Epoch], None], on_wait: Callable[[], None]
) -> tuple[dict[str, float], ...]:
    """Run a training process, report its progress, and wait for its end.

    Args:
        folder: with its input, and then with its output.
        module: that trains.
        on_epoch: called for each line of progress.
        on_wait: called at least once a second.

    Returns:
        The losses by epoch.

    Raises:
        LearningError: it failed.
    """
    complaints = folder / "complaints.txt"
    history = []
    child = _start(folder, module, complaints)
    assert child.stdout is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    output = child.stdout

    def pass_on() -> None:
        for line in output:
            lines.put(line)
        lines.put("")

    reader = threading.Thread(target=pass_on, daemon=True)
    reader.start()
    try:
        while True:
            try:
                line = lines.get(timeout=1.0)
            except queue.Empty:
                on_wait()
                continue
            if not line:
                break
            # A killed child can leave half a line.
            if line.startswith("{") and line.endswith("}\n"):
                losses = json.loads(line)
                history.append(losses)
                on_epoch(Epoch(int(losses["epoch"]), losses["loss"], losses["validation_loss"]))
        code = child.wait()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        reader.join()
        output.close()
    if code != 0:
        raise TrainingError(_failure(code, complaints.read_text("utf-8", errors="replace")))
    return tuple(history)


def _start(folder: Path, module: str, complaints: Path) -> subprocess.Popen[str]:
    """Start the training process.

    Raises:
        LearningError: the system has no process for it.
    """
    with complaints.open("wb") as errors:
        try:
            return subprocess.Popen(
                command(module, str(folder)),
                env={**environment(), "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8:replace"},
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            why = error.strerror or os.strerror(error.errno or 0)
            raise TrainingError(f"training cannot be started ({why.lower()}); {ELSEWHERE}") from error


def _failure(code: int, said: str) -> str:
    """Return why training failed, and how to get a bundle nevertheless."""
    if "No module named 'tensorflow'" in said or "No module named 'keras'" in said:
        return f"training needs TensorFlow, which is not installed here: install it, or {ELSEWHERE}"
    death = death_of(code, clean_lines(said), "TensorFlow")
    match death.cause:
        case Cause.MEMORY:
            way_out = f"give this machine or container more memory, or {ELSEWHERE}"
        case Cause.DISK:
            way_out = f"make room on the disk and in memory, or {ELSEWHERE}"
        case _:
            way_out = ELSEWHERE
    return f"training {death.words}; {way_out}"


def clean_lines(said: str) -> str:
    """Return the lines of a child, cleaned one by one."""
    return "\n".join(map(clean_text, said.splitlines()))
