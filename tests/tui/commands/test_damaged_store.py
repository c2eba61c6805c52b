"""A damaged store is still shown, by every command that reads one, with a sentence on the damage."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.store.location import BUNDLES, FILE_NAME
from engine.store.store import Store, StoreLostError
from tests.tui import synthetic
from tui.cli import app
from tui.commands.options import FAILED
from tui.output.conditions import Code
from tui.screens.registry import SCREENS

NEWEST = f"position = {synthetic.COUNT - 1}"

SHOWN = f"position >= {synthetic.COUNT - 3}"
"""With the newest picture of the running machine: at rest the one before is shown."""


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.stdout, result.stderr


def spoil(state: Path, table: str, column: str, where: str, value: object) -> None:
    with sqlite3.connect(state / FILE_NAME) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))


@pytest.mark.parametrize(
    ("table", "column", "where"),
    [
        ("picture", "packed", SHOWN),
        ("snapshot", "figures", "id = 140"),
        ("state", "packed", NEWEST),
        ("event", "detail", "kind = 'raised'"),
        ("event", "detail", "kind = 'baseline learned'"),
        ("event", "detail", "kind = 'escalated'"),
        ("assessment", "settings", "id = 1"),
        ("heartbeat", "phase", "assessment_id = 1"),
        ("score", "quality", NEWEST),
    ],
)
def test_readers_go_on_beside_a_damaged_value(own_store: Path, table: str, column: str, where: str) -> None:
    spoil(own_store, table, column, where, random.Random(column).randbytes(64))
    code, frame, said = run("snapshot", "--state", own_store)
    assert code == 0
    assert "HIGH  Bearing 1" in frame
    code, listed, _ = run("alarms", "list", "--state", own_store)
    assert code == 0
    assert "Bearing 1" in listed
    code, status, _ = run("status", "--state", own_store)
    assert code == Code.CRITICAL
    assert "Bearing 1" in status
    code, checked, _ = run("store", "check", "--state", own_store)
    assert code == FAILED
    assert f"table {table}" in checked
    if table != "state":
        # The state is read by engines alone.
        assert "damaged value" in said + status
        assert f"table {table}" in said + status


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_is_drawn_without_pictures_and_figures(own_store: Path, screen: str) -> None:
    spoil(own_store, "picture", "packed", "position % 3 = 1", b"no picture")
    spoil(own_store, "snapshot", "figures", "id % 3 = 1", b"no figures")
    code, frame, said = run("snapshot", "--state", own_store, "--screen", screen)
    assert code == 0
    assert frame.strip()
    assert "damaged values were left out" in said


def test_console_says_that_the_store_is_damaged(own_store: Path) -> None:
    spoil(own_store, "picture", "packed", SHOWN, b"no picture")
    _, frame, _ = run("snapshot", "--state", own_store, "--size", "120x40")
    assert "STORE DAMAGED" in frame


def test_status_does_not_know_a_record_whose_layout_is_lost(own_store: Path) -> None:
    with Store.open(own_store) as store:
        synthetic.begin(store)
    spoil(own_store, "assessment", "layout", "id = 1", b"\xff" * 64)
    code, _, said = run("status", "--state", own_store)
    assert code == Code.UNKNOWN
    assert "every record of the store is damaged" in said
    assert "layout: it is no" in said


@pytest.mark.parametrize("emptied", [True, False])
def test_lost_database_is_never_begun_again_in_silence(own_store: Path, emptied: bool) -> None:
    (own_store / BUNDLES).mkdir()
    (own_store / BUNDLES / "made-up.json").write_text('{"bundle": "spectral-1"}')
    database = own_store / FILE_NAME
    database.unlink()
    if emptied:
        database.touch()
    with pytest.raises(StoreLostError):
        Store.open(own_store, create=True)
    for command in (["status"], ["snapshot"], ["alarms", "list"], ["attach"], ["store", "check"]):
        code, _, said = run(*command, "--state", own_store)
        assert code != 0
        assert "the database is gone or empty" in said
    assert not database.exists() or not database.stat().st_size
    code, printed, _ = run("store", "create", "--beside-bundles", "--state", own_store)
    assert code == 0
    assert "holds a store with 0 records" in printed
    Store.open(own_store, create=True).close()


@pytest.mark.parametrize("tables", ["all", "meta alone"])
def test_database_whose_tables_were_emptied_beside_bundles_is_told_as_lost(
    tmp_path: Path, tables: str
) -> None:
    state = tmp_path / "state"
    Store.open(state, create=True).close()
    # A store that was made a moment ago, before the first record.
    Store.open(state).close()
    (state / BUNDLES).mkdir()
    (state / BUNDLES / "made-up.json").write_text('{"bundle": "spectral-1"}')
    if tables == "meta alone":
        with closing(sqlite3.connect(state / FILE_NAME)) as connection, connection:
            for name in ("assessed", "assessment"):
                connection.execute(f"DROP TABLE {name}")
    for _ in range(2):
        with pytest.raises(StoreLostError):
            Store.open(state, create=True)
    code, _, said = run("status", "--state", state)
    assert code != 0
    assert "the database is gone or empty" in said
    if tables == "all":
        assert run("store", "create", "--beside-bundles", "--state", state)[0] == 0
        Store.open(state, create=True).close()


@pytest.mark.parametrize("rest", ["snapshot", "event"])
def test_store_that_lost_its_records_alone_is_told_as_lost_without_bundles(
    own_store: Path, rest: str
) -> None:
    with closing(sqlite3.connect(own_store / FILE_NAME)) as connection, connection:
        others = {"snapshot", "event"} - {rest}
        for name in ("assessed", "score", "picture", "state", "heartbeat", "epoch", "assessment", *others):
            connection.execute(f"DELETE FROM {name}")
    for _ in range(2):
        with pytest.raises(StoreLostError, match=f"it has {rest}s"):
            Store.open(own_store, create=True)
    code, _, said = run("status", "--state", own_store)
    assert code == 3
    assert "its records are gone" in said
    assert run("store", "create", "--beside-bundles", "--state", own_store)[0] == 0
    Store.open(own_store, create=True).close()
