"""A person accepts or refuses a proposed baseline by keys of the model screen."""

from pathlib import Path

import pytest

from engine.alarms.proposals import Step, proposal_event
from engine.records.events import Event, EventKind, NewEvent
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import settled
from tests.tui.screens.test_panes import Make, make_live, opened, text

RAISED = NewEvent(
    EventKind.RAISED,
    synthetic.at(58),
    "component",
    "Bearing 1",
    "component/Bearing 1/limit/x",
    detail={"cause": "limit", "priority": "medium", "severity": 1.5},
)


def proposed(state: Path, *more: NewEvent) -> None:
    """Make a live record in which a proposal stands."""
    make_live(state)
    span = {"from": synthetic.at(30).isoformat(), "until": synthetic.at(50).isoformat()}
    begun = proposal_event(
        Step.BEGUN,
        synthetic.at(55),
        snapshots=200,
        reason="the machine has drifted from the baseline",
        **span,
    )
    learned = proposal_event(Step.LEARNED, synthetic.at(56), bundle="abc", name="spectral-2")
    with Store.open(state) as store:
        for event in (begun, learned, *more):
            store.add_event(store.assessments()[-1], event, synthetic.WALL)


def requests(state: Path) -> tuple[Event, ...]:
    with Store.open(state) as store:
        return store.open_requests(store.assessments()[-1])


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_proposal_shows_on_narrow_screens_and_a_second_key_accepts_it(
    console: Make, tmp_path: Path, size: tuple[int, int]
) -> None:
    proposed(tmp_path)
    async with console(tmp_path).run_test(size=size) as pilot:
        app = await opened(pilot, 59, "5")
        assert "PROPOSED" in text(app)
        assert "k accepts, % refuses" in text(app)
        await pilot.press("k", "n")
        await settled(pilot)
        assert requests(tmp_path) == ()
        await pilot.press("k")
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
    (asked,) = requests(tmp_path)
    assert (asked.detail["action"], asked.detail["bundle"]) == ("accept the proposal", "abc")
    assert "anyway" not in asked.detail


async def test_proposal_that_would_silence_an_alarm_needs_a_typed_word(console: Make, tmp_path: Path) -> None:
    proposed(tmp_path, RAISED)
    async with console(tmp_path).run_test(size=(80, 24)) as pilot:
        app = await opened(pilot, 59, "5")
        assert "WOULD SILENCE the alarm on Bearing 1" in text(app)
        await pilot.press("k")
        await settled(pilot)
        await pilot.press("y", "enter")
        await settled(pilot)
        assert requests(tmp_path) == ()
        await pilot.press("backspace", *"silence", "enter")
        await settled(pilot)
        await settled(pilot)
    (asked,) = requests(tmp_path)
    assert asked.detail["anyway"] is True


async def test_refusal_keeps_its_reason(console: Make, tmp_path: Path) -> None:
    proposed(tmp_path)
    async with console(tmp_path).run_test(size=(80, 24)) as pilot:
        await opened(pilot, 59, "5")
        await pilot.press("%")
        await settled(pilot)
        await pilot.press(*"hot", "enter")
        await settled(pilot)
    (asked,) = requests(tmp_path)
    assert (asked.detail["action"], asked.detail["reason"]) == ("refuse the proposal", "hot")


@pytest.mark.parametrize("key", ["k", "%"])
async def test_without_a_proposal_the_keys_say_so(console: Make, tmp_path: Path, key: str) -> None:
    make_live(tmp_path)
    async with console(tmp_path).run_test(size=(80, 24)) as pilot:
        app = await opened(pilot, 59, "5", key)
        assert "There is no proposed baseline" in text(app)
    assert requests(tmp_path) == ()


@pytest.mark.parametrize("place", ["1", "3"])
async def test_alarm_that_only_the_proposal_would_raise_is_in_no_list(
    console: Make, tmp_path: Path, place: str
) -> None:
    shadow = proposal_event(
        Step.RAISES, synthetic.at(58), component="Bearing 3", alarm="s", message="would raise an alarm"
    )
    proposed(tmp_path, shadow)
    async with console(tmp_path).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, 59, place)
        assert "would raise" not in text(app)
        await pilot.press("5")
        await settled(pilot)
        assert "would have raised an alarm on Bearing 3" in " ".join(text(app).split())
