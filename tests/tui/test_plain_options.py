"""Plain command lines of the commands that open a screen mean the same to us and to the parser."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tui.cli import OPENING
from tui.plain_options import plain_values

LINES = [
    [],
    ["--state", "/var/st"],
    ["--state=/var/a b"],
    ["--state=~/st"],
    ["--state", "postgresql://ada@db.example/raceway"],
    ["--state=postgresql://ada@db.example/raceway?sslmode=require", "--read-only"],
    ["--machine", "press 4#3", "--read-only"],
    ["--as", "Kim, 軸受", "--session=night shift", "--config", "c.toml"],
]

NEEDS_PARSER = [
    ["--help"],
    ["--stat", "/var/st"],
    ["--state"],
    ["--state", "--read-only"],
    ["--state="],
    ["--state", "a", "--state", "b"],
    ["--read-only=yes"],
    ["press 4"],
    ["--"],
    ["-x"],
]


def command(name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(import_module(f"tui.commands.{OPENING[name]}"), name)
    return found


def parsed(name: str, line: list[str]) -> dict[str, Any]:
    """Return the values that the parser gives a command with the same declarations."""
    got: dict[str, Any] = {}

    def take(**values: object) -> None:
        got.update(values)

    take.__signature__ = inspect.signature(command(name))  # type: ignore[attr-defined]
    take.__annotations__ = command(name).__annotations__
    app = typer.Typer()
    app.command()(take)
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 0, result.output
    return got


@pytest.mark.parametrize("line", LINES)
def test_a_plain_line_means_what_it_means_to_the_parser(line: list[str]) -> None:
    values = plain_values(command("attach"), line)
    assert values is not None
    defaults = {
        name: parameter.default for name, parameter in inspect.signature(command("attach")).parameters.items()
    }
    assert defaults | values == parsed("attach", line)


@pytest.mark.parametrize("line", NEEDS_PARSER)
def test_everything_else_is_left_to_the_parser(line: list[str]) -> None:
    assert plain_values(command("attach"), line) is None


def test_an_option_that_is_no_text_is_left_to_the_parser() -> None:
    assert plain_values(command("demo"), ["--seed", "7"]) is None
    assert plain_values(command("demo"), ["--state", "x"]) == {"state": Path("x")}


def test_a_command_with_arguments_is_left_to_the_parser() -> None:
    assert plain_values(import_module("tui.commands.recordings.score").score, []) is None


@pytest.mark.parametrize(("state", "exit_code"), [("", 1), ("postgresql://ada@db.example", 2)])
def test_a_fault_of_a_plain_line_is_one_sentence_with_its_exit_code(
    tmp_path: Path, state: str, exit_code: int
) -> None:
    code = "import sys; sys.argv = ['raceway', *sys.argv[1:]]; from tui.cli import main; main()"
    words = [sys.executable, "-c", code, "attach", "--state", state or str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == exit_code
    assert done.stderr.startswith("raceway: ")
    assert len(done.stderr.splitlines()) == 1
