"""`raceway watch`, `raceway engine` and `raceway status`: a live machine."""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from engine.records.picker import of_machine, pick
from engine.system.output import printed
from replay.recording import clean_text
from tui.command_help import CommandList
from tui.command_lines import attach_line, line
from tui.commands.machines import engine_requests
from tui.commands.options import (
    FAILED,
    UNUSABLE,
    BundleDir,
    Config,
    Folder,
    Machine,
    Rig,
    State,
    fail,
    sentences,
    settings_of,
    store_place,
)

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from engine.records.assessment import Assessment

STARTING_SECONDS = 15.0
"""Time limit until an engine has opened its store [s]."""

ENDING_SECONDS = 30.0
"""Time limit for the end of an engine [s]."""


engine_app = typer.Typer(
    cls=CommandList,
    help="The engine without a console, for a service: watch a folder, stop an engine, send it requests.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(engine_app, name="engine")
    engine_requests.register(engine_app)
    app.command()(watch)
    app.command()(status)


def watch(
    folder: Folder,
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    bundle: BundleDir = None,
) -> None:
    """Watch the folder that a recorder writes into, and open the console.

    The engine is a separate process and continues after the console closes.
    """
    with sentences():
        _is_no_file(folder)
        settings = settings_of(config, rig, {}, folder, watched=True)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            fail("the console needs a terminal; raceway engine watch does without one", UNUSABLE)
        place = state or settings.store.folder
        from engine.assessment.key import live_key
        from engine.system.lease import is_taken, machine_lease
        from tui.commands.engine_process import EngineOptions, start_engine

        lease = machine_lease(settings)
        running = is_taken(place / "leases", lease)
        if not running:
            engine = start_engine("watch", folder, place, EngineOptions(config, rig, bundle))
            deadline = time.monotonic() + STARTING_SECONDS
            while not is_taken(place / "leases", lease):
                if words := engine.last_words():
                    fail(words, FAILED)
                if time.monotonic() > deadline:
                    fail(f"the engine did not start: {engine.said() or 'it gave no reason'}", FAILED)
                time.sleep(0.1)
        elif bundle is not None:
            fail(
                "an engine watches this machine already; end it (raceway engine stop) to start one with"
                " another bundle",
                UNUSABLE,
            )
        _live_console(place, live_key(settings), settings, config)
        if not is_taken(place / "leases", lease):
            fail(
                f"no engine watches {folder} any more; the same command starts one, which continues"
                f" where the last one stopped (raceway status --state {place} gives the details)",
                FAILED,
            )
        name = settings.machine.name
        print(
            f"the engine continues to watch {clean_text(str(folder))}\n"
            f"to see it again: {attach_line(place, config=config, machine=name)}\n"
            f"to end it: {line('engine', 'stop', state=place.absolute(), machine=name)}"
        )


def status(
    config: Config = None,
    state: State = None,
    machine: Machine = None,
    engine: Annotated[
        bool, typer.Option("--engine", help="Check only the heartbeats of the engines, for a health check.")
    ] = False,
) -> None:
    """Print the state of the machines of a store as plain text.

    Exit code: 0 well; 1 to be looked at (an advisory, an alarm not acknowledged, a refused file, no
    baseline yet); 2 critical (an alarm of medium or high priority stands, nothing is watched); 3 unknown.
    With --engine: 0 if every engine has a recent heartbeat, 2 if one has not, 3 unknown.
    """
    from engine.errors import FailedError, UnusableError
    from engine.store.store import Store
    from tui.output.conditions import Code
    from tui.output.status import status_of

    try:
        place = store_place(state, config)
        with Store.open(place, read_only=True) as store:
            code, lines = status_of(store, place, machine, wall_clock(), engine=engine)
    except (UnusableError, FailedError, OSError) as error:
        fail(str(error), Code.UNKNOWN)
    except Exception as error:
        # Exit code 1 of an unforeseen failure would mean "warning".
        fail(f"the state is unknown ({type(error).__name__}: {error}); report this", Code.UNKNOWN)
    if not printed("\n".join(lines)) and code is Code.WELL:
        # Nobody can read that all is well.
        code = Code.UNKNOWN
    raise typer.Exit(code)


def _live_console(folder: Path, key: str, settings: "Settings", config: Path | None) -> None:
    from tui.console.launch import by_key, console_options, make_console, run_console
    from tui.console.preferences import memory_path

    options = replace(
        console_options(folder, settings, by_key(lambda: key), config=config),
        at_newest=True,
        memory=memory_path(),
    )
    run_console(make_console(options), settings)


def _is_no_file(folder: Path) -> None:
    """Reject a file in place of the folder, before an engine is started."""
    try:
        is_file = folder.exists() and not folder.is_dir()
    except OSError:
        # A folder around it may not be entered: the engine waits until it may.
        return
    if is_file:
        fail(f"{folder}: is not a folder; name the folder that the recorder writes its files into", UNUSABLE)


@engine_app.command("watch")
def watch_headless(
    folder: Annotated[
        Path | None,
        typer.Argument(help="The folder that the recorder writes into.", show_default=False, readable=False),
    ] = None,
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    bundle: BundleDir = None,
    plant: Annotated[
        Path | None,
        typer.Option(help="plant.toml: watch all its machines in one process. SIGHUP reads it again."),
    ] = None,
) -> None:
    """Watch a folder, or the machines of a plant, without a console until SIGTERM, as a service."""
    with sentences():
        from engine.system.processes.child_process import command, environment
        from tui.commands.engine_process import EngineOptions

        if plant is not None:
            if (folder, config, rig, bundle) != (None, None, None, None):
                fail(f"{plant} names the folders and settings of its machines; give --state alone", UNUSABLE)
            from engine.config.plant_file import read_plant

            read_plant(plant)
            what, path, settings = "plant", plant, settings_of(None, None, {})
        elif folder is None:
            fail("name the folder that the recorder writes into, or a plant by --plant", UNUSABLE)
        else:
            _is_no_file(folder)
            what, path, settings = "watch", folder, settings_of(config, rig, {}, folder, watched=True)
        place = state or settings.store.folder
        options = EngineOptions(config, rig, bundle)
        arguments = command("engine", what, str(path.absolute()), *options.words(place))
        # The engine replaces this process: its starter sees its exit code and can signal it.
        os.execve(arguments[0], arguments, environment())


@engine_app.command("stop")
def stop_engine(
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    machine: Machine = None,
) -> None:
    """Stop the engine of a machine; the next engine continues where it stopped."""
    with sentences():
        settings = settings_of(config, rig, {})
        place = state or settings.store.folder
        from engine.store.store import Store
        from engine.system.lease import lease_name

        with Store.open(place, read_only=True) as store:
            live = of_machine(store.assessments(), machine, place, live=True)
            at_work = [one for one in live if store.is_held(lease_name(one.machine))]
        if not at_work:
            fail(f"{place}: no engine is watching{f' {machine}' if machine else ''}", UNUSABLE)
        record = pick(at_work, machine, place, live=True)
        name = record.machine
        asked = _ask_to_end(place, record)
        deadline = time.monotonic() + ENDING_SECONDS
        with Store.open(place, read_only=True) as store:
            while store.is_held(lease_name(name)):
                if time.monotonic() > deadline:
                    fail(f"the engine of {name} has not ended, {asked}; look at its log in {place}", FAILED)
                time.sleep(0.1)
        print(f"the engine of {name} has ended")


def _ask_to_end(place: Path, record: "Assessment") -> str:
    """Ask an engine to end: by a signal if its process is certain, else by a request in the store.

    The process number of an engine in another container or computer is another process here.

    Returns:
        The way of asking, for a sentence.
    """
    from engine.records.events import Action
    from engine.store.store import Store
    from engine.system.lease import holder, lease_name
    from engine.system.processes.process_identity import ask_to_end

    held = holder(place / "leases", lease_name(record.machine))
    # The engine of a plant watches other machines too: a request ends this one alone.
    process = held.process if held is not None and not held.shared else None
    if process is not None:
        try:
            ask_to_end(process)
            return f"although its process {process.pid} was signalled"
        except PermissionError:
            words = (
                f"the engine of {record.machine} (process {process.pid}) is another user's; they can end it"
            )
            fail(words, FAILED)
        except ProcessLookupError:
            # It is not a process of this container or computer, or it is ending now.
            pass
    with Store.open(place) as store:
        engine_requests.put_request(store, record, Action.STOP, {})
    if held is not None and held.shared:
        return "although the store asked it to; its process watches other machines too"
    return "although the store asked it to; its process cannot be signalled from here"
