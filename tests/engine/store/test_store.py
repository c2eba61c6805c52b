"""The store writes facts completely or not at all, returns them unchanged, and never alters them."""

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from engine.errors import FailedError
from engine.records.assessment import Quality
from engine.records.events import EventKind, NewEvent
from engine.records.picker import pick
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.records.stored_settings import stored_settings
from engine.store import schema
from engine.store.location import FILE_NAME
from engine.store.store import Store, StoreError
from tests.engine.rigs import WALL
from tests.engine.store_items import NAMES, at, begin, item, packed_picture, raised, state_after


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    with Store.open(state, create=True) as opened:
        yield opened


# Round trips


def test_assessment_comes_back_as_it_was_begun(store: Store) -> None:
    begun = begin(store)
    assert store.assessments() == (begun,)
    assert begun.components == NAMES
    assert begun.channels == ((1, 3), (2,))
    assert begun.units == ("V", "g", "V")
    assert begun.settings == stored_settings({"machine": {"name": "rig"}})
    assert (begun.machine, begun.seed, begun.expected, begun.created_at) == ("rig", 7, 9, WALL)


def test_same_key_is_the_same_assessment_and_another_key_lies_beside_it(store: Store) -> None:
    assert begin(store) == begin(store)
    other = begin(store, "another key")
    elsewhere = begin(store, machine="another rig")
    assert [one.id for one in store.assessments()] == [1, other.id, elsewhere.id]
    assert other.machine_id == 1
    assert elsewhere.machine_id != 1


def test_series_gives_every_number_bit_for_bit(store: Store) -> None:
    assessment = begin(store)
    items = [item(0), item(1), item(2, quality=Quality.STOPPED), item(3)]
    store.append(assessment, items, WALL)
    series = store.series(assessment)
    assert series.positions.tolist() == [0, 1, 2, 3]
    assert series.names == tuple(one.snapshot.name for one in items)
    assert series.baseline.tolist() == [True, True, False, False]
    assert series.at.tolist() == [round(at(n).timestamp() * 1e6) for n in range(4)]
    assert series.figures.tolist() == [one.snapshot.figures.tolist() for one in items]
    assert series.quality.tolist() == [[score.quality for score in one.scores] for one in items]
    untold = np.full(3, np.nan, np.float32)
    velocities = [untold if one.snapshot.velocity is None else one.snapshot.velocity for one in items]
    np.testing.assert_array_equal(series.velocity, velocities)
    for name in ("error", "limit", "severity", "share"):
        wanted = [[getattr(score, name) for score in one.scores] for one in items]
        np.testing.assert_array_equal(getattr(series, name), np.array(wanted, np.float64))


def test_series_can_be_read_on_from_where_a_reader_stopped(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(position) for position in range(6)], WALL)
    assert store.series(assessment, after=1, limit=2).positions.tolist() == [2, 3]
    assert store.series(assessment, after=3).positions.tolist() == [4, 5]
    assert store.series(assessment, after=3).severity[:, 0].tolist() == [4.1 / 7, 5.1 / 7]
    assert len(store.series(assessment, after=5)) == 0


def test_series_can_be_read_backwards_from_the_newest(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(position) for position in range(6)], WALL)
    late = replace(item(6), late=True, snapshot=replace(item(6).snapshot, at=at(0) - timedelta(minutes=1)))
    store.append(assessment, [late, item(7)], WALL)
    newest = store.series(assessment, before=8, limit=2)
    assert newest.positions.tolist() == [5, 7]
    np.testing.assert_array_equal(newest.severity, store.series(assessment, after=4).severity)
    assert store.series(assessment, before=5, limit=2).positions.tolist() == [3, 4]
    assert store.series(assessment, before=2, limit=5).positions.tolist() == [0, 1]
    assert store.series(assessment, after=1, before=4).positions.tolist() == [2, 3]
    assert len(store.series(assessment, before=0, limit=5)) == 0


def test_assessment_without_snapshots_has_an_empty_series_and_nowhere_to_resume(store: Store) -> None:
    assessment = begin(store)
    series = store.series(assessment)
    assert len(series) == 0
    assert series.severity.shape == (0, 2)
    assert series.figures.shape == (0, 3, 4)
    assert series.velocity.shape == (0, 3)
    assert store.resume_point(assessment) is None
    assert store.picture(assessment, 0) is None
    assert store.heartbeat(assessment) is None


