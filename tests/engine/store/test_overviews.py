"""Queries about many machines return for each the facts that the queries about one machine return."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event

from engine.operator.alarm_actions import playhead_of
from engine.records.assessment import Assessment, Quality
from engine.records.events import EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.records.progress import Heartbeat, Phase
from engine.reports.latest import latest_of, newest_of
from engine.reports.overview import Overviews
from engine.store import overviews
from engine.store.overviews import NEWEST
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import NAMES, acknowledge, at, begin, item, raised

MACHINES, LONG = 13, 2
"""More machines than one statement takes here, and two with more snapshots than are read."""

AT_ONCE = 5


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overviews, "AT_ONCE", AT_ONCE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "state", create=True) as opened:
        yield opened


def taken(position: int) -> Intake:
    digest = sha256(str(position).encode()).hexdigest()
    name = f"snapshot {position}"
    return Intake(name.encode(), name, 100, 7, 11, Outcome.TAKEN, at(position), digest, "")


def plant(store: Store) -> list[Assessment]:
    """Make machines with no, one, a few and many snapshots, rings, late and stopped ones, a rename."""
    made = []
    for number in range(MACHINES):
        one = begin(store, "live", f"machine {number}", expected=0)
        made.append(one)
        count = NEWEST + 6 if number < LONG else number % 4
        items = [item(position) for position in range(count)]
        if number % 5 == 1:
            items = [replace(each, events=(raised(each.position),)) for each in items]
        if number % 7 == 2:
            items.append(item(count, quality=Quality.STOPPED))
        store.append(one, items, WALL, [taken(each.position) for each in items])
        if number % 3 == 1 and items:
            early = replace(item(90).snapshot, at=at(0) - timedelta(days=number))
            late = replace(item(len(items)), snapshot=early, late=True, state=None)
            store.append(one, [late], WALL)
        if number % 4 != 3:
            store.beat(one, Heartbeat(WALL, number + 1, Phase.WATCHING, count, count, ""))
    return made


def rename(store: Store, one: Assessment, names: dict[str, str]) -> None:
    store.add_event(one, NewEvent(EventKind.RENAMED, at(3), detail={"names": names}), WALL)


def test_many_records_have_the_facts_of_each_one(store: Store) -> None:
    made = plant(store)
    rename(store, made[1], {NAMES[0]: "drive end"})
    newest, beats = store.newest(made), store.heartbeats(made)
    events = store.events_of_each({one.id: 0 for one in made})
    severities = store.newest_severities({one.id: (1, newest[one.id]) for one in made})
    for one in made:
        series, found = store.series(one, store.after_newest(one, NEWEST)), newest[one.id]
        np.testing.assert_array_equal(found.positions, series.positions)
        np.testing.assert_array_equal(found.at, series.at)
        np.testing.assert_array_equal(found.baseline, series.baseline)
        np.testing.assert_array_equal(severities[one.id], series.severity[:, 1])
        if len(series):
            np.testing.assert_array_equal(found.severity, series.severity[-1])
            np.testing.assert_array_equal(found.limit, series.limit[-1])
            assert found.quality == tuple(series.quality[-1])
        assert found.stamp == store.newest_time(one) == max(store.times(one), default=None)
        assert found.taken == store.last_taken(one.machine_id)
        assert beats.get(one.id) == store.heartbeat(one)
        assert events.get(one.id, ()) == store.events(one)
    assert events[made[1].id][0].component == "drive end"


def test_overview_that_is_read_again_equals_a_new_one_whatever_happened_between(store: Store) -> None:
    made = plant(store)
    kept = Overviews()
    for step in range(4):
        now = WALL + step * timedelta(hours=1)
        if step == 1:
            store.append(made[0], [item(NEWEST + 6, (raised(NEWEST + 6, "B"),))], now)
        if step == 2:
            ring = next(one for one in store.events(made[1]) if one.alarm)
            acknowledge(store, made[1], ring, "ada")
            rename(store, made[6], {NAMES[0]: "drive end"})
        again, new = kept.read(store, made, now), Overviews().read(store, made, now)
        for one, other in zip(again, new, strict=True):
            assert (one.until, one.alarms, one.heartbeat) == (other.until, other.alarms, other.heartbeat)
            assert one.until == playhead_of(store, one.assessment, store.events(one.assessment), now)
    assert {alarm.component for alarm in again[6].alarms} == {"drive end"}


def test_component_that_is_silent_or_has_no_severity_keeps_its_last_one(store: Store) -> None:
    one = begin(store, "live", expected=0)
    store.append(one, [item(0), item(1), item(2, quality=Quality.STOPPED)], WALL)
    newest = newest_of(store, one)
    for until in (at(2), at(200)):
        for component, latest in enumerate(latest_of(store, one, newest, until)):
            assert latest.last == store.last_severity(one, component)
    other = begin(store, "live", "other", expected=0)
    store.append(other, [item(0), item(1)], WALL)
    for component, latest in enumerate(latest_of(store, other, newest_of(store, other), at(200))):
        assert latest.silent
        assert latest.last == store.last_severity(other, component)


def test_damaged_end_of_a_record_is_named_and_hides_no_other(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state", create=True) as opened:
        made = [begin(opened, "live", name, expected=0) for name in ("press", "lathe")]
        for one in made:
            opened.append(one, [item(0), item(1)], WALL)
        with opened.writing() as connection:
            connection.exec_driver_sql(
                "UPDATE snapshot SET at = 'x' WHERE machine_id = 1 AND name = 'snapshot 0'"
            )
            connection.exec_driver_sql(
                "UPDATE score SET severity = 'y' WHERE assessment_id = 1 AND component = 1"
            )
        press, lathe = (opened.newest(made)[one.id] for one in made)
        assert len(press) == 1
        assert np.isnan(press.severity[1])
        assert press.quality[1] == Quality.INVALID
        assert np.isfinite(press.severity[0])
        assert len(lathe) == 2
        assert {one.table for one in opened.damage.found} == {"snapshot", "score"}


def test_number_of_statements_does_not_grow_with_the_machines(store: Store) -> None:
    made = plant(store)
    counts = []
    for some in (made[:2], made[:AT_ONCE]):
        asked: list[str] = []
        listen = lambda _c, _u, statement, *_: asked.append(statement)  # noqa: E731, B023
        event.listen(store._engine, "before_cursor_execute", listen)
        Overviews().read(store, some, WALL)
        event.remove(store._engine, "before_cursor_execute", listen)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_list_of_machines_reads_no_table_from_end_to_end(store: Store) -> None:
    made = plant(store)
    asked: list[tuple[str, tuple[object, ...]]] = []
    listen = lambda _c, _u, statement, given, *_: asked.append((statement, given))  # noqa: E731
    event.listen(store._engine, "before_cursor_execute", listen)
    found = Overviews().read(store, made, WALL)
    store.newest_severities({one.assessment.id: (0, one.newest) for one in found})
    store.newest_time(made[0])
    event.remove(store._engine, "before_cursor_execute", listen)
    selects = [one for one in asked if one[0].startswith("SELECT")]
    assert len(selects) > 8
    with store.reading() as connection:
        for statement, given in selects:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(given))
            steps = [str(row[-1]) for row in plan]
            tables = ("snapshot", "assessed", "score", "event", "intake", "heartbeat", "assessment")
            scans = [one for one in steps if one.startswith("SCAN") and one.split()[1] in tables]
            assert not scans, (statement, steps)
