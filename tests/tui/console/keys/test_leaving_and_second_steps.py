"""Leaving takes the reserved key twice; dialogs that answer a second key survive fast fingers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.operator.alarm_actions import retire, shelve
from engine.operator.operator import Act, Operator
from engine.records.events import Event, EventKind
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, frame, looked_at, put, settled, text
from tests.tui.console.keys.test_fast_keys import burst
from tests.tui.screens.test_model_panes import BUNDLE
from tests.tui.two_alarms import two_alarms
from tui.console.app import Console
from tui.console.leaving import LEAVE_HINT, LEAVE_SECONDS
from tui.data.model_facts import ModelFacts
from tui.data.reader import Reader
from tui.screens.dialog import Dialog

Make = Callable[..., Console]
ANN = Act(Operator("ann"), "night shift", synthetic.at(110), synthetic.WALL)
FAST = (["enter"] * 2, ["enter"] * 3, ["escape"] * 2, ["escape"] * 3, ["y"] * 2, ["y"] * 3, ["tab", "y", "y"])


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    synthetic.fill(tmp_path / "busy", 120, extra=two_alarms)
    return tmp_path / "busy"


def events_of(state: Path, kind: EventKind) -> list[Event]:
    with Store.open(state) as store:
        return [one for one in store.events(store.assessments()[-1], "night shift") if one.kind is kind]


# Leaving.


@pytest.mark.parametrize(
    ("opened", "key"),
    [("", "ctrl+q"), *((one, "ctrl+c") for one in ("", "?", ":", "n", "A"))],
)
async def test_a_reserved_key_says_so_at_the_first_press_and_leaves_at_the_second(
    console: Make, busy: Path, clock: Clock, opened: str, key: str
) -> None:
    app = console(busy, start=lambda: "alarms")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await looked_at(pilot)
        await burst(pilot, *opened)
        await burst(pilot, key)
        assert app.is_running
        assert LEAVE_HINT in " ".join(text(app).split())
        clock.seconds += LEAVE_SECONDS + 0.1
        await burst(pilot, key)
        assert app.is_running
        clock.seconds += LEAVE_SECONDS - 0.1
        await burst(pilot, key)
        assert not app.is_running


async def test_one_reserved_key_confirms_the_other(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await burst(pilot, "ctrl+q", "ctrl+c")
        assert not app.is_running


async def test_a_note_half_typed_survives_a_first_press(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await looked_at(pilot)
        await burst(pilot, "n", *"hot", "ctrl+c", *"ter", "enter")
    assert [one.detail["text"] for one in events_of(busy, EventKind.NOTED)] == ["hotter"]


# Dialogs that ask for a second key.


def put_on_shelf(state: Path) -> None:
    found = Reader(lambda: Store.open(state), lambda store: store.assessments()[-1], "night shift")
    view = found.poll(110).view
    found.close()
    assert view is not None
    alarm = frame(view, 110).alarms[0]
    with Store.open(state) as store:
        assessment = store.assessments()[-1]
        hours = timedelta(hours=8)
        shelve(store, assessment, alarm, hours, "known", ANN, longest=timedelta(hours=24))


def take_out(state: Path) -> None:
    with Store.open(state) as store:
        retire(store, store.assessments()[-1], "Bearing 1", "rebuilt", ANN)


async def fast(pilot: Pilot[None], app: Console, open_it: Callable[[], None]) -> None:
    """Open a dialog and send each burst of keys to it; the console goes on each time."""
    for keys in FAST:
        await looked_at(pilot)
        open_it()
        await settled(pilot)
        if not isinstance(app.screen, Dialog):
            continue
        below = app.place()
        await burst(pilot, *keys)
        assert app.is_running
        assert app.place() == below
        while len(app.screen_stack) > 1 and isinstance(app.screen, Dialog):
            app.pop_screen()


@pytest.mark.parametrize(
    ("prepare", "action", "kind"),
    [
        (put_on_shelf, Console.action_unshelve, EventKind.UNSHELVED),
        (take_out, Console.action_service, EventKind.REINSTATED),
    ],
)
async def test_a_second_step_is_stored_once_however_often_its_key_comes(
    console: Make,
    busy: Path,
    prepare: Callable[[Path], None],
    action: Callable[[Console], None],
    kind: EventKind,
) -> None:
    prepare(busy)
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        app.controller.selection = app.controller.selection.with_component("Bearing 1")
        await fast(pilot, app, lambda: action(app))
    assert len(events_of(busy, kind)) == 1


async def test_requests_to_the_engine_are_stored_once_for_each_dialog(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    with Store.open(tmp_path / "live", create=True) as store:
        assessment = store.begin_assessment(
            machine="press 4",
            key="live",
            model="spectral",
            seed=0,
            run="/incoming",
            expected=0,
            components=synthetic.NAMES,
            channels=[(1,), (2,), (3,), (4,)],
            units=["V"] * 4,
            settings={},
            now=synthetic.WALL,
        )
        store.append(assessment, [synthetic.assessed(one) for one in range(70)], synthetic.WALL)
    app = console(tmp_path / "live", session="", playing=True, at_newest=True)
    other = ModelFacts((replace(BUNDLE, name="other", in_use=False),), (), None)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await fast(pilot, app, lambda: app.controller.models.switch(other, "other"))
        await fast(pilot, app, app.controller.models.relearn)
        await fast(pilot, app, lambda: app.controller.models.accept(None))
    with Store.open(tmp_path / "live") as store:
        asked = [one for one in store.events(store.assessments()[-1], "") if one.kind is EventKind.REQUESTED]
    actions = [str(one.detail.get("action")) for one in asked]
    # Three of the bursts confirm; the field of relearn takes no empty span.
    assert actions.count("switch") == 3
    assert actions.count("relearn") == 0