def test_pictures_and_resume_point_are_those_of_their_snapshots(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0), item(1)], WALL)
    assert store.picture(assessment, 1) == packed_picture(1)
    assert store.resume_point(assessment) == (1, at(1), state_after(1))


def test_events_come_back_in_order_with_both_their_times(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0, (raised(0), raised(0, "B"))), item(1, (raised(1, "C"),))], WALL)
    started = NewEvent(EventKind.STARTED, at(9), detail={"by": "hand"})
    store.add_event(assessment, started, WALL + timedelta(seconds=1))
    events = store.events(assessment)
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [event.alarm for event in events] == ["A", "B", "C", ""]
    assert (events[0].at, events[0].recorded_at) == (at(0), WALL)
    assert events[0].detail == raised(0).detail
    assert (events[3].kind, events[3].detail) == (EventKind.STARTED, {"by": "hand"})
    assert store.events(assessment, after=2) == events[2:]


def test_only_the_heartbeat_is_ever_rewritten(store: Store) -> None:
    assessment = begin(store)
    first = Heartbeat(WALL, 4711, Phase.LEARNING, 1, 60, "epoch 1")
    last = Heartbeat(WALL + timedelta(seconds=2), 4711, Phase.SCORING, 2, 984, "")
    store.beat(assessment, first)
    assert store.heartbeat(assessment) == first
    store.beat(assessment, last)
    assert store.heartbeat(assessment) == last


def test_epochs_and_rejections_said_again_add_nothing(store: Store) -> None:
    assessment = begin(store)
    for _ in range(2):
        store.add_epoch(assessment, Epoch(1, 0.5, 0.6))
        store.add_epoch(assessment, Epoch(2, 1 / 3, 0.4))
        store.reject(assessment, "notes.txt", "its name is not a time", WALL)
    assert store.epochs(assessment) == (Epoch(1, 0.5, 0.6), Epoch(2, 1 / 3, 0.4))
    assert store.rejections(assessment) == (("notes.txt", "its name is not a time"),)


def test_rejection_belongs_to_the_assessment_that_could_not_take_the_file(store: Store) -> None:
    one, other = begin(store), begin(store, "another")
    store.reject(one, "notes.txt", "its name is not a time", WALL)
    assert store.rejections(one) == (("notes.txt", "its name is not a time"),)
    assert store.rejections(other) == ()


def test_state_may_be_left_out_of_all_but_the_last_snapshot_of_a_commit(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [replace(item(0), state=None), item(1)], WALL)
    resume = store.resume_point(assessment)
    assert resume == (1, at(1), state_after(1))


def test_text_from_outside_stays_what_it_was(store: Store) -> None:
    assessment = begin(store)
    name = "[/b] '; DROP TABLE event; -- \u00e9\U0001f980"
    store.reject(assessment, name, name, WALL)
    assert store.rejections(assessment) == ((name, name),)


def test_everything_is_there_after_reopening(state: Path) -> None:
    with Store.open(state, create=True) as store:
        assessment = begin(store)
        store.append(assessment, [item(0, (raised(0),)), item(1)], WALL)
        before = (store.assessments(), store.events(assessment), store.resume_point(assessment))
    with Store.open(state) as store:
        assert (store.assessments(), store.events(assessment), store.resume_point(assessment)) == before


# Appending


def test_batch_with_a_position_that_is_taken_is_refused_whole(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0)], WALL)
    with pytest.raises(StoreError, match="another engine is scoring the same run"):
        store.append(assessment, [item(1, (raised(1),)), replace(item(2), position=0)], WALL)
    assert store.series(assessment).positions.tolist() == [0]
    assert store.events(assessment) == ()
    store.append(assessment, [item(1)], WALL)
    assert store.series(assessment).positions.tolist() == [0, 1]


def test_batch_that_breaks_in_the_middle_leaves_nothing(store: Store) -> None:
    assessment = begin(store)
    unknown = replace(item(1), state={"not": object()})
    with pytest.raises(TypeError):
        store.append(assessment, [item(0, (raised(0),)), unknown], WALL)
    assert len(store.series(assessment)) == 0
    assert store.events(assessment) == ()


