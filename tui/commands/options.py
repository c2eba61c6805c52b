"""What commands have in common: their options, and how they end when something is wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from replay.recording import clean_text

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from replay.run import Run

FAILED, UNUSABLE = 1, 2

RunPath = Annotated[Path, typer.Argument(help="A folder, .zip or .tar.* of recordings.", show_default=False)]
Folder = Annotated[Path, typer.Argument(help="Where the recorder writes.", show_default=False)]
State = Annotated[Path | None, typer.Option(help="Folder of the store.", show_default=False)]
Machine = Annotated[str | None, typer.Option(help="Which machine, where the store holds several.")]
Session = Annotated[str | None, typer.Option(help="Resume a replay's acknowledgements by its name.")]
BundleDir = Annotated[Path | None, typer.Option(help="Score with this bundle instead of learning one.")]
As = Annotated[str | None, typer.Option("--as", help="Your name, kept beside that of your account.")]
Config = Annotated[Path | None, typer.Option(help="Your settings; only what differs from the defaults.")]
Rig = Annotated[str | None, typer.Option(help="A machine preset: ims-set1, ims-set2 or ims-set3.")]
Seed = Annotated[int | None, typer.Option(help="Start of the random numbers that learning uses.")]
Healthy = Annotated[
    str | None, typer.Option(help="Healthy start to learn from: N snapshots, N% of the run, or FROM..TO.")
]
ModelName = Annotated[
    str | None, typer.Option("--model", help="Which autoencoder: spectral, dense, lstm, vae or conv-vae.")
]


def settings_of(config: Path | None, rig: str | None, overrides: dict[str, object]) -> "Settings":
    """Load the settings."""
    from engine.config.settings import load_settings

    settings = load_settings(config, rig, overrides)
    if settings.keys:
        # Before anything is started: a console that cannot open must leave no engine behind.
        from tui.keys.actions import keymap_of

        keymap_of(settings.keys)
    return settings


def opened(path: Path, settings: "Settings") -> "Run":
    """Open a finished run."""
    from replay.run import open_run

    return open_run(path, settings.recording_format())


def overrides_of(seed: int | None, healthy: str | None, model: str | None = None) -> dict[str, object]:
    """The settings that the command line gives, by dotted key."""
    given = {"model.seed": seed, "model.healthy": healthy, "model.name": model}
    return {key: value for key, value in given.items() if value is not None}


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what is known to go wrong into one sentence and an exit code."""
    from engine.errors import FailedError, UnusableError
    from replay.feed import FeedError
    from replay.run import RunError

    try:
        yield
    except (UnusableError, RunError, FeedError) as error:
        fail(str(error), UNUSABLE)
    except FailedError as error:
        fail(str(error), FAILED)
    except UnicodeEncodeError as error:
        fail(
            f"{error.object[error.start : error.end]!r} cannot be written in the encoding of this account's"
            f" file names ({error.encoding}); set LANG=C.UTF-8, or use names without such letters",
            FAILED,
        )
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or error}", FAILED)


def fail(sentence: str, code: int) -> NoReturn:
    """Say it on standard error and end with an exit code."""
    print(f"raceway: {clean_text(sentence)}", file=sys.stderr)
    raise typer.Exit(code)
