"""An older store is migrated to the present schema; a kill in between loses nothing."""

import multiprocessing
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, event, inspect

from engine.clock import moment
from engine.records.assessment import Quality
from engine.records.events import EventKind
from engine.records.picker import pick
from engine.store import schema
from engine.store.location import FILE_NAME
from engine.store.migrations import STEPS
from engine.store.store import Store, StoreError
from tests.engine.rigs import WALL
from tests.engine.store_items import begin, item

VERSION_1 = """
CREATE TABLE meta ("key" VARCHAR(40) NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE machine (id INTEGER NOT NULL, name VARCHAR(200) NOT NULL, PRIMARY KEY (id), UNIQUE (name));
CREATE TABLE snapshot (
    id INTEGER NOT NULL, machine_id INTEGER NOT NULL, name VARCHAR(255) NOT NULL, at BIGINT NOT NULL,
    sample_rate FLOAT NOT NULL, rows INTEGER NOT NULL, figures BLOB NOT NULL,
    PRIMARY KEY (id), UNIQUE (machine_id, at), FOREIGN KEY(machine_id) REFERENCES machine (id));
CREATE TABLE assessment (
    id INTEGER NOT NULL, machine_id INTEGER NOT NULL, "key" VARCHAR(64) NOT NULL, model VARCHAR(40) NOT NULL,
    seed INTEGER NOT NULL, run TEXT NOT NULL, expected INTEGER NOT NULL, created_at BIGINT NOT NULL,
    layout TEXT NOT NULL, settings TEXT NOT NULL,
    PRIMARY KEY (id), UNIQUE (machine_id, "key"), FOREIGN KEY(machine_id) REFERENCES machine (id));
CREATE TABLE rejection (
    id INTEGER NOT NULL, assessment_id INTEGER NOT NULL, name VARCHAR(255) NOT NULL, reason TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (id), UNIQUE (assessment_id, name, reason),
    FOREIGN KEY(assessment_id) REFERENCES assessment (id));
CREATE TABLE assessed (
    assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, snapshot_id INTEGER NOT NULL,
    baseline BOOLEAN NOT NULL, state TEXT, picture BLOB,
    PRIMARY KEY (assessment_id, position), UNIQUE (assessment_id, snapshot_id),
    FOREIGN KEY(assessment_id) REFERENCES assessment (id), FOREIGN KEY(snapshot_id) REFERENCES snapshot (id));
CREATE TABLE score (
    assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, component INTEGER NOT NULL,
    quality VARCHAR(12) NOT NULL, error FLOAT, "limit" FLOAT, severity FLOAT, share FLOAT,
    PRIMARY KEY (assessment_id, position, component),
    FOREIGN KEY(assessment_id) REFERENCES assessment (id));
CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, machine_id INTEGER NOT NULL,
    assessment_id INTEGER NOT NULL, kind VARCHAR(24) NOT NULL, at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL, source VARCHAR(20) NOT NULL, component VARCHAR(200) NOT NULL,
    alarm VARCHAR(600) NOT NULL, ring INTEGER, session VARCHAR(200) NOT NULL, detail TEXT NOT NULL,
    FOREIGN KEY(machine_id) REFERENCES machine (id), FOREIGN KEY(assessment_id) REFERENCES assessment (id));
CREATE UNIQUE INDEX one_acknowledgement_a_ring ON event (assessment_id, session, ring)
    WHERE kind = 'acknowledged';
CREATE INDEX event_by_assessment ON event (assessment_id, seq);
CREATE TABLE heartbeat (
    assessment_id INTEGER NOT NULL, beat_at BIGINT NOT NULL, pid INTEGER NOT NULL, phase VARCHAR(24) NOT NULL,
    done INTEGER NOT NULL, total INTEGER NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (assessment_id), FOREIGN KEY(assessment_id) REFERENCES assessment (id));
CREATE TABLE epoch (
    assessment_id INTEGER NOT NULL, epoch INTEGER NOT NULL, loss FLOAT NOT NULL,
    validation_loss FLOAT NOT NULL,
    PRIMARY KEY (assessment_id, epoch), FOREIGN KEY(assessment_id) REFERENCES assessment (id));
"""
"""The schema of a store of version 1."""

STATEMENTS = [version for version, step in STEPS.items() for _ in range(len(step) + 1)]
"""The version before each statement of the migration."""

VERSION = str(schema.VERSION)