def test_snapshot_is_taken_in_once_however_many_assessments_look_at_it(store: Store) -> None:
    for key in ("one", "two"):
        store.append(begin(store, key), [item(0), item(1)], WALL)
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*) FROM snapshot").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM assessed").fetchone() == (4,)


def test_assessments_do_not_see_one_anothers_rows(store: Store) -> None:
    one, two = begin(store, "one"), begin(store, "two")
    store.append(one, [item(0, (raised(0),))], WALL)
    assert len(store.series(two)) == 0
    assert store.events(two) == ()
    assert store.resume_point(two) is None


def test_commit_of_another_connection_is_noticed(store: Store, state: Path) -> None:
    assessment = begin(store)
    with Store.open(state) as console:
        before = console.data_version()
        assert console.data_version() == before
        store.append(assessment, [item(0)], WALL)
        assert console.data_version() != before


# Opening


def test_only_the_owner_may_read_a_store_and_its_folder(store: Store, state: Path) -> None:
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.usefixtures("durable")
def test_commits_survive_a_power_cut_by_journal_and_full_synchronisation(state: Path) -> None:
    with Store.open(state, create=True) as store, store.reading() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["truncate", 2, 1]


def test_store_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here yet; start a run first"):
        Store.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("create", [True, False])
def test_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, create: bool) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("a shopping list, " * 100)
    with pytest.raises(
        StoreError, match=r"raceway\.db: is not a Raceway store \(file is not a database\); name another"
    ):
        Store.open(tmp_path, create=create)
    assert path.read_text() == "a shopping list, " * 100


def test_database_of_something_else_is_not_a_store(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE recipe (name)")
    with pytest.raises(StoreError, match="holds no Raceway store"):
        Store.open(tmp_path)


def test_store_of_another_schema_version_is_refused_with_both_versions(state: Path) -> None:
    Store.open(state, create=True).close()
    with sqlite3.connect(state / FILE_NAME) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreError, match=r"is of schema version 99, this Raceway knows \d+; use the Raceway"):
        Store.open(state)


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FailedError, match=r"cannot be made .*; choose another --state"):
        Store.open(tmp_path / "file" / "state", create=True)


def test_opening_a_store_writes_nothing_so_that_a_full_disk_does_not_forbid_it(state: Path) -> None:
    with Store.open(state, create=True):
        pass
    before = (state / FILE_NAME).read_bytes()
    for create in (False, True):
        with Store.open(state, create=create) as store:
            assert store.assessments() == ()
    assert (state / FILE_NAME).read_bytes() == before


def test_opening_twice_at_once_makes_one_store(state: Path) -> None:
    with Store.open(state, create=True) as one, Store.open(state, create=True) as two:
        assert begin(one) == begin(two)


def test_reader_sees_one_moment_while_another_writes(store: Store, state: Path) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0)], WALL)
    with Store.open(state) as console, store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM score")
        assert len(console.series(assessment)) == 1
        connection.rollback()


def test_recordings_of_the_same_time_and_other_content_lie_beside_each_other(store: Store) -> None:
    both = [begin(store, key) for key in ("one", "two")]
    for assessment, content in zip(both, ("aa", "bb"), strict=True):
        facts = replace(item(0).snapshot, content=content, name=f"of {content}", speed=12.5)
        store.append(assessment, [replace(item(0), snapshot=facts, stamp=(7, 2**62))], WALL)
    assert [store.series(one).names for one in both] == [("of aa",), ("of bb",)]
    (kept,) = store.kept(both[1])
    assert (kept.content, kept.stamp) == ("bb", (7, 2**62))
    assert store.series(both[0]).speed.tolist() == [12.5]


def test_recording_of_the_same_content_is_kept_once(store: Store) -> None:
    both = [begin(store, key) for key in ("one", "two")]
    facts = replace(item(0).snapshot, content="aa")
    for assessment in both:
        store.append(assessment, [replace(item(0), snapshot=facts)], WALL)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.snapshot)) == 1


def test_assessment_that_is_begun_again_is_the_one_used_last(store: Store) -> None:
    one, two = (begin(store, key) for key in ("one", "two"))
    assert pick(store.assessments(), None, store.path) == two
    assert begin(store, "one") == one
    assert pick(store.assessments(), None, store.path) == one
