"""Makes a bundle from the healthy start of a run: picks it, trains in a child process, sets the limits."""

import json
import platform
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bundle import Baseline, Bundle, Scaling
from engine.child import command, environment
from engine.errors import UnusableError
from engine.layout import Layout
from engine.limits import calibrate, component_errors, scatter, smooth
from engine.models import model_named
from engine.quality import channel_quality
from engine.records import Epoch, Quality
from engine.scoring import Network
from engine.settings import Settings
from replay.archive import Entry
from replay.recording import Snapshot

FEWEST = 10
"""Healthy snapshots below which neither scatter nor a limit can be told."""

VALIDATION_SHARE = 0.2
"""Of the snapshots trained on, the last ones, kept for early stopping."""

PATIENCE = 15
"""Epochs without improvement before training stops."""


class LearningError(UnusableError):
    """No baseline can be learned; one sentence that says why and what to change."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is kept of a healthy snapshot while learning.

    `observed` is float32 (windows, channels, features), `level` float32 (channels,) its standard deviation.
    """

    entry: Entry
    observed: NDArray[np.float32]
    level: NDArray[np.float32]
    stopped: bool


def look(snapshot: Snapshot, settings: Settings, layout: Layout) -> Sight:
    """See one healthy snapshot as the model does."""
    signal = snapshot.signal / layout.sensitivity
    model = model_named(settings.model.name, snapshot.sample_rate, *signal.shape)
    quality = channel_quality(signal, None, layout.watched)
    stopped = any(one is Quality.STOPPED for one in quality)
    return Sight(Entry(snapshot.name, snapshot.time), model.observe(signal), signal.std(axis=0), stopped)


def learn(
    sights: Sequence[Sight],
    first_seen: Entry,
    settings: Settings,
    layout: Layout,
    on_epoch: Callable[[Epoch], None],
    on_wait: Callable[[], None],
) -> Bundle:
    """Learn from what was seen of the healthy snapshots, oldest first.

    Args:
        sights: of the healthy snapshots.
        first_seen: the first entry of the run, run-in included.
        settings: what to learn, and how.
        layout: which channels belong to which component.
        on_epoch: told of each epoch of training.
        on_wait: called at least once a second while the child process is busy.

    Raises:
        LearningError: too few of them run, or the training failed.
    """
    began = time.perf_counter()
    usable, level = _running(sights)
    if len(usable) < FEWEST:
        raise LearningError(
            f"only {len(usable)} running snapshots to learn from where at least {FEWEST} are needed;"
            " name more with --healthy (model.healthy)"
        )
    held_out = max(FEWEST // 3, round(len(usable) * settings.model.calibration_share))
    trained = usable[: len(usable) - held_out]
    model = model_named(
        settings.model.name, settings.machine.sample_rate, settings.recording.rows, len(level)
    )
    means = np.stack([sight.observed.mean(axis=0) for sight in usable])
    centre = means[: len(trained)].mean(axis=0, dtype=np.float64).astype(np.float32)
    scale = scatter(means[: len(trained)])
    chance = np.random.default_rng(settings.model.seed)
    views = [(model.views(sight.observed, chance) - centre) / scale for sight in trained]
    validating = max(1, round(len(views) * VALIDATION_SHARE))
    network, history = _train(
        np.concatenate(views[:-validating]), np.concatenate(views[-validating:]), settings, on_epoch, on_wait
    )
    rebuild = Network(network).reconstruct
    standard = (means - centre) / scale
    residual = standard - np.stack([rebuild(vector) for vector in standard])
    calm = residual[len(trained) :]
    residual_centre = calm.mean(axis=0, dtype=np.float64).astype(np.float32)
    residual_scale = scatter(calm)
    errors = _smoothed_errors((residual - residual_centre) / residual_scale, settings, layout)
    limit = calibrate(errors[len(trained) :], settings.limits.margin, settings.limits.tail)
    return Bundle(
        model=model.name,
        machine=settings.machine.name,
        sample_rate=settings.machine.sample_rate,
        rows=settings.recording.rows,
        channels=len(level),
        seed=settings.model.seed,
        baseline=Baseline(
            count=len(usable),
            calibrated_on=held_out,
            first_seen=first_seen.time,
            start=usable[0].entry.time,
            end=usable[-1].entry.time,
            last_name=usable[-1].entry.name,
        ),
        scaling=Scaling(centre, scale, residual_centre, residual_scale, level, limit),
        network=network,
        history=history,
        settings=settings.plain(),
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "tensorflow", "keras", "ai-edge-litert")},
        },
        learning_seconds=time.perf_counter() - began,
    )


def _running(sights: Sequence[Sight]) -> tuple[list[Sight], NDArray[np.float32]]:
    """Leave out snapshots of a stopped machine; the usual level is the median of what remains."""
    live = [sight for sight in sights if not sight.stopped]
    if not live:
        return [], np.zeros(0, np.float32)
    level = np.median([sight.level for sight in live], axis=0).astype(np.float32)
    return [sight for sight in live if (sight.level > 0.1 * level).any()], level


def _smoothed_errors(
    residual: NDArray[np.float32], settings: Settings, layout: Layout
) -> NDArray[np.float64]:
    running = layout.watched
    smoothed = None
    errors = []
    for one in residual:
        smoothed = smooth(smoothed, one, running, settings.limits.smoothing)
        errors.append(component_errors(smoothed, running, layout.channels))
    return np.stack(errors)


def _train(
    train: NDArray[np.float32],
    validation: NDArray[np.float32],
    settings: Settings,
    on_epoch: Callable[[Epoch], None],
    on_wait: Callable[[], None],
) -> tuple[bytes, tuple[dict[str, float], ...]]:
    with tempfile.TemporaryDirectory(prefix="raceway-") as place:
        folder = Path(place)
        request = {
            "model": settings.model.name,
            "seed": settings.model.seed,
            "epochs": settings.model.epochs,
            "patience": PATIENCE,
        }
        (folder / "request.json").write_text(json.dumps(request))
        np.savez(folder / "vectors.npz", allow_pickle=False, train=train, validation=validation)
        history = _follow(folder, on_epoch, on_wait)
        return (folder / "network.tflite").read_bytes(), history


def _follow(
    folder: Path, on_epoch: Callable[[Epoch], None], on_wait: Callable[[], None]
) -> tuple[dict[str, float], ...]:
    """Run the training process, pass its progress on as it comes, and wait for its end."""
    complaints = folder / "complaints.txt"
    history = []
    with complaints.open("wb") as errors:
        child = subprocess.Popen(
            command("engine.training", str(folder)),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            text=True,
        )
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
            if line.startswith("{"):
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
        said = complaints.read_text(errors="replace").strip().splitlines()
        raise LearningError(
            f"training stopped with exit code {code}: {said[-1] if said else 'it said nothing'}"
        )
    return tuple(history)
