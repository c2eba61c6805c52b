"""Alarm actions on the console: list, filter, note, shelve, take out of service."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import category

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.clock import microseconds
from engine.operator.operator import Operator
from engine.records.events import OPERATOR_KINDS, Event, EventKind, NewEvent
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import looked_at, put, settled, text
from tui.console.app import Console
from tui.data.alarm_filter import AlarmFilter, Listing
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.draw.text import plain, width_of
from tui.screens.alarms.filter import filtered
from tui.screens.alarms.list import alarm_list_lines
from tui.screens.alarms.story import story_lines, story_rows
from tui.screens.dialog import Dialog

Make = Callable[..., Console]
T = TypeVar("T")


def two_alarms(position: int) -> tuple[NewEvent, ...]:
    if position != 105:
        return ()
    detail = {"cause": "limit", "priority": "medium", "severity": 1.02, "carried_from": "Bearing 1"}
    when = synthetic.at(position)
    return (NewEvent(EventKind.RAISED, when, "component", "Bearing 3", "b3", detail=detail),)


def deeds(state: Path, session: str = "night shift") -> list[Event]:
    with Store.open(state) as store:
        events = store.events(store.assessments()[-1], session)
    return [event for event in events if event.kind in OPERATOR_KINDS]


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """Return a store with two alarms, of Bearing 1 and Bearing 3."""
    synthetic.fill(tmp_path / "busy", 120, extra=two_alarms)
    return tmp_path / "busy"


# The list.


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_the_alarm_screen_lists_what_is_active_and_tells_the_story_of_the_most_urgent(
    console: Make, busy: Path, size: tuple[int, int]
) -> None:
    app = console(busy)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("G", "3")
        await settled(pilot)
        assert "Alarms, active: 2" in text(app)
        assert "›■ 16 Feb 06:02 Bearing 1" in text(app)
        if size[1] < 22:
            # The story begins in the room below the list; `Enter` gives it the whole screen.
            assert "── Bearing 1: outer race" in text(app)
            await pilot.press("enter")
            await settled(pilot)
        assert "Bearing 1: outer race" in text(app)
        assert "high priority" in text(app)


async def test_what_is_filtered_out_and_wants_an_acknowledgement_is_still_counted(
    console: Make, busy: Path
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "3", "C")
        await settled(pilot)
        assert "1 of 2, only Bearing 1" in text(app)
        assert "1 UNACK not in this list" in text(app)
        await pilot.press("x", "p", "p")
        await settled(pilot)
        assert "1 of 2, only high" in text(app)
        await pilot.press("x", "slash", *"from bear", "enter")
        await settled(pilot)
        assert 'only "from bear"' in text(app)
        assert "›◆ 17 Feb 13:32 Bearing 3" in text(app)
        await pilot.press("x")
        await settled(pilot)
        assert "Alarms, active: 2" in text(app)


async def test_selecting_an_alarm_selects_its_bearing_everywhere(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "3", "down", "1")
        await settled(pilot)
        assert "›◆ Bearing 3" in text(app)


async def test_j_goes_to_where_the_alarm_was_raised(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "3", "down", "j")
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(105))
        assert not app.controller.head.playing


def test_filters_narrow_by_list_text_component_priority_and_state(busy: Path) -> None:
    frame = frame_of(busy, 110)
    every = AlarmFilter()
    assert len(plain_list(frame, every)) == 2
    assert len(plain_list(frame, replace(every, priority="high"))) == 1
    assert len(plain_list(frame, replace(every, component="Bearing 3"))) == 1
    assert len(plain_list(frame, replace(every, text="OUTER"))) == 1
    assert len(plain_list(frame, replace(every, state="acknowledged"))) == 0
    assert len(plain_list(frame, replace(every, listing=Listing.SHELVED))) == 0
    assert len(plain_list(frame, replace(every, listing=Listing.HISTORY))) == 2


# Acts.


async def test_a_note_needs_words_and_is_kept_with_who_wrote_it(console: Make, busy: Path) -> None:
    app = console(busy, operator=Operator("ann", "Ann Lee", "192.0.2.7"))
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        await pilot.press("G", "n", "enter")
        await settled(pilot)
        assert isinstance(app.screen, Dialog)
        assert "A note needs words" in text(app)
        await pilot.press(*"q: oil", "enter")
        await settled(pilot)
        (event,) = deeds(busy)
        assert (event.kind, event.detail["text"]) == (EventKind.NOTED, "q: oil")
        assert event.detail["by"] == "Ann Lee (ann)"
        assert event.detail["from"] == "192.0.2.7"
        assert "Noted: Bearing 1, outer race; by Ann Lee (ann)" in " ".join(text(app).split())


async def test_a_shelf_has_a_span_and_a_reason_and_can_be_taken_back(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        await pilot.press("G", "z", *"9d", "enter")
        await settled(pilot)
        assert "At most 24 h" in text(app)
        await pilot.press("backspace", "backspace", *"4h", "enter", "enter")
        await settled(pilot)
        assert "Give a reason" in text(app)
        await pilot.press(*"known", "enter")
        await settled(pilot)
        (event,) = deeds(busy)
        assert (event.kind, event.detail["reason"]) == (EventKind.SHELVED, "known")
        assert "HIGH shelved" in text(app)
        await pilot.press("Z")
        await settled(pilot)
        assert "Unshelve it?" in text(app)
        await pilot.press("y")
        await settled(pilot)
        assert [one.kind for one in deeds(busy)] == [EventKind.SHELVED, EventKind.UNSHELVED]
        assert "HIGH acked" in text(app)


async def test_a_bearing_goes_out_of_service_with_a_reason_and_comes_back_after_a_second_key(
    console: Make, busy: Path
) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "down", "o", *"new seal", "enter")
        await settled(pilot)
        assert "⊘ Bearing 2" in text(app)
        assert "out of service" in text(app)
        await pilot.press("o", "n")
        await settled(pilot)
        assert len(deeds(busy)) == 1
        await pilot.press("o", "y")
        await settled(pilot)
        assert [one.kind for one in deeds(busy)] == [EventKind.RETIRED, EventKind.REINSTATED]


async def test_all_alarms_shown_are_acknowledged_by_a_second_key_and_not_by_one(
    console: Make, busy: Path
) -> None:
    app = console(busy)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        await pilot.press("G", "3")
        await looked_at(pilot)
        await pilot.press("A")
        await settled(pilot)
        assert "Acknowledge 2 alarms?" in text(app)
        await pilot.press("enter", "escape")
        await settled(pilot)
        assert deeds(busy) == []
        await pilot.press("A", "y")
        await settled(pilot)
        assert [event.component for event in deeds(busy)] == ["Bearing 1", "Bearing 3"]
        told = " ".join(text(app).split())
        assert (
            "ann acknowledged 2 alarms: Bearing 1 outer race, Bearing 3 probably heard from Bearing 1" in told
        )


async def test_of_all_alarms_those_that_were_not_stored_are_told_with_the_reason(
    console: Make, busy: Path
) -> None:
    class FullAfterOne(Store):
        taken = 0

        def write(self, work: Callable[[Connection], T], *more: Any, **named: Any) -> T:
            if FullAfterOne.taken:
                raise OSError("No space left on device")
            FullAfterOne.taken += 1
            return super().write(work, *more, **named)

    app = console(busy, open_store=lambda: FullAfterOne.open(busy))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("G", "3")
        await looked_at(pilot)
        await pilot.press("A", "y")
        await settled(pilot)
        told = " ".join(text(app).split())
        assert (
            "NOT ACKNOWLEDGED, 1 alarm: Bearing 3 probably heard from Bearing 1; the store did not take it"
            in told
        )
        assert "ann acknowledged 1 alarm: Bearing 1 outer race" in told
        assert len(deeds(busy)) == 1


async def test_a_read_only_console_stores_nothing_and_says_so(console: Make, busy: Path) -> None:
    app = console(busy, read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "3")
        for key in ("a", "A", "n", "z", "Z", "o"):
            await pilot.press(key)
            await settled(pilot)
            assert not isinstance(app.screen, Dialog)
            assert "This console is read-only" in text(app)
        assert deeds(busy) == []


async def test_keys_typed_into_a_dialog_are_text_and_nothing_else(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "n", *"aqgG?N13", "tab", "space", "escape")
        await settled(pilot)
        assert app.is_running
        assert deeds(busy) == []
        assert not isinstance(app.screen, Dialog)


async def test_acting_on_the_past_says_that_it_is_the_past(console: Make, busy: Path) -> None:
    app = console(busy)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 90)
        await settled(pilot)
        await pilot.press("n")
        await settled(pilot)
        assert "The screen shows the past: as of 16 Feb 20:02" in text(app)


# Any text.


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(words=st.text(max_size=60), name=st.text(min_size=1, max_size=20))
def test_no_name_note_or_message_breaks_a_line_of_the_list_or_the_story(
    whole_store: Path, words: str, name: str
) -> None:
    base = frame_of(whole_store, 110)
    key = f"Bearing 1/limit/{synthetic.RAISED}"
    ring = next(event for event in base.view.events if event.kind is EventKind.RAISED)
    detail = {"by": words, "text": words, "reason": words, "comment": words, "message": words, "from": words}
    told = tuple(
        replace(ring, seq=900 + number, kind=kind, alarm=key, ring=ring.seq, session="s", detail=detail)
        for number, kind in enumerate((EventKind.NOTED, EventKind.ACKNOWLEDGED))
    )
    frame = Frame(replace(base.view, events=base.view.events + told), base.playhead)
    named = tuple(replace(alarm, component=name, surface=words) for alarm in frame.alarms)
    for width in (60, 80, 120):
        lines = alarm_list_lines(width, 10, frame, named, AlarmFilter(text=words), None, UTC)
        lines += story_lines(width, 30, frame, replace(frame.alarms[0], surface=words), UTC)
        assert all(width_of(line) <= width for line in lines)
        drawn = plain(lines).replace("\n", "")
        assert not any(category(character) in ("Cc", "Cf", "Zl", "Zp") for character in drawn)


def test_the_story_tells_events_evidence_peak_notes_who_and_what_to_do(busy: Path) -> None:
    frame = frame_of(busy, 110)
    drawn = plain(story_rows(80, frame, frame.alarms[0], UTC))
    assert "■ high priority, UNACK, raised 16 Feb 06:02, HIGH since 17 Feb 07:42" in drawn
    assert re.search(r"peak +4\.91 +17 Feb 19:22", drawn)
    assert "16 Feb 06:02 raised, medium, severity 1.20" in drawn
    assert "17 Feb 07:42 escalated, high" in drawn


def frame_of(state: Path, position: int) -> Frame:
    reader = Reader(lambda: Store.open(state), lambda store: store.assessments()[-1], "night shift")
    view = reader.poll().view
    reader.close()
    assert view is not None
    return Frame(view, Playhead(microseconds(synthetic.at(position)), playing=False))


def plain_list(frame: Frame, chosen: AlarmFilter) -> list[str]:
    return [alarm.key for alarm in filtered(chosen, frame.alarms)]
