"""`raceway store`: check, create, copy, back up, restore, export and prune a store, and its SQL roles."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from engine.records.picker import of_machine
from engine.system.output import printed
from replay.recording import clean_text
from tui.command_help import CommandList
from tui.commands.options import (
    FAILED,
    UNUSABLE,
    Config,
    State,
    fail,
    place_of,
    sentences,
    settings_of,
    store_place,
)

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from engine.records.assessment import Assessment
    from engine.store.store import Store

PAGES_AT_ONCE = 500
"""Free pages given back to the disk in one transaction, some 2 MB in 50 ms."""

Machine = Annotated[str | None, typer.Option(help="Only this machine; all by default.", show_default=False)]

PLACE = "A folder, or postgresql://USER@HOST/DATABASE."
Source = Annotated[Path, typer.Argument(help=PLACE, parser=place_of, metavar="source")]
Target = Annotated[Path, typer.Argument(help=PLACE, parser=place_of, metavar="target")]

commands = typer.Typer(
    cls=CommandList,
    help="Check, create, copy, back up, restore, export or thin a store.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(commands, name="store")


@commands.command()
def check(state: State = None, config: Config = None) -> None:
    """Check that the store is sound and its counts agree (else exit code 1); an engine's commits wait."""
    with sentences():
        folder = store_place(state, config)
        from engine.assessment.state import unpack_state
        from engine.store.store import Store
        from engine.store.upkeep.integrity import check as findings

        with Store.open(folder) as store:
            wrong = 0
            for finding in findings(store, unpack_state):
                wrong += not finding.sound
                verdict = "ok   " if finding.sound else "WRONG"
                print(f"{verdict}  {clean_text(finding.about)}: {clean_text(finding.words)}", flush=True)
            where = store.where if store.address else folder
    if wrong:
        fail(f"{where}: {wrong} faults found; copy the folder before you do anything else", FAILED)


@commands.command()
def create(
    beside_bundles: Annotated[
        bool,
        typer.Option(
            "--beside-bundles",
            help="Accept that a database or a record in it was lost.",
            show_default=False,
        ),
    ] = False,
    state: State = None,
    config: Config = None,
) -> None:
    """Make an empty store, for example where a database was lost without a backup."""
    with sentences():
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.store.store import Store
        from engine.store.upkeep.losses import accept_losses

        group = settings.store.group
        with Store.open(folder, create=True, group=group, beside_bundles=beside_bundles) as store:
            records, where = len(store.assessments()), store.where if store.address else folder
            for loss in accept_losses(store) if beside_bundles else ():
                print(clean_text(f"{loss.machine}: {loss.words}; its engine may start again"))
        print(f"{where}: holds a store with {records} records")


@commands.command()
def roles() -> None:
    """Print the SQL for the roles of a store in PostgreSQL: engine, operator, reader."""
    from engine.store.postgres.roles import script

    printed(script().rstrip())


