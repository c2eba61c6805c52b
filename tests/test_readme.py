"""README, ARCHITECTURE.md and docs/ agree with the program."""

import configparser
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer
from click.testing import CliRunner

from bench.support.readme_pictures import PICTURES, SCREENS
from engine.alarms.causes import CAUSES
from engine.config.settings import load_settings
from engine.models import MODELS
from engine.records.intake import Outcome
from engine.reports.scores_and_alarms import ALARMS, SCORES
from tui.cli import app
from tui.keys.actions import DEFAULT
from tui.keys.keymap import key_table
from tui.output.conditions import Code

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"
PAGES = (TOP / "README.md", TOP / "ARCHITECTURE.md", *sorted(DOCS.glob("*.md")))
README = (TOP / "README.md").read_text()
ARCHITECTURE = (TOP / "ARCHITECTURE.md").read_text()
SERVICE = (DOCS / "service.md").read_text()
PROGRAM = typer.main.get_command(app)

PATH = re.compile(
    r"(?<![\w/.-])(?:(?:engine|tui|replay|tests|bench|docs)/[\w./@-]*|[\w-]+\.(?:toml|txt|md)\b)"
)
"""A path inside the project, as the pages write it."""

EXAMPLES = {"plant.toml", "pump.toml", "press4.toml", "project_report.txt", "raceway.toml", "tokens.toml"}
"""Files of the reader: examples, and results of commands."""

USERS = ("operator", "maintenance", "administrator", "developer")


def named_paths(text: str) -> set[str]:
    """Return the project's paths that a page names outside of links, without the reader's example files."""
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return {path.rstrip(".") for path in PATH.findall(text)} - EXAMPLES


def is_there(path: str, page: Path) -> bool:
    """Return whether a named path exists; NAME stands for a file that a reader adds."""
    known = path.split("NAME")[0]
    return (TOP / known).exists() or (page.parent / known).exists()


def links(text: str) -> set[str]:
    """Return the targets of a page's links and pictures, without web addresses and anchors."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text.replace("\n", " "))
    return {target.split("#")[0] for target in targets if "://" not in target} - {""}


def commands(group: click.Command = PROGRAM, words: str = "raceway") -> Iterator[str]:
    """Yield the words of every command; `raceway alarms` has a page of its own."""
    inner = getattr(group, "commands", {})
    for name, command in inner.items() if words != "raceway alarms" else ():
        yield from commands(command, f"{words} {name}")
    if not inner or words == "raceway alarms":
        yield words


def called(page: Path) -> Iterator[list[str]]:
    """Yield the words of every call of `raceway` in the indented blocks and code spans of a page."""
    text = page.read_text()
    lines = [line.split("#")[0] for line in re.findall(r"^    (.*)$", text, re.M)]
    for line in lines + re.findall(r"`(raceway [^`]*)`", text):
        match = re.search(r"(?:^|[\s/])raceway (?=[a-z])(.*)", line)
        if match and "NAME`" not in line:
            words = re.split(r"\s(?:\||>|&&)\s", match[1])[0].replace("...", "")
            yield shlex.split(words.replace("[list] [--all] [--json]", "list --all --json"))


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Follow the words of a call to its command; return it with the remaining words."""
    command: click.Command = PROGRAM
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]  # type: ignore[attr-defined]  # a group
    # `raceway alarms` alone lists them.
    return getattr(command, "commands", {}).get("list", command), words


def floors(layers: list[str]) -> list[set[str]]:
    """Return each layer as the set of its rooms."""
    return [{room.strip() for room in layer.split("|")} for layer in layers]


def drawn_floors() -> dict[str, list[str]]:
    """Return the floors as drawn, by package, from the top down."""
    (block,) = re.findall(r"## Floors.*?```text\n(.*?)```", ARCHITECTURE, re.S)
    found: dict[str, list[str]] = {}
    package = ""
    for line in block.splitlines():
        match = re.fullmatch(r"(?:(\w+)/)?\s+(\w+(?: \| \w+)*)(?:\s{2,}.*)?", line)
        assert match, line
        package = match[1] or package
        found.setdefault(package, []).append(match[2])
    return found


def test_first_screen_of_the_readme_shows_picture_commands_and_result() -> None:
    first = "\n".join(README.splitlines()[:24])
    assert "![" in first
    assert re.findall(r"^    (make \w+)", first, re.M) == ["make run", "make test"]
    assert "What you will see" in first


@pytest.mark.parametrize("user", USERS)
def test_each_user_has_one_entry_and_one_short_page(user: str) -> None:
    tasks = README[README.index("## Tasks") : README.index("## How it works")]
    assert tasks.count(f"](docs/{user}.md)") == 1
    assert len((DOCS / f"{user}.md").read_text().splitlines()) <= 120


def test_every_page_is_reached_from_the_readme() -> None:
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= links(README)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_and_links_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    assert [path for path in sorted(named_paths(text)) if not is_there(path, page)] == []
    assert [target for target in sorted(links(text)) if not (page.parent / target).exists()] == []


def test_floors_as_drawn_are_the_layers_of_the_import_contracts() -> None:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    held = {one["containers"][0]: floors(one["layers"]) for one in contracts if "containers" in one}
    assert {package: floors(layers) for package, layers in drawn_floors().items()} == held


