"""Damaged values are left out and named, whatever damaged them; all that is sound is still read."""

import os
import random
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.alarms.alarm import AlarmState, fold_alarms
from engine.clock import LAST
from engine.operator import alarm_actions
from engine.operator.operator import Act, Operator
from engine.records.assessment import Assessment
from engine.records.events import EventKind, Priority
from engine.records.intake import Intake, Outcome
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store, StoreError
from engine.store.upkeep.integrity import check
from tests.engine.rigs import WALL
from tests.engine.store_items import NAMES, acknowledge, at, begin, item, raised

HOUR = timedelta(hours=1)

COLUMNS = {
    ("picture", "packed"): True,
    ("snapshot", "figures"): True,
    ("snapshot", "velocity"): True,
    ("state", "packed"): True,
    ("event", "detail"): True,
    ("assessment", "layout"): True,
    ("assessment", "settings"): True,
    ("heartbeat", "phase"): False,
    ("score", "quality"): False,
    ("score", "severity"): False,
    ("event", "kind"): False,
    ("snapshot", "name"): False,
    ("snapshot", "speed"): False,
    ("event", "component"): False,
}
"""Columns that are damaged, and whether their values carry a checksum."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Make a watched machine: five snapshots, a ring that was acknowledged and shelved, a heartbeat."""
    with Store.open(tmp_path / "state", create=True) as opened:
        assessment = begin(opened, expected=0)
        opened.append(assessment, [item(0), item(1, (raised(1),)), item(2), item(3), item(4)], WALL)
        (ring,) = opened.events(assessment)
        acknowledge(opened, assessment, ring, "ada")
        (alarm,) = fold_alarms(opened.events(assessment), LAST)
        act = Act(Operator("ada"), "", at(4), WALL)
        alarm_actions.shelve(opened, assessment, alarm, HOUR, "noise", act, longest=HOUR)
        opened.beat(assessment, Heartbeat(WALL, 1, Phase.WATCHING, 5, 5, ""))
        yield opened


