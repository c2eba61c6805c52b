"""A check finds the faults of a damaged store, and none in a sound store."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.records.events import Action
from engine.records.intake import Intake, Outcome
from engine.store.store import Store
from engine.store.upkeep.integrity import SHOWN, check
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, at, begin, item, raised


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a sound store of a watched machine: four snapshots, an acknowledged ring, a request."""
    with Store.open(tmp_path / "state", create=True) as opened:
        fill(opened)
        yield opened


def fill(opened: Store) -> None:
    """Store a watched machine: four snapshots, an acknowledged ring, a request."""
    assessment = begin(opened, expected=0)
    items = [item(0), item(1, (raised(1),)), item(2), item(3)]
    names = [one.snapshot.name for one in items]
    files = [
        Intake(name.encode(), name, 1, 1, 1, Outcome.TAKEN, at(position))
        for position, name in enumerate(names)
    ]
    opened.append(assessment, items, WALL, files)
    acknowledge(opened, assessment, opened.events(assessment)[0], "ada")
    asked = opened.request(assessment, Action.ACCEPT, by="ada", now=WALL, at=at(3))
    opened.answer(assessment, asked, done=True, words="accepted", at=at(3), now=WALL)


def spoil(store: Store, statement: str) -> None:
    """Change rows behind the back of all rules, in whatever database the store lies."""
    if store.address is None:
        with sqlite3.connect(store.path) as file:
            file.execute(statement)
        return
    with store.writing() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(statement)


def wrong(store: Store) -> list[str]:
    return [f"{finding.about}: {finding.words}" for finding in check(store) if not finding.sound]


def test_sound_store_has_nothing_wrong(store: Store) -> None:
    findings = list(check(store))
    assert len(findings) == 9
    assert all(finding.sound for finding in findings)


def test_store_without_an_assessment_is_sound(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        assert [finding.about for finding in check(store)] == ["database"]


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("DELETE FROM score WHERE position = 1 AND component = 0",
         "rig, assessment 1: snapshot 1 has 1 scores for 2 components"),
        ("DELETE FROM assessed WHERE position = 1",
         "rig, assessment 1: 2 scores belong to no snapshot"),
        ("DELETE FROM assessed WHERE position = 1",
         "rig, assessment 1: 3 snapshots are there and 0 were thinned, but 4 were counted"),
        ("DELETE FROM assessed WHERE position = 1", "rig: snapshot 1 was taken in but has no scores"),
        ("DELETE FROM intake WHERE name = 'snapshot 2'",
         "rig: snapshot 2 was scored but is not in the ledger"),
        ("DELETE FROM event WHERE kind = 'raised'",
         "rig, assessment 1: event 2 acknowledges ring 1, which is not there"),
        ("DELETE FROM event WHERE kind = 'requested'",
         "rig, assessment 1: event 4 answers request 3, which is not there"),
        ("DELETE FROM state", "rig, assessment 1: the engine's state after snapshot 3 is missing"),
        ("DELETE FROM snapshot WHERE id = 1",
         "database: row None of table assessed refers to a row of snapshot that is not there"),
    ],
)  # fmt: skip
def test_damage_is_found_and_named(store: Store, damage: str, complaint: str) -> None:
    spoil(store, damage)
    assert complaint in wrong(store)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE assessment SET run = x'ff'", "table assessment, 1 row: column run holds no text"),
        ("UPDATE machine SET name = x'ff00'", "table machine, 1 row: column name holds no text"),
        ("UPDATE snapshot SET name = x'ff'", "table snapshot, 4 rows: column name holds no text"),
        ("UPDATE event SET component = 7.5", ""),
        ("UPDATE event SET component = x'00'", "column component holds no text"),
        (
            "UPDATE event SET at = -99999999999999999",
            "table event, 4 rows: column at holds no possible time",
        ),
        ("UPDATE event SET recorded_at = 'x'", "column recorded_at holds no possible time"),
        ("UPDATE score SET severity = 9e999", "column severity holds no finite number"),
        ("UPDATE score SET severity = NULL", ""),
        ("UPDATE intake SET at = 9e18 WHERE id = 1", "column at holds no possible time"),
        ("UPDATE intake SET at = NULL", ""),
    ],
)
def test_value_of_another_kind_than_its_column_is_found(store: Store, damage: str, complaint: str) -> None:
    spoil(store, damage)
    found = [one for one in wrong(store) if "holds no" in one]
    assert bool(found) == bool(complaint)
    assert all(complaint in one for one in found)


def test_events_that_no_query_reads_are_found(store: Store) -> None:
    spoil(store, "UPDATE event SET seq = -seq, ring = -ring")
    assert any("their numbers are below 1" in one for one in wrong(store))


def test_damaged_page_is_found(store: Store) -> None:
    path = store.path
    store.close()
    content = bytearray(path.read_bytes())
    place = content.rindex(b"acknowledged")
    page = place // 4096 * 4096
    content[page + 3 : page + 5] = (9).to_bytes(2, "big")
    path.write_bytes(content)
    with Store.open(path.parent) as reopened:
        assert next(check(reopened)).sound is False


def test_many_complaints_of_one_kind_are_counted(store: Store) -> None:
    assessment = begin(store, "another")
    store.append(assessment, [item(position) for position in range(SHOWN + 3)], WALL)
    spoil(store, "DELETE FROM score WHERE assessment_id = 2 AND component = 1")
    (complaint,) = wrong(store)
    assert complaint.count("has 1 scores") == SHOWN
    assert complaint.endswith("; and 3 more")
