"""Bookmarks of operators: each is one durable transaction; they belong to the machine, not to a session."""

from collections.abc import Callable, Sequence

from engine.operator.operator import Act, worded
from engine.records.assessment import Assessment
from engine.records.bookmarks import Bookmark, bookmarks_of
from engine.records.events import Acknowledged, Event, EventKind, NewEvent
from engine.store.store import Store

LONGEST_NAME = 80
"""Largest length of a bookmark's name, in characters."""


def add_bookmark(store: Store, assessment: Assessment, name: str, act: Act) -> Acknowledged:
    """Give the instant of an act a name; a second bookmark of the same name there is refused.

    Args:
        store: holds the assessment.
        assessment: whose record it is.
        name: of the bookmark, not empty.
        act: the operator and the times; its session does not matter.

    Raises:
        ValueError: the name is empty.
    """
    words = worded(name)[:LONGEST_NAME].strip()
    if not words:
        raise ValueError("a bookmark needs a name")

    def decision(earlier: tuple[Event, ...]) -> Event | tuple[NewEvent, ...]:
        same = [one.seq for one in bookmarks_of(earlier) if one.at == act.at and one.name == words]
        first = next((event for event in earlier if event.seq in same), None)
        return first or (_event(act, name=words),)

    return _stored(store, assessment, act, decision)


def remove_bookmark(store: Store, assessment: Assessment, bookmark: Bookmark, act: Act) -> Acknowledged:
    """Take a bookmark away; the record keeps that it was there.

    Args:
        store: holds the assessment.
        assessment: whose record it is.
        bookmark: of this machine.
        act: the operator and the times.
    """

    def decision(earlier: tuple[Event, ...]) -> Event | tuple[NewEvent, ...]:
        gone = (event for event in earlier if event.detail.get("removed") == bookmark.seq)
        return next(gone, None) or (_event(act, removed=bookmark.seq),)

    return _stored(store, assessment, act, decision)


def _event(act: Act, **detail: object) -> NewEvent:
    return NewEvent(EventKind.BOOKMARKED, act.at, "machine", detail={**act.who.plain(), **detail})


def _stored(
    store: Store,
    assessment: Assessment,
    act: Act,
    decision: Callable[[tuple[Event, ...]], Event | Sequence[NewEvent]],
) -> Acknowledged:
    """Store the events of a decision, or return the operator who was first."""
    first = store.decide(assessment, {EventKind.BOOKMARKED}, "", decision, act.now)
    if first is None:
        return Acknowledged(True, act.who.by, act.at, act.now)
    return Acknowledged(False, str(first.detail.get("by", "")), first.at, first.recorded_at)
