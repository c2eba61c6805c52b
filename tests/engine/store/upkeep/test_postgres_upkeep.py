"""Integrity check and retention hold in PostgreSQL too: the same tests, with a store in a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.engine.postgres_server import copied_database, folder_for, new_database
from tests.engine.store.upkeep import test_integrity, test_retention

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def sound(emptied: Path) -> Iterator[Store]:
    with Store.open(emptied, create=True) as opened:
        test_integrity.fill(opened)
        yield opened


OF_ROWS = [
    (damage, complaint)
    for mark in test_integrity.test_damage_is_found_and_named.pytestmark
    for damage, complaint in mark.args[1]
    # The server keeps references whole, and the check asks it for those that it did not look at.
    if "FROM snapshot" not in damage
]


@pytest.mark.parametrize(("damage", "complaint"), OF_ROWS)
def test_damage_is_found_and_named(sound: Store, damage: str, complaint: str) -> None:
    test_integrity.test_damage_is_found_and_named(sound, damage, complaint)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE event SET at = -99999999999999999", "column at holds no possible time"),
        ("UPDATE score SET severity = 'NaN'", "column severity holds no finite number"),
        (
            "UPDATE score SET severity = 'Infinity' WHERE position = 1",
            "column severity holds no finite number",
        ),
        ("UPDATE score SET severity = NULL", ""),
        ("UPDATE intake SET at = NULL", ""),
    ],
)
def test_value_that_no_program_stores_is_found(sound: Store, damage: str, complaint: str) -> None:
    test_integrity.test_value_of_another_kind_than_its_column_is_found(sound, damage, complaint)


def test_other_findings_are_those_of_a_store_in_a_folder(sound: Store) -> None:
    test_integrity.test_sound_store_has_nothing_wrong(sound)
    test_integrity.test_events_that_no_query_reads_are_found(sound)


@pytest.mark.parametrize(
    ("damage", "table"),
    [
        ("UPDATE event SET detail = overlay(detail placing 'x' from 12) WHERE kind = 'raised'", "event"),
        ("UPDATE picture SET packed = set_byte(packed, 9, get_byte(packed, 9) # 255)", "picture"),
        ("UPDATE snapshot SET figures = set_byte(figures, 9, get_byte(figures, 9) # 255)", "snapshot"),
        ("UPDATE state SET packed = overlay(packed placing 'x' from 3)", "state"),
        ("UPDATE assessment SET settings = overlay(settings placing 'x' from 3)", "assessment"),
    ],
)
def test_damaged_value_is_named_and_everything_else_is_read(sound: Store, damage: str, table: str) -> None:
    test_integrity.spoil(sound, damage)
    (assessment,) = sound.assessments()
    assert sound.series(assessment).positions.tolist() == [0, 1, 2, 3]
    assert len(sound.events(assessment)) >= 3
    sound.drawn(assessment, 1)
    assert sound.resume_point(assessment) is not None
    assert {one.table for one in sound.damage.found} == {table}
    assert any(table in one.words or not one.sound for one in test_integrity.check(sound))


@pytest.fixture(scope="module")
def whole(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database with six days of a watched machine."""
    address = new_database(server)
    with Store.open(folder_for(address, tmp_path_factory.mktemp("whole")), create=True) as opened:
        test_retention.fill(opened)
    return address


@pytest.fixture
def store(whole: str, tmp_path: Path) -> Iterator[Store]:
    with Store.open(folder_for(copied_database(whole), tmp_path / "state")) as opened:
        yield opened


RETENTION = (
    "test_old_scores_are_thinned_and_the_record_stays_whole",
    "test_pictures_are_thinned_sooner_than_scores",
    "test_thinned_store_passes_its_check_and_takes_the_next_snapshot",
    "test_plan_says_what_would_go_and_changes_nothing",
    "test_engine_and_operator_write_between_the_steps",
    "test_score_without_a_number_is_thinned_like_the_others",
)
globals().update({name: getattr(test_retention, name) for name in RETENTION})
