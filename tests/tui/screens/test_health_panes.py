"""The panes of the health screen as strings, and their data."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from engine.clock import microseconds
from engine.records.events import Event, EventKind
from engine.records.intake import Outcome, Refusal
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.frame import Frame
from tui.data.health_facts import Speed, Wellness, WellnessLook, free_space, log_tail
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.status import EngineStatus
from tui.draw.text import Role, plain, width_of
from tui.screens.health.panes import alarm_lines, engine_lines, file_lines, log_lines

STATUS = EngineStatus("engine: watching 40", Role.PLAIN)
NOW = synthetic.WALL + timedelta(seconds=7)
FACTS = Wellness(
    counts=dict.fromkeys(Outcome, 0) | {Outcome.TAKEN: 40, Outcome.CONFLICT: 1},
    refused=(
        Refusal(
            b"x",
            "a[/b]\x1bname",
            Outcome.CONFLICT,
            "another recording of the same time",
            synthetic.WALL,
        ),
    ),
    rejections=(),
    place="/var/lib/raceway",
    store_bytes=8_900_000,
    free_bytes=77_000_000_000,
    floor=200,
    per_minute=6.0,
    log=("first", "last words"),
)


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "")
    found = reader.poll().view
    reader.close()
    assert found is not None
    return found


def frame(view: View, position: int) -> Frame:
    return Frame(view, Playhead(microseconds(synthetic.at(position)), 1.0, False))


def live(
    view: View, phase: Phase = Phase.WATCHING, total: int = 43, message: str = "2 not complete yet"
) -> View:
    return replace(
        view,
        assessment=replace(view.assessment, expected=0),
        heartbeat=Heartbeat(synthetic.WALL, 4711, phase, 40, total, message),
    )


def test_the_engine_is_told_with_its_heartbeat_s_age_its_speed_and_its_room(view: View) -> None:
    drawn = plain(engine_lines(100, 16, frame(live(view), 80), STATUS, FACTS, NOW, UTC))
    for words in (
        "2026-01-05 03:00:00 UTC, 7 s ago, process 4711",
        "watching, 40 of 43",
        "2 not complete yet",
        "6 snapshots a minute",
        "8.9 MB in /var/lib/raceway",
        "77,000 MB free; intake stops below 200 MB",
        "watched live",
    ):
        assert words in drawn


def test_too_little_room_cannot_be_overlooked(view: View) -> None:
    drawn = plain(
        engine_lines(100, 16, frame(live(view), 80), STATUS, replace(FACTS, free_bytes=1_000_000), NOW, UTC)
    )
    assert "✕ TOO LITTLE: 1 MB free" in drawn
    unknown = replace(FACTS, free_bytes=None, store_bytes=None, per_minute=None)
    drawn = plain(engine_lines(100, 16, frame(live(view), 80), STATUS, unknown, NOW, UTC))
    assert "free space is not known" in drawn
    assert "not known yet" in drawn


def test_an_engine_that_went_has_no_speed_though_it_had_one_a_minute_ago(view: View) -> None:
    gone = EngineStatus("ENGINE STALE", Role.ALARM, stale=NOW)
    drawn = plain(engine_lines(100, 16, frame(live(view), 80), gone, FACTS, NOW, UTC))
    assert "a minute" not in drawn
    assert "idle" in drawn


def test_an_engine_that_never_beat_says_so_and_what_to_do(view: View) -> None:
    silent = replace(view, heartbeat=None)
    status = EngineStatus("ENGINE SILENT", Role.ALARM, advice="start it again")
    drawn = plain(engine_lines(100, 16, frame(silent, 80), status, None, NOW, UTC))
    assert "none yet" in drawn
    assert "start it again" in drawn


def test_files_are_counted_and_refused_ones_named_with_reason_and_since_when(view: View) -> None:
    drawn = plain(file_lines(100, 16, frame(live(view), 80), FACTS, UTC))
    assert "40" in drawn
    assert "taken in and scored" in drawn
    assert "3 ready to be taken in; 2 not complete yet" in drawn
    assert "✕ a[/b]name, conflict since 5 Jan 03:00: another recording of the same time" in drawn
    assert "\x1b" not in drawn
    many = replace(FACTS, refused=FACTS.refused * 50)
    assert "lines more" in plain(file_lines(100, 12, frame(live(view), 80), many, UTC)).splitlines()[-1]


def test_of_a_finished_run_rejected_files_are_named(view: View) -> None:
    told = replace(FACTS, refused=(), rejections=(("README", "its name is not a time"),))
    drawn = plain(file_lines(100, 12, frame(view, 80), told, UTC))
    assert "✕ README, rejected: its name is not a time" in drawn
    assert "waiting" not in drawn
    assert "refused        none" in plain(
        file_lines(100, 12, frame(view, 80), replace(told, rejections=()), UTC)
    )


def test_the_alarm_system_is_told_by_the_figures_of_control_rooms(view: View) -> None:
    drawn = plain(alarm_lines(90, 20, frame(view, 139), UTC))
    assert "2 (1 high, 1 medium)" in drawn
    assert "a day (manageable: 150)" in drawn
    assert "1: Bearing 1, limit" in drawn
    assert "stale >24 h" in drawn
    early = plain(alarm_lines(90, 20, frame(view, 10), UTC))
    assert "0 (none)" in early
    assert "no snapshot yet" in plain(alarm_lines(90, 20, Frame(view, Playhead(None)), UTC))


def test_a_ring_that_nobody_was_told_of_comes_first(view: View) -> None:
    failed = Event(
        90,
        EventKind.NOTIFIED,
        synthetic.at(80),
        synthetic.WALL,
        "engine",
        "",
        "",
        1,
        "",
        {"given_up": True, "message": "the on_ring command failed 3 times: exit 1"},
    )
    drawn = plain(alarm_lines(90, 20, frame(replace(view, events=(*view.events, failed)), 90), UTC))
    assert "✕ NOBODY WAS NOTIFIED" in drawn.splitlines()[1]


def test_the_log_shows_its_last_lines_cleaned(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    assert log_tail(log) is None
    log.write_bytes(b"\n".join(b"line %d \x1b[2J" % number for number in range(3000)) + b"\n\xff\xfe bad\n")
    tail = log_tail(log)
    assert tail is not None
    assert not any("\x1b" in line for line in tail)
    drawn = plain(log_lines(60, 5, replace(FACTS, log=tail)))
    assert "line 2999" in drawn
    assert "bad" in drawn.splitlines()[-1]
    assert "logged no trouble" in plain(log_lines(60, 5, replace(FACTS, log=())))
    assert "no engine.log" in plain(log_lines(60, 5, replace(FACTS, log=None)))


def test_speed_is_told_over_the_last_minute_and_begins_anew_with_a_new_engine() -> None:
    speed = Speed()
    start = synthetic.WALL
    assert speed.told(start, 100) is None
    assert speed.told(start + timedelta(seconds=30), 160) == pytest.approx(120.0)
    for second in range(32, 200, 2):
        last = speed.told(start + timedelta(seconds=second), 160)
    assert last == 0.0
    assert speed.told(start + timedelta(seconds=300), 5) is None


def test_what_is_read_is_there_even_where_some_of_it_cannot_be(own_store: Path, view: View) -> None:
    with Store.open(own_store) as store:
        found = WellnessLook(0, Speed(), lambda _state: None)(store, view)
    assert found.free_bytes is None
    assert found.store_bytes is not None
    assert found.log is None
    assert found.counts[Outcome.TAKEN] == 0
    assert free_space(own_store) is not None
    assert free_space(own_store / "gone") is None


@pytest.mark.parametrize("width", [1, 24, 60, 80, 200])
@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_nothing_overflows_and_ascii_is_ascii(view: View, width: int, glyphs: Glyphs) -> None:
    shown = frame(live(view), 120)
    for height in (1, 3, 7, 12, 30):
        for lines in (
            engine_lines(width, height, shown, STATUS, FACTS, NOW, UTC, glyphs),
            file_lines(width, height, shown, FACTS, UTC, glyphs),
            alarm_lines(width, height, shown, UTC, glyphs),
            log_lines(width, height, FACTS, glyphs),
        ):
            assert len(lines) <= height
            assert all(width_of(line) <= width for line in lines)
            if glyphs is Glyphs.ASCII:
                assert plain(lines).isascii()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_message_of_the_engine_is_not_cut(view: View, width: int) -> None:
    said = "17 other files are passed over (0.csv: its name is not a time like 2004.02.12.10.32.39)"
    beat = Heartbeat(synthetic.WALL, 1, Phase.GATHERING, 0, 150, said)
    held = frame(replace(view, heartbeat=beat), 80)
    status = EngineStatus("engine: gathering", Role.PLAIN)
    lines = engine_lines(width, 20, held, status, None, synthetic.WALL, UTC)
    assert all(width_of(line) <= width for line in lines)
    assert said in " ".join(plain(lines).split())
