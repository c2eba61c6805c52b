"""After an action the selection stays until another is selected or rings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.records.events import OPERATOR_KINDS, Event, EventKind, NewEvent
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, looked_at, put, settled, text
from tui.console.app import Console
from tui.console.selection import HELD_SECONDS

Make = Callable[..., Console]


def several(position: int) -> tuple[NewEvent, ...]:
    """Return a store with an alarm and a returned advisory of Bearing 1, and alarms of Bearing 3 and 4."""
    when = synthetic.at(position)

    def event(kind: EventKind, name: str, key: str, **detail: object) -> tuple[NewEvent, ...]:
        return (NewEvent(kind, when, "component", name, key, detail=detail),)

    loud = {"cause": "limit", "priority": "medium", "severity": 1.02}
    match position:
        case 70:
            trend = {"cause": "trend", "priority": "low", "seconds_to_limit": 25200.0}
            return event(EventKind.RAISED, "Bearing 1", "Bearing 1/trend/70", **trend)
        case 72:
            return event(EventKind.CLEARED, "Bearing 1", "Bearing 1/trend/70")
        case 105:
            return event(EventKind.RAISED, "Bearing 3", "Bearing 3/limit/105", **loud)
        case 106:
            return event(EventKind.RAISED, "Bearing 4", "Bearing 4/limit/106", **loud)
        case 115:
            return event(EventKind.RAISED, "Bearing 2", "Bearing 2/limit/115", **loud)
    return ()


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    synthetic.fill(tmp_path / "busy", 120, extra=several)
    return tmp_path / "busy"


def deeds(state: Path) -> list[tuple[EventKind, str]]:
    with Store.open(state) as store:
        events: tuple[Event, ...] = store.events(store.assessments()[-1], "night shift")
    return [(one.kind, one.alarm or one.component) for one in events if one.kind in OPERATOR_KINDS]


LIMIT = f"Bearing 1/limit/{synthetic.RAISED}"


async def test_a_note_after_an_acknowledgement_is_on_the_same_alarm(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "›□ Bearing 1" in text(app)
        await pilot.press("n")
        await settled(pilot)
        assert "Bearing 1, outer race, high" in text(app)
        await pilot.press(*"hot", "enter")
        await settled(pilot)
    assert deeds(busy) == [(EventKind.ACKNOWLEDGED, LIMIT), (EventKind.NOTED, LIMIT)]


async def test_pressing_a_again_and_again_does_not_walk_from_bearing_to_bearing(
    console: Make, busy: Path, clock: Clock
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        for _ in range(3):
            await looked_at(pilot)
            await pilot.press("a")
            await settled(pilot)
            clock.seconds += 1.5
        assert deeds(busy) == [(EventKind.ACKNOWLEDGED, LIMIT)]
        assert "already acknowledged by ann" in text(app)
        assert "3 unacknowledged: ↑/↓ selects another" in " ".join(text(app).split())
        await pilot.press("escape")
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert deeds(busy)[1:] == [(EventKind.ACKNOWLEDGED, "Bearing 3/limit/105")]
        clock.seconds += 1.5
        await pilot.press("down")
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
    assert deeds(busy)[2:] == [(EventKind.ACKNOWLEDGED, "Bearing 4/limit/106")]


async def test_taking_out_of_service_and_back_are_about_the_same_bearing(
    console: Make, busy: Path, clock: Clock
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        await pilot.press("o", *"seal", "enter")
        await settled(pilot)
        assert "›⊘ Bearing 1" in text(app)
        # No other key acts on another alarm either.
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        assert "Return Bearing 1 to service?" in text(app)
        await pilot.press("y")
        await settled(pilot)
    assert deeds(busy) == [(EventKind.RETIRED, "Bearing 1"), (EventKind.REINSTATED, "Bearing 1")]


async def test_what_leaves_the_list_by_an_acknowledgement_stays_until_another_is_selected(
    console: Make, busy: Path, clock: Clock
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await pilot.press("3", "down", "down", "down")
        await settled(pilot)
        assert "›▽ 15 Feb 20:42 Bearing 1" in text(app)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "›· 15 Feb 20:42 Bearing 1" in text(app)
        assert "Alarms, active: 3" in text(app)
        await pilot.press("n", *"old", "enter")
        await settled(pilot)
        assert deeds(busy)[-1] == (EventKind.NOTED, "Bearing 1/trend/70")
        await pilot.press("up")
        await settled(pilot)
        assert "· 15 Feb 20:42 Bearing 1" not in text(app)


async def test_what_was_acted_on_is_meant_on_the_next_screen_too(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await looked_at(pilot)
        await pilot.press("a", "3")
        await settled(pilot)
        assert "›□ 16 Feb 06:02 Bearing 1" in text(app)


async def test_what_has_not_rung_yet_at_the_playhead_is_not_meant(
    console: Make, busy: Path, clock: Clock
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        clock.seconds += 1.5
        put(app, 71)
        await settled(pilot)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
    assert deeds(busy)[1:] == [(EventKind.ACKNOWLEDGED, "Bearing 1/trend/70")]


@pytest.mark.parametrize(("waited", "marked"), [(HELD_SECONDS - 1, "›□ Bearing 1"), (HELD_SECONDS + 1, "›◆")])
async def test_a_ring_takes_the_selection_once_nobody_is_at_it(
    console: Make, busy: Path, clock: Clock, waited: float, marked: str
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await looked_at(pilot)
        await pilot.press("a")
        await settled(pilot)
        clock.seconds += waited
        await pilot.press("greater_than_sign")
        await settled(pilot)
        assert "Bearing 2" in text(app)
        assert marked in text(app)
