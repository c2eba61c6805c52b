"""The README and the documents beside it say what the program does."""

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer
from click.testing import CliRunner

from engine.config.settings import load_settings
from engine.reports.result_files import ALARMS, SCORES
from tui.cli import app
from tui.keys.actions import DEFAULT
from tui.keys.keymap import key_table
from tui.output.status_report import Code

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text()
SERVICE = (TOP / "docs" / "service.md").read_text()
PROGRAM = typer.main.get_command(app)


def commands(group: click.Command = PROGRAM, words: str = "raceway") -> Iterator[str]:
    """Every command, by the words it is called with; `raceway alarms` has a document of its own."""
    inner = getattr(group, "commands", {})
    for name, command in inner.items() if words != "raceway alarms" else ():
        yield from commands(command, f"{words} {name}")
    if not inner or words == "raceway alarms":
        yield words


def test_key_table_is_the_one_that_the_keys_make() -> None:
    assert f"<!-- keys -->\n{key_table(DEFAULT)}\n<!-- /keys -->" in README


def test_every_column_of_the_result_files_is_explained() -> None:
    results = README[README.index("## Result files") : README.index("## Your machine")]
    first_cells = [line.split("|")[1] for line in results.splitlines() if line.startswith("| ")]
    explained = {name.strip() for cell in first_cells for name in cell.split(",")}
    assert {*SCORES, *ALARMS} <= explained


def test_every_command_is_in_the_readme() -> None:
    table = README[README.index("## Commands") : README.index("## Models")]
    # `raceway engine relearn`, `switch`: the words before the last hold for those that follow.
    named = set()
    for row in re.findall(r"^\| (`raceway .*?) \|", table, re.M):
        first, *others = re.findall(r"`([^`]*)`", row)
        stem = first.split(" DIR")[0].split(" RUN")[0].split(" --")[0].split(" [")[0]
        named |= {stem, *(f"{stem.rsplit(' ', 1)[0]} {other}" for other in others)}
    assert set(commands()) <= named


@pytest.mark.parametrize("name", ["raceway@.service", "raceway-failed@.service"])
def test_units_are_named_where_they_are_explained(name: str) -> None:
    assert f"({name})" in SERVICE
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read_string((TOP / "docs" / name).read_text())
    assert unit["Service"]["ExecStart"]


def test_service_is_started_by_a_command_that_there_is() -> None:
    unit = (TOP / "docs" / "raceway@.service").read_text()
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.M)
    program, *words = shlex.split(line)
    assert Path(program).name == "raceway"
    # Only that it is understood: with --help nothing is started.
    assert CliRunner().invoke(PROGRAM, [*words, "--help"]).exit_code == 0
    options = {word for word in words if word.startswith("--")}
    context = PROGRAM.make_context("raceway", words[:2], resilient_parsing=True)
    watching = PROGRAM.commands["engine"].commands["watch"]  # type: ignore[attr-defined]  # a group, both
    assert options <= {name for one in watching.get_params(context) for name in one.opts}
    assert "OnFailure=raceway-failed@%i.service" in unit
    assert "RestartPreventExitStatus=2" in unit


def test_codes_of_the_status_are_explained() -> None:
    rows = re.findall(r"^\| (\d) \| (.*) \|$", SERVICE, re.M)
    assert [int(number) for number, _ in rows] == [code.value for code in Code]


def test_settings_that_the_documents_name_exist() -> None:
    tables = load_settings().plain()
    for document in (*(TOP / "docs").glob("*.md"), TOP / "README.md"):
        for table, key in re.findall(r"`\[(\w+)\] (\w+)", document.read_text()):
            assert key in tables[table], f"{document.name}: [{table}] {key}"  # type: ignore[operator]
