"""Help texts: every command stands under one heading with its whole sentence, and the shell completes it."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tui.cli import MODULES, app
from tui.command_help import HEADINGS, OTHERS, grouped

NAMES = [name for names in MODULES.values() for name in names]
GROUPS = ["bundle", "alarms", "engine", "engine proposal", "plant", "notify", "store"]


def help_of(line: str) -> str:
    return CliRunner().invoke(app, [*line.split(), "--help"], catch_exceptions=False).stdout


def test_each_command_stands_under_exactly_one_heading() -> None:
    assert sorted(name for names in HEADINGS.values() for name in names) == sorted(NAMES)
    assert OTHERS not in grouped(NAMES, HEADINGS)


def test_a_command_without_a_heading_is_listed_last() -> None:
    assert list(grouped(["demo", "new"], HEADINGS).items())[-1] == (OTHERS, ["new"])


@pytest.mark.parametrize("line", ["", *GROUPS])
def test_the_help_cuts_no_sentence_short(line: str) -> None:
    text = help_of(line).split("\n\n")
    listed = [block for block in text if block.startswith((*(f"{one}:" for one in HEADINGS), f"{OTHERS}:"))]
    assert listed
    for block in listed:
        assert "..." not in block
        assert block.rstrip().endswith(".")


@pytest.mark.parametrize("line", ["demo", "replay"])
def test_a_replay_says_that_its_session_is_a_new_one(line: str) -> None:
    words = " ".join(help_of(line).split())
    assert "to resume it; a new one by default" in words
    assert "live record by default" not in words


def test_both_folders_of_a_copy_have_names() -> None:
    assert "{source} {target}" in help_of("store copy")


@pytest.mark.parametrize(
    ("typed", "found"), [("sco", "score"), ("alarms sh", "shelve"), ("attach --read", "--read-only")]
)
def test_the_shell_completes_commands_and_options(typed: str, found: str) -> None:
    words = f"raceway {typed}"
    asked = {"_RACEWAY_COMPLETE": "complete_bash", "COMP_WORDS": words}
    place = {"COMP_CWORD": str(len(words.split()) - 1)}
    program = "import sys; sys.argv = ['raceway']; from tui.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **asked, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.split() == [found], ended.stderr
