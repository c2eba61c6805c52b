"""`raceway bundle`: a trained model in one file, to carry it to another computer."""

from pathlib import Path
from typing import Annotated

import typer

from tui.command_help import CommandList
from tui.commands.options import Config, Rig, overrides_of, sentences, settings_of

commands = typer.Typer(
    cls=CommandList,
    help="Pack a bundle into one file, unpack it, or export its network.",
    no_args_is_help=True,
)


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


@commands.command()
def export(
    bundle: Annotated[
        Path, typer.Argument(help="The bundle, a folder or a packed file.", show_default=False)
    ],
    onnx: Annotated[Path | None, typer.Option(help="New ONNX file (needs raceway[onnx]).")] = None,
    keras: Annotated[Path | None, typer.Option(help="New Keras file.")] = None,
    h5: Annotated[Path | None, typer.Option(help="New HDF5 file of Keras.")] = None,
    tflite: Annotated[Path | None, typer.Option(help="New LiteRT file.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="A run: compare the outputs on 100 of its recordings.")
    ] = None,
    config: Config = None,
    rig: Rig = None,
) -> None:
    """Write the network into files that score without Raceway, each with FILE.json beside it."""
    with sentences():
        from engine.bundles.bundle import BundleError
        from engine.bundles.packed import load_any
        from engine.reports.bundle_export import export_bundle

        named = {"onnx": onnx, "keras": keras, "h5": h5, "tflite": tflite}
        files = {name: file for name, file in named.items() if file is not None}
        if not files:
            raise BundleError("name at least one file: --onnx, --keras, --h5 or --tflite")
        loaded = load_any(bundle)
        vectors = None
        if check is not None:
            from engine.evaluation.network_inputs import network_inputs
            from tui.commands.options import opened

            settings = settings_of(config, rig, overrides_of(None, None, loaded.model))
            vectors = network_inputs(loaded, settings, opened(check, settings))
        for one in export_bundle(loaded, files, vectors):
            print(f"{one.format}: {one.file} (outputs within {one.difference:.1e} of the bundle's)")
