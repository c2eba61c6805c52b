"""`raceway store check`, `export` and `prune`: output and exit codes."""

import re
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.records.assessment import Assessed
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import START, begin, item, raised
from tui.cli import app


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return a store: twenty days of a watched machine, a snapshot every half hour, and a finished run."""
    with Store.open(tmp_path / "state", create=True) as store:
        items = [taken_every(timedelta(minutes=30), position) for position in range(960)]
        store.append(begin(store, expected=0), items, WALL)
        store.append(begin(store, machine="[red]run"), [item(0)], WALL)
    return tmp_path / "state"


def taken_every(interval: timedelta, position: int) -> Assessed:
    when = START + position * interval
    events = (replace(raised(position), at=when),) if position == 900 else ()
    one = item(position, events)
    return replace(one, snapshot=replace(one.snapshot, at=when))


def raceway(*words: object) -> Result:
    return CliRunner().invoke(app, ["store", *map(str, words)])


def test_check_of_a_sound_store_prints_a_line_for_each_thing_and_ends_with_0(state: Path) -> None:
    done = raceway("check", "--state", state)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "ok     database: its pages, indices and references are whole"
    assert "ok     [red]run, assessment 2: every snapshot has its scores" in lines
    assert all(line.startswith("ok ") for line in lines)


def test_check_of_a_damaged_store_says_where_and_ends_with_1(state: Path) -> None:
    with sqlite3.connect(state / "raceway.db") as connection:
        connection.execute("DELETE FROM score WHERE assessment_id = 1 AND position = 7")
    done = raceway("check", "--state", state)
    assert done.exit_code == 1
    assert "WRONG  rig, assessment 1: snapshot 7 has 0 scores for 2 components" in done.stdout
    assert "1 faults found; copy the folder" in done.stderr


def test_export_names_its_files_and_their_rows(state: Path, tmp_path: Path) -> None:
    done = raceway("export", "--state", state, "--out", tmp_path / "out", "--machine", "rig")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == f"{tmp_path / 'out' / 'scores.csv'}: 1920 rows"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "alarms.csv",
        "events.csv",
        "intake.csv",
        "outcomes.csv",
        "scores.csv",
    ]


def test_dry_run_of_prune_says_what_would_go_and_prune_does_it(state: Path) -> None:
    before = (state / "raceway.db").read_bytes()
    foretold = raceway("prune", "--state", state, "--dry-run")
    assert foretold.exit_code == 0, foretold.output
    assert (state / "raceway.db").read_bytes() == before
    assert foretold.stdout.splitlines() == [
        "rig, assessment 1: 142 pictures and 0 snapshots with their scores would go",
        "[red]run, assessment 2: a finished run, kept whole",
    ]
    done = raceway("prune", "--state", state)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[:2] == [
        "rig, assessment 1: 142 pictures and 0 snapshots with their scores went",
        "[red]run, assessment 2: a finished run, kept whole",
    ]
    again = raceway("prune", "--state", state)
    assert "0 pictures and 0 snapshots" in again.stdout


def test_prune_follows_the_settings_and_gives_room_back_to_the_disk(tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("[store]\nscores_all = 1\nscores_ten_minutes = 1\npictures_all = 1\n")
    with Store.open(tmp_path, create=True) as store:
        items = [taken_every(timedelta(minutes=2), position) for position in range(2000)]
        store.append(begin(store, expected=0), items, WALL)
    before = (tmp_path / "raceway.db").stat().st_size
    done = raceway("prune", "--state", tmp_path, "--config", config, "--machine", "rig")
    assert done.exit_code == 0, done.output
    assert re.search(r"0\.[1-9] MB were given back to the disk", done.stdout)
    assert (tmp_path / "raceway.db").stat().st_size < 0.7 * before
    assert raceway("check", "--state", tmp_path).exit_code == 0


@pytest.mark.parametrize("command", [["check"], ["prune"], ["export", "--out", "out"]])
def test_missing_store_is_one_sentence(tmp_path: Path, command: list[str]) -> None:
    done = raceway(*command, "--state", tmp_path / "nowhere")
    assert done.exit_code == 1
    assert "there is no store here yet" in done.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("command", [["prune"], ["export", "--out", "out"]])
def test_unknown_machine_is_an_error_of_the_command(state: Path, command: list[str]) -> None:
    done = raceway(*command, "--state", state, "--machine", "no-such")
    assert done.exit_code == 2
    assert "the store holds no assessment of machine 'no-such'" in done.stderr
