"""Alarms become conditions, and only changes of them are news."""

from dataclasses import replace

from engine.alarms.alarm import fold_alarms
from engine.clock import wall_clock
from engine.live.export.machine_state import FAILED, SILENT
from engine.opcua.conditions import Condition, changed, conditions_of, engine_condition
from engine.records.events import Event, EventKind
from tests.engine.rigs import WALL
from tests.engine.store_items import SEEN, raised


def event(seq: int, kind: EventKind, ring: int | None = None, **detail: object) -> Event:
    """Return an event of one alarm."""
    fact = raised(1)
    kept = dict(fact.detail) if kind is EventKind.RAISED else detail
    source = "component" if kind in (EventKind.RAISED, EventKind.CLEARED) else "operator"
    return Event(seq, kind, SEEN, WALL, source, "Bearing 1", "A", ring, "", kept)


RING = event(1, EventKind.RAISED)
ACKNOWLEDGED = event(2, EventKind.ACKNOWLEDGED, ring=1, by="ada", comment="seen")
CLEARED = event(3, EventKind.CLEARED)


def condition(*events: Event) -> Condition:
    (found,) = conditions_of("press", fold_alarms(events, SEEN)).values()
    return found


def test_condition_is_active_while_the_alarm_stands_and_acknowledged_by_name() -> None:
    ringing, acked, over = (
        condition(RING),
        condition(RING, ACKNOWLEDGED),
        condition(RING, ACKNOWLEDGED, CLEARED),
    )
    assert (ringing.active, ringing.acked, ringing.retain) == (True, False, True)
    assert (acked.active, acked.acked, acked.operator, acked.comment) == (True, True, "ada", "seen")
    assert (over.active, over.retain) == (False, False)
    assert ringing.severity == 600
    assert "Bearing 1: limit" in ringing.message
    waiting = condition(RING, CLEARED)
    assert (waiting.active, waiting.acked, waiting.retain) == (False, False, True)


def test_only_changes_are_news_and_an_alarm_without_a_trace_ends() -> None:
    ringing, acked = {"A": condition(RING)}, {"A": condition(RING, ACKNOWLEDGED)}
    assert changed({}, ringing) == [ringing["A"]]
    assert changed(ringing, dict(ringing)) == []
    assert changed(ringing, acked) == [acked["A"]]
    (gone,) = changed(ringing, {})
    assert not gone.retain


def test_number_of_an_event_tells_facts_apart_and_is_the_same_after_a_restart() -> None:
    assert condition(RING).event_id == condition(RING).event_id
    assert condition(RING).event_id != condition(RING, ACKNOWLEDGED).event_id
    assert replace(condition(RING), machine="lathe").event_id != condition(RING).event_id


def test_engine_has_a_condition_that_is_active_while_nothing_judges_the_machine() -> None:
    now = wall_clock()
    for word in (SILENT, FAILED):
        one = engine_condition("press", {"state": word, "message": "no bundle"}, now)
        assert (one.active, one.severity, one.retain) == (True, 900, True)
        assert "no bundle" in one.message
    assert not engine_condition("press", {"state": "alarm", "message": ""}, now).retain
