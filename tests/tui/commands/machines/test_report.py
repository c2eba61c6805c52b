"""`raceway report --shift`: the handover from a shell, and its errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tui.cli import app
from tui.commands.options import UNUSABLE


def raceway(state: Path, *words: str) -> Result:
    given = ["report", *words, "--state", str(state)]
    return CliRunner().invoke(app, given, catch_exceptions=False)


def test_the_handover_tells_what_rang_and_stands(own_store: Path) -> None:
    done = raceway(own_store, "--since", "30d")
    assert done.exit_code == 0
    assert done.stdout.startswith("ims-set2: shift from ")
    assert "  active: 1\n    HIGH    Bearing 1, outer race" in done.stdout
    assert "not watched: " in done.stdout
    (found,) = json.loads(raceway(own_store, "--since", "30d", "--json").stdout)
    assert [one["kind"] for one in found["rings"]] == ["raised", "escalated"]


def test_a_shift_is_eight_hours(own_store: Path) -> None:
    (found,) = json.loads(raceway(own_store, "--shift", "--json").stdout)
    assert found["figures"]["begin"] == found["begin"]
    assert found["begin"][11:13] != found["end"][11:13]


@pytest.mark.parametrize("words", [("--since", "0h"), ("--since", "soon"), ("--since", ""), ()])
def test_no_span_is_one_sentence(own_store: Path, words: tuple[str, ...]) -> None:
    done = raceway(own_store, *words)
    assert done.exit_code == UNUSABLE
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["report", "explain"])
def test_a_folder_without_a_store_is_unusable(tmp_path: Path, command: str) -> None:
    words = [command, "--state", str(tmp_path), *(["--shift"] if command == "report" else [])]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == UNUSABLE
    assert "there is no store here yet" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_machine_is_one_sentence(own_store: Path) -> None:
    done = raceway(own_store, "--shift", "--machine", "press 9")
    assert done.exit_code == UNUSABLE
    assert done.stderr.count("\n") == 1


def test_a_closed_pipe_ends_the_command_without_a_word(own_store: Path) -> None:
    program = "from tui.cli import main; main()"
    command = [sys.executable, "-c", program, "explain", "--state", str(own_store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
