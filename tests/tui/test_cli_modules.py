"""The table of commands by module is complete, and a command loads only its own module."""

import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest
import typer

import tui.commands
from tui.cli import MODULES, modules_for, program


@pytest.mark.parametrize("module", MODULES)
def test_the_table_names_the_commands_of_a_module(module: str) -> None:
    group = typer.main.get_command(program([module]))
    assert isinstance(group, typer.core.TyperGroup)
    assert set(group.commands) == set(MODULES[module])


def test_every_module_with_commands_is_in_the_table() -> None:
    names = [one.name for one in pkgutil.walk_packages(tui.commands.__path__, "tui.commands.")]
    with_commands = {name for name in names if hasattr(import_module(name), "register")}
    assert {name.removeprefix("tui.commands.") for name in with_commands} - {
        "machines.engine_requests"
    } == set(MODULES)


def test_a_command_needs_its_module_and_anything_else_needs_all() -> None:
    assert modules_for(["attach", "--state", "x"]) == ("machines.console",)
    assert modules_for([]) == modules_for(["--help"]) == modules_for(["atach"]) == tuple(MODULES)


def test_a_command_does_not_load_the_others() -> None:
    code = (
        "import sys; sys.argv = ['raceway', 'attach', '--help']; from tui.cli import main\n"
        "try: main()\nexcept SystemExit: print('tui.commands.machines.alarms' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")
