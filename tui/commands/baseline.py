"""`raceway learn` and `raceway accept`: what is healthy, and who says so."""

import os
import pwd
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.records.progress import Epoch
from replay.recording import RecordingError

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from replay.run import Run


class Lines:
    """Tells how learning goes in plain lines on standard error."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Tell by `write`."""
        self._write = write

    def rejected(self, error: RecordingError) -> None:
        """Name a file that cannot be read."""
        self._write(f"rejected {error}")

    def read(self, done: int, total: int) -> None:
        """Tell when all is read."""
        if done == total:
            self._write(f"read {total} healthy recordings")

    def epoch(self, epoch: Epoch) -> None:
        """Tell every tenth epoch."""
        if epoch.epoch % 10 == 1:
            self._write(f"epoch {epoch.epoch}, loss {epoch.loss:.3f}, validation {epoch.validation_loss:.3f}")

    def waiting(self) -> None:
        """Say nothing."""


def learn(run: "Run", settings: "Settings", out: Path) -> None:
    """Learn a bundle from the healthy span that the settings state and put it into `out`."""
    from engine.baseline.from_run import learn_from_run

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
    print("score with it by --bundle; it stays provisional until someone accepts it (raceway accept)")


def accept(state: Path, machine: str | None) -> str:
    """Record that the operator accepts the baseline of the newest assessment; return a sentence.

    Raises:
        StoreError: there is no store.
        LookupError: there is nothing to accept.
    """
    from engine.operator.acceptance import accept_baseline
    from engine.store.store import Store

    who = pwd.getpwuid(os.getuid()).pw_name
    with Store.open(state) as store:
        fitting = [one for one in store.assessments() if machine is None or one.machine == machine]
        if not fitting:
            raise LookupError(f"{state}: the store holds no assessment{f' of {machine}' if machine else ''}")
        return accept_baseline(store, fitting[-1], who, datetime.now(UTC))
