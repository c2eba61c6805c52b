"""The check of a plant before its engine starts: settings, bundle and one recording of each machine."""

import os
from pathlib import Path

from engine.bundles.library import check_fit
from engine.bundles.packed import load_any
from engine.config.plant_file import PlantMachine
from engine.config.settings import Settings
from engine.errors import UnusableError
from engine.plant.machine import settings_of_machine
from replay.incoming.folder import FolderState, Listing, look_into
from replay.inspection.problems import advice_on
from replay.recording import RecordingError, RecordingFormat
from replay.rows.table import table_of, versions_of
from replay.run import RunError, open_run


def fault_of(machine: PlantMachine) -> str:
    """Return why a machine cannot be watched, in a sentence that begins with its name; "" if it can."""
    folder = machine.folder
    try:
        if folder.exists() and not folder.is_dir():
            return f"{machine.name}: {folder} is not a folder"
        settings = settings_of_machine(machine)
        if machine.bundle is not None:
            check_fit(load_any(machine.bundle), settings)
    except (UnusableError, OSError) as error:
        return f"{machine.name}: {error}"
    listing = look_into(folder, depth=settings.recording_format().depth)
    if listing.state is FolderState.UNREADABLE:
        return f"{machine.name}: {listing.sentence}"
    misfit = misfit_of(folder, settings, listing)
    if not misfit:
        return ""
    return f"{machine.name}: the recordings do not fit {_source(machine)}: {misfit}"


def notes_of(machine: PlantMachine) -> list[str]:
    """Return what a person should know of a machine that can be watched, in sentences with its name."""
    notes = []
    if machine.config is None and not machine.rig:
        notes.append(
            "the entry names no config and no rig, so the defaults of config.toml, a test rig of four"
            " bearings, describe it; write its settings (raceway init), and name them by config"
        )
    if not machine.folder.exists():
        notes.append(f"{machine.folder} does not exist yet; the engine waits for it")
    elif machine.folder.is_dir() and not any(machine.folder.iterdir()):
        notes.append(f"{machine.folder} is empty: whether the settings fit its recordings is not known yet")
    return [f"{machine.name}: {note}" for note in notes]


def misfit_of(folder: Path, settings: Settings, listing: Listing) -> str:
    """Read one recording of a folder; return why it does not fit the settings, "" if it does.

    The newest recording but one is read, because a recorder may still be writing the newest.

    Args:
        folder: of the recorder.
        settings: of the machine.
        listing: of the folder.
    """
    form = settings.recording_format()
    if not listing.files:
        return ""
    try:
        if form.table:
            return _misfit_of_rows(folder, form, listing)
        run = open_run(folder, form)
        run.read(max(len(run) - 2, 0))
    except (RunError, RecordingError) as error:
        advice = advice_on(folder, form, str(error))
        return f"{error}. {advice}" if advice else str(error)
    return ""


def _misfit_of_rows(folder: Path, form: RecordingFormat, listing: Listing) -> str:
    """Return why no row of slow sensors can be read; too few rows for a window are no fault yet."""
    names = [name for name in map(os.fsdecode, listing.files) if not form.excludes(name)]
    table = table_of(folder, versions_of(folder, names), form)
    if len(table.rows) or not table.rejected:
        return ""
    first = table.rejected[0]
    return f"{first.name}: {first.reason}"


def _source(machine: PlantMachine) -> str:
    """Return what describes a machine, for a person who has to change it."""
    if machine.config is not None:
        return str(machine.config)
    return f"the preset {machine.rig}" if machine.rig else "the defaults of config.toml"
