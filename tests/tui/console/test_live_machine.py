"""A live machine: the screen follows it, shows the distance to the newest snapshot, and misses no ring."""

import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.alarms.outages import outage_raised
from engine.clock import microseconds
from engine.operator.alarm_actions import acknowledge, retire
from engine.operator.operator import Act, Operator
from engine.records.events import Cause, Event, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, looked_at, settled, text
from tests.tui.console.live_record import beat, begin, go_on, take
from tui.console.app import Console
from tui.console.options import Appearance

Make = Callable[..., Console]


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a live record before its first ring; read only."""
    place = tmp_path_factory.mktemp("watched") / "live"
    with Store.open(place, create=True) as store:
        assessment = begin(store)
        take(store, assessment, range(70))
        beat(store, assessment, Clock())
    return place


@pytest.fixture
def live(watched: Path, tmp_path: Path) -> Path:
    """Return a writable copy of the live record."""
    return Path(shutil.copytree(watched, tmp_path / "live"))


async def looked(app: Console, pilot: object) -> None:
    app.controller.poll()
    await settled(pilot)  # type: ignore[arg-type]  # the pilot of this application
    app.tick()
    await settled(pilot)  # type: ignore[arg-type]  # the pilot of this application


async def test_live_follows_what_comes_and_time_goes_on_between_snapshots(
    console: Make, live: Path, clock: Clock
) -> None:
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "LIVE ▶" in text(app)
        assert app.controller.head.at == microseconds(synthetic.at(69))
        clock.seconds += 5
        await looked(app, pilot)
        assert app.controller.head.at == microseconds(synthetic.at(69) + timedelta(seconds=5))
        go_on(live, clock, 71)
        await looked(app, pilot)
        assert app.controller.head.at == microseconds(synthetic.at(70))


async def test_paused_live_says_how_far_behind_it_is_and_new_rings_still_show(
    console: Make, live: Path, clock: Clock
) -> None:
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("space")
        go_on(live, clock, synthetic.RAISED + 1)
        await looked(app, pilot)
        assert "‖ Live paused, recording of" in text(app)
        assert "1 NEW ALARM; 9 snapshots, 10:30 h behind" in text(app)
        assert "Alarm: Bearing 1, outer race" in text(app)
        assert "f goes there" in " ".join(text(app).split())
        assert "Bearing 1: ALARM" not in text(app)
        await pilot.press("f")
        await looked(app, pilot)
        assert "LIVE ▶" in text(app)
        assert "behind" not in text(app)
        assert "◆ MEDIUM  Bearing 1" in text(app)


async def test_a_ring_stays_new_until_an_operator_answers_it_on_whatever_console(
    console: Make, live: Path, clock: Clock
) -> None:
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("space")
        go_on(live, clock, synthetic.RAISED + 1)
        with Store.open(live) as store:
            record = store.assessments()[-1]
            ring = store.events(record)[-1]
            # A run of the `on_ring` command does not count as seen.
            told = NewEvent(EventKind.NOTIFIED, ring.at, alarm=ring.alarm, ring=ring.seq)
            store.add_event(record, told, clock.wall())
            await looked(app, pilot)
            assert "1 NEW ALARM;" in text(app)
            assert "Alarm: Bearing 1, outer race" in text(app)
            acknowledge(store, record, ring, Act(Operator("bob"), "", ring.at, clock.wall()))
            await looked(app, pilot)
        assert "NEW ALARM" not in text(app)
        assert "Alarm: Bearing 1" not in text(app)


async def test_what_is_played_from_the_past_of_a_live_machine_is_a_replay_until_it_catches_up(
    console: Make, live: Path, clock: Clock
) -> None:
    app = console(live, session="", playing=True, at_newest=True, pace=50_000.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("left", "left", "space")
        await settled(pilot)
        assert "REPLAY ▶ ×50000" in text(app)
        assert "2 snapshots, 02:20 h behind" in text(app)
        clock.seconds += 1
        app.tick()
        await settled(pilot)
        assert "LIVE ▶" in text(app)


async def test_no_data_shows_by_time_passing(console: Make, live: Path, clock: Clock) -> None:
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        clock.seconds += (4 * synthetic.INTERVAL).total_seconds()
        with Store.open(live) as store:
            beat(store, store.assessments()[-1], clock)
        await looked(app, pilot)
        assert text(app).count("NO DATA") >= 4


async def test_an_alarm_that_comes_before_any_data_is_shown_and_acknowledged(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    failed = outage_raised(Cause.ENGINE_FAILED, synthetic.WALL, "the folder is gone")
    with Store.open(tmp_path / "new", create=True) as store:
        record = begin(store)
        store.add_event(record, failed, synthetic.WALL)
        beat(store, record, clock, Phase.FAILED)
        app = console(tmp_path / "new", session="", playing=True, at_newest=True)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            assert "■ HIGH  engine" in text(app)
            assert "NOT ACKNOWLEDGED" in text(app)
            await looked_at(pilot)
            await pilot.press("a")
            await settled(pilot)
            assert "NOT ACKNOWLEDGED" not in text(app)
        assert store.events(record)[-1].kind is EventKind.ACKNOWLEDGED


async def test_a_console_that_comes_late_knows_how_long_data_has_stayed_out(
    console: Make, live: Path, clock: Clock
) -> None:
    clock.seconds += 3600 * 6
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.tick()
        assert app.controller.head.at == microseconds(synthetic.at(69) + timedelta(hours=6))


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_a_killed_engine_is_told_with_what_to_do(
    console: Make, live: Path, clock: Clock, size: tuple[int, int]
) -> None:
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        clock.seconds += 11
        await looked(app, pilot)
        shown = " ".join(text(app).split())
        assert "● normal" not in shown
        for words in (
            "STALE ✕ LIVE since 03:00 UTC",
            "✕ NOT WATCHED",
            "was normal",
            "No heartbeat from the engine since",
        ):
            assert words in shown
        with Store.open(live) as store:
            beat(store, store.assessments()[-1], clock)
        await looked(app, pilot)
        shown = " ".join(text(app).split())
        assert "LIVE ▶" in shown
        assert "No heartbeat from the engine" not in shown


async def test_the_bell_rings_with_a_new_alarm_once_and_only_if_it_is_set(
    console: Make, live: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []
    for bell in (True, False):
        app = console(live, session="", playing=True, at_newest=True, appearance=Appearance(bell=bell))
        monkeypatch.setattr(app, "bell", lambda bell=bell: rung.append(bell))
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            go_on(live, clock, synthetic.RAISED + 1 if bell else synthetic.ESCALATED + 1)
            await looked(app, pilot)
            await looked(app, pilot)
    assert rung == [True]


async def test_an_acknowledgement_while_following_is_none_of_the_past(
    console: Make, live: Path, clock: Clock
) -> None:
    go_on(live, clock, 90)
    app = console(live, session="", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "Acknowledged by ann" in text(app)
        assert "seen as of" not in text(app)


# Several machines.


@pytest.fixture
def fleet(live: Path, clock: Clock) -> Path:
    with Store.open(live) as store:
        assessment = begin(store, "fan 2")
        take(store, assessment, range(100), clock)
        beat(store, assessment, clock)
        begin(store, "pump 9")
    return live


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_several_machines_come_the_worst_first_and_one_is_opened(
    console: Make, fleet: Path, clock: Clock, size: tuple[int, int]
) -> None:
    app = console(fleet, session="", playing=True, at_newest=True, start=lambda: "machines")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        named = re.compile(r"(fan 2|press 4|pump 9) ")
        machines = text(app).split("Alarms of all")[0].splitlines()
        rows = [row for row in machines if named.search(row[:14])]
        assert [named.search(row).group(1) for row in rows] == ["fan 2", "press 4", "pump 9"]
        assert "›◆ fan 2" in rows[0]
        assert "MEDIUM UNACK" in rows[0]
        await pilot.press("down", "enter")
        await settled(pilot)
        assert "press 4  LIVE" in text(app)
        assert "● All 4 bearings normal" in text(app)
        clock.seconds += 11
        await pilot.press("0")
        await looked(app, pilot)
        # The third has had no heartbeat since its record began.
        assert text(app).count("✕ STALE") == 3


async def test_a_screen_chosen_while_the_store_is_read_is_not_taken_away_again(
    console: Make, fleet: Path
) -> None:
    readable = threading.Event()

    def slowly() -> Store:
        assert readable.wait(20)
        return Store.open(fleet)

    app = console(fleet, open_store=slowly, session="", at_newest=True, start=lambda: "machines")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        readable.set()
        while app.controller.feed.reading.view is None:
            await settled(pilot)
        assert app.place() == "alarms"


# Sessions.


def stored_in(state: Path, machine: str, session: str) -> None:
    with Store.open(state) as store:
        assessment = next(one for one in store.assessments() if one.machine == machine)
        act = Act(Operator("bob"), session, synthetic.at(90), synthetic.WALL)
        retire(store, assessment, "Bearing 4", "no sensor", act)


async def test_a_live_machine_in_another_than_its_live_record_says_so_in_the_banner(
    console: Make, live: Path, clock: Clock
) -> None:
    stored_in(live, "press 4", "drill")
    app = console(live, session="drill", playing=True, at_newest=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert " SESSION drill, not the live record  engine: watching 10" in text(app)
        clock.seconds += 30
        await looked(app, pilot)
        line = text(app).splitlines()[1]
        assert line.index("ENGINE STALE") < line.index("SESSION drill")


@pytest.mark.parametrize(("there", "taken"), [(False, ""), (True, "drill")])
async def test_a_session_goes_to_another_machine_only_where_that_has_it_too(
    console: Make, fleet: Path, there: bool, taken: str
) -> None:
    if there:
        stored_in(fleet, "fan 2", "drill")
    app = console(fleet, session="drill", playing=True, at_newest=True, start=lambda: "machines")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.controller.selection = replace(app.controller.selection, machine="fan 2")
        await pilot.press("enter")
        await settled(pilot)
        assert app.controller.feed.reading.view is not None
        assert app.controller.feed.reading.view.assessment.machine == "fan 2"
        assert app.controller.feed.reading.view.session == taken
        assert ("not the live record" in text(app)) == there
        app.controller.selection = replace(app.controller.selection, machine="pump 9")
        await pilot.press("0")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert app.controller.feed.reading.view.session == "drill"


# Preferences.


async def test_screen_list_and_pace_are_as_they_were_left(console: Make, live: Path, tmp_path: Path) -> None:
    memory = tmp_path / "state" / "console.json"
    app = console(live, session="", memory=memory)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "First time here? a acknowledges" in text(app)
        await pilot.press("down", "]", "3", "v")
        await pilot.press("q")
        await pilot.pause()
    assert memory.stat().st_mode & 0o777 == 0o600
    again = console(live, session="", memory=memory)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Alarms, shelved" in text(again)
        assert again.controller.head.pace == 10_000
        assert again.controller.selection.component == "Bearing 2"
        assert "First time" not in text(again)


def test_rings_of_the_made_up_machine_are_where_the_tests_think(live: Path, clock: Clock) -> None:
    go_on(live, clock, synthetic.ESCALATED + 1)
    with Store.open(live) as store:
        events: tuple[Event | NewEvent, ...] = store.events(store.assessments()[-1])
    assert [event.kind for event in events if event.component] == [EventKind.RAISED, EventKind.ESCALATED]


async def test_a_machine_whose_intake_is_paused_is_not_called_normal(
    console: Make, live: Path, clock: Clock
) -> None:
    app = console(live, session="", playing=True, at_newest=True)
    words = "the disk has 0 MB free and 200 are kept for acknowledgements; make room, intake then goes on"
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        with Store.open(live) as store:
            record = store.assessments()[-1]
            store.beat(record, Heartbeat(clock.wall(), 1, Phase.PAUSED, 9, 9, words))
        await looked(app, pilot)
        shown = " ".join(text(app).split())
        assert "✕ NOT JUDGED: the intake is paused, and recordings wait" in shown
        assert "● normal" not in shown
        assert words in shown
        with Store.open(live) as store:
            beat(store, store.assessments()[-1], clock)
        await looked(app, pilot)
        assert "NOT JUDGED" not in text(app)
        assert "intake then goes on" not in " ".join(text(app).split())
