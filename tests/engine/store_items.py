"""Makes assessments, snapshots and rings for tests of the store."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from engine.assessment.state import first_state
from engine.config.channels import Layout
from engine.operator import alarm_actions
from engine.operator.operator import Act, Operator
from engine.records.assessment import Assessed, Assessment, Quality, Score, SnapshotFacts
from engine.records.events import Acknowledged, Event, EventKind, NewEvent
from engine.records.picture import Picture
from engine.store.store import Store
from tests.engine.rigs import WALL

START = datetime(2004, 2, 12, 10, 32, 39, 250_001, tzinfo=UTC)
NAMES = ("Bearing 1", "Bearing 2")


def begin(store: Store, key: str = "k", machine: str = "rig", expected: int = 9) -> Assessment:
    return store.begin_assessment(
        machine=machine,
        key=key,
        model="spectral",
        seed=7,
        run="/runs/rig",
        expected=expected,
        components=NAMES,
        channels=((1, 3), (2,)),
        units=("V", "g", "V"),
        settings={"machine": {"name": machine}},
        now=WALL,
    )


def at(position: int) -> datetime:
    return START + timedelta(minutes=10 * position)


def item(position: int, events: tuple[NewEvent, ...] = (), quality: Quality = Quality.RUNNING) -> Assessed:
    """Return a snapshot with numbers derived from its position, with digits that rounding would lose."""
    scored = quality is Quality.RUNNING
    scores = tuple(
        Score(
            component=name,
            quality=quality,
            baseline=position < 2,
            error=(position + 0.1) / (number + 3) if scored else None,
            limit=1 / 3,
            severity=(position + 0.1) / 7 if scored else None,
            share=0.5 if scored else None,
        )
        for number, name in enumerate(NAMES)
    )
    figures = np.arange(12, dtype=np.float32).reshape(3, 4) / 3 + position
    velocity = np.array([position / 7, np.nan, 1 / 3], np.float32) if position % 3 else None
    facts = SnapshotFacts(
        f"snapshot {position}",
        at(position),
        20480.0,
        20480,
        figures,
        velocity,
        content=f"{position:04x}",
        speed=20.0 + position / 3 if position % 2 else None,
    )
    return Assessed(
        position, facts, position < 2, scores, events, state_after(position), packed_picture(position)
    )


def state_after(position: int) -> dict[str, object]:
    """Return a state of an engine at rest, and which snapshot it follows."""
    return {"position": position, **_at_rest()}


@cache
def _at_rest() -> dict[str, object]:
    layout = Layout(NAMES, ((1, 3), (2,)), np.ones(3, np.bool_), np.ones(3, np.float32), ("V", "g", "V"))
    # As it is stored: JSON has no tuples.
    stored: dict[str, object] = json.loads(json.dumps(first_state(layout, (3, 2)).pack()))
    return stored


def packed_picture(position: int) -> bytes:
    """Return a picture of three channels and two bands that tells its position."""
    plane = np.full((3, 2), position, np.float32)
    return Picture(np.array([10, 20, 40], np.float32), plane, plane, plane).pack()


SEEN = at(5)


def raised(position: int, alarm: str = "A") -> NewEvent:
    detail = {"cause": "limit", "priority": "medium", "severity": 1 / 3, "snapshot": f"snapshot {position}"}
    return NewEvent(EventKind.RAISED, at(position), "component", "Bearing 1", alarm, detail=detail)


def acknowledge(
    store: Store, assessment: Assessment, ring: Event, by: str, session: str = "", at: datetime = SEEN
) -> Acknowledged:
    return alarm_actions.acknowledge(store, assessment, ring, Act(Operator(by), session, at, WALL))
