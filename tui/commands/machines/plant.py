"""`raceway plant`: writes and checks the file of a plant, which one engine watches."""

import os
from pathlib import Path
from typing import Annotated

import typer

from engine.system.output import printed
from replay.recording import clean_text
from tui.command_help import CommandList
from tui.command_lines import line
from tui.commands.options import UNUSABLE, Config, State, fail, sentences, store_place

PlantFile = Annotated[Path, typer.Argument(help="The file, such as plant.toml.", show_default=False)]

plant_app = typer.Typer(
    cls=CommandList,
    help="Many machines in one engine: write and check the file that names them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(plant_app, name="plant")


@plant_app.command()
def init(
    file: PlantFile,
    folders: Annotated[
        list[Path], typer.Argument(help="The folders that recorders write into.", show_default=False)
    ],
) -> None:
    """Write a plant file with a machine for each folder, named after it."""
    with sentences():
        from engine.config.plant_file import plant_template

        places = [Path(os.path.normpath(folder.absolute())) for folder in folders]
        names = [place.name for place in places]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            fail(f"two folders are named {twice}; write one of them into the file by hand", UNUSABLE)
        text = plant_template(file.name, tuple(places))
        try:
            with file.open("x", encoding="utf-8") as target:
                target.write(text)
        except FileExistsError:
            fail(f"{file}: exists already; edit it, or name a new file", UNUSABLE)
        check_it = line("plant", "check", file)
        printed(clean_text(f"wrote {file} with {_count(len(folders))}; edit it, then {check_it}"))


@plant_app.command()
def check(file: PlantFile) -> None:
    """Check a plant file, and of each machine the folder, settings, bundle and one recording.

    Exit code: 0 if all machines can be watched, 2 if one cannot.
    """
    with sentences():
        from engine.config.plant_file import read_plant
        from engine.plant.check import fault_of, notes_of

        machines = read_plant(file)
        faults = [fault for machine in machines if (fault := fault_of(machine))]
        notes = [note for machine in machines for note in notes_of(machine)]
        printed("\n".join(map(clean_text, [*notes, *faults, _count(len(machines))])))
        if faults:
            fail(f"{file}: {len(faults)} of {_count(len(machines))} cannot be watched", UNUSABLE)


@plant_app.command()
def forget(file: PlantFile, config: Config = None, state: State = None) -> None:
    """Forget the report of a plant that no engine watches any more.

    Its machines without a record then leave `raceway status`. Records stay as they are.
    """
    with sentences():
        from engine.clock import wall_clock
        from engine.store.store import Store

        place = store_place(state, config)
        with Store.open(place) as store:
            found = [one for one in store.plants() if one.file == str(file.absolute())]
            if not found:
                known = ", ".join(one.file for one in store.plants()) or "no plant"
                fail(f"{place}: no engine has reported on {file.absolute()}; it knows {known}", UNUSABLE)
            working = next((one for one in found if one.is_at_work(wall_clock())), None)
            if working is not None:
                where = f"process {working.pid} on {working.host}"
                fail(f"{file}: an engine watches this plant ({where}); end it first", UNUSABLE)
            for one in found:
                store.forget_plant(one)
        printed(clean_text(f"forgot the report on {file.absolute()}"))


def _count(machines: int) -> str:
    return f"{machines} machine{'s' * (machines != 1)}"
