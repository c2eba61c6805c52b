"""The view: values that the console has read from the store."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.records.assessment import Assessment
from engine.records.bookmarks import Bookmark
from engine.records.events import Event
from engine.records.picture import Picture
from engine.records.progress import Epoch, Heartbeat
from engine.records.series import Series
from tui.data.crossings import Crossing

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The console's knowledge of an assessment. Two views are equal only if they are the same object.

    `series` is in time order. `events` are in order of seq. `picture` belongs to the snapshot at
    `picture_position`; it is None without a stored one. `rejected` counts rejected files. `came` is when the
    newest snapshot's file was taken in, by the wall clock; None without a ledger. `unread` counts the
    positions before the first cached snapshot. `session` is the operators' session, "" for the live
    record. `bookmarks` are those of the machine.
    """

    assessment: Assessment
    series: Series
    events: tuple[Event, ...]
    heartbeat: Heartbeat | None
    epochs: tuple[Epoch, ...]
    crossings: tuple[Crossing, ...]
    rejected: int = 0
    picture: Picture | None = None
    picture_position: int | None = None
    came: datetime | None = None
    unread: int = 0
    session: str = ""
    bookmarks: tuple[Bookmark, ...] = ()


NEWEST = -1
"""Position of the wanted picture when the playhead follows: the picture comes together with its snapshot."""


Look = Callable[["Store", View], object]
"""A screen's further query of the store and the view, on the reader's thread."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a poll: the view, None before there is an assessment, and an error as a sentence.

    `extra` is the result of the screen's query `looked`. `more`: there is more to read at once. `begun`: the
    store was polled at least once. `there`: a process works on the assessment, whatever its heartbeat says.
    `damage` names the damaged values of the store that were left out, "" where there was none.
    """

    view: View | None
    trouble: str = ""
    extra: object = None
    looked: Look | None = None
    more: bool = False
    there: bool = False
    begun: bool = True
    damage: str = ""
