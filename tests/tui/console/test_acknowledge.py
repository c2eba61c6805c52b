"""Acknowledging from the console: the visible ring, once, stored before it shows, with author and time."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from engine.records.events import EventKind
from engine.store.store import Store
from tests.engine.store_items import acknowledge
from tests.tui import synthetic
from tests.tui.conftest import Clock, looked_at, put, settled, text
from tests.tui.two_alarms import acknowledgements, two_alarms
from tui.console.app import Console

Make = Callable[..., Console]
T = TypeVar("T")


async def test_a_acknowledges_the_ring_on_the_screen_and_who_and_when_are_kept(
    console: Make, own_store: Path, clock: Clock
) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 80)
        await settled(pilot)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "MEDIUM acked" in text(app)
        assert "Acknowledged by ann: Bearing 1, outer race, rang 16 Feb 06:02" in text(app)
        (event,) = acknowledgements(own_store)
        assert event.at == synthetic.at(80)
        assert event.recorded_at == clock.wall()
        assert (event.detail["by"], event.session) == ("ann", "night shift")
        with Store.open(own_store) as store:
            rung = {one.seq: one.kind for one in store.events(store.assessments()[-1])}
        assert rung[cast(int, event.ring)] is EventKind.RAISED
        put(app, 100)
        await settled(pilot)
        # The escalation is another, unseen ring.
        assert "HIGH UNACK" in text(app)
        put(app, 79)
        await settled(pilot)
        assert "acked later" in text(app)
        clock.seconds += 1
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "already acknowledged later, by ann" in text(app)
        assert len(acknowledgements(own_store)) == 1


async def test_an_acknowledgement_shows_only_once_it_is_stored_and_quitting_waits_for_it(
    console: Make, own_store: Path
) -> None:
    gate, opened = threading.Event(), threading.Event()

    class Slow(Store):
        def write(self, work: Callable[[Connection], T], *more: Any, **named: Any) -> T:
            opened.set()
            gate.wait(10)
            return super().write(work, *more, **named)

    app = console(own_store, open_store=lambda: Slow.open(own_store))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 80)
        await settled(pilot)
        await looked_at(pilot)
        await pilot.press("a")
        await pilot.pause()
        assert opened.wait(5)
        await pilot.pause()
        assert "MEDIUM UNACK" in text(app)
        assert "Storing …" in text(app)
        leaving = pilot.app.run_worker(app.action_quit())
        await pilot.pause()
        assert app.is_running
        assert acknowledgements(own_store) == []
        gate.set()
        await leaving.wait()
    assert len(acknowledgements(own_store)) == 1


async def test_a_store_that_refuses_leaves_the_alarm_unacknowledged_and_says_so(
    console: Make, own_store: Path
) -> None:
    class Full(Store):
        def write(self, work: Callable[[Connection], T], *more: Any, **named: Any) -> T:
            raise OSError("No space left on device")

    app = console(own_store, open_store=lambda: Full.open(own_store))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 80)
        await settled(pilot)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "NOT ACKNOWLEDGED: Bearing 1 stays unacknowledged" in text(app)
        assert "No space left on device" in " ".join(text(app).split())
        assert "MEDIUM UNACK" in text(app)


async def test_who_comes_second_is_told_who_was_first(console: Make, own_store: Path) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 80)
        await settled(pilot)
        with Store.open(own_store) as store:
            assessment = store.assessments()[-1]
            ring = next(event for event in store.events(assessment) if event.alarm)
            acknowledge(store, assessment, ring, "bob", "night shift", ring.at)
        app.controller.feed.polling = True  # this console has not polled since
        await looked_at(pilot)
        await pilot.press("a")
        app.controller.feed.polling = False
        await settled(pilot)
        assert "Another was first: bob at 03:00:00 UTC" in text(app)
        assert len(acknowledgements(own_store)) == 1


async def test_a_key_held_down_acknowledges_one_alarm_and_no_more(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    synthetic.fill(tmp_path, 120, extra=two_alarms)
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G")
        await looked_at(pilot)
        for _ in range(5):
            await pilot.press("a")
            await settled(pilot)
            clock.seconds += 0.1
        assert len(acknowledgements(tmp_path)) == 1
        clock.seconds += 1
        await pilot.press("a")
        await settled(pilot)
        assert len(acknowledgements(tmp_path)) == 1
        assert "already acknowledged by ann" in text(app)


async def test_the_selected_alarm_is_acknowledged_and_a_second_press_says_who_did(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    synthetic.fill(tmp_path, 120, extra=two_alarms)
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "down", "down")
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert [event.component for event in acknowledgements(tmp_path)] == ["Bearing 3"]
        clock.seconds += 1
        await pilot.press("a")
        await settled(pilot)
        assert "Bearing 3: already acknowledged by ann" in text(app)
        assert len(acknowledgements(tmp_path)) == 1


async def test_in_detail_only_the_bearing_on_the_screen_can_be_acknowledged(
    console: Make, own_store: Path
) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        await pilot.press("down", "enter", "a")
        await settled(pilot)
        assert "Bearing 2 has no unacknowledged alarm; 1 elsewhere." in text(app)
        assert acknowledgements(own_store) == []


async def test_with_nothing_raised_a_says_so(console: Make, own_store: Path) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "No alarm is unacknowledged" in text(app)
