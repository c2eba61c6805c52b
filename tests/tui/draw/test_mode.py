"""The banner: mode, since when, distance to the newest snapshot, state of the engine."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from engine.clock import microseconds
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import Reading, View
from tui.draw.banner import Banner, banner_lines
from tui.draw.format import wall_time
from tui.draw.mode import Mode, age_text, behind_span, mode_of, mode_span
from tui.draw.status import EngineStatus, engine_status
from tui.draw.text import Role, Span, plain, width_of
from tui.screens.overview.card import blind_line

WALL = synthetic.WALL
WELL = EngineStatus("engine: scored", Role.PLAIN, done=True)
BUSY = EngineStatus("engine: scoring", Role.PLAIN)
DEAD = EngineStatus("ENGINE STALE", Role.ALARM, stale=WALL)


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "night shift")
    reading = reader.poll(synthetic.RAISED)
    reader.close()
    assert reading.view is not None
    return reading.view


@pytest.fixture(scope="module")
def live(view: View) -> View:
    return replace(view, assessment=replace(view.assessment, expected=0, run="/incoming"))


def reading(view: View, phase: Phase, **changes: object) -> Reading:
    done, total = changes.pop("count", (30, 140))  # type: ignore[misc]  # two numbers
    beat = Heartbeat(WALL, 1, phase, done, total, str(changes.pop("message", "")))  # type: ignore[has-type]
    return Reading(replace(view, heartbeat=beat, **changes))  # type: ignore[arg-type]  # fields of View


# The engine.


def test_the_engine_tells_how_far_it_is(view: View) -> None:
    def text(phase: Phase, **changes: object) -> str:
        return engine_status(reading(view, phase, **changes), WALL, WALL, UTC).text

    assert text(Phase.READING) == "engine: reading baseline 30/140"
    assert text(Phase.LEARNING, epochs=(Epoch(37, 0.41, 0.44),)) == (
        "engine: learning: epoch 37, loss 0.41, validation 0.44"
    )
    assert text(Phase.SCORING) == "engine: scoring 30/140"
    assert text(Phase.FINISHED, rejected=2) == "engine: scored 30/140, 2 files rejected"
    assert text(Phase.FINISHED, rejected=1) == "engine: scored 30/140, 1 file rejected"
    assert text(Phase.FAILED, message="no room on disk") == ("ENGINE FAILED at 03:00:00 UTC: no room on disk")
    assert text(Phase.PAUSED, message="make room") == "INTAKE PAUSED: make room"


def test_a_watching_engine_says_what_its_last_message_says(live: View) -> None:
    status = engine_status(reading(live, Phase.WATCHING, count=(99, 99), message="2 wait"), WALL, WALL, UTC)
    assert status.text == "engine: watching 99, 2 wait"


@pytest.mark.parametrize(
    ("phase", "stale"),
    [(Phase.SCORING, True), (Phase.LEARNING, True), (Phase.FINISHED, False), (Phase.WATCHING, True)],
)
def test_an_engine_that_does_not_beat_for_eight_seconds_is_stale_and_says_what_to_do(
    view: View, phase: Phase, stale: bool
) -> None:
    for seconds, expected in ((8, False), (8.1, stale)):
        status = engine_status(reading(view, phase), WALL, WALL + timedelta(seconds=seconds), UTC)
        assert status.text.startswith("ENGINE STALE since 03:00:00 UTC") is expected
        assert (status.stale == WALL) is expected
        assert ("Start the same command again" in status.advice) is expected


@pytest.mark.parametrize("phase", [Phase.WATCHING, Phase.ENDED, Phase.FAILED])
def test_a_live_machine_without_its_engine_is_stale_however_the_engine_went(live: View, phase: Phase) -> None:
    status = engine_status(reading(live, phase), WALL, WALL + timedelta(minutes=5), UTC)
    assert status.stale == WALL
    assert "raceway watch /incoming" in status.told


def test_silent_engine_whose_process_is_there_is_not_said_to_be_gone(live: View) -> None:
    later = WALL + timedelta(seconds=60)
    alive = replace(reading(live, Phase.WATCHING), there=True)
    status = engine_status(alive, WALL, later, UTC)
    assert status.text == "ENGINE STALE since 03:00:00 UTC: disk full, or hung"
    assert status.stale == WALL
    assert "free some space, and it continues" in status.advice


def test_no_sign_of_an_engine_at_all_is_stale_too(view: View) -> None:
    later = WALL + timedelta(seconds=11)
    assert engine_status(Reading(None, "no store"), WALL, later, UTC).stale == WALL
    assert engine_status(Reading(replace(view, heartbeat=None)), WALL, later, UTC).stale == WALL
    assert engine_status(Reading(None), WALL, WALL, UTC).text == "engine: starting"


def test_before_the_store_was_looked_at_nothing_is_said_of_an_engine() -> None:
    later = WALL + timedelta(seconds=11)
    assert engine_status(Reading(None, begun=False), WALL, later, UTC).text == "reading the store"


def test_a_store_that_cannot_be_read_is_said_before_all_else(view: View) -> None:
    status = engine_status(Reading(view, "disk gone"), WALL, WALL, UTC)
    assert status.text == "STORE UNREADABLE: disk gone"
    assert status.stale is not None


# The mode.


def text(mode: Mode) -> str:
    return mode_span(replace(mode, since=None), WALL, UTC).text


def test_the_mode_is_always_named_and_why_nothing_moves(view: View, live: View) -> None:
    early, end = Playhead(int(view.series.at[3]), 5000), Playhead(int(view.series.at[-1]), 5000)
    told = [
        text(mode_of(early, view, BUSY, live=False)),
        text(mode_of(replace(end, playing=False), view, BUSY, live=False)),
        text(mode_of(end, view, BUSY, live=False)),
        text(mode_of(end, view, WELL, live=False)),
        text(mode_of(Playhead(), None, BUSY, live=False)),
        text(mode_of(replace(end, following=True), live, BUSY, live=True)),
        text(mode_of(early, live, BUSY, live=True)),
        text(mode_of(replace(early, playing=False), live, BUSY, live=True)),
    ]
    assert told == [
        "REPLAY ▶ ×5000, 83 min/s",
        "‖ Replay paused",
        "REPLAY … WAITING FOR ENGINE",
        "REPLAY ■ END OF RUN",
        "STARTING …",
        "LIVE ▶",
        "REPLAY ▶ ×5000, 83 min/s",
        "‖ Live paused",
    ]


@pytest.mark.parametrize(
    ("phase", "word"),
    [
        (Phase.GATHERING, "GATHERING 30 of 140"),
        (Phase.LEARNING, "LEARNING 30 of 140 epochs"),
        (Phase.READING, "READING BASELINE 30 of 140"),
    ],
)
def test_before_anything_is_scored_the_mode_is_what_the_engine_does(
    tmp_path: Path, phase: Phase, word: str
) -> None:
    with Store.open(tmp_path, create=True) as store:
        synthetic.begin(store)
        empty = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert empty is not None
    status = engine_status(reading(empty, phase), WALL, WALL, UTC)
    assert mode_of(Playhead(following=True), empty, status, live=True).word == word


def test_machine_whose_folder_never_was_there_is_not_judged_and_not_starting(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        synthetic.begin(store)
        empty = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert empty is not None
    empty = replace(empty, assessment=replace(empty.assessment, expected=0))
    status = engine_status(reading(empty, Phase.NO_FOLDER), WALL, WALL, UTC)
    mode = mode_of(Playhead(following=True), empty, status, live=True)
    assert (mode.word, mode.role, mode.since) == ("NOT JUDGED", Role.ALARM, None)


def test_live_says_the_age_of_data_that_is_older_than_its_interval(live: View) -> None:
    end = int(live.series.at[-1])
    head = Playhead(end, following=True)
    interval = int(synthetic.INTERVAL.total_seconds() * 1e6)
    told = {
        seconds: text(mode_of(head, live, BUSY, live=True, now=end + int(seconds * 1e6)))
        for seconds in (0, interval / 1e6, interval / 1e6 + 60, 3 * 3600, 5 * 86_400)
    }
    assert list(told.values()) == [
        "LIVE ▶",
        "LIVE ▶",
        "LIVE ▶ newest 71 min ago",
        "LIVE ▶ newest 3 h ago",
        "LIVE ▶ newest 5 d ago",
    ]
    assert age_text(47.0) == "40 s"


def test_a_dead_engine_is_stale_since_its_last_beat(live: View) -> None:
    mode = mode_of(Playhead(int(live.series.at[-1]), following=True), live, DEAD, live=True)
    later = WALL + timedelta(days=1)
    assert mode_span(mode, WALL, UTC).text == "STALE ✕ LIVE since 03:00 UTC"
    assert mode_span(mode, later, UTC).text == "STALE ✕ LIVE since 5 Jan 03:00 UTC"


# How far behind.


def test_a_paused_live_screen_says_how_far_it_is_behind(live: View) -> None:
    now = microseconds(synthetic.at(100)) + 3_600_000_000 * 2
    head = Playhead(microseconds(synthetic.at(130)), playing=False)
    span = behind_span(head, live, now, 0, live=True)
    assert span is not None
    assert span.text == "9 snapshots, 10:30 h behind"
    told = behind_span(head, live, now, 2, live=True)
    assert told == Span("2 NEW ALARMS; 9 snapshots, 10:30 h behind", Role.RINGING)


def test_a_screen_that_follows_or_shows_a_finished_run_is_behind_nothing(live: View, view: View) -> None:
    end = int(live.series.at[-1])
    assert behind_span(Playhead(end, following=True), live, end, 0, live=True) is None
    assert behind_span(Playhead(end, playing=False), live, end + 59_000_000, 0, live=True) is None
    assert behind_span(Playhead(int(view.series.at[0])), view, None, 0, live=False) is None


# The banner.


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("behind", [None, Span("9 snapshots, 10:30 h behind", Role.WARNING)])
def test_the_banner_keeps_mode_and_instant_whole(view: View, width: int, behind: Span | None) -> None:
    mode = mode_span(Mode("REPLAY", "…", "WAITING FOR ENGINE", Role.WARNING, WALL), WALL, UTC)
    banner = Banner("a machine with quite a long name", mode, 10**15, DEAD, behind)
    lines = banner_lines(width, 2, banner, UTC)
    assert "REPLAY … WAITING FOR ENGINE since 03:00 UTC" in plain(lines)
    assert "01:46" in plain(lines)
    assert "ENGINE STALE" in plain(lines)
    assert all(width_of(line) <= width for line in lines)


def test_a_time_of_another_day_has_its_day() -> None:
    assert wall_time(WALL, UTC) == wall_time(WALL, UTC, WALL + timedelta(minutes=1))
    assert wall_time(WALL, UTC, WALL + timedelta(days=1)) == f"{WALL.day} {WALL:%b} {wall_time(WALL, UTC)}"


def test_what_is_not_known_of_a_live_machine_is_not_called_stopped(live: View) -> None:
    later = WALL + timedelta(seconds=30)
    unread = engine_status(Reading(live, "the store is held by another program"), WALL, later, UTC)
    hung = engine_status(replace(reading(live, Phase.WATCHING), there=True), WALL, later, UTC)
    gone = engine_status(reading(live, Phase.WATCHING), WALL, later, UTC)
    for status, words in ((unread, "NOT KNOWN"), (hung, "NOT JUDGED"), (gone, "NOT WATCHED")):
        for width in (30, 60, 120):
            line = plain([blind_line(width, status)])
            assert words in line
            assert ("is not running" in line) <= (status is gone)
    assert "the store cannot be read" in plain([blind_line(80, unread)])


@pytest.mark.parametrize(
    ("phase", "words"),
    [(Phase.PAUSED, "the intake is paused"), (Phase.NO_FOLDER, "the watched folder is missing")],
)
def test_a_live_machine_whose_recordings_wait_is_not_judged(
    live: View, view: View, phase: Phase, words: str
) -> None:
    message = "the disk of /srv has 0 MB free; make room, intake then goes on by itself"
    status = engine_status(reading(live, phase, message=message), WALL, WALL, UTC)
    assert not status.judges
    assert words in plain([blind_line(80, status)])
    assert message in status.told
    assert engine_status(reading(live, Phase.WATCHING), WALL, WALL, UTC).judges
    # A finished run is judged by its own snapshots.
    assert engine_status(reading(view, phase, message=message), WALL, WALL, UTC).judges


def test_a_store_that_cannot_be_read_says_why_in_full(view: View) -> None:
    trouble = "/var/lib/raceway/raceway.db: the store was moved or deleted; put it back"
    status = engine_status(Reading(view, trouble), WALL, WALL, UTC)
    assert trouble in status.told
