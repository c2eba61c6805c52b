"""Retention beside the engine's work: not at once, one step a turn, again after an hour."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from engine.store.upkeep import retention
from engine.store.upkeep.retention import EVERY_SECONDS, FIRST_SECONDS, Thinned, Tidier

WALL = datetime(2026, 1, 1, tzinfo=UTC)


class Steps:
    """Replaces the retention of a store by a number of steps, and records them."""

    def __init__(self, count: int) -> None:
        self.count, self.begun, self.done = count, 0, 0

    def thin(self, *_: Any) -> Iterator[Thinned]:
        self.begun += 1
        for _step in range(self.count):
            self.done += 1
            yield Thinned(snapshots=1)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps(3)
    monkeypatch.setattr(retention, "thin", steps.thin)
    return steps


def tidier(clock: list[float]) -> Tidier:
    nothing: Any = None
    store: Any = SimpleNamespace(note_counts=lambda _assessment: False)
    return Tidier(store, nothing, nothing, now=lambda: WALL, clock=lambda: clock[0])


def test_an_engine_that_has_just_begun_thins_nothing(steps: Steps) -> None:
    clock = [100.0]
    one = tidier(clock)
    clock[0] += FIRST_SECONDS - 1
    one.turn()
    assert steps.begun == 0


def test_a_turn_does_one_step(steps: Steps) -> None:
    clock = [100.0]
    one = tidier(clock)
    clock[0] += FIRST_SECONDS
    done = []
    for _ in range(5):
        one.turn()
        done.append(steps.done)
    assert done == [1, 2, 3, 3, 3]
    assert steps.begun == 1


def test_it_looks_again_after_an_hour(steps: Steps) -> None:
    clock = [100.0]
    one = tidier(clock)
    clock[0] += FIRST_SECONDS
    for _ in range(5):
        one.turn()
    clock[0] += EVERY_SECONDS
    one.turn()
    assert (steps.begun, steps.done) == (2, 4)
