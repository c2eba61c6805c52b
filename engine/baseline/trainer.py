"""Trains a network in a child process and follows its progress."""

import json
import queue
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from engine.errors import UnusableError
from engine.records.progress import Epoch
from engine.system.child_process import command, environment

PATIENCE = 15
"""Epochs without improvement before training stops."""


class LearningError(UnusableError):
    """No baseline can be learned; one sentence that says why and what to change."""


def _follow(
    folder: Path, on_epoch: Callable[[Epoch], None], on_wait: Callable[[], None]
) -> tuple[dict[str, float], ...]:
    """Run the training process, pass its progress on as it comes, and wait for its end."""
    complaints = folder / "complaints.txt"
    history = []
    with complaints.open("wb") as errors:
        child = subprocess.Popen(
            command("engine.models.training", str(folder)),
            env={**environment(), "TMPDIR": str(folder)},
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
