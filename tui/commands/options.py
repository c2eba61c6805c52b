"""Common options of the commands, settings, and the sentences and exit codes of errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.system.output import complain
from replay.recording import clean_text
from tui.terminal.curtain import lift

if TYPE_CHECKING:
    from engine.bundles.bundle import Bundle
    from engine.config.settings import Settings
    from engine.config.viewing import Viewing
    from engine.reports.tracking import Tracked
    from replay.run import Run

FAILED, UNUSABLE = 1, 2

RunPath = Annotated[Path, typer.Argument(help="A folder, .zip or .tar.* of recordings.", show_default=False)]
Folder = Annotated[
    # Not checked: the engine waits for a folder that is missing or that it may not read.
    Path,
    typer.Argument(help="The folder that the recorder writes into.", show_default=False, readable=False),
]


def place_of(text: str) -> Path:
    """Return the folder of a store, also for the address of a database."""
    from engine.config.state_place import state_place
    from engine.errors import UnusableError

    try:
        return state_place(text)
    except UnusableError as error:
        fail(str(error), UNUSABLE)


State = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the store, or postgresql://USER@HOST/DATABASE.",
        parser=place_of,
        metavar="<path>",
        show_default=False,
    ),
]
Machine = Annotated[str | None, typer.Option(help="The machine, if the store holds several.")]
Session = Annotated[str | None, typer.Option(help="Name of a replay's session; the live record by default.")]
ReplaySession = Annotated[
    str | None,
    typer.Option("--session", help="Name of the replay's session, to resume it; a new one by default."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BundleDir = Annotated[
    Path | None,
    typer.Option(help="Score with this bundle, a folder or a packed file, instead of learning one."),
]
As = Annotated[str | None, typer.Option("--as", help="Your name, stored beside the account's name.")]
Config = Annotated[Path | None, typer.Option(help="Your settings file; it holds only changed settings.")]
Rig = Annotated[
    str | None, typer.Option(help="A preset of a public data set, such as ims-set2 (docs/recordings.md).")
]
Seed = Annotated[int | None, typer.Option(help="Seed of the random numbers for learning.")]
Healthy = Annotated[
    str | None, typer.Option(help="Healthy start to learn from: N snapshots, N% of the run, or FROM..TO.")
]
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="The model: spectral, dense, lstm, vae, conv-vae, transformer, forecast, motor or process.",
    ),
]


def settings_of(
    config: Path | None,
    rig: str | None,
    overrides: dict[str, object],
    recordings: Path | None = None,
    *,
    watched: bool = False,
) -> "Settings":
    """Load the settings.

    Args:
        config: the user's file.
        rig: name of a preset.
        overrides: by dotted key.
        recordings: they name the channels where the settings name no component.
        watched: whether they are those of a watched folder.
    """
    from engine.config.own_machine import channels_of
    from engine.config.settings import load_settings

    channels = partial(channels_of, recordings, watched=watched) if recordings is not None else None
    settings = load_settings(config, rig, overrides, channels)
    if settings.keys:
        # Checked before any start: a console that cannot open must leave no engine running.
        from tui.keys.actions import keymap_of

        keymap_of(settings.keys)
    return settings


def store_place(state: Path | None, config: Path | None) -> Path:
    """Return the folder of the store: the one of --state, or else the one of the settings."""
    return state or settings_of(config, None, {}).store.folder


def viewing_of(config: Path | None) -> "Viewing":
    """Load the settings of a console; without a file of the user none but its own are read and checked."""
    from engine.config.viewing import Viewing, default_viewing

    if config is None and (found := default_viewing()) is not None:
        return found
    settings = settings_of(config, None, {})
    return Viewing(settings.console, settings.keys, settings.store.state)


def opened(path: Path, settings: "Settings") -> "Run":
    """Open a finished run."""
    from replay.run import RunError, open_run

    form = settings.recording_format()
    try:
        return open_run(path, form)
    except RunError as error:
        from replay.inspection.problems import advice_on

        advice = advice_on(path, form, str(error))
        raise RunError(f"{error}. {advice}" if advice else str(error)) from None


def overrides_of(seed: int | None, healthy: str | None, model: str | None = None) -> dict[str, object]:
    """Return the settings of the command line, by dotted key."""
    given = {"model.seed": seed, "model.healthy": healthy, "model.name": model}
    return {key: value for key, value in given.items() if value is not None}


def bundle_of(path: Path | None, overrides: Mapping[str, object]) -> "Bundle | None":
    """Load the named bundle, which has its own model and baseline."""
    if path is None:
        return None
    from engine.bundles.packed import load_any

    if "model.name" in overrides or "model.healthy" in overrides:
        fail("--bundle brings its own model and baseline: leave out --model and --healthy", UNUSABLE)
    return load_any(path)


@contextmanager
def sentences(missing: int = FAILED) -> Iterator[None]:
    """Turn a known error into one sentence and an exit code.

    Args:
        missing: exit code where the folder holds no store.
    """
    from engine.errors import FailedError, StoreMissingError

    try:
        yield
    except _unusable() as error:
        fail(str(error), UNUSABLE)
    except StoreMissingError as error:
        fail(str(error), missing)
    except FailedError as error:
        fail(str(error), FAILED)
    except MemoryError:
        fail("not enough memory; add memory, or use a run of shorter recordings", FAILED)
    except UnicodeEncodeError as error:
        fail(
            f"{error.object[error.start : error.end]!r} cannot be written in the encoding of this account's"
            f" file names ({error.encoding}); set LANG=C.UTF-8, or use names without such letters",
            FAILED,
        )
    except BrokenPipeError:
        # The reader of the output has gone, as `head` does; click ends the command without a word.
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or error}", FAILED)


def _unusable() -> tuple[type[Exception], ...]:
    """Return the errors of unusable input; Python asks only after an error, so a console loads no reader."""
    from engine.errors import UnusableError
    from replay.feed import FeedError
    from replay.run import RunError
    from replay.synthetic.errors import ScenarioError

    return UnusableError, RunError, FeedError, ScenarioError


def tell_tracking(settings: "Settings", run: "Callable[[], Tracked]") -> None:
    """Log a run on the tracking server of the settings, if one is set; a failure is a warning."""
    if settings.tracking.mlflow:
        from engine.reports.tracking import track

        failure = track(settings, run())
        if failure:
            complain(f"raceway: {clean_text(failure)}")


def fail(sentence: str, code: int) -> NoReturn:
    """Print a sentence on standard error and exit with a code."""
    lift()
    complain(f"raceway: {clean_text(sentence)}")
    raise typer.Exit(code)


def warn_of_damage(folder: Path, damage: str) -> None:
    """Say on standard error which values of a store are damaged, if any are."""
    if damage:
        complain(f"raceway: {clean_text(f'{folder}: {damage}')}")
