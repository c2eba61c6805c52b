"""The roles of a database: nobody rewrites scores or events, and operators add only events of operators."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from typer.testing import CliRunner

from engine.clock import wall_clock
from engine.errors import StoreError
from engine.records.assessment import Assessment
from engine.records.events import Action, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store.postgres.roles import ENGINE, OPERATOR, READER, statements
from engine.store.store import Store
from tests.engine.postgres_server import autocommitting, folder_for, new_database
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, at, begin, item, raised
from tui.cli import app

pytestmark = pytest.mark.xdist_group("postgres")

As = Callable[[str], Store]


@pytest.fixture
def open_as(server: str, tmp_path: Path) -> Iterator[As]:
    """Return a function that opens the store as a login with a role; the store holds a ring."""
    address = new_database(server)
    with Store.open(folder_for(address, tmp_path / "owner"), create=True) as owner:
        assessment = begin(owner, expected=0)
        owner.append(assessment, [item(0, (raised(0),))], WALL)
    opened: list[Store] = []
    logins: list[str] = []
    with autocommitting(address) as connection:
        for _ in range(2):
            # Repeated after an upgrade.
            for statement in statements():
                connection.exec_driver_sql(statement)

        def open_as(role: str) -> Store:
            logins.append(f"{role}_{make_url(address).database}"[:60])
            connection.exec_driver_sql(f"CREATE ROLE {logins[-1]} LOGIN IN ROLE {role}")
            own = make_url(address).set(username=logins[-1]).render_as_string(hide_password=False)
            opened.append(Store.open(folder_for(own, tmp_path / role)))
            return opened[-1]

        yield open_as
        for store in opened:
            store.close()
        for login in logins:
            connection.exec_driver_sql(f"DROP ROLE {login}")


def record(store: Store) -> Assessment:
    return store.assessments()[0]


def refused(store: Store, statement: str) -> None:
    with pytest.raises(StoreError, match="you may not do this"), store.writing() as connection:
        connection.execute(text(statement))


FORBIDDEN_TO_ALL = (
    "UPDATE event SET detail = ''",
    "DELETE FROM event",
    "TRUNCATE event",
    "UPDATE score SET severity = 0",
    "DROP TABLE score",
    "DELETE FROM intake",
)


@pytest.mark.parametrize("role", [ENGINE, OPERATOR, READER])
def test_nobody_rewrites_events_or_scores(open_as: As, role: str) -> None:
    store = open_as(role)
    for statement in FORBIDDEN_TO_ALL:
        refused(store, statement)
    assert len(store.events(record(store))) == 1


def test_operator_acknowledges_and_asks_and_adds_nothing_else(open_as: As) -> None:
    store = open_as(OPERATOR)
    assessment = record(store)
    (ring,) = store.events(assessment)
    acknowledge(store, assessment, ring, "ada")
    store.request(assessment, Action.STOP, by="ada", now=WALL, at=at(0))
    for kind in (EventKind.CLEARED, EventKind.RAISED, EventKind.ANSWERED):
        with pytest.raises(StoreError, match="you may not do this"):
            store.add_event(assessment, NewEvent(kind, at(1), alarm=ring.alarm), WALL)
    for statement in ("DELETE FROM score", "DELETE FROM picture", "UPDATE heartbeat SET pid = 1"):
        refused(store, statement)
    with pytest.raises(StoreError, match="you may not do this"):
        store.append(assessment, [item(1)], WALL)
    kinds = [one.kind for one in store.events(assessment)]
    assert kinds == [EventKind.RAISED, EventKind.ACKNOWLEDGED, EventKind.REQUESTED]


def test_reader_reads_and_stores_nothing(open_as: As) -> None:
    store = open_as(READER)
    assessment = record(store)
    assert len(store.series(assessment)) == 1
    with pytest.raises(StoreError, match="you may not do this"):
        store.add_event(assessment, NewEvent(EventKind.NOTED, at(1)), WALL)


def test_engine_does_all_its_work(open_as: As) -> None:
    store = open_as(ENGINE)
    assessment = begin(store, expected=0)
    with store.hold("press"):
        store.append(assessment, [item(1, (raised(1),))], WALL)
    for done in (1, 2):
        store.beat(assessment, Heartbeat(wall_clock(), 1, Phase.WATCHING, done, done, ""))
    begin(store, key="another layout", expected=0)
    asked = store.request(assessment, Action.STOP, by="ada", now=WALL, at=at(0))
    assert store.answer(assessment, asked, done=True, words="it ends", at=at(0), now=WALL)
    with store.writing(assessment) as connection:
        connection.execute(text("DELETE FROM picture"))
    assert len(store.series(assessment)) == 2


READING = (
    ("status",),
    ("status", "--engine"),
    ("alarms", "--all"),
    ("alarms", "stats"),
    ("snapshot",),
    ("report", "--shift"),
    ("store", "check"),
    ("store", "export", "--out", "OUT"),
    ("store", "prune", "--dry-run", "--config", "CONFIG"),
)
ACTING = (("alarms", "note", "A", "looked at it"), ("alarms", "ack", "A"))
OWNING = (("store", "prune", "--config", "CONFIG"),)


@pytest.mark.parametrize("role", [ENGINE, OPERATOR, READER])
def test_each_command_works_or_refuses_in_one_sentence(open_as: As, tmp_path: Path, role: str) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("[store]\npictures_all = 1\npictures_hourly = 1\n")
    with Store.open(tmp_path / "owner") as owner:
        assessment = record(owner)
        items = [item(position) for position in range(1, 150)]
        shifted = [
            replace(one, snapshot=replace(one.snapshot, at=at(0) + timedelta(minutes=number)))
            for number, one in enumerate(items, start=1)
        ]
        last = item(150)
        shifted.append(replace(last, snapshot=replace(last.snapshot, at=at(0) + timedelta(days=9))))
        owner.append(assessment, shifted, WALL)
    state = open_as(role).path.parent

    def raceway(words: tuple[str, ...]) -> tuple[int, str]:
        places = {"OUT": str(tmp_path / f"out {role}"), "CONFIG": str(config)}
        given = [places.get(word, word) for word in words]
        done = CliRunner().invoke(app, [*given, "--state", str(state)])
        assert not isinstance(done.exception, Exception), done.exception
        return done.exit_code, done.output

    for words in READING:
        code, said = raceway(words)
        assert "you may not" not in said, said
        # The code of `status` is that of the machine, which no engine watches here.
        assert code == 0 or words[0] == "status", (words, said)
    for words, allowed in ((ACTING, role != READER), (OWNING, role == ENGINE)):
        for one in words:
            code, said = raceway(one)
            assert (code == 0) is allowed, (one, said)
            if not allowed:
                assert "you may not do this (permission denied" in said, said
                assert "Traceback" not in said
