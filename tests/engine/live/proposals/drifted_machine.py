"""A machine that drifted, and the steps of a proposal of a new baseline for it."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.alarms.alarm import fold_alarms
from engine.alarms.proposals import Proposal, Step, proposals_of, step_of
from engine.baseline.from_run import Listener
from engine.bundles.bundle import Bundle
from engine.config.settings import Settings
from engine.live.proposals import decision, proposer
from engine.records.events import EventKind, NewEvent
from replay.run import Run
from tests.engine.rigs import (
    SMALL_INTERVAL,
    SMALL_ROWS,
    SMALL_START,
    SmallRig,
    noise,
    ringing,
    small_name,
    text_of,
)
from tests.engine.watched_plant import Plant, Story, plant_of

LEARNED = 40
"""Snapshots of the baseline in use; those after it are made here."""

DRIFTED, ENOUGH, END = 42, 80, 88
"""Positions: of the last snapshot before the drift, of the last one before the fault, of the end."""


def drifted_plant(
    rig: SmallRig, drifted: Path, place: Path, monkeypatch: pytest.MonkeyPatch, **overrides: object
) -> Plant:
    monkeypatch.setattr(proposer, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(decision, "HELD_BACK", 6)
    place.mkdir(exist_ok=True)
    plant = plant_of(rig, place, monkeypatch, learning__span=30, **overrides)
    # The ledger knows files by their inode: an engine would read each of them again.
    shutil.copytree(drifted / "in", place / "in", copy_function=os.link, dirs_exist_ok=True)
    shutil.copytree(drifted / "state", place / "state", dirs_exist_ok=True)
    return plant


def deaf(bundle: Bundle, times: float = 1000.0) -> Bundle:
    """Return a bundle of the same machine with limits so many times as high."""
    calibration = replace(bundle.calibration, limit=bundle.calibration.limit * np.float32(times))
    return replace(bundle, calibration=calibration)


class Teacher:
    """Learns at once, and keeps what it was asked."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.runs: list[tuple[str, ...]] = []

    def __call__(self, run: Run, settings: Settings, listener: Listener) -> Bundle:
        self.runs.append(tuple(entry.name for entry in run.entries))
        assert settings.model.healthy == str(len(run))
        return self.bundle


def feed(plant: Plant, positions: Sequence[int], *, faulty: bool = False) -> Story:
    """Write snapshots, of the rig's run while its baseline lasts, and wait until they are scored."""
    plant.put(*(position for position in positions if position < LEARNED))
    for position in positions:
        if position >= LEARNED:
            signal = noise(np.random.default_rng(position), SMALL_ROWS, 2)
            if faulty:
                signal[:, 1] += ringing(SMALL_ROWS, 173, 6.0)
            plant.write(small_name(position), text_of(signal, ","))
    yield from plant.until(lambda: plant.scored()[-1:] == [small_name(positions[-1])])


def drift(plant: Plant, position: int = DRIFTED) -> None:
    at = SMALL_START + position * SMALL_INTERVAL
    plant.store.add_event(
        plant.assessment(), NewEvent(EventKind.DRIFTED, at, "component", "Left"), plant.clock.now()
    )


def steps(plant: Plant) -> list[Step | None]:
    return [step_of(event) for event in plant.events(EventKind.PROPOSAL)]


def newest(plant: Plant) -> Proposal:
    return proposals_of(plant.events())[-1]


def until_step(plant: Plant, *wanted: Step) -> Story:
    yield from plant.until(lambda: bool(steps(plant)) and steps(plant)[-1] in wanted)


def proposed(plant: Plant) -> Story:
    """Watch the machine that drifted until a proposal stands."""
    yield from until_step(plant, Step.LEARNED)
    # The shadow follows from the next turn on.
    yield from plant.two_rounds()


def failing(plant: Plant) -> Story:
    yield from proposed(plant)
    yield from feed(plant, range(ENOUGH, END), faulty=True)
    assert plant.causes("limit").count(EventKind.RAISED) == 1


def standing(plant: Plant) -> set[str]:
    alarms = fold_alarms(plant.events(), plant.store.newest_time(plant.assessment()) or plant.clock.now())
    return {alarm.component for alarm in alarms if alarm.stands and alarm.cause == "limit"}
