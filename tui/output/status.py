"""The whole answer of `raceway status`: exit code and lines for the machines, the plants and the store."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.records.assessment import Assessment
from engine.records.picker import newest_of_each, of_machine
from engine.records.plants.report import PlantReport, Unrecorded, with_unrecorded
from replay.recording import clean_text
from tui.output.conditions import Code, Standing, code_of, worst
from tui.output.status_report import collect, engine_lines, plant_lines, told, without_record

if TYPE_CHECKING:
    from engine.store.store import Store


def status_of(
    store: "Store", place: Path, machine: str | None, now: datetime, *, engine: bool = False
) -> tuple[Code, list[str]]:
    """Return the exit code and the lines of `raceway status`.

    Args:
        store: that is looked at.
        place: its folder, for messages.
        machine: name of one machine; None for all.
        now: the wall clock.
        engine: look at the heartbeats alone.

    Raises:
        PickError: the store knows no such machine.
    """
    from engine.store.upkeep.losses import losses_of, sentence

    lost, missing, plants = losses_of(store, machine), store.unrecorded(now), _faulty(store, machine)
    known = with_unrecorded(store.assessments(), missing)
    is_there = not (lost or plants) or any(machine in (None, one.machine) for one in known)
    chosen = newest_of_each(of_machine(known, machine, place, live=engine)) if is_there else ()
    unrecorded = {one.assessment.machine: one for one in missing}
    if engine:
        return _of_engines(store, chosen, unrecorded, plants, now)
    standings = _standings(store, place, known, chosen, unrecorded, now)
    lines = [line for standing in standings for line in map(clean_text, told(standing))]
    codes = [code_of(standing) for standing in standings]
    lines += plant_lines(plants)
    codes += [Code.WARNING for _ in plants]
    lines += [clean_text(f"store     damaged: {sentence(one, place)}") for one in lost]
    codes += [Code.UNKNOWN for _ in lost]
    if store.damage.sentence:
        lines.append(clean_text(f"store     damaged: {store.damage.sentence}"))
        # A record whose layout is lost is not shown at all: its alarms are unknown.
        codes.append(Code.UNKNOWN if store.damage.hides_a_record else Code.WARNING)
    return worst(codes), lines


def _standings(
    store: "Store",
    place: Path,
    known: Sequence[Assessment],
    chosen: Sequence[Assessment],
    unrecorded: dict[str, Unrecorded],
    now: datetime,
) -> list[Standing]:
    """Return the status of each chosen machine; all of them are read together."""
    from engine.reports.overview import Overviews

    own: dict[str, list[Assessment]] = {}
    for one in known:
        own.setdefault(one.machine, []).append(one)
    tried = {
        name: plant.file
        for plant in store.plants()
        if plant.is_at_work(now)
        for name, machine in plant.machines.items()
        if machine.trouble
    }
    with store.reading_long():
        recorded = [one for one in chosen if one.machine not in unrecorded]
        overviews = iter(Overviews().read(store, recorded, now))
        return [
            without_record(unrecorded[one.machine], place, now)
            if one.machine in unrecorded
            else collect(store, next(overviews), own[one.machine], now, tried.get(one.machine, ""))
            for one in chosen
        ]


def _faulty(store: "Store", machine: str | None) -> list[PlantReport]:
    """Return the plants whose newest edit is not in effect: all, or those that name a machine."""
    return [one for one in store.plants() if one.fault and (machine is None or machine in one.machines)]


def _of_engines(
    store: "Store",
    chosen: Sequence[Assessment],
    unrecorded: dict[str, Unrecorded],
    plants: Sequence[PlantReport],
    now: datetime,
) -> tuple[Code, list[str]]:
    beats = [
        (
            one.machine,
            unrecorded[one.machine].heartbeat if one.machine in unrecorded else store.heartbeat(one),
        )
        for one in chosen
    ]
    code, lines = engine_lines(beats, now)
    # A faulty edit is not a fault of the engine: a restart would not mend it.
    return code, [*lines, *plant_lines(plants)]
