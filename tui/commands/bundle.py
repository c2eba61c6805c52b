"""`raceway bundle`: a trained model in one file, to carry it to another computer."""

from pathlib import Path
from typing import Annotated

import typer

from tui.commands.options import sentences

commands = typer.Typer(help="Pack a bundle into one file, or unpack it.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(commands, name="bundle")


@commands.command()
def pack(
    bundle: Annotated[Path, typer.Argument(help="The bundle folder.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The new file; it must not exist.", show_default=False)],
) -> None:
    """Write a bundle into one file, which --bundle takes as it is."""
    with sentences():
        from engine.bundles.packed import pack_bundle

        packed = pack_bundle(bundle, file)
        print(f"packed {packed.model} of {packed.machine}, digest {packed.digest()[:16]}: {file}")


@commands.command()
def unpack(
    file: Annotated[Path, typer.Argument(help="A packed bundle.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="Folder for the bundle's folder.", show_default=False)],
) -> None:
    """Check a packed bundle and unpack it into a folder; other bundles in it are kept."""
    with sentences():
        from engine.bundles.packed import unpack_bundle

        print(f"bundle: {unpack_bundle(file, folder)}")
