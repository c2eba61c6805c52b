"""`raceway synth`: writes a made-up run with known faults."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tui.command_lines import line
from tui.commands.options import sentences

ScenarioName = Annotated[
    str, typer.Option("--scenario", help="A shipped scenario, or a TOML file; --list lists them.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(synth)


def synth(
    folder: Annotated[Path | None, typer.Argument(help="A new folder.", show_default=False)] = None,
    scenario: ScenarioName = "outer-race",
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    kind: Annotated[str, typer.Option("--format", help="text, csv, csv.gz, npy, wav, mat or raw.")] = "text",
    listed: Annotated[bool, typer.Option("--list", help="List the shipped scenarios.")] = False,
) -> None:
    """Write a synthetic run with known faults: its recordings, truth.json and machine.toml."""
    with sentences():
        from replay.synthetic.errors import ScenarioError
        from replay.synthetic.files import RUN, SETTINGS, TRUTH, write_synthetic
        from replay.synthetic.scenario import load_scenario, shipped, summary

        if listed:
            for name in shipped():
                print(f"{name}: {summary(name)}")
            return
        if folder is None:
            raise ScenarioError("name a new folder for the run, or --list")
        wanted = load_scenario(scenario, {} if seed is None else {"seed": seed})
        shows = sys.stderr.isatty()
        for index in write_synthetic(wanted, folder, kind):
            if shows:
                print(f"\r\x1b[K{index + 1}/{wanted.recordings}", end="", file=sys.stderr, flush=True)
        if shows:
            print(file=sys.stderr)
        print(f"{wanted.recordings} recordings: {folder / RUN}; truth: {folder / TRUTH}")
        next_one = line("score", folder / RUN, config=folder / SETTINGS, out=folder / "results")
        print(f"score them: {next_one}")