def rows_of(path: Path, table: str, column: str) -> list[tuple[str, object]]:
    """Every value of a column with a condition that finds its row."""
    with sqlite3.connect(path) as connection:
        connection.text_factory = bytes
        keys = [row[1].decode() for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
        found = connection.execute(f"SELECT {column}, {', '.join(keys)} FROM {table}").fetchall()
    conditions = (" AND ".join(f"{k} = {v}" for k, v in zip(keys, row[1:], strict=True)) for row in found)
    return [(where, row[0]) for where, row in zip(conditions, found, strict=True) if row[0] is not None]


def spoil(path: Path, table: str, column: str, where: str, value: object) -> None:
    """Put bytes in the place of a value, as the same kind of value that was there."""
    with sqlite3.connect(path) as connection:
        (kind,) = connection.execute(f"SELECT typeof({column}) FROM {table} WHERE {where}").fetchone()
        kind = "BLOB" if kind == "blob" else "TEXT"
        connection.execute(f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {where}", (value,))


def damaged(value: object, rng: random.Random) -> bytes:
    """Return the content with random bytes somewhere, or cut off."""
    content = bytearray(value if isinstance(value, bytes) else str(value).encode())
    if rng.random() < 0.2:
        return bytes(content[: rng.randrange(len(content))])
    first = rng.randrange(len(content))
    for place in range(first, min(first + rng.choice([1, 4, 64]), len(content))):
        content[place] ^= rng.randrange(1, 256)
    return bytes(content)


def unsealed(value: object) -> bytes:
    """Return a value as an earlier Raceway wrote it, without a checksum."""
    assert isinstance(value, bytes)
    return value[:-8] if value[-8:-4] == b"\x00crc" else value.rpartition(b"\n#")[0]


def read_all(store: Store) -> Assessment | None:
    """Read everything that consoles, commands and engines read."""
    try:
        (assessment,) = store.assessments()
    except StoreError:
        # Its one assessment is damaged, which is a sentence.
        return None
    events = store.events(assessment)
    fold_alarms(events, LAST, assessment.settings.fold)
    assert len(store.series(assessment).names) == 5
    assert store.series(assessment).figures.shape == (5, 3, 4)
    for position in range(5):
        store.drawn(assessment, position)
    store.resume_point(assessment)
    store.heartbeat(assessment)
    store.open_requests(assessment)
    assert len(list(store.event_rows(assessment))) == 3
    return assessment


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_damage_at_random_places_is_named_and_everything_else_is_read(
    store: Store, table: str, column: str
) -> None:
    rng = random.Random(f"{table}.{column}")
    for _ in range(8):
        where, whole = rng.choice(rows_of(store.path, table, column))
        spoilt = damaged(whole, rng)
        spoil(store.path, table, column, where, spoilt)
        read_all(store)
        wrong = [finding.words for finding in check(store) if not finding.sound]
        if COLUMNS[table, column]:
            assert any(f"table {table}" in words for words in wrong), (where, spoilt)
            assert store.damage.sentence
        spoil(store.path, table, column, where, whole)
    assert [finding.words for finding in check(store) if not finding.sound] == []


@pytest.mark.parametrize(("table", "column"), [key for key, sealed in COLUMNS.items() if sealed])
def test_values_of_an_earlier_raceway_are_read_and_their_damage_stops_nothing(
    store: Store, table: str, column: str
) -> None:
    rng = random.Random(f"old {table}.{column}")
    for where, whole in rows_of(store.path, table, column):
        spoil(store.path, table, column, where, unsealed(whole))
    read_all(store)
    assert not store.damage.found
    assert [finding.words for finding in check(store) if not finding.sound] == []
    for _ in range(8):
        where, whole = rng.choice(rows_of(store.path, table, column))
        spoil(store.path, table, column, where, damaged(whole, rng))
        read_all(store)
        list(check(store))
        spoil(store.path, table, column, where, whole)


def test_ring_whose_details_are_lost_still_rings_and_loudest(store: Store) -> None:
    spoil(store.path, "event", "detail", "kind = 'raised'", b"{")
    (assessment,) = store.assessments()
    (alarm,) = fold_alarms(store.events(assessment), at(2))
    assert (alarm.component, alarm.priority) == (NAMES[0], Priority.HIGH)
    assert "table event, event 1 (raised): it is not JSON" in store.damage.sentence


def test_shelf_whose_details_are_lost_silences_nothing(store: Store) -> None:
    (assessment,) = store.assessments()
    (alarm,) = fold_alarms(store.events(assessment), at(4))
    assert alarm.state is AlarmState.SHELVED
    spoil(store.path, "event", "detail", "kind = 'shelved'", b"\xff\xfe")
    (alarm,) = fold_alarms(store.events(assessment), at(4))
    assert alarm.state is AlarmState.ACKNOWLEDGED


def test_figures_that_are_lost_are_unknown_and_those_beside_them_are_kept(store: Store) -> None:
    (assessment,) = store.assessments()
    whole = store.series(assessment)
    spoil(store.path, "snapshot", "figures", "id = 3", bytes(48) + b"\x00crcabcd")
    series = store.series(assessment)
    assert np.isnan(series.figures[2]).all()
    kept = [0, 1, 3, 4]
    assert np.array_equal(series.figures[kept], whole.figures[kept])
    assert np.array_equal(series.severity, whole.severity)
    assert "table snapshot, snapshot 2 (snapshot 2), figures" in store.damage.sentence


def test_lost_state_leaves_the_place_to_go_on_from(store: Store) -> None:
    (assessment,) = store.assessments()
    for spoilt in (b"", b"null", b"[1]", b'{"position": 5}\n#00000000'):
        spoil(store.path, "state", "packed", "position = 4", spoilt)
        assert store.resume_point(assessment) == (4, at(4), None)


def test_engine_mends_a_lost_layout_from_its_settings(store: Store) -> None:
    whole = store.assessments()
    spoil(store.path, "assessment", "layout", "id = 1", b"{}")
    with pytest.raises(StoreError, match="every record of the store is damaged"):
        store.assessments()
    assert begin(store, expected=0) == whole[0]
    assert store.assessments() == whole


def test_unknown_kind_of_event_is_passed_over(store: Store) -> None:
    spoil(store.path, "event", "kind", "kind = 'acknowledged'", b"applauded")
    (assessment,) = store.assessments()
    assert [event.kind for event in store.events(assessment)] == [EventKind.RAISED, EventKind.SHELVED]
    assert "'applauded' is not a kind of event" in store.damage.sentence


def test_what_is_written_carries_its_checksum(store: Store) -> None:
    for table, column in (key for key, sealed in COLUMNS.items() if sealed):
        for _, value in rows_of(store.path, table, column):
            content = unsealed(value)
            assert isinstance(value, bytes)
            told = int.from_bytes(value[-4:]) if value[-8:-4] == b"\x00crc" else int(value[-8:], 16)
            assert told == zlib.crc32(content)


@pytest.mark.parametrize("value", ["'x'", "X'00ff'", "''", "NULL"])
def test_severity_that_is_no_number_is_passed_over_by_the_newest_and_the_highest(
    store: Store, value: str
) -> None:
    (assessment,) = store.assessments()
    before = store.last_severity(assessment, 0)
    with sqlite3.connect(store.path) as connection:
        connection.execute(f"UPDATE score SET severity = {value} WHERE position = 4")
    after = store.last_severity(assessment, 0)
    assert before is not None
    assert after == (pytest.approx(3.1 / 7), at(3))
    assert store.highest(assessment, 0, at(0), at(9)) == after


@pytest.mark.parametrize("column", ["at", "recorded_at"])
def test_damaged_time_in_the_ledger_is_passed_over_by_the_newest(store: Store, column: str) -> None:
    (assessment,) = store.assessments()
    rows = [Intake(NAMES[n].encode(), NAMES[n], 9, n, n, Outcome.TAKEN, at(n), "ab" * 32) for n in (0, 1)]
    store.settle(assessment, rows, (), WALL)
    assert store.last_taken(assessment.machine_id) == (at(1), WALL)
    spoil(store.path, "intake", column, "modified_ns = 1", b"xyz")
    assert store.last_taken(assessment.machine_id) == (at(0), WALL)


def test_damaged_position_of_the_state_is_named(store: Store) -> None:
    spoil(store.path, "state", "position", "position = 4", b"xyz")
    assert any("position of the engine's state" in one.words for one in check(store) if not one.sound)


def test_truncated_database_is_named_as_damaged_with_the_way_on(store: Store) -> None:
    def read(folder: Path) -> None:
        with Store.open(folder) as again:
            for assessment in again.assessments():
                read_all(again)
                again.newest_time(assessment)

    os.truncate(store.path, store.path.stat().st_size // 2)
    with pytest.raises(StoreError, match=r"the database is damaged .*raceway store restore FILE"):
        read(store.path.parent)
