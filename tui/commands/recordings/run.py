"""`raceway demo` and `replay`: a finished run on the console."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from engine.records.picker import newest_of_each, with_key
from replay.recording import clean_text
from tui.commands.engine_process import EngineOptions, engine_beside
from tui.commands.options import (
    FAILED,
    BundleDir,
    Config,
    Healthy,
    ModelName,
    ReplaySession,
    Rig,
    RunPath,
    Seed,
    State,
    bundle_of,
    fail,
    opened,
    overrides_of,
    sentences,
    settings_of,
    viewing_of,
)
from tui.terminal.curtain import curtain

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from engine.config.viewing import Viewing
    from replay.run import Run


DEMO_SECONDS = 120
"""Time to play the bundled recording [s]."""


DEMOS_KEPT = 5
"""Stores of earlier demos that are kept; older ones are removed."""


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(demo)
    app.command()(replay)


def demo(state: State = None, seed: Seed = None, session: ReplaySession = None) -> None:
    """Replay a real bearing failure, bundled with Raceway, in about two minutes."""
    from replay.sample import SPAN_SECONDS, sample_path

    with sentences(), curtain():
        overrides = overrides_of(seed, None)
        settings = cache(lambda: settings_of(None, "ims-set2", overrides))
        if overrides:
            # A wrong seed is refused before anything begins; else the screen does not wait for the checks.
            settings()
        shown = viewing_of(None)
        folder = state or _fresh_demo_folder(shown.folder / "demo")
        # Unpacking takes seconds at the first time: the screen comes first, the engine after the recording.
        run = cache(lambda: opened(sample_path(), settings()))
        what = Replayed(sample_path(), run, EngineOptions(rig="ims-set2", overrides=overrides))
        _replay(what, shown, settings, folder, session, SPAN_SECONDS / DEMO_SECONDS)


def replay(
    run: RunPath,
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    seed: Seed = None,
    healthy: Healthy = None,
    model: ModelName = None,
    bundle: BundleDir = None,
    session: ReplaySession = None,
    pace: Annotated[float | None, typer.Option(min=0.25, help="Recording time per wall time.")] = None,
) -> None:
    """Score a finished run and watch it on the console, at any pace."""
    with sentences():
        overrides = overrides_of(seed, healthy, model)
        settings = settings_of(config, rig, overrides, run)
        recordings = opened(run, settings)
        folder = state or settings.store.folder
        start = pace or settings.console.pace
        engine = EngineOptions(config, rig, bundle, overrides)
        what = Replayed(recordings.path, lambda: recordings, engine)
        _replay(what, settings, lambda: settings, folder, session, start)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finished run to replay: its path, a function that opens it, and the options of the engine."""

    path: Path
    run: "Callable[[], Run]"
    options: EngineOptions


def _replay(
    what: Replayed,
    shown: "Settings | Viewing",
    settings: "Callable[[], Settings]",
    folder: Path,
    session: str | None,
    pace: float,
) -> None:
    """Show a replay until the console is left.

    Args:
        what: the finished run.
        shown: settings of the console.
        settings: returns those of the engine.
        folder: of the store.
        session: its name, None for a new one.
        pace: at which it starts.
    """
    from tui.console.launch import by_key, console_options, make_console, run_console
    from tui.console.preferences import memory_path

    config = what.options.config
    learned = bundle_of(what.options.bundle, what.options.overrides)
    digest = learned.digest() if learned else None

    @cache
    def key() -> str:
        return _key_of(what.run(), settings(), folder, digest)

    name = session or f"replay {wall_clock():%Y-%m-%d %H:%M:%S}"
    with engine_beside(what.path, folder, what.options) as engine:

        def begin() -> None:
            # The engine unpacks the recording too, so that the two must not do it at once.
            key()
            engine.begin()

        options = console_options(
            folder,
            shown,
            by_key(key, engine.last_words),
            config=config,
            begin=begin,
            last_words=engine.last_words,
        )
        options = replace(options, session=name, pace=pace, pace_given=True, memory=memory_path())
        run_console(make_console(options), shown)
        # Read before the engine is stopped: its end now is not a failure.
        words = engine.last_words()
    print(how_to_return(folder, config, key(), name))
    if words:
        fail(words, FAILED)


def _key_of(run: "Run", settings: "Settings", folder: Path, digest: str | None) -> str:
    """Return the key of the assessment that the engine will work on; a new store is not opened for it."""
    from engine.store.location import FILE_NAME

    if not (folder / FILE_NAME).exists():
        from engine.assessment.key import assessment_key

        return assessment_key(run, settings, digest)
    from engine.assessment.run_identity import key_of_run
    from engine.store.store import Store

    with Store.open(folder, read_only=True) as store:
        return key_of_run(run, settings, store, digest)


def how_to_return(folder: Path, config: Path | None, key: str, session: str) -> str:
    """Return the location of a replay's store, and the command that opens it again with its session.

    Args:
        folder: of the store.
        config: the settings file, if any.
        key: of the replay's assessment.
        session: name of the replay's session.
    """
    from engine.store.store import Store, StoreMissingError
    from tui.command_lines import attach_line

    where = f"store: {clean_text(str(folder))}"
    try:
        with Store.open(folder, read_only=True) as store:
            records = store.assessments()
            own = with_key(records, key)
            if own is None:
                return where
            done = session in store.sessions(own)
    except StoreMissingError:
        return where
    shown = newest_of_each(records)
    if own not in shown:
        # A console on the store shows another record of this machine; only the same command shows this one.
        return f"{where}\nsession: {clean_text(session)} (the same command with --session shows it again)"
    machine = own.machine if len(shown) > 1 else None
    again = attach_line(folder, config=config, machine=machine, session=session if done else None)
    return f"{where}\nto see it again: {again}"


def _fresh_demo_folder(demos: Path) -> Path:
    """Return a new folder for each demo, so that each shows the learning; remove the oldest ones."""
    try:
        demos.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        fail(f"{demos}: cannot be made ({error.strerror}); name a folder by --state", FAILED)
    for old in sorted(path for path in demos.iterdir() if path.is_dir())[: 1 - DEMOS_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return demos / f"{wall_clock():%Y%m%dT%H%M%S.%f}"