def test_counts_of_files_in_the_architecture_are_those_of_the_files_named() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \|$", ARCHITECTURE, re.M)
    assert len(rows) >= 8
    assert [change for change, files, count in rows if files.count("`") != 2 * int(count)] == []


def test_architecture_fits_a_page() -> None:
    assert len(ARCHITECTURE.splitlines()) <= 100


def test_key_table_is_the_one_that_the_keys_make() -> None:
    assert f"<!-- keys -->\n{key_table(DEFAULT)}\n<!-- /keys -->" in (DOCS / "keys.md").read_text()


def test_every_column_of_the_result_files_is_explained() -> None:
    text = (DOCS / "files.md").read_text()
    results = text[text.index("## Result files") : text.index("## Other files")]
    first_cells = [line.split("|")[1] for line in results.splitlines() if line.startswith("| ")]
    explained = {name.strip() for cell in first_cells for name in cell.split(",")}
    assert {*SCORES, *ALARMS} <= explained


def test_every_command_is_explained() -> None:
    # `raceway engine relearn`, `switch`: the words before the last hold for those that follow.
    named = set()
    for row in re.findall(r"^\| (`raceway .*?) \|", (DOCS / "commands.md").read_text(), re.M):
        first, *others = re.findall(r"`([^`]*)`", row)
        stem = first.split(" DIR")[0].split(" RUN")[0].split(" --")[0].split(" [")[0]
        named |= {stem, *(f"{stem.rsplit(' ', 1)[0]} {other}" for other in others)}
    assert set(commands()) <= named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_calls_on_a_page_use_commands_and_options_that_exist(page: Path) -> None:
    for call in called(page):
        command, rest = command_of(call)
        assert command is not PROGRAM, call
        context = click.Context(command)
        known = {name for one in command.get_params(context) for name in one.opts}
        given = {word.split("=")[0] for word in rest if word.startswith("--")}
        assert given <= known, call


def test_every_cause_is_explained_with_its_source_and_priority() -> None:
    table = (DOCS / "alarms.md").read_text().split("## Causes")[1].split("## ")[0]
    explained = {
        cause: (source, priority.split()[0].rstrip(";,"))
        for causes, source, priority in re.findall(r"^\| ([a-z][^|]*) \| ([^|]*) \| ([^|]*) \|", table, re.M)
        for cause in causes.split(", ")
    }
    held = {str(cause): (rule.source, str(rule.priority)) for cause, rule in CAUSES.items()}
    assert {cause: explained.get(cause) for cause in held} == held


def test_every_outcome_of_a_file_is_explained() -> None:
    table = SERVICE.split("## Intake of files")[1].split("## ")[0]
    named = re.findall(r"^\| (\w+) \|", table, re.M)
    assert set(named) - {"outcome"} == {str(outcome) for outcome in Outcome}


def test_every_model_is_explained() -> None:
    named = set(re.findall(r"^\| `([\w-]+)` \|", (DOCS / "models.md").read_text(), re.M))
    assert named == set(MODELS)


def test_targets_of_make_that_the_pages_name_exist() -> None:
    made = set(re.findall(r"^(\w+):", (TOP / "Makefile").read_text(), re.M))
    for page in PAGES:
        assert set(re.findall(r"(?:^    |`)make (\w+)", page.read_text(), re.M)) <= made, page.name


@pytest.mark.parametrize("name", ["raceway@.service", "raceway-failed@.service"])
def test_units_are_named_where_they_are_explained(name: str) -> None:
    assert f"({name})" in SERVICE
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    unit.read_string((DOCS / name).read_text())
    assert unit["Service"]["ExecStart"]


def test_unit_starts_a_command_that_exists() -> None:
    unit = (DOCS / "raceway@.service").read_text()
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.M)
    program, *words = shlex.split(line)
    assert Path(program).name == "raceway"
    # With --help the words are parsed and nothing is started.
    assert CliRunner().invoke(PROGRAM, [*words, "--help"]).exit_code == 0
    command, rest = command_of(words)
    options = {word for word in rest if word.startswith("--")}
    assert options <= {name for one in command.get_params(click.Context(command)) for name in one.opts}
    assert "OnFailure=raceway-failed@%i.service" in unit
    assert "RestartPreventExitStatus=2" in unit


def test_codes_of_the_status_are_explained() -> None:
    rows = re.findall(r"^\| (\d) \| (.*) \|$", SERVICE, re.M)
    assert [int(number) for number, _ in rows] == [code.value for code in Code]


def test_settings_that_the_pages_name_exist() -> None:
    tables = load_settings().plain()
    for page in PAGES:
        for table, key in re.findall(r"`\[(\w+)\] (\w+)", page.read_text()):
            assert key in tables[table], f"{page.name}: [{table}] {key}"  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "missing"),
    [("see `engine/alarms/absent.py`.", ["engine/alarms/absent.py"]), ("see engine/alarms/rules.py.", [])],
)
def test_a_path_that_does_not_exist_is_found(text: str, missing: list[str]) -> None:
    assert [path for path in named_paths(text) if not is_there(path, TOP / "README.md")] == missing


def test_the_pictures_are_made_where_the_pages_show_them() -> None:
    made = {PICTURES / f"{screen}.svg" for screen in SCREENS}
    assert {PICTURES} == {DOCS / "pictures"}
    assert set((DOCS / "pictures").glob("*.svg")) == made
