"""A made-up rig as a finished run: its snapshots are made while they are read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from replay.recording import RecordingFormat, Snapshot
from replay.run import Entry, Run
from replay.synthetic.rig import Rig
from replay.synthetic.signal import Machine

START = datetime(2025, 1, 6, tzinfo=UTC)
"""Recording time of the first snapshot."""


@dataclass(frozen=True, slots=True)
class MadeUpRun(Run):
    """A run without files; `rig` can be pickled to another process, `tells_speed` fills each speed."""

    rig: Rig = field(default_factory=lambda: Rig(0))
    tells_speed: bool = False

    def read(self, index: int) -> Snapshot:
        """Make one snapshot."""
        entry, machine = self.entries[index], _machine(self.rig)
        speed = float(machine.speed[index]) if self.tells_speed else None
        signal = machine.snapshot(index)
        return Snapshot(self.form.machine, entry.name, entry.time, self.rig.rate, signal, speed)


def made_up_run(rig: Rig, form: RecordingFormat, *, tells_speed: bool = False) -> MadeUpRun:
    """Return the run of a rig.

    Args:
        rig: the machine.
        form: of the settings it will be assessed with: the name of the machine and the pattern of names.
        tells_speed: whether each snapshot states the shaft's speed.
    """
    times = [START + timedelta(seconds=rig.interval * index) for index in range(rig.snapshots)]
    entries = tuple(Entry(time.strftime(form.time_pattern), time) for time in times)
    nowhere = Path("/nonexistent") / f"made-up-{rig.seed}"
    return MadeUpRun(nowhere, nowhere, form, entries, (), rig=rig, tells_speed=tells_speed)


@lru_cache(maxsize=2)
def _machine(rig: Rig) -> Machine:
    return Machine(rig)
