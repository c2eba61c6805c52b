"""Bookmarks belong to a machine: stored once, seen in every session, removed without being forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.operator.bookmarks import add_bookmark, remove_bookmark
from engine.operator.operator import Act, Operator
from engine.records.assessment import Assessment
from engine.records.bookmarks import bookmarks_of
from engine.records.events import EventKind
from engine.store.store import Store
from tests.tui import synthetic

ANN, BOB = Operator("ann"), Operator("bob")


def act(position: int, who: Operator = ANN, session: str = "") -> Act:
    return Act(who, session, synthetic.at(position), synthetic.WALL)


def filled(state: Path) -> Assessment:
    return synthetic.fill(state, 10)


def test_a_bookmark_is_seen_in_every_session_with_its_name_and_who_gave_it(tmp_path: Path) -> None:
    assessment = filled(tmp_path)
    with Store.open(tmp_path) as store:
        assert add_bookmark(store, assessment, "  oil\nchange ", act(5, session="night")).stored
        add_bookmark(store, assessment, "first", act(2))
        found = store.bookmarks(assessment)
        assert [(one.name, one.by, one.at) for one in found] == [
            ("first", "ann", synthetic.at(2)),
            ("oil change", "ann", synthetic.at(5)),
        ]
        for session in ("", "night", "other"):
            kinds = [event.kind for event in store.events(assessment, session)]
            assert kinds.count(EventKind.BOOKMARKED) == 2


def test_the_first_of_two_operators_wins_and_another_name_is_another_bookmark(tmp_path: Path) -> None:
    assessment = filled(tmp_path)
    with Store.open(tmp_path) as store:
        add_bookmark(store, assessment, "noise", act(5))
        second = add_bookmark(store, assessment, "noise", act(5, BOB))
        assert (second.stored, second.by) == (False, "ann")
        assert add_bookmark(store, assessment, "heat", act(5, BOB)).stored
        assert len(store.bookmarks(assessment)) == 2


def test_a_removed_bookmark_is_gone_and_its_events_stay(tmp_path: Path) -> None:
    assessment = filled(tmp_path)
    with Store.open(tmp_path) as store:
        add_bookmark(store, assessment, "noise", act(5))
        (bookmark,) = store.bookmarks(assessment)
        assert remove_bookmark(store, assessment, bookmark, act(7)).stored
        assert not remove_bookmark(store, assessment, bookmark, act(7, BOB)).stored
        assert store.bookmarks(assessment) == ()
        assert add_bookmark(store, assessment, "noise", act(5)).stored
        assert len(store.bookmarks(assessment)) == 1
        events = store.events(assessment)
        assert sum(event.kind is EventKind.BOOKMARKED for event in events) == 3


def test_it_is_there_on_every_assessment_of_the_machine_and_on_no_other_machine(tmp_path: Path) -> None:
    assessment = filled(tmp_path)
    with Store.open(tmp_path) as store:
        add_bookmark(store, assessment, "noise", act(5))
        assert len(store.bookmarks(replace(assessment, id=assessment.id + 1))) == 1
        assert store.bookmarks(replace(assessment, machine_id=assessment.machine_id + 1)) == ()


@pytest.mark.parametrize("name", ["", "  ", "\n\t", "\x1b"])
def test_a_name_without_words_is_refused(tmp_path: Path, name: str) -> None:
    assessment = filled(tmp_path)
    with Store.open(tmp_path) as store, pytest.raises(ValueError, match="needs a name"):
        add_bookmark(store, assessment, name, act(5))


def test_a_bookmark_changes_no_alarm_and_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    assessment = filled(tmp_path)
    with Store.open(tmp_path) as store:
        add_bookmark(store, assessment, "x" * 500, act(5))
        (event,) = (one for one in store.events(assessment) if one.kind is EventKind.BOOKMARKED)
    assert len(bookmarks_of([event])[0].name) == 80
    assert bookmarks_of([replace(event, detail={})]) == ()
    assert bookmarks_of([replace(event, detail={"name": "a", "removed": "x"})])[0].name == "a"
    assert bookmarks_of([replace(event, kind=EventKind.NOTED)]) == ()