def make_version_1(state: Path) -> Path:
    """Make a store of version 1: an assessment of three snapshots, a ring and its acknowledgement."""
    state.mkdir()
    path = state / FILE_NAME
    layout = '{"components": ["Bearing 1", "Bearing 2"], "channels": [[1], [2]], "units": ["V", "V"]}'
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1)
        add = connection.execute
        add("INSERT INTO meta VALUES ('schema', '1')")
        add("INSERT INTO machine VALUES (1, 'rig')")
        row = (1, 1, "k", "spectral", 7, "/runs/rig", 9, 1_000_000, layout, "{}")
        add(f"INSERT INTO assessment VALUES ({', '.join('?' * 10)})", row)
        for n in range(3):
            figures = bytes(32)
            add("INSERT INTO snapshot VALUES (?, 1, ?, ?, 20480.0, 20480, ?)", (n + 1, f"s{n}", n, figures))
            # A commit of the first two stored its state with the second only.
            state_after = None if n == 0 else f'{{"position": {n}}}'
            add("INSERT INTO assessed VALUES (1, ?, ?, 0, ?, ?)", (n, n + 1, state_after, bytes([n])))
            for component in range(2):
                values = (n, component, "running", n + 0.1, 1 / 3, n + 0.3, 0.5)
                add("INSERT INTO score VALUES (1, ?, ?, ?, ?, ?, ?, ?)", values)
        event_row = "INSERT INTO event VALUES (?, 1, 1, ?, 2, 3, 'component', 'Bearing 1', 'A', ?, '', ?)"
        add(event_row, (1, "raised", None, '{"cause": "limit", "priority": "medium"}'))
        add(event_row, (2, "acknowledged", 1, '{"by": "ada"}'))
    return path


def assert_all_is_there(state: Path) -> None:
    with Store.open(state) as store:
        (assessment,) = store.assessments()
        series = store.series(assessment)
        assert series.names == ("s0", "s1", "s2")
        assert np.isnan(series.velocity).all()
        assert series.velocity.shape == (3, 2)
        assert series.error.tolist() == [[0.1, 0.1], [1.1, 1.1], [2.1, 2.1]]
        assert set(series.quality.flat) == {Quality.RUNNING}
        assert [store.picture(assessment, n) for n in range(3)] == [b"\x00", b"\x01", b"\x02"]
        resume = store.resume_point(assessment)
        assert resume is not None
        assert (resume[0], resume[2]) == (2, {"position": 2})
        kinds = [event.kind for event in store.events(assessment)]
        assert kinds == [EventKind.RAISED, EventKind.ACKNOWLEDGED]


