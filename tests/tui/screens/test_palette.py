"""The palette: Enter runs the selected action that fits the typed words, at any typing speed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.events import Key, Paste
from textual.pilot import Pilot

from engine.records.events import OPERATOR_KINDS
from engine.store.store import Store
from tests.tui.conftest import looked_at, put, settled, text
from tui.console.app import Console
from tui.draw.text import plain
from tui.keys.actions import DEFAULT
from tui.keys.keymap import textual_key
from tui.keys.search import commands, find
from tui.screens.dialog import Dialog
from tui.screens.palette import Finder, finder_lines

Make = Callable[..., Console]


async def burst(pilot: Pilot[None], *keys: str) -> None:
    """Send keys at once, like a paste, a macro or a slow line."""
    for key in keys:
        pilot.app.post_message(Key(textual_key(key), key if len(key) == 1 else None))
    await settled(pilot)


def deeds(state: Path) -> int:
    with Store.open(state) as store:
        events = store.events(store.assessments()[-1], "night shift")
    return sum(event.kind in OPERATOR_KINDS for event in events)


# Matches.


def test_the_palette_offers_what_works_on_the_screen_and_nothing_else() -> None:
    here = {action.id for _, action in commands(DEFAULT, "overview")}
    assert "open" in here
    assert "open" not in {action.id for _, action in commands(DEFAULT, "bearing")}


@pytest.mark.parametrize(
    ("typed", "first"),
    [("goto", "goto"), ("Quit", "quit"), ("screen health", "health"), ("pac slow", "slower"), ("zz", None)],
)
def test_every_word_has_to_fit_and_the_name_of_an_action_comes_first(typed: str, first: str | None) -> None:
    chosen = find(DEFAULT, "overview", typed).chosen
    assert (None if chosen is None else chosen.id) == first


def test_nothing_is_selected_before_anything_is_typed() -> None:
    found = find(DEFAULT, "overview", " ")
    assert found.actions
    assert found.chosen is None


def test_an_acknowledgement_is_selected_by_hand_alone() -> None:
    for typed in ("", "a", "ack", "acknowledge"):
        chosen = find(DEFAULT, "overview", typed).chosen
        assert chosen is None or chosen.id != "acknowledge"
    found = find(DEFAULT, "overview", "ack")
    assert found.chosen is None
    chosen = found.moved(1).chosen
    assert chosen is not None
    assert chosen.id == "acknowledge"


# On the screen.


@pytest.mark.parametrize("typed", ["zzzz", "qqq", "", "a", "acknowledge"])
async def test_enter_after_a_burst_of_keys_runs_nothing_that_was_not_asked_for(
    console: Make, own_store: Path, typed: str
) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        await burst(pilot, ":", *typed, "enter", "escape")
        assert app.is_running
        assert not isinstance(app.screen, Finder)
        assert "Acknowledged" not in text(app)
    assert deeds(own_store) == 0


@pytest.mark.parametrize(("typed", "place"), [("health", "health"), ("timeline", "timeline")])
async def test_a_burst_of_keys_runs_what_it_says(
    console: Make, whole_store: Path, typed: str, place: str
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await burst(pilot, ":", *typed, "enter")
        assert app.place() == place


async def test_an_acknowledgement_selected_by_hand_is_given(console: Make, own_store: Path) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        await looked_at(pilot)
        await burst(pilot, ":", *"ack", "down", "enter")
        assert "Acknowledged by ann: Bearing 1" in text(app)
    assert deeds(own_store) == 1


async def test_an_action_of_the_screen_below_runs_there(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        await burst(pilot, ":", *"envelope", "enter")
        assert app.place() == "bearing"
        assert getattr(app.screen, "pane", "") == "envelope"


async def test_what_is_typed_can_be_taken_back_and_pasted(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        await burst(pilot, ":", *"zz", "backspace", "backspace")
        app.screen.post_message(Paste("heal\nth"))
        await settled(pilot)
        assert "› heal" in text(app)
        await burst(pilot, "ctrl+u")
        assert "Type a word" in text(app)


async def test_what_is_clicked_is_run_and_a_click_beside_leaves(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await burst(pilot, ":", *"health")
        panel = app.screen.query_one("#finder")
        await pilot.click(offset=(panel.region.x + 4, panel.region.y + 2))
        await settled(pilot)
        assert app.place() == "health"
        await burst(pilot, ":", *"health")
        await pilot.click(offset=(0, 0))
        await settled(pilot)
        assert not isinstance(app.screen, Finder)


async def test_words_typed_in_one_go_with_their_dialog_get_into_its_field(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await burst(pilot, "t", *"quake")
        assert app.is_running
        assert isinstance(app.screen, Dialog)
        assert app.screen.query_one("Input").value == "quake"  # type: ignore[attr-defined]  # an Input


@pytest.mark.parametrize(("width", "height"), [(56, 16), (76, 24), (86, 40)])
@pytest.mark.parametrize("typed", ["", "zzzz", "screen", "x" * 60])
def test_the_list_fits_at_any_size_and_says_what_enter_does(width: int, height: int, typed: str) -> None:
    found = find(DEFAULT, "overview", typed)
    drawn = plain(finder_lines(width, height, found, DEFAULT)).splitlines()
    assert len(drawn) <= height
    assert all(cell_len(line) <= width for line in drawn)
    assert ("Enter runs it" in drawn[-1]) == (found.chosen is not None)


@pytest.mark.parametrize("opened", ["", "?", ":", "t", "/"])
async def test_control_c_twice_leaves_whatever_is_open_and_q_is_a_letter_where_something_is_typed(
    console: Make, whole_store: Path, opened: str
) -> None:
    app = console(whole_store, start=lambda: "alarms")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await burst(pilot, *opened, *("q" if opened in {":", "t", "/"} else ""))
        assert app.is_running
        await burst(pilot, "ctrl+c", "ctrl+c")
        assert not app.is_running
