"""Fast fingers: keys that come twice, too early, or right after Esc do no harm, and nothing typed is lost."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from engine.records.events import OPERATOR_KINDS, Event, EventKind
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, looked_at, put, settled, text
from tests.tui.two_alarms import two_alarms
from tui.console.alarm_actions import UNSEEN_SECONDS
from tui.console.app import Console
from tui.keys.keymap import textual_key
from tui.screens.dialog import Confirm, Dialog
from tui.screens.palette import Finder

Make = Callable[..., Console]

DIALOGS = {
    "note": ("n",),
    "shelve": ("z",),
    "service": ("o",),
    "go to": ("t",),
    "palette": (":",),
    "words of the list": ("3", "/"),
    "acknowledge all": ("3", "A"),
    "accept": ("5", "K"),
}
"""Keys that open each dialog from the overview."""


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    synthetic.fill(tmp_path / "busy", 120, extra=two_alarms)
    return tmp_path / "busy"


def deeds(state: Path) -> list[Event]:
    with Store.open(state) as store:
        events = store.events(store.assessments()[-1], "night shift")
    return [event for event in events if event.kind in OPERATOR_KINDS]


async def burst(pilot: Pilot[None], *keys: str) -> None:
    """Send keys at once, as from a held key or a slow line."""
    for key in keys:
        pilot.app.post_message(Key(textual_key(key), key if len(key) == 1 else None))
    await settled(pilot)


async def opened(pilot: Pilot[None], keys: tuple[str, ...]) -> None:
    """Open a dialog from the overview, with the alarms looked at."""
    await settled(pilot)
    assert isinstance(pilot.app, Console)
    put(pilot.app, 110)
    await looked_at(pilot)
    for key in keys:
        await pilot.press(textual_key(key))
        await looked_at(pilot)
    assert isinstance(pilot.app.screen, Dialog | Finder)


# Twice and three times.


@pytest.mark.parametrize("times", [2, 3])
async def test_a_note_is_stored_once_however_often_enter_comes(console: Make, busy: Path, times: int) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ("n",))
        await burst(pilot, *"hot", *["enter"] * times)
        assert app.is_running
        assert app.place() == "overview"
        assert not isinstance(app.screen, Dialog)
    assert [(one.kind, one.detail["text"]) for one in deeds(busy)] == [(EventKind.NOTED, "hot")]


@pytest.mark.parametrize("dialog", DIALOGS)
async def test_no_dialog_fails_by_a_key_that_comes_twice_or_three_times(
    console: Make, busy: Path, dialog: str
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (["enter"] * 2, ["enter"] * 3, ["tab"] * 3, ["escape"] * 2, ["escape"] * 3, ["y"] * 2):
            await opened(pilot, DIALOGS[dialog])
            below = app.place()
            await burst(pilot, *keys)
            assert app.is_running
            assert app.place() == below
            while len(app.screen_stack) > 1:
                app.pop_screen()


async def test_no_dialog_fails_by_any_keys_that_come_fast(console: Make, busy: Path) -> None:
    made = random.Random(11)  # a seed, to repeat a failure
    typed = [
        "enter",
        "escape",
        "tab",
        "shift+tab",
        "y",
        "n",
        "1",
        "down",
        "backspace",
        "alt+t",
        "alt+enter",
        "h",
    ]
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        for _ in range(12):
            for dialog in made.sample(list(DIALOGS.values()), 2):
                await burst(
                    pilot,
                    *dialog,
                    *(one for one in made.choices(typed, k=4) for _ in range(made.choice((1, 2, 3)))),
                )
            assert app.is_running
            while len(app.screen_stack) > 1:
                app.pop_screen()
            await settled(pilot)


# Esc and a key right after it.


@pytest.mark.parametrize("key", ["alt+t", "alt+y", "alt+enter", "alt+1"])
async def test_escape_with_a_key_right_after_it_cancels_and_types_nothing(
    console: Make, busy: Path, key: str
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ("n",))
        await burst(pilot, *"hot", key, "enter")
        assert not isinstance(app.screen, Dialog)
        assert app.place() == "overview"
        await opened(pilot, ("3", "A"))
        assert isinstance(app.screen, Confirm)
        await burst(pilot, key)
        assert not isinstance(app.screen, Dialog)
    assert deeds(busy) == []


async def test_a_second_step_is_taken_by_y_alone_and_any_other_character_cancels(
    console: Make, busy: Path
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ("3", "A"))
        await burst(pilot, "x", "y")
        assert not isinstance(app.screen, Confirm)
        await opened(pilot, ("A",))
        await burst(pilot, "A")
        # Who pressed it twice must not take the alarms for acknowledged.
        assert "Cancelled; nothing is stored." in text(app)
    assert deeds(busy) == []


# What has just rung.


async def test_a_ring_that_has_just_come_is_not_acknowledged_before_it_was_seen(
    console: Make, busy: Path, clock: Clock
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, synthetic.ESCALATED - 1)
        await looked_at(pilot)
        put(app, synthetic.ESCALATED)
        await settled(pilot)
        clock.seconds += 0.289
        await pilot.press("a")
        await settled(pilot)
        assert "New on the screen: Bearing 1, outer race, HIGH. Press a again to acknowledge it." in " ".join(
            text(app).split()
        )
        assert deeds(busy) == []
        clock.seconds += UNSEEN_SECONDS
        await pilot.press("a")
        await settled(pilot)
    assert [one.kind for one in deeds(busy)] == [EventKind.ACKNOWLEDGED]


async def test_all_are_acknowledged_only_once_each_was_seen(console: Make, busy: Path, clock: Clock) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 104)
        await pilot.press("3")
        await looked_at(pilot)
        put(app, 105)
        await settled(pilot)
        await pilot.press("A")
        await settled(pilot)
        assert not isinstance(app.screen, Dialog)
        assert "New on the screen: Bearing 3, limit, MEDIUM. Press A again" in " ".join(text(app).split())
        await looked_at(pilot)
        await pilot.press("A")
        await settled(pilot)
        assert isinstance(app.screen, Confirm)


async def test_a_ring_under_the_help_was_not_seen(console: Make, busy: Path, clock: Clock) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, synthetic.ESCALATED - 1)
        await looked_at(pilot)
        await pilot.press("question_mark")
        put(app, synthetic.ESCALATED)
        await looked_at(pilot)
        await pilot.press("question_mark", "a")
        await settled(pilot)
    assert deeds(busy) == []


# Fields.


async def test_tab_goes_from_field_to_field_and_back(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, ("z",))
        await pilot.press(*"4h", "tab", *"known", "shift+tab", "end", "backspace", *"m", "tab", "tab")
        fields = [app.screen.query_one(f"#field{number}", Input).value for number in range(2)]
        assert fields == ["4m", "known"]
        assert app.focused is app.screen.query_one("#field0")


# The list of machines.


async def test_on_the_list_of_machines_every_key_acts_on_the_machine_under_the_cursor(
    console: Make, busy: Path
) -> None:
    other = busy.parent / "other"
    synthetic.fill(other, 100)
    with Store.open(busy) as store:
        assessment = store.begin_assessment(
            machine="fan 2",
            key="fan",
            model="spectral",
            seed=0,
            run="fan",
            expected=synthetic.COUNT,
            components=synthetic.NAMES,
            channels=[(number + 1,) for number in range(4)],
            units=["V"] * 4,
            settings=synthetic.settings(synthetic.NAMES),
            now=synthetic.WALL,
        )
        store.append(assessment, [synthetic.assessed(position) for position in range(40)], synthetic.WALL)
    app = console(busy, choose=lambda store: store.assessments()[0], session="")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("0")
        await settled(pilot)
        banner = text(app).splitlines()[0]
        assert "2 machines" in banner
        assert "ims-set2" not in banner
        app.controller.selection = replace(app.controller.selection, machine="fan 2")
        await settled(pilot)
        at = app.controller.head
        await pilot.press("a", "space", "right", "g", "t")
        await settled(pilot)
        assert app.controller.head == at
        assert app.place() == "machines"
        await pilot.press("3")
        await settled(pilot)
        assert app.place() == "alarms"
        assert app.controller.view is not None
        assert app.controller.view.assessment.machine == "fan 2"
    assert deeds(busy) == []