def version_in(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return str(version)


def form_of(path: Path) -> dict[str, object]:
    """Return the definition of all tables, independent of their order."""
    inspector = inspect(create_engine(f"sqlite:///{path}"))
    form: dict[str, object] = {}
    for table in inspector.get_table_names():
        columns = {
            column["name"]: (str(column["type"]), column["nullable"], column["default"])
            for column in inspector.get_columns(table)
        }
        form[table] = (
            columns,
            inspector.get_pk_constraint(table),
            sorted(map(str, inspector.get_foreign_keys(table))),
            sorted(map(str, inspector.get_unique_constraints(table))),
            sorted(
                (
                    str(index["name"]),
                    index["column_names"],
                    index["unique"],
                    str(index.get("dialect_options", {}).get("sqlite_where")),
                )
                for index in inspector.get_indexes(table)
            ),
            str(inspector.get_table_options(table)),
        )
    return form


def test_store_of_version_1_opens_with_all_that_it_held(tmp_path: Path) -> None:
    path = make_version_1(tmp_path / "state")
    assert_all_is_there(tmp_path / "state")
    assert version_in(path) == VERSION


FIRST_VERSION_2 = (
    "ALTER TABLE assessed ADD COLUMN late BOOLEAN DEFAULT 0 NOT NULL",
    "CREATE INDEX assessed_head ON assessed (assessment_id, position, late, baseline, snapshot_id)",
    "CREATE INDEX assessed_by_snapshot ON assessed (snapshot_id)",
    "CREATE INDEX assessed_late ON assessed (assessment_id, position) WHERE late = 1",
    "CREATE INDEX assessed_with_state ON assessed (assessment_id, position) WHERE state IS NOT NULL",
    "CREATE INDEX assessed_with_picture ON assessed (assessment_id, position) WHERE picture IS NOT NULL",
    *(one for one in STEPS[1] if any(name in one for name in (" event ", " intake", " thinned"))),
    "UPDATE meta SET value = '2'",
)
"""From version 1 to the first stores of version 2, whose snapshots still held their pictures and states."""


def test_first_stores_of_version_2_open_with_all_that_they_held(tmp_path: Path) -> None:
    path = make_version_1(tmp_path / "state")
    with sqlite3.connect(path) as connection:
        for statement in FIRST_VERSION_2:
            connection.execute(statement)
    assert_all_is_there(tmp_path / "state")
    assert version_in(path) == VERSION
    Store.open(tmp_path / "new", create=True).close()
    assert form_of(path) == form_of(tmp_path / "new" / FILE_NAME)


def make_version_5(state: Path) -> Path:
    """Make a store of version 5: as of version 1, a late snapshot, and a second assessment of the same."""
    path = make_version_1(state)
    with sqlite3.connect(path) as connection:
        add = connection.execute
        for version in range(1, 5):
            for statement in STEPS[version]:
                add(statement)
        add("UPDATE meta SET value = '5'")
        add("INSERT INTO snapshot VALUES (9, 1, 'late', 7, 20480.0, 20480, ?, NULL)", (bytes(32),))
        add("INSERT INTO assessed VALUES (1, 3, 9, 0, 1)")
        add(
            "INSERT INTO assessment SELECT 2, 1, 'second', model, seed, run, 3, 2, layout, settings"
            " FROM assessment"
        )
        add("INSERT INTO assessed SELECT 2, position, snapshot_id, baseline, 0 FROM assessed WHERE late = 0")
        for place in ((1, 3), (2, 0), (2, 1), (2, 2)):
            for component in range(2):
                add("INSERT INTO score VALUES (?, ?, ?, 'running', 1, 1, 1, 1)", (*place, component))
        add("INSERT INTO state VALUES (2, 2, '{}')")
    return path


def test_assessments_of_a_store_of_version_5_still_share_their_snapshots(tmp_path: Path) -> None:
    path = make_version_5(tmp_path / "state")
    with sqlite3.connect(path) as connection:
        tables = ("snapshot", "assessed", "score", "event")
        before = {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in tables
        }
    with Store.open(tmp_path / "state") as store:
        first, second = store.assessments()
        assert store.series(first).names == store.series(second).names == ("s0", "s1", "s2")
        assert np.isnan(store.series(first).speed).all()
        assert len(store.times(first)) == 4
        # The one that was made last counts until another is used.
        assert pick(store.assessments(), None, tmp_path) == second
        assert {(one.content, one.stamp) for one in store.kept(first)} == {("", None)}
    with sqlite3.connect(path) as connection:
        for name in tables:
            after = connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            assert [row[: len(old)] for row, old in zip(after, before[name], strict=True)] == before[name]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_migrated_store_takes_another_recording_of_the_same_time(tmp_path: Path) -> None:
    make_version_5(tmp_path / "state")
    with Store.open(tmp_path / "state", create=True) as store:
        assessment = begin(store, "another")
        items = [item(n) for n in range(3)]
        other = [replace(one, snapshot=replace(one.snapshot, at=moment(n))) for n, one in enumerate(items)]
        store.append(
            assessment, [replace(one, snapshot=replace(one.snapshot, content="ab")) for one in other], WALL
        )
        assert store.series(assessment).at.tolist() == [0, 1, 2]
        assert store.series(assessment).names == tuple(one.snapshot.name for one in items)
        assert store.series(store.assessments()[0]).names == ("s0", "s1", "s2")


def test_migrated_store_has_the_form_of_a_new_one(tmp_path: Path) -> None:
    path = make_version_1(tmp_path / "old")
    Store.open(tmp_path / "old").close()
    Store.open(tmp_path / "new", create=True).close()
    assert form_of(path) == form_of(tmp_path / "new" / FILE_NAME)


def test_migrated_store_takes_what_comes_next(tmp_path: Path) -> None:
    make_version_1(tmp_path / "state")
    with Store.open(tmp_path / "state", create=True) as store:
        assessment = begin(store, "another")
        store.append(assessment, [item(0)], WALL)
        assert len(store.series(assessment)) == 1


@pytest.mark.parametrize("fatal", range(1, len(STATEMENTS) + 1))
def test_step_that_fails_at_any_statement_leaves_the_old_version_whole(tmp_path: Path, fatal: int) -> None:
    def fail() -> NoReturn:
        raise InterruptedError("the power went")

    version = STATEMENTS[fatal - 1]
    whole, path = (make_version_1(tmp_path / name) for name in ("whole", "state"))
    # Before the first statement of a step none of it is done.
    for place, last in ((whole, STATEMENTS.index(version) + 1), (path, fatal)):
        with pytest.raises(InterruptedError):
            _open_dying_at(place.parent, last, fail)
    assert version_in(path) == str(version)
    assert form_of(path) == form_of(whole)
    assert_all_is_there(tmp_path / "state")


@pytest.mark.parametrize("fatal", range(1, len(STATEMENTS) + 1))
def test_kill_at_any_statement_of_a_step_loses_nothing(tmp_path: Path, fatal: int) -> None:
    make_version_1(tmp_path / "state")
    # No clean-up runs: the child's open files are left as they are.
    child = multiprocessing.get_context("fork").Process(
        target=_open_dying_at, args=(tmp_path / "state", fatal, lambda: os._exit(9))
    )
    child.start()
    child.join()
    assert child.exitcode == 9
    assert_all_is_there(tmp_path / "state")


def test_reading_only_an_old_store_says_what_to_do_and_changes_nothing(tmp_path: Path) -> None:
    path = make_version_1(tmp_path / "state")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=rf"older Raceway \(schema version 1, now {VERSION}\); open it once"):
        Store.open(tmp_path / "state", read_only=True)
    assert path.read_bytes() == before


def _open_dying_at(state: Path, fatal: int, die: Any) -> None:
    """Open a store and exit before one of the migration's statements, counted from 1."""
    seen = 0

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal seen
        if statement.startswith(("ALTER", "CREATE", "DROP", "INSERT", "UPDATE")):
            seen += 1
            if seen == fatal:
                die()

    event.listen(Engine, "before_cursor_execute", count)
    try:
        Store.open(state).close()
    finally:
        event.remove(Engine, "before_cursor_execute", count)
