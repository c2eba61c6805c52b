"""Events and states under new component names: as if the names had always been so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.events import Event, EventKind
from engine.records.renames import Rename, renamed_detail, renamed_events, renamed_key, renamed_state

AT = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = st.text("AB1 /=ü", min_size=1, max_size=4)
POOL = st.lists(LETTERS, min_size=3, max_size=3, unique=True)


def ring(seq: int, name: str, other: str) -> Event:
    """Return a raise of a component that another one explains."""
    detail = {"carried_from": other, "level_ratios": {name: 1.0, other: 2.0}, "priority": "low"}
    return Event(seq, EventKind.RAISED, AT, AT, "component", name, f"{name}/limit/a.csv", None, "", detail)


@given(st.lists(POOL, min_size=1, max_size=5))
def test_events_of_every_time_have_the_names_of_today(history: list[list[str]]) -> None:
    renames, events = [], []
    for step, names in enumerate(history):
        events.append(ring(2 * step + 1, names[0], names[1]))
        if step + 1 < len(history):
            renames.append(Rename(2 * step + 2, dict(zip(names, history[step + 1], strict=True))))
    today = history[-1]
    found = renamed_events(events, renames)
    assert found == [ring(event.seq, today[0], today[1]) for event in events]


@given(POOL, POOL)
def test_state_under_new_names_is_that_of_an_engine_that_always_had_them(
    old: list[str], new: list[str]
) -> None:
    def packed(names: list[str]) -> dict[str, object]:
        first, second, third = names
        none = {"alarm": "", "carried_from": "", "peak": 0.0}
        return {
            "components": [
                {**none, "alarm": f"{first}/limit/a.csv", "carried_from": third},
                none,
                {**none, "alarm": f"{third}/limit/b.csv"},
            ],
            "trends": [none, {**none, "alarm": f"{second}/trend/a.csv"}, none],
            "sensors": [none, {**none, "alarm": f"{third} channel 2/sensor dead/a.csv"}, none, none],
            "stopped_alarm": "machine/stopped/a.csv",
        }

    names = dict(zip(old, new, strict=True))
    assert renamed_state(packed(old), old, [[1], [3], [2, 4]], names) == packed(new)


@pytest.mark.parametrize("alarm", ["machine/stopped/a.csv", "engine/no data/2026", ""])
def test_alarms_of_no_component_keep_their_key(alarm: str) -> None:
    assert renamed_key(alarm, "", {"machine": "M", "engine": "E", "": "x"}) == alarm


def test_details_without_such_a_name_are_the_same_object() -> None:
    detail = {"carried_from": "C", "by": "A"}
    assert renamed_detail(detail, {"A": "B"}) is detail


def test_later_events_keep_their_names() -> None:
    event = ring(5, "A", "B")
    assert renamed_events([event], [Rename(4, {"A": "C"})]) == [event]
    assert renamed_events([replace(event, seq=3)], [Rename(4, {"A": "C"})])[0].component == "C"
