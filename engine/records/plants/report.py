"""The report of a plant: its file, its engine, and the trouble of each machine.

A machine has a record once its settings and its bundle could be read. Until then this report is all that the
store knows about it. Pure functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from engine.records.assessment import Assessment
from engine.records.progress import Heartbeat, Phase
from engine.records.stored_settings import stored_settings


@dataclass(frozen=True, slots=True)
class Named:
    """A machine that a plant names.

    Attributes:
        folder: the folder of its recorder.
        since: wall clock when this began to hold.
        trouble: why it is not watched; "" before the first failure, or while it is watched.
    """

    folder: str
    since: datetime
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PlantReport:
    """The last report of the engine of a plant.

    Attributes:
        file: plant.toml, with its whole path.
        host: the computer of the engine.
        pid: its process.
        beat_at: wall clock of the report.
        ended: whether the engine was told to stop.
        fault: why the newest edit of the file is not in effect; "" if it is.
        machines: all that the file names, by name.
    """

    file: str
    host: str
    pid: int
    beat_at: datetime
    ended: bool = False
    fault: str = ""
    machines: Mapping[str, Named] = field(default_factory=dict)

    def is_at_work(self, now: datetime) -> bool:
        """Return whether its engine reported a moment ago that it works."""
        return not self.ended and not self._beat(Phase.STARTING, "").is_silent(now)

    def replaces(self, other: "PlantReport", now: datetime) -> bool:
        """Return whether an older report is over: of the same file, or of machines that this names."""
        is_same = other.file == self.file or other.machines.keys() <= self.machines.keys()
        return is_same and not other.is_at_work(now)

    def heartbeat(self, name: str, now: datetime) -> Heartbeat:
        """Return the heartbeat of a machine without a record: that of the plant, with its trouble."""
        trouble = self.machines[name].trouble
        if self.ended:
            return self._beat(Phase.ENDED, trouble)
        phase = Phase.FAILED if trouble and self.is_at_work(now) else Phase.STARTING
        return self._beat(phase, trouble)

    def _beat(self, phase: Phase, message: str) -> Heartbeat:
        return Heartbeat(self.beat_at, self.pid, phase, 0, 0, message)


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A machine that a plant names and that has no live record.

    Attributes:
        assessment: a stand-in without components, which no query finds.
        heartbeat: of the engine of its plant.
        plant: the report that names it.
    """

    assessment: Assessment
    heartbeat: Heartbeat
    plant: PlantReport


def unrecorded(
    plants: Iterable[PlantReport], recorded: AbstractSet[str], now: datetime
) -> tuple[Unrecorded, ...]:
    """Return the machines that plants name and that have no live record, by name, each once.

    Args:
        plants: the reports of all engines; of two that name a machine the one at work counts, then the newer.
        recorded: names of the machines with a live record.
        now: wall clock.
    """
    found: dict[str, PlantReport] = {}
    for plant in sorted(plants, key=lambda one: (one.is_at_work(now), one.beat_at)):
        found |= dict.fromkeys(plant.machines.keys() - recorded, plant)
    return tuple(
        Unrecorded(_stand_in(name, plant.machines[name], -number), plant.heartbeat(name, now), plant)
        for number, (name, plant) in enumerate(sorted(found.items()), start=1)
    )


def with_unrecorded(known: Sequence[Assessment], missing: Iterable[Unrecorded]) -> tuple[Assessment, ...]:
    """Return assessments of machines, those without a record instead of a finished run of the same name."""
    named = {one.assessment.machine: one.assessment for one in missing}
    return (*(one for one in known if one.machine not in named), *named.values())


def _stand_in(name: str, named: Named, number: int) -> Assessment:
    return Assessment(
        id=number,
        machine_id=number,
        machine=name,
        key="",
        model="",
        seed=0,
        run=named.folder,
        expected=0,
        created_at=named.since,
        components=(),
        channels=(),
        units=(),
        settings=stored_settings({}),
    )
