"""Bookmarks: instants of a machine's record that an operator named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.records.events import Event, EventKind


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An instant with a name, the operator who gave it, and the seq of its event."""

    seq: int
    at: datetime
    name: str
    by: str


def bookmarks_of(events: Iterable[Event]) -> tuple[Bookmark, ...]:
    """Return the bookmarks that stand, in order of time.

    Args:
        events: of a machine, in order of seq; others than bookmarks are passed over.
    """
    found: dict[int, Bookmark] = {}
    for event in events:
        if event.kind is not EventKind.BOOKMARKED:
            continue
        removed = event.detail.get("removed")
        if isinstance(removed, int):
            found.pop(removed, None)
            continue
        name, by = (str(event.detail.get(key) or "") for key in ("name", "by"))
        if name:
            found[event.seq] = Bookmark(event.seq, event.at, name, by)
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.seq)))
