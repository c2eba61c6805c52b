"""The machines of a plant, read from plant.toml: for each its name, folder, settings file and bundle."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import AfterValidator, Field, ValidationError

from engine.config.bounds import FolderName, Name
from engine.config.layers import Layer, Place, SettingsError, merge, read_layer
from engine.config.messages import sentence
from engine.config.sections.core import Table
from replay.folders import expanded

MOST_MACHINES = 1000
"""Machines of one engine; each has a thread."""


_SHAPE = "give each machine a [[machine]] with a name and a folder"


def _whole(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold a zero byte")
    return text


def _named(text: str) -> str:
    if not text:
        raise ValueError("must name the folder of the recorder")
    return text


PlacePath = Annotated[FolderName, AfterValidator(_whole)]


class MachineEntry(Table):
    """One [[machine]] as written; `name` goes before the name in the settings file."""

    name: Name
    folder: Annotated[PlacePath, AfterValidator(_named)]
    config: PlacePath = ""
    rig: str = ""
    bundle: PlacePath = ""


class PlantTable(Table):
    """The whole file as written."""

    machines: Annotated[
        tuple[MachineEntry, ...], Field(alias="machine", min_length=1, max_length=MOST_MACHINES)
    ]


@dataclass(frozen=True, slots=True)
class PlantMachine:
    """A machine of a plant.

    Attributes:
        name: its name in the store.
        folder: the folder that its recorder writes into.
        config: its settings file, if any; several machines may share one.
        rig: a preset, "" for none.
        bundle: a bundle folder or a packed bundle to score with, if any.
    """

    name: str
    folder: Path
    config: Path | None = None
    rig: str = ""
    bundle: Path | None = None


def read_plant(path: Path) -> tuple[PlantMachine, ...]:
    """Read the machines of a plant; relative paths count from the folder of the file.

    Args:
        path: plant.toml.

    Raises:
        SettingsError: one sentence with file, line and fault; also for two machines of one name or folder.
    """
    layer = read_layer(path, "raceway plant init")
    values, origins = merge([layer])
    if not values:
        raise SettingsError(f"{path}: names no machine; {_SHAPE}.")
    if isinstance(values.get("machine"), Mapping):
        where = layer.position(("machine",))
        raise SettingsError(f"{where}: [machine] must be [[machine]], with two brackets; {_SHAPE}.")
    try:
        table = PlantTable.model_validate(_tuples(values))
    except ValidationError as error:
        words = sentence(error, values, origins, _VALID)
        # A missing table has no line.
        raise SettingsError(words if words.startswith(layer.title) else f"{path}: {words}") from error
    base = path.absolute().parent
    found = tuple(
        PlantMachine(
            entry.name,
            base / expanded(entry.folder),
            base / expanded(entry.config) if entry.config else None,
            entry.rig,
            base / expanded(entry.bundle) if entry.bundle else None,
        )
        for entry in table.machines
    )
    _check_apart(found, layer)
    return found


def _check_apart(machines: Iterable[PlantMachine], layer: Layer) -> None:
    """Refuse a second machine of a name, or of a folder: both would take each recording."""
    names: dict[str, str] = {}
    folders: dict[str, str] = {}
    for number, machine in enumerate(machines):
        # Letters that are composed of others look the same.
        name = normalize("NFC", machine.name)
        if name in names:
            alike = "" if names[name] == machine.name else ", in letters that look the same"
            raise SettingsError(
                f"{layer.position(('machine', number, 'name'))}: two machines are named"
                f" '{machine.name}'{alike}."
            )
        names[name] = machine.name
        # Unlike Path.resolve it takes links that lead in a circle.
        folder = os.path.realpath(machine.folder)
        if folder in folders:
            raise SettingsError(
                f"{layer.position(('machine', number, 'folder'))}: {folders[folder]} and {machine.name} watch"
                f" the same folder ({machine.folder}); give each machine its folder."
            )
        folders[folder] = machine.name


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the lists of TOML into tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


_VALID: tuple[Place, ...] = (("machine",), *(("machine", key) for key in MachineEntry.model_fields))


TEMPLATE = """\
# The machines of this plant. raceway engine watch --plant {name} watches them all in one process.
# After an edit: raceway plant check {name}, then send SIGHUP to the engine (systemctl reload raceway).
# Paths are relative to the folder of this file.

[[machine]]
name = "{machine}"              # its name in the store and on every screen
folder = "{folder}"             # the folder that its recorder writes into
config = ""                     # its settings file (raceway init writes one); machines may share one
rig = ""                        # or a preset of a public data set, such as "ims-set2"
bundle = ""                     # a bundle to score with; "" learns a baseline, or keeps the bundle in use
"""


def plant_template(name: str, folders: tuple[Path, ...]) -> str:
    """Return a plant.toml with an entry for each folder.

    Args:
        name: of the file, for the comments.
        folders: of the machines; each machine is named after its folder.
    """
    head, _, entry = TEMPLATE.partition("[[machine]]")
    parts = [head.format(name=name)]
    for folder in folders:
        filled = entry.format(machine=_quoted(folder.name), folder=_quoted(str(folder)))
        parts.append(f"[[machine]]{filled}\n")
        # The comments stand once.
        entry = "\n".join(line.split("#")[0].rstrip() for line in entry.splitlines()) + "\n"
    return "".join(parts).rstrip("\n") + "\n"


def _quoted(text: str) -> str:
    """Return a text as it stands between TOML's quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
