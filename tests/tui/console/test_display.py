"""The display: the sentence about a silent engine comes, changes and goes with the silence."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.operator.operator import Operator
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tui.console.display import Display
from tui.console.options import ConsoleOptions
from tui.data.reader import Reader
from tui.data.view import Reading, View
from tui.draw.notice import Notice
from tui.keys.actions import DEFAULT


class Clock:
    def __init__(self) -> None:
        self.now = synthetic.WALL + timedelta(minutes=5)

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "")
    found = reader.poll().view
    reader.close()
    assert found is not None
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def display(clock: Clock) -> Display:
    options = ConsoleOptions(
        open_store=lambda: pytest.fail("no store is opened"),
        choose=lambda _: None,
        operator=Operator("ada"),
        now=clock,
    )
    return Display(options, DEFAULT)


def beating(view: View, clock: Clock) -> Reading:
    return Reading(replace(view, heartbeat=Heartbeat(clock.now, 1, Phase.LEARNING, 3, 200, "")))


def test_a_console_that_prepares_its_recording_does_not_call_the_engine_stale(
    display: Display, clock: Clock
) -> None:
    for _ in range(10):
        display.update_status(Reading(None, begun=False))
        clock.later(3)
    clock.later(-3)
    display.update_status(Reading(None))
    assert display.status is not None
    assert display.status.busy == "STARTING"
    assert display.notice == Notice()
    clock.later(9)
    display.update_status(Reading(None))
    assert "No heartbeat" in display.notice.text


@pytest.mark.parametrize("between", ["same words", "other words"])
def test_the_sentence_about_a_silent_engine_goes_with_its_first_heartbeat(
    display: Display, clock: Clock, view: View, between: str
) -> None:
    display.update_status(Reading(None))
    clock.later(20)
    display.update_status(Reading(None))
    first = display.notice.text
    assert "No heartbeat" in first
    if between == "other words":
        display.update_status(Reading(replace(view, heartbeat=None)))
        assert display.notice.text != first
        assert "No heartbeat" in display.notice.text
    display.update_status(beating(view, clock))
    assert display.notice.text == ""


def test_an_answer_to_a_key_is_not_replaced_by_other_words_about_the_same_silence(
    display: Display, clock: Clock, view: View
) -> None:
    display.update_status(Reading(None))
    clock.later(20)
    display.update_status(Reading(None))
    display.tell(Notice("Acknowledged by ada"))
    display.update_status(Reading(replace(view, heartbeat=None)))
    assert display.notice.text == "Acknowledged by ada"
    display.update_status(beating(view, clock))
    assert display.notice.text == "Acknowledged by ada"
