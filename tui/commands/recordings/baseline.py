"""`raceway learn` and `raceway accept`: learn a baseline, and accept it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from engine.records.progress import Epoch
from replay.recording import RecordingError
from tui.commands.options import (
    Config,
    Healthy,
    Machine,
    ModelName,
    Rig,
    RunPath,
    Seed,
    State,
    opened,
    overrides_of,
    sentences,
    settings_of,
    store_place,
)
from tui.commands.records import picked

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from replay.run import Run


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(learn)
    app.command()(accept)


def learn(
    run: RunPath,
    out: Annotated[Path, typer.Option(help="Folder for the new bundle; other bundles in it are kept.")],
    config: Config = None,
    rig: Rig = None,
    seed: Seed = None,
    healthy: Healthy = None,
    model: ModelName = None,
) -> None:
    """Learn a new bundle from a stated healthy span, without scoring."""
    with sentences():
        settings = settings_of(config, rig, overrides_of(seed, healthy, model), run)
        recordings = opened(run, settings)
        _learn(recordings, settings, out)


def accept(
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Accept the baseline of a machine, which is provisional until then."""
    with sentences():
        folder = store_place(state, config)
        print(_accept(folder, machine))


class Lines:
    """Progress of learning, in plain lines."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Report each line by `write`."""
        self._write = write

    def rejected(self, error: RecordingError) -> None:
        """Report a file that cannot be read."""
        self._write(f"rejected {error}")

    def read(self, done: int, total: int) -> None:
        """Report when all recordings are read."""
        if done == total:
            self._write(f"read {total} healthy recordings")

    def epoch(self, epoch: Epoch) -> None:
        """Report every tenth epoch."""
        if epoch.epoch % 10 == 1:
            self._write(f"epoch {epoch.epoch}, loss {epoch.loss:.3f}, validation {epoch.validation_loss:.3f}")

    def waiting(self) -> None:
        """Report nothing."""


def _learn(run: "Run", settings: "Settings", out: Path) -> None:
    """Learn a bundle from the healthy span of the settings and save it in `out`."""
    from engine.baseline.from_run import learn_from_run
    from engine.reports.tracking import Tracked, learning_parameters
    from tui.commands.options import tell_tracking

    bundle = learn_from_run(run, settings, Lines(lambda line: print(line, file=sys.stderr, flush=True)))
    place = bundle.save(out)
    baseline = bundle.baseline
    print(
        f"learned from {baseline.count} snapshots, {baseline.start:%Y-%m-%d %H:%M:%S} to"
        f" {baseline.end:%Y-%m-%d %H:%M:%S} UTC, the last {baseline.calibrated_on} for the limits"
    )
    for doubt in bundle.doubts:
        print(f"in doubt: {doubt}")
    print(f"bundle: {place}")
    tell_tracking(
        settings,
        lambda: Tracked(
            f"learn {bundle.model}",
            learning_parameters(settings),
            {
                "learning_seconds": bundle.learning_seconds,
                "snapshots": bundle.baseline.count,
                "doubts": len(bundle.doubts),
            },
            bundle.history,
            [place],
            {"digest": bundle.digest(), "model": bundle.model},
        ),
    )
    print("score with it by --bundle; it stays provisional until someone accepts it (raceway accept)")


def _accept(state: Path, machine: str | None) -> str:
    """Record that the operator accepts the baseline of a machine; return a sentence.

    Raises:
        StoreError: there is no store.
        UnusableError: there is nothing to accept, or there are several machines and none is named.
    """
    from engine.operator.acceptance import accept_baseline
    from engine.store.store import Store
    from engine.system.account import account_name

    who = account_name()
    with Store.open(state) as store:
        return accept_baseline(store, picked(store, machine, state), who, wall_clock())
