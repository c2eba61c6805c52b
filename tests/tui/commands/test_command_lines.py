"""Printed commands have the same meaning in any shell and folder."""

import shlex
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from engine.clock import microseconds
from engine.records.events import Event, EventKind
from engine.records.progress import Heartbeat, Phase
from tests.tui import synthetic
from tui.command_lines import attach_line, line, watch_line
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import Reading, View
from tui.draw.notice import LINES_WHOLE, Notice, notice_lines, notice_rows
from tui.draw.status import EngineStatus, engine_status
from tui.draw.text import Role, plain
from tui.screens.health.panes import engine_lines

WALL = synthetic.WALL
PLACES = {"folder": "/data/press 4/in", "state": "/var/st", "config": "/etc/p4's.toml", "rig": "ims-set2"}


def started(**detail: object) -> Event:
    when = synthetic.at(0)
    return Event(1, EventKind.STARTED, when, when, "engine", "", "", None, "", detail)


def gone(whole_store: Path, *events: Event) -> View:
    """Return a live record with a heartbeat five minutes old."""
    from engine.store.store import Store

    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "")
    view = reader.poll().view
    reader.close()
    assert view is not None
    return replace(
        view,
        assessment=replace(view.assessment, expected=0, run="/incoming"),
        events=events,
        heartbeat=Heartbeat(WALL, 1, Phase.WATCHING, 9, 9, ""),
    )


def status_of(view: View) -> EngineStatus:
    return engine_status(Reading(view), WALL, WALL + timedelta(minutes=5), UTC)


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    assert line("attach", state="/a b/$x", session="") == "raceway attach --state '/a b/$x'"


def test_attaching_again_names_what_the_console_was_opened_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    told = attach_line(Path("st"), config=Path("my.toml"), session="night shift")
    words = ["raceway", "attach", "--state", "/st", "--config", "/my.toml", "--session", "night shift"]
    assert shlex.split(told) == words


def test_an_engine_is_started_again_with_the_options_of_its_last_start() -> None:
    events = [started(started_as={"folder": "/old"}), started(pid=1, started_as=PLACES)]
    words = ["raceway", "watch", PLACES["folder"], "--config", PLACES["config"]]
    assert shlex.split(watch_line(events, "/incoming")) == [*words, "--rig", "ims-set2", "--state", "/var/st"]


def test_where_a_start_did_not_say_how_that_is_said() -> None:
    for events in ([], [started(pid=1)]):
        told = watch_line(events, "/incoming")
        assert told == "raceway watch /incoming (with the --config, --rig and --state it was started with)"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_command_that_starts_a_dead_engine_is_told_whole_or_not_at_all(
    whole_store: Path, width: int
) -> None:
    for folder, fits in (("/in", True), ("/a" * 150, False)):
        view = gone(whole_store, started(started_as=PLACES | {"folder": folder}))
        status = status_of(view)
        command = watch_line(view.events, "")
        notice = Notice(status.told, Role.ALARM, brief=status.brief)
        rows = notice_rows(width, LINES_WHOLE, notice)
        assert len(rows) <= LINES_WHOLE
        drawn = " ".join(plain(notice_lines(width, len(rows), notice)).split())
        assert (command in drawn) is fits
        assert ("raceway watch" in drawn) is fits
        assert ("the health screen has the whole command" in drawn) is not fits
        assert "…" not in drawn
        frame = Frame(view, Playhead(microseconds(synthetic.at(80)), 1.0, False))
        pane = engine_lines(width, 16, frame, status, None, WALL, UTC)
        told = "".join(row.strip() for row in plain(pane).splitlines())
        assert command.replace(" ", "") in told.replace(" ", "")
        assert all(cell_len(row) <= width for row in plain(pane).splitlines())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_to_do_about_an_engine_that_hangs_is_told_whole(whole_store: Path, width: int) -> None:
    reading = Reading(gone(whole_store), there=True)
    status = engine_status(reading, WALL, WALL + timedelta(minutes=5), UTC)
    rows = notice_rows(width, LINES_WHOLE, Notice(status.told, Role.ALARM, brief=status.brief))
    assert " ".join(rows) == status.advice
    assert all(cell_len(row) < width for row in rows)


def test_a_finished_run_goes_on_by_the_same_command(whole_store: Path) -> None:
    view = gone(whole_store)
    status = status_of(replace(view, assessment=replace(view.assessment, expected=140)))
    assert status.told == status.brief
    assert "Start the same command again" in status.told
