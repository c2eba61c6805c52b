"""A live record that a test writes like a watching engine."""

from pathlib import Path

from engine.records.assessment import Assessment
from engine.records.intake import Intake, Outcome
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock


def begin(store: Store, machine: str = "press 4") -> Assessment:
    return store.begin_assessment(
        machine=machine,
        key=f"live {machine}",
        model="spectral",
        seed=0,
        run="/incoming",
        expected=0,
        components=synthetic.NAMES,
        channels=[(1,), (2,), (3,), (4,)],
        units=["V"] * 4,
        settings={},
        now=synthetic.WALL,
    )


def take(store: Store, assessment: Assessment, positions: range, now: Clock | None = None) -> None:
    """Store scored snapshots like a watching engine, each with its ledger row."""
    wall = synthetic.WALL if now is None else now.wall()
    for position in positions:
        item = synthetic.assessed(position)
        name = item.snapshot.name
        content = f"{position:064x}"
        row = Intake(name.encode(), name, 1, position, position, Outcome.TAKEN, item.snapshot.at, content)
        store.append(assessment, [item], wall, [row])


def beat(store: Store, assessment: Assessment, clock: Clock, phase: Phase = Phase.WATCHING) -> None:
    store.beat(assessment, Heartbeat(clock.wall(), 4711, phase, 10, 10, ""))


def go_on(state: Path, clock: Clock, upto: int) -> None:
    with Store.open(state) as store:
        assessment = store.assessments()[-1]
        done = len(store.times(assessment))
        take(store, assessment, range(done, upto), clock)
        beat(store, assessment, clock)
