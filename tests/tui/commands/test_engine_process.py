"""The last words of an engine beside the console, by the way in which it ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.system.plain_file import PlantedError
from tui.commands.engine_process import EngineOptions, EngineProcess, start_engine


def last_words(program: str, log: Path) -> str:
    with log.open("wb") as complaints:
        process = subprocess.Popen([sys.executable, "-c", program], stderr=complaints)
    process.wait()
    return EngineProcess(process, log).last_words()


def test_engine_that_ended_well_says_nothing(tmp_path: Path) -> None:
    assert last_words("", tmp_path / "log") == ""


def test_engine_that_failed_says_its_last_line(tmp_path: Path) -> None:
    assert last_words("raise SystemExit('first\\nНет места')", tmp_path / "log") == "Нет места"


@pytest.mark.parametrize(
    ("name", "words"),
    [("SIGILL", "AVX"), ("SIGKILL", "give it more memory, then start"), ("SIGSEGV", "native")],
)
def test_signal_that_killed_an_engine_is_named_with_the_way_on(name: str, words: str, tmp_path: Path) -> None:
    said = last_words(f"import os, signal; os.kill(os.getpid(), signal.{name})", tmp_path / "log")
    assert said.startswith(f"the engine was killed by {name} (")
    assert words in said
    assert "start the same command again, it continues where it stopped" in said


def test_engine_that_ended_without_a_word_names_its_log(tmp_path: Path) -> None:
    said = last_words("raise SystemExit(5)", tmp_path / "log")
    assert said.startswith("the engine ended with exit code 5 and printed nothing; ")
    assert str(tmp_path / "log") in said


def test_log_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(5)"])
    process.wait()
    assert "exit code 5" in EngineProcess(process, tmp_path / "none").last_words()


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder"])
def test_what_was_planted_in_the_place_of_the_log_is_refused_and_left_alone(
    kind: str, tmp_path: Path
) -> None:
    state, victim = tmp_path / "state", tmp_path / "victim"
    state.mkdir()
    victim.write_text("kept")
    place = state / "engine.log"
    match kind:
        case "link":
            place.symlink_to(victim)
        case "dangling link":
            place.symlink_to(tmp_path / "made")
        case "hard link":
            place.hardlink_to(victim)
        case "pipe":
            os.mkfifo(place)
        case _:
            place.mkdir()
    with pytest.raises(PlantedError, match=r"engine\.log: .*; find out who put it there, and remove it"):
        start_engine("watch", tmp_path / "in", state, EngineOptions())
    assert victim.read_text() == "kept"
    assert not (tmp_path / "made").exists()
