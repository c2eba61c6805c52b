"""The command line. Each command imports what it needs when it runs: a screen should not wait for a parser.

Exit codes: 0 done; 1 it could not be carried through (disk, store, another engine at work); 2 the command,
the settings or the recordings cannot be used as they are.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated

import typer

from engine.system.arguments import decode_arguments
from engine.system.interpreter import collect_rarely, keep_to_one_thread
from engine.system.output import replace_unencodable
from tui.command_help import Overview
from tui.console.launch import clean_environment
from tui.plain_options import plain_values

MODULES = {
    "recordings.run": ("demo", "replay"),
    "recordings.score": ("score",),
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
    "machines.opcua": ("opcua",),
    "machines.notify": ("notify",),
    "machines.report": ("report",),
    "machines.store": ("store",),
}
"""The commands of each module in tui/commands/, in the order of the help."""


OPENING = {"attach": "machines.console", "demo": "recordings.run"}
"""The modules of the commands that open a screen and take options alone."""

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


def modules_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the modules that a command line needs: one if it begins with a command, else all."""
    first = arguments[0] if arguments else ""
    return next(((module,) for module, names in MODULES.items() if first in names), tuple(MODULES))


def program(modules: Iterable[str] = MODULES) -> typer.Typer:
    """Return the command line with the commands of modules, all of them by default."""
    made = typer.Typer(
        cls=Overview,
        help="Raceway watches rotating machines: it learns how the healthy machine vibrates, and says which"
        " bearing fails, why, and since when. `raceway demo` shows it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(root)
    for module in modules:
        import_module(f"tui.commands.{module}").register(made)
    return made


def main() -> None:
    """Run the command line; only the module of its command is loaded, so that a console opens sooner."""
    keep_to_one_thread()
    decode_arguments()
    replace_unencodable()
    clean_environment()
    if not opened(sys.argv[1:]):
        program(modules_for(sys.argv[1:]))()


def opened(arguments: Sequence[str]) -> bool:
    """Run a command that opens a screen, if its command line is plain; return whether it was run.

    The parser and its libraries take a tenth of the time to the first frame.
    """
    module = OPENING.get(arguments[0]) if arguments else None
    if module is None:
        return False
    collect_rarely()
    command = getattr(import_module(f"tui.commands.{module}"), arguments[0])
    try:
        values = plain_values(command, arguments[1:])
        if values is None:
            return False
        command(**values)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of the output has gone; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    return True


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
