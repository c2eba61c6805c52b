"""Replay by key: events of the timeline, marks of one bearing, bookmarks, speed in words."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.clock import microseconds
from engine.records.bookmarks import Bookmark
from tests.tui import synthetic
from tests.tui.conftest import frame, put, settled, text
from tui.console.app import Console
from tui.data.playhead import pace_words
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.mode import pace_brief
from tui.draw.text import plain
from tui.screens.timeline.strips import beside, happening_lines, happenings, strip_lines

Make = Callable[..., Console]


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def opened(pilot: Pilot[None], position: int = 60) -> Console:
    await settled(pilot)
    assert isinstance(pilot.app, Console)
    put(pilot.app, position)
    await settled(pilot)
    return pilot.app


# The timeline.


async def test_an_event_of_the_timeline_is_chosen_and_gone_to(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pressed(pilot, "4", "enter")
        assert "No event is chosen" in app.controller.notice.text
        await pressed(pilot, "pagedown", "pagedown")
        chosen = app.further._window.console_screen
        assert "▶" in text(app)
        await pressed(pilot, "enter")
        assert app.controller.head.at == microseconds(synthetic.at(synthetic.RAISED))
        assert not app.controller.head.playing
        await pressed(pilot, "pageup", "enter")
        assert app.controller.head.at == microseconds(synthetic.at(synthetic.ONSET))
        assert chosen is app.screen


def test_without_a_choice_the_nearest_events_are_chosen_and_the_ends_hold(view: View) -> None:
    told = happenings(frame(view, 77), UTC)
    here = microseconds(synthetic.at(77))
    after = beside(told, None, here, 1)
    before = beside(told, None, here, -1)
    assert after is not None
    assert before is not None
    assert before.at <= here < after.at
    assert beside(told, before, here, 1) == after
    assert beside(told, told[0], here, -1) == told[0]
    assert beside(told, told[-1], here, 1) == told[-1]
    assert beside((), None, here, 1) is None


# One bearing, or all.


async def test_crossings_and_rings_of_one_bearing_or_of_all(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pressed(pilot, "down", "O")
        assert "of Bearing 2 alone" in app.controller.notice.text
        await pressed(pilot, "N")
        assert app.controller.notice.text == "No crossing of Bearing 2 after the playhead."
        await pressed(pilot, ">")
        assert app.controller.notice.text == "No alarm of Bearing 2 rang after the playhead."
        await pressed(pilot, "O")
        assert "of all bearings" in app.controller.notice.text
        await pressed(pilot, "N")
        assert app.controller.head.at == microseconds(synthetic.at(synthetic.ONSET))


# Bookmarks.


async def test_a_bookmark_is_named_seen_on_the_timeline_and_removed(console: Make, own_store: Path) -> None:
    async with console(own_store).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pressed(pilot, "=", *"oil", "enter")
        assert app.controller.notice.text == "Bookmarked: oil"
        await pressed(pilot, "4")
        assert "¶ oil (ann)" in text(app)
        await pressed(pilot, "=")
        await pressed(pilot, "y")
        assert app.controller.notice.text == "Bookmark removed: oil"
        assert app.controller.view is not None
        assert app.controller.view.bookmarks == ()


async def test_a_bookmark_needs_a_name_and_a_console_that_may_store(console: Make, own_store: Path) -> None:
    async with console(own_store).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pressed(pilot, "=", "space", "enter")
        assert "A bookmark needs a name." in text(app)
        await pressed(pilot, "escape")
    async with console(own_store, read_only=True).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pressed(pilot, "=")
        assert "read-only" in app.controller.notice.text


@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_bookmarks_stand_on_the_strips_and_evil_names_do_no_harm(view: View, glyphs: Glyphs) -> None:
    evil = Bookmark(7, synthetic.at(40), "a\x1b[31m[/b]", "b\x07")
    outside = Bookmark(8, synthetic.at(-400), "long ago", "")
    seen = frame(replace(view, bookmarks=(outside, evil)), 100)
    strips = plain(strip_lines(100, 14, seen, 0, UTC, glyphs))
    assert ("P" if glyphs is Glyphs.ASCII else "¶") in strips
    told = plain(happening_lines(100, 14, seen, UTC, glyphs))
    assert "\x1b" not in told
    assert "[/b]" in told


# Speed.


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (0.25, "4 times slower than real time"),
        (1, "real time"),
        (10, "10 s of recording a second"),
        (500, "8.3 min of recording a second"),
        (5000, "83 min of recording a second"),
        (50_000, "14 h of recording a second"),
        (math.inf, "as fast as the screen is drawn, with a stop at every ring"),
    ],
)
def test_the_speed_is_said_in_words(pace: float, words: str) -> None:
    assert pace_words(pace) == words


def test_the_banner_has_the_speed_in_few_words() -> None:
    assert pace_brief(5000) == "×5000, 83 min/s"
    assert pace_brief(math.inf) == "max"
    assert pace_brief(1) == "×1"


async def test_another_speed_is_told_in_words(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pressed(pilot, "]")
        assert app.controller.notice.text == "Speed ×10000: 2.8 h of recording a second"
