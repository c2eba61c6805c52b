"""Actions of operators are stored once, with their author; the second of two learns who was first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.records.events import Event, EventKind
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, at, begin, item, raised


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    with Store.open(state, create=True) as opened:
        yield opened


@pytest.fixture
def ring(store: Store) -> Event:
    store.append(begin(store), [item(0, (raised(0),))], WALL)
    return store.events(begin(store))[0]


def test_acknowledgement_names_ring_person_and_both_times(store: Store, ring: Event) -> None:
    answer = acknowledge(store, begin(store), ring, "ada")
    assert (answer.stored, answer.by, answer.at, answer.recorded_at) == (True, "ada", at(5), WALL)
    event = store.events(begin(store))[-1]
    assert event.kind is EventKind.ACKNOWLEDGED
    assert (event.ring, event.alarm, event.component) == (ring.seq, ring.alarm, ring.component)
    assert (event.at, event.recorded_at, event.detail["by"]) == (at(5), WALL, "ada")


def test_second_operator_is_told_who_was_first(store: Store, state: Path, ring: Event) -> None:
    acknowledge(store, begin(store), ring, "ada")
    with Store.open(state) as other:
        answer = acknowledge(other, begin(other), ring, "grace")
    assert (answer.stored, answer.by) == (False, "ada")
    assert [event.kind for event in store.events(begin(store))].count(EventKind.ACKNOWLEDGED) == 1


def test_sessions_do_not_see_one_anothers_acknowledgements(store: Store, ring: Event) -> None:
    assessment = begin(store)
    for session, by in (("", "ada"), ("monday", "grace"), ("tuesday", "alan")):
        assert acknowledge(store, assessment, ring, by, session).stored
    for session, by in (("", "ada"), ("monday", "grace"), ("tuesday", "alan")):
        events = store.events(assessment, session)
        assert events[0] == ring
        assert [event.detail["by"] for event in events[1:]] == [by]
    assert store.events(assessment, "wednesday") == (ring,)