@commands.command()
def copy(source: Source, target: Target) -> None:
    """Copy a store between a folder and PostgreSQL, both ways, with its bundles; stop its engines first.

    A copy that broke off goes on where it stopped. At the end every row is compared.
    """
    with sentences():
        from engine.bundles.transfer import copy_bundles, use_same
        from engine.store.postgres.copying import copy_store
        from engine.store.store import Store
        from engine.system.lease import any_taken

        for place in (source, target):
            if any_taken(place / "leases"):
                fail(f"{place}: an engine works on it; stop it first (raceway engine stop)", UNUSABLE)
        with Store.open(source) as one, Store.open(target, create=True) as other:
            bundles = copy_bundles(source, target)
            for copied in copy_store(one, other):
                print(f"{copied.name}: {copied.rows} rows, {copied.new} of them new", flush=True)
            use_same(source, target, [(record.key, record.machine) for record in one.assessments()])
            where = other.where
        print(clean_text(f"{where}: holds the store, bundles: {bundles}; every row compared"))


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The archive to make.", show_default=False)],
    state: State = None,
    config: Config = None,
) -> None:
    """Back up the database and the bundles into one archive, also while an engine works."""
    with sentences():
        folder = store_place(state, config)
        from engine.store.upkeep.backup import write_backup

        made = write_backup(folder, file, wall_clock())
        print(f"{file}: holds the store {folder}, bundles: {made.bundles}, {made.size / 1e6:.1f} MB; checked")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive of `raceway store backup`.", show_default=False)],
    state: State = None,
    config: Config = None,
) -> None:
    """Restore a store from a backup, whole or not at all, into a folder that holds none."""
    with sentences():
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.store.upkeep.backup import restore_backup
        from engine.system.lease import any_taken
        from engine.system.permissions import access_of

        access = access_of(settings.store.group)
        made = restore_backup(file, folder, access, lambda place: any_taken(place / "leases"))
        print(
            f"{folder}: holds the store as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC, bundles: {made.bundles},"
            f" {made.size / 1e6:.1f} MB"
        )


@commands.command()
def export(
    out: Annotated[
        Path, typer.Option(help="Folder for scores.csv, alarms.csv, outcomes.csv, events.csv and intake.csv.")
    ],
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Write the whole store as CSV files."""
    with sentences():
        folder = store_place(state, config)
        from engine.reports.store_export import export as write
        from engine.store.store import Store

        with Store.open(folder, read_only=True) as store:
            _chosen(store, machine, folder)
            for name, count in write(store, out, machine).items():
                print(f"{out / name}: {count} rows")


@commands.command()
def prune(
    state: State = None,
    config: Config = None,
    machine: Machine = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would be removed.", show_default=False)
    ] = False,
) -> None:
    """Thin old pictures and scores of live machines, by the rules of [store]; never events."""
    with sentences():
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.store.store import Store

        with Store.open(folder, read_only=dry_run) as store:
            for assessment in _chosen(store, machine, folder):
                if assessment.expected:
                    print(f"{_name(assessment)}: a finished run, kept whole")
                elif dry_run:
                    _foretell(store, assessment, settings)
                else:
                    _thin(store, assessment, settings)
            if not dry_run:
                _give_back(store)


def _chosen(store: "Store", machine: str | None, folder: Path) -> "Sequence[Assessment]":
    """Return the assessments of the named machine, or all; an empty store is not an error."""
    known = store.assessments()
    return known if machine is None else of_machine(known, machine, folder)


def _name(assessment: "Assessment") -> str:
    return f"{clean_text(assessment.machine)}, assessment {assessment.id}"


def _foretell(store: "Store", assessment: "Assessment", settings: "Settings") -> None:
    from engine.store.upkeep.retention import plan

    todo = plan(store, assessment, settings.store)
    print(
        f"{_name(assessment)}: {len(todo.pictures)} pictures and {len(todo.snapshots)} snapshots with their"
        " scores would go"
    )


def _thin(store: "Store", assessment: "Assessment", settings: "Settings") -> None:
    from engine.store.upkeep.retention import PAUSE, Thinned, thin

    gone = Thinned()
    for step in thin(store, assessment, settings.store, wall_clock()):
        gone += step
        time.sleep(PAUSE)
    print(
        f"{_name(assessment)}: {gone.pictures} pictures and {gone.snapshots} snapshots with their scores went"
    )


def _give_back(store: "Store") -> None:
    from engine.store.upkeep.retention import PAUSE

    if store.address is not None:
        print("the server's autovacuum sees to the space that became free")
        return
    spare = store.spare_bytes()
    if not store.can_give_back():
        print(f"{spare / 1e6:.1f} MB inside the file are free; new rows go there first")
        return
    while store.give_back(PAGES_AT_ONCE):
        time.sleep(PAUSE)
    print(f"{spare / 1e6:.1f} MB were given back to the disk")
