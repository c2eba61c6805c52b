"""The command line. Each command imports what it needs when it runs: a screen should not wait for a parser.

Exit codes: 0 done; 1 it could not be carried through (disk, store, another engine at work); 2 the command,
the settings or the recordings cannot be used as they are.
"""

import json
import os
import pwd
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from replay.recording import clean_text

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.records import Assessment
    from engine.settings import Settings
    from engine.store import Store
    from replay.archive import Run

FAILED, UNUSABLE = 1, 2

DEMO_SECONDS = 120
"""How long the bundled recording takes to play."""

DEMOS_KEPT = 5
"""Stores of earlier demos that are kept, with their acknowledgements; older ones are removed."""

app = typer.Typer(
    help="Raceway watches rolling bearings: it learns what a healthy machine sounds like and says which"
    " bearing is failing, why, and since when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RunPath = Annotated[Path, typer.Argument(help="A folder, .zip or .tar.* of recordings.", show_default=False)]
Config = Annotated[Path | None, typer.Option(help="Your settings; only what differs from the defaults.")]
Rig = Annotated[str | None, typer.Option(help="A machine preset: ims-set1, ims-set2 or ims-set3.")]
State = Annotated[Path | None, typer.Option(help="Folder of the store.")]
Seed = Annotated[int | None, typer.Option(help="Start of the random numbers that learning uses.")]
Healthy = Annotated[
    str | None, typer.Option(help="Healthy start to learn from: N snapshots, N% of the run, or FROM..TO.")
]
BundleDir = Annotated[Path | None, typer.Option(help="Score with this bundle instead of learning one.")]
Session = Annotated[str | None, typer.Option(help="Resume a replay's acknowledgements by its name.")]


def main() -> None:
    """Run the command line."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from engine.identity import release

        print(f"raceway {release()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Hold the options of `raceway` itself."""


@app.command()
def demo(state: State = None, seed: Seed = None, session: Session = None) -> None:
    """Replay a real bearing failure, bundled with Raceway, in about two minutes."""
    from replay.sample import sample_path

    with _sentences():
        overrides = _overrides(seed, None)
        settings = _settings(None, "ims-set2", overrides)
        folder = state or _fresh_demo_folder(settings.store.folder / "demo")
        run = _open(sample_path(), settings)
        span = (run.entries[-1].time - run.entries[0].time).total_seconds()
        _replay(run, settings, folder, None, "ims-set2", None, overrides, session, span / DEMO_SECONDS)


@app.command()
def replay(
    run: RunPath,
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    seed: Seed = None,
    healthy: Healthy = None,
    bundle: BundleDir = None,
    session: Session = None,
    pace: Annotated[float | None, typer.Option(min=0.25, help="Recording time per wall time.")] = None,
) -> None:
    """Score a finished run and watch it on the console, at any pace."""
    with _sentences():
        overrides = _overrides(seed, healthy)
        settings = _settings(config, rig, overrides)
        opened = _open(run, settings)
        folder = state or settings.store.folder
        start = pace or settings.console.pace
        _replay(opened, settings, folder, config, rig, bundle, overrides, session, start)


@app.command()
def score(
    run: RunPath,
    out: Annotated[Path, typer.Option(help="Folder for scores.csv, alarms.csv and summary.json.")],
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    seed: Seed = None,
    healthy: Healthy = None,
    bundle: BundleDir = None,
    session: Session = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Score a finished run without a screen and write the results as files."""
    with _sentences():
        settings = _settings(config, rig, _overrides(seed, healthy))
        opened = _open(run, settings)
        learned = _bundle(bundle)
        from engine.monitor import assess
        from engine.pulse import quiet
        from engine.results import write_results
        from engine.store import Store
        from tui.progress import shown_progress

        out.mkdir(parents=True, exist_ok=True)
        with Store.open(state or out / "store", create=True) as store:
            if as_json:
                outcome = assess(opened, settings, store, now=_now, bundle=learned, tell=quiet)
            else:
                with shown_progress() as tell:
                    outcome = assess(opened, settings, store, now=_now, bundle=learned, tell=tell)
            summary = write_results(out, store, outcome, opened, session or "")
        if as_json:
            print(json.dumps(summary))
        else:
            _print_summary(summary, out)


@app.command()
def learn(
    run: RunPath,
    out: Annotated[Path, typer.Option(help="Folder to put the bundle into, beside those that are there.")],
    config: Config = None,
    rig: Rig = None,
    seed: Seed = None,
    healthy: Healthy = None,
) -> None:
    """Learn a new bundle from a stated healthy span, without scoring."""
    with _sentences():
        settings = _settings(config, rig, _overrides(seed, healthy))
        opened = _open(run, settings)
        from tui import baseline_commands

        baseline_commands.learn(opened, settings, out)


@app.command()
def accept(
    state: State = None,
    config: Config = None,
    machine: Annotated[str | None, typer.Option(help="Which machine, where the store holds several.")] = None,
) -> None:
    """Accept the baseline of the newest assessment, which is provisional until then."""
    with _sentences():
        folder = state or _settings(config, None, {}).store.folder
        from tui import baseline_commands

        try:
            print(baseline_commands.accept(folder, machine))
        except LookupError as error:
            _fail(str(error.args[0]), UNUSABLE)


@app.command()
def attach(
    state: State = None,
    config: Config = None,
    machine: Annotated[str | None, typer.Option(help="Which machine, where the store holds several.")] = None,
    session: Session = None,
) -> None:
    """Open a console on a store that an engine fills, or has filled."""
    with _sentences():
        settings = _settings(config, None, {})
        folder = state or settings.store.folder
        from engine.store import Store

        with Store.open(folder) as store:
            chosen = _newest(store.assessments(), machine)
        if chosen is None:
            which = f" of machine {machine!r}" if machine else ""
            _fail(f"{folder}: the store holds no assessment{which} yet; start a run first", UNUSABLE)
        key = chosen.key
        _console(folder, key, settings, session or "", "ATTACHED", settings.console.pace, at_newest=True)


def _replay(
    run: "Run",
    settings: "Settings",
    folder: Path,
    config: Path | None,
    rig: str | None,
    bundle: Path | None,
    overrides: dict[str, object],
    session: str | None,
    pace: float,
) -> None:
    from engine.identity import assessment_key
    from tui.launching import engine_beside

    learned = _bundle(bundle)
    key = assessment_key(run, settings, learned.digest() if learned else None)
    name = session or f"replay {_now():%Y-%m-%d %H:%M:%S}"
    with engine_beside(
        run.path, folder, config=config, rig=rig, bundle=bundle, overrides=overrides
    ) as engine:
        _console(folder, key, settings, name, "REPLAY", pace, last_words=engine.last_words)
    print(f"store: {folder}\nsession: {name} (resume its acknowledgements with --session)")
    if words := engine.last_words():
        _fail(words, FAILED)


def _console(
    folder: Path,
    key: str,
    settings: "Settings",
    session: str,
    banner: str,
    pace: float,
    *,
    last_words: Callable[[], str] = str,
    at_newest: bool = False,
) -> None:
    from tui.app import Console

    def open_store() -> "Store":
        from engine.store import Store, StoreError

        if words := last_words():
            raise StoreError(words)
        return Store.open(folder)

    def choose(store: "Store") -> "Assessment | None":
        found = next((one for one in store.assessments() if one.key == key), None)
        if found is None and (words := last_words()):
            from engine.store import StoreError

            raise StoreError(words)
        return found

    local = datetime.now().astimezone().tzinfo or UTC
    Console(
        open_store=open_store,
        choose=choose,
        session=session,
        operator=pwd.getpwuid(os.getuid()).pw_name,
        pace=pace,
        banner=banner,
        zone=local if settings.console.time_zone == "local" else UTC,
        wall_zone=local,
        at_newest=at_newest,
    ).run(mouse=False)


def _settings(config: Path | None, rig: str | None, overrides: dict[str, object]) -> "Settings":
    from engine.settings import load_settings

    return load_settings(config, rig, overrides)


def _open(path: Path, settings: "Settings") -> "Run":
    from replay.archive import open_run

    return open_run(path, settings.recording_format())


def _bundle(path: Path | None) -> "Bundle | None":
    from engine.bundle import load_bundle

    return load_bundle(path) if path else None


def _overrides(seed: int | None, healthy: str | None) -> dict[str, object]:
    given = {"model.seed": seed, "model.healthy": healthy}
    return {key: value for key, value in given.items() if value is not None}


def _newest(assessments: "tuple[Assessment, ...]", machine: str | None) -> "Assessment | None":
    fitting = [one for one in assessments if machine is None or one.machine == machine]
    return fitting[-1] if fitting else None


def _fresh_demo_folder(demos: Path) -> Path:
    """A new store for each demo, so that each shows the learning; the oldest make room."""
    demos.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in sorted(path for path in demos.iterdir() if path.is_dir())[: 1 - DEMOS_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return demos / f"{_now():%Y%m%dT%H%M%S.%f}"


def _print_summary(summary: dict[str, object], out: Path) -> None:
    print(f"scored {summary['scored']} of {summary['snapshots']} snapshots; results are in {out}")
    rejected = summary["rejected"]
    if isinstance(rejected, list) and rejected:
        print(f"rejected {len(rejected)}, the first: {rejected[0]['file']}: {rejected[0]['reason']}")


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what is known to go wrong into one sentence and an exit code."""
    from engine.errors import FailedError, UnusableError
    from replay.archive import RunError

    try:
        yield
    except (UnusableError, RunError) as error:
        _fail(str(error), UNUSABLE)
    except FailedError as error:
        _fail(str(error), FAILED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}", FAILED)


def _fail(sentence: str, code: int) -> NoReturn:
    print(f"raceway: {clean_text(sentence)}", file=sys.stderr)
    raise typer.Exit(code)
