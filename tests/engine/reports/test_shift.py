"""The handover of a shift: what falls into the span, what stands, and what is not watched and why."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.records.assessment import Assessment, Quality
from engine.records.events import Event, EventKind
from engine.records.progress import Heartbeat, Phase
from engine.records.stored_settings import FoldRules
from engine.reports.alarm_records import shift_record
from engine.reports.latest import Latest
from engine.reports.shift import Shift, shift_of, trouble_of
from engine.store.store import Store
from tests.engine.handmade_events import (
    ACKNOWLEDGED,
    CLEARED,
    ESCALATED,
    NOTED,
    RAISED,
    at,
    engine_event,
    operator_event,
    retired,
    shelved,
)
from tui.output.shift_text import shift_text

RUNS = Latest(0.5, Quality.RUNNING)
LEARNED = replace(engine_event(1, EventKind.LEARNED, -500), alarm="", component="", source="engine")


@pytest.fixture
def record(tmp_path: Path) -> Assessment:
    from tests.engine.store_items import begin

    with Store.open(tmp_path / "state", create=True) as store:
        return replace(begin(store), components=("Left", "Right"))


def shift(
    record: Assessment, events: Iterable[Event], latest: Sequence[Latest] = (RUNS, RUNS), engine: str = ""
) -> Shift:
    """Return the handover of the minutes 0 to 480."""
    return shift_of(
        record,
        [LEARNED, *events],
        latest,
        at(0),
        at(480),
        rules=FoldRules(),
        interval=timedelta(minutes=1),
        live=True,
        engine=engine,
    )


def test_what_rang_before_the_shift_is_not_its_ring_but_stands(record: Assessment) -> None:
    found = shift(record, [engine_event(2, RAISED, -60), engine_event(3, RAISED, 60, "Right/limit/a")])
    assert [ring.alarm for ring, _ in found.rings] == ["Right/limit/a"]
    assert [one.component for one in found.standing] == ["Left", "Right"]
    assert found.figures.rings == 1


def test_the_deeds_of_the_shift_are_listed_with_names_and_words(record: Assessment) -> None:
    events = [
        engine_event(2, RAISED, 10),
        operator_event(3, ACKNOWLEDGED, 12, 2, comment="on my way"),
        operator_event(4, NOTED, 20, 2, text="hot oil"),
        shelved(5, 30, 2, 600),
        operator_event(6, EventKind.CLOSED, 40, 2, outcome="nothing found"),
        operator_event(7, NOTED, 500, 2, text="tomorrow"),
    ]
    found = shift(record, events)
    assert [one.seq for one in found.deeds] == [3, 4, 5, 6]
    text = shift_text(found)
    assert "ada: Left, limit, acknowledged: on my way" in text
    assert "ada: Left, limit, noted: hot oil" in text
    assert "shelved until 2004-02-16 13:00: noisy cable" in text
    assert "ada: Left, limit, closed: nothing found" in text
    assert "tomorrow" not in text
    assert [one.component for one in found.put_away] == ["Left"]


def test_a_return_and_an_escalation_are_told(record: Assessment) -> None:
    events = [engine_event(2, RAISED, 10), engine_event(3, ESCALATED, 20), engine_event(4, CLEARED, 30)]
    text = shift_text(shift(record, events))
    assert "HIGH    Left, limit escalated, severity 1.50 (ring 3); returned, UNACKNOWLEDGED" in text
    assert "returned: 1\n    2004-02-16 03:30 UTC  Left, limit" in text


@pytest.mark.parametrize(
    ("latest", "why"),
    [
        (Latest(None, Quality.STOPPED), "the machine is stopped"),
        (Latest(None, None, silent=True), "no data"),
        (Latest(), "no score yet"),
        (Latest(None, Quality.RUNNING), "it is not judged by the baseline in use"),
    ],
)
def test_what_is_not_watched_is_told_with_its_reason(record: Assessment, latest: Latest, why: str) -> None:
    found = shift(record, (), (RUNS, latest))
    assert [(one.name, one.why) for one in found.unwatched] == [("Right", why)]
    assert f"Right: {why}" in shift_text(found)


def test_out_of_service_a_dead_sensor_and_a_dead_engine_are_not_watched(record: Assessment) -> None:
    dead = engine_event(3, RAISED, 10, "Right/sensor dead/a")
    failed = replace(engine_event(4, RAISED, 20, "engine/engine failed/a"), component="", source="engine")
    found = shift(record, [retired(2, 5), dead, failed])
    assert [(one.name, one.why.split(":")[0]) for one in found.unwatched] == [
        ("rig", "engine failed"),
        ("Left", "out of service by ada"),
        ("Right", "sensor dead"),
    ]


@pytest.mark.parametrize(
    ("phase", "age", "why"),
    [
        (Phase.WATCHING, 1, ""),
        (Phase.WATCHING, 60, "engine silent: no heartbeat since 2004-02-16 03:01 UTC"),
        (Phase.NO_FOLDER, 1, "folder missing: /in is gone"),
        (Phase.PAUSED, 1, "intake paused: /in is gone"),
        (Phase.ENDED, 3600, "engine ended: /in is gone"),
        (Phase.FAILED, 3600, "engine failed: /in is gone"),
    ],
)
def test_machine_whose_engine_judges_nothing_is_not_watched(
    record: Assessment, phase: Phase, age: float, why: str
) -> None:
    live = replace(record, expected=0)
    beat = Heartbeat(at(1), 7, phase, 0, 0, "/in is gone")
    assert trouble_of(live, beat, at(1) + timedelta(seconds=age)) == why
    assert trouble_of(replace(record, expected=9), beat, at(1) + timedelta(seconds=age)) == ""
    assert trouble_of(live, None, at(1)) == "no engine has run yet"
    found = shift(live, [], engine=why)
    assert [(one.name, one.why) for one in found.unwatched] == ([("rig", why)] if why else [])


def test_a_machine_without_a_baseline_is_not_watched(record: Assessment) -> None:
    found = shift_of(
        record,
        [],
        (RUNS, RUNS),
        at(0),
        at(480),
        rules=FoldRules(),
        interval=timedelta(0),
        live=True,
    )
    assert found.unwatched[0].why == "no baseline is learned yet"


def test_a_flood_is_counted_and_not_listed_whole(record: Assessment) -> None:
    rings = [engine_event(seq, RAISED, seq / 10, f"Left/limit/{seq}") for seq in range(2, 202)]
    text = shift_text(shift(record, rings))
    assert "rang: 200" in text
    assert "and 160 more" in text
    assert len(text.splitlines()) < 130


def test_the_handover_in_json_has_every_section(record: Assessment) -> None:
    found = shift_record(shift(record, [engine_event(2, RAISED, 10)]))
    assert (found["rings"][0]["seq"], found["standing"][0]["component"]) == (2, "Left")
    assert found["figures"]["rings"] == 1
