"""The command line. Each command imports what it needs when it runs: a screen should not wait for a parser.

Exit codes: 0 done; 1 it could not be carried through (disk, store, another engine at work); 2 the command,
the settings or the recordings cannot be used as they are.
"""

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated

import typer

from engine.system.arguments import decode_arguments
from engine.system.output import replace_unencodable
from tui.console.launch import clean_environment

MODULES = {
    "recordings.run": ("demo", "replay", "score"),
    "recordings.inspect": ("inspect", "init"),
    "recordings.bearing": ("bearing",),
    "recordings.baseline": ("learn", "accept"),
    "recordings.bundle": ("bundle",),
    "machines.alarms": ("alarms",),
    "machines.console": ("attach", "snapshot"),
    "recordings.evaluate": ("evaluate", "compare"),
    "machines.explain": ("explain",),
    "recordings.feed": ("feed",),
    "recordings.synth": ("synth",),
    "recordings.record": ("record",),
    "machines.watch": ("engine", "watch", "status"),
    "machines.plant": ("plant",),
    "machines.serve": ("serve",),
    "machines.notify": ("notify",),
    "machines.report": ("report",),
    "machines.store": ("store",),
}
"""The commands of each module in tui/commands/, in the order of the help."""


def modules_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the modules that a command line needs: one if it begins with a command, else all."""
    first = arguments[0] if arguments else ""
    return next(((module,) for module, names in MODULES.items() if first in names), tuple(MODULES))


def program(modules: Iterable[str] = MODULES) -> typer.Typer:
    """Return the command line with the commands of modules, all of them by default."""
    made = typer.Typer(
        help="Raceway watches rolling bearings: it learns what a healthy machine sounds like and says which"
        " bearing is failing, why, and since when.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(root)
    for module in modules:
        import_module(f"tui.commands.{module}").register(made)
    return made


def main() -> None:
    """Run the command line; only the module of its command is loaded, so that a console opens sooner."""
    decode_arguments()
    replace_unencodable()
    clean_environment()
    program(modules_for(sys.argv[1:]))()


def __getattr__(name: str) -> typer.Typer:
    """Make `app`, the command line with all commands, when it is asked for."""
    if name != "app":
        raise AttributeError(name)
    return program()


def _version(wanted: bool) -> None:
    if wanted:
        from engine.assessment.key import release

        print(f"raceway {release()}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hold the options of `raceway` itself."""
