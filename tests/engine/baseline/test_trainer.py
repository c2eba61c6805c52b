"""The training process: its progress, and the sentence for each way in which it can die."""

import sys
from pathlib import Path

import numpy as np
import pytest

from engine.baseline import trainer
from engine.baseline.trainer import LearningError, TrainingError
from engine.records.progress import Epoch

LINE = '{"epoch": 1, "loss": 0.5, "validation_loss": 0.6}'


def follow(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, float], ...]:
    """Follow a program in the place of the training."""
    monkeypatch.setattr(trainer, "command", lambda *_words: [sys.executable, "-c", program])
    return trainer.run_child(folder, "training", seen.append, lambda: None)


seen: list[Epoch] = []


def failure(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    with pytest.raises(LearningError) as caught:
        follow(program, folder, monkeypatch)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGILL", "processor lacks instructions that TensorFlow needs"),
        ("SIGKILL", "give this machine or container more memory"),
        ("SIGSEGV", "a fault in a native library"),
        ("SIGBUS", "make room on the disk and in memory"),
        ("SIGABRT", "TensorFlow gave up"),
        ("SIGTERM", "a person or program ended it"),
    ],
)
def test_signal_that_kills_the_training_is_named_with_its_cause_and_the_way_out(
    name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = failure(f"import os, signal; os.kill(os.getpid(), signal.{name})", tmp_path, monkeypatch)
    assert said.startswith(f"training was killed by {name} (")
    assert words in said
    assert said.endswith(trainer.ELSEWHERE)


def test_last_line_of_the_training_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = failure("import sys; sys.exit('a\\n\\x1b[31mno shape')", tmp_path, monkeypatch)
    assert said.startswith("training ended with exit code 1: [31mno shape; learn on another computer")


def test_training_that_ends_without_a_word_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = failure("raise SystemExit(3)", tmp_path, monkeypatch)
    assert said.startswith("training ended with exit code 3 and printed nothing; ")


@pytest.mark.parametrize("library", ["tensorflow", "keras"])
def test_missing_tensorflow_is_told_as_such(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = failure(f"raise ModuleNotFoundError(\"No module named '{library}'\")", tmp_path, monkeypatch)
    assert said.startswith("training needs TensorFlow, which is not installed here")


def test_training_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "command", lambda *_words: [str(tmp_path / "none")])
    with pytest.raises(LearningError, match=r"cannot be started \(no such file or directory\); learn on"):
        trainer.run_child(tmp_path, "training", seen.append, lambda: None)


def test_half_a_line_before_the_end_is_no_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        f"import os, sys; print('{LINE}'); print('{LINE[:20]}', end='', flush=True); os.kill(os.getpid(), 9)"
    )
    seen.clear()
    assert "SIGKILL" in failure(program, tmp_path, monkeypatch)
    assert seen == [Epoch(1, 0.5, 0.6)]


def test_bytes_that_are_no_text_do_not_hold_up_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"import sys; sys.stdout.buffer.write(b'\\xff\\xe4\\n'); print('{LINE}')"
    (losses,) = follow(program, tmp_path, monkeypatch)
    assert losses["loss"] == 0.5


def test_training_that_ends_well_without_a_network_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "command", lambda *_words: [sys.executable, "-c", "raise SystemExit(0)"])
    nothing = [np.zeros((1, 2), np.float32)]
    with pytest.raises(TrainingError, match="training ended without a network; learn on another computer"):
        trainer._trained({}, nothing, nothing, seen.append, lambda: None)
