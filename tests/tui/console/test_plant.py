"""A plant of machines by key: sort, search, hide healthy, alarms of all, the next machine."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.clock import microseconds
from engine.records.events import EventKind
from engine.records.progress import Phase
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, looked_at, put, settled, text
from tui.console.app import Console

Make = Callable[..., Console]


@pytest.fixture
def plant(own_store: Path) -> Path:
    """Return a store of three machines, of which one has an alarm."""
    with Store.open(own_store) as store:
        for name in ("fan", "pump"):
            made = store.begin_assessment(
                machine=name,
                key=name,
                model="spectral",
                seed=0,
                run="made-up",
                expected=60,
                components=synthetic.NAMES,
                channels=[(number + 1,) for number in range(4)],
                units=["V"] * 4,
                settings=synthetic.settings(synthetic.NAMES),
                now=synthetic.WALL,
            )
            store.append(made, [synthetic.assessed(position) for position in range(60)], synthetic.WALL)
    return own_store


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def rows(console: Console) -> list[str]:
    machines, _, _ = text(console).partition("Alarms of all machines")
    lines = [row.strip("│") for row in machines.splitlines()]
    found = [row[2:].split(maxsplit=1)[0] for row in lines if row[2:].strip()]
    return [name for name in found if name in ("ims-set2", "fan", "pump")]


async def test_machines_are_sorted_searched_and_healthy_ones_hidden(console: Make, plant: Path) -> None:
    with Store.open(plant) as store:
        for made in store.assessments():
            # A machine that no engine watches is never hidden as healthy.
            synthetic.beat(store, made, Phase.FINISHED, 60)
    app = console(plant, session="", at_newest=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pressed(pilot, "0")
        assert rows(app)[0] == "ims-set2"
        await pressed(pilot, "*")
        assert rows(app) == ["fan", "ims-set2", "pump"]
        await pressed(pilot, "~")
        assert rows(app) == ["ims-set2"]
        assert "2 hidden" in text(app)
        await pressed(pilot, "x", "/", *"pum", "enter")
        await settled(pilot)
        assert rows(app) == ["pump"]
        await pressed(pilot, "enter")
        assert app.controller.view is not None
        assert app.controller.view.assessment.machine == "pump"
        await pressed(pilot, "0", "x")
        assert len(rows(app)) == 3


async def test_an_alarm_of_another_machine_is_acknowledged_once_it_was_seen(
    console: Make, plant: Path, clock: Clock
) -> None:
    with Store.open(plant) as store:
        chosen = next(one for one in store.assessments() if one.machine == "fan")
    app = console(plant, session="", at_newest=True, choose=lambda _store: chosen)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pressed(pilot, "0", "a")
        assert "lists the alarms of all machines" in app.controller.notice.text
        await pressed(pilot, "v")
        assert "Alarms of all machines: 1, 1 unacknowledged" in text(app)
        await pressed(pilot, "a")
        assert "Press a again" in app.controller.notice.text
        await looked_at(pilot)
        await pressed(pilot, "a")
        assert "Acknowledged by ann: ims-set2, Bearing 1" in app.controller.notice.text
        await settled(pilot)
        assert "0 unacknowledged" in text(app)
        clock.seconds += 2
        await pressed(pilot, "a")
        assert "acknowledged already" in app.controller.notice.text
        await pressed(pilot, "enter")
        assert app.controller.view is not None
        assert app.controller.view.assessment.machine == "ims-set2"
    with Store.open(plant) as store:
        made = next(one for one in store.assessments() if one.machine == "ims-set2")
        given = [event for event in store.events(made) if event.kind is EventKind.ACKNOWLEDGED]
    assert len(given) == 1
    assert given[0].session == ""


async def test_nothing_is_acknowledged_from_the_list_of_machines_or_by_a_reader(
    console: Make, plant: Path
) -> None:
    app = console(plant, session="", at_newest=True, read_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pressed(pilot, "0")
        await looked_at(pilot)
        await pressed(pilot, "a", "v")
        await looked_at(pilot)
        await pressed(pilot, "a")
        assert "read-only" in app.controller.notice.text
    with Store.open(plant) as store:
        kinds = [event.kind for one in store.assessments() for event in store.events(one)]
    assert EventKind.ACKNOWLEDGED not in kinds


async def test_a_single_machine_stays_as_it_is(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        put(app, 60)
        await pressed(pilot, "J")
        assert app.controller.notice.text == "This store holds one machine."
        assert app.controller.head.at == microseconds(synthetic.at(60))


async def test_keys_lead_from_machine_to_machine_on_the_same_screen(console: Make, plant: Path) -> None:
    app = console(plant, session="", at_newest=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pressed(pilot, "4")
        seen = []
        for key in ("J", "J", "J", "U"):
            await pressed(pilot, key)
            assert app.controller.view is not None
            seen.append(app.controller.view.assessment.machine)
            assert app.place() == "timeline"
        assert sorted(seen[:3]) == ["fan", "ims-set2", "pump"]
        assert seen[3] == seen[1]


async def test_an_advice_on_the_list_of_machines_names_its_machine(
    console: Make, plant: Path, clock: Clock
) -> None:
    app = console(plant, session="", at_newest=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        clock.seconds += 60
        app.tick()
        await settled(pilot)
        assert app.controller.view is not None
        machine = app.controller.view.assessment.machine
        advice = "No heartbeat from the engine"
        assert advice in text(app)
        assert f"{machine}: {advice}" not in text(app)
        await pressed(pilot, "0")
        assert f"{machine}: {advice}" in text(app)
