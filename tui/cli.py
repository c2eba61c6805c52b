"""The command line. Each command imports what it needs when it runs: a screen should not wait for a parser.

Exit codes: 0 done; 1 it could not be carried through (disk, store, another engine at work); 2 the command,
the settings or the recordings cannot be used as they are.
"""

from typing import Annotated

import typer

from engine.system.output import replace_unencodable
from tui.commands import alarms, baseline, bundle, console, evaluate, feed, record, run, serve, store, watch
from tui.console.launch import clean_environment

app = typer.Typer(
    help="Raceway watches rolling bearings: it learns what a healthy machine sounds like and says which"
    " bearing is failing, why, and since when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


run.register(app)
baseline.register(app)
bundle.register(app)
alarms.register(app)
console.register(app)
evaluate.register(app)
feed.register(app)
record.register(app)
watch.register(app)
serve.register(app)
store.register(app)


def main() -> None:
    """Run the command line."""
    replace_unencodable()
    clean_environment()
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from engine.assessment.key import release

        print(f"raceway {release()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hold the options of `raceway` itself."""
