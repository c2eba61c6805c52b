"""What the console has read of the store: values only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.records.assessment import Assessment
from engine.records.events import Event
from engine.records.picture import Picture
from engine.records.progress import Epoch, Heartbeat
from engine.records.series import Series
from tui.data.crossings import Crossing

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """All that the console knows of an assessment, whole or not at all. Two are equal if they are one.

    `series` is in time order. `events` are in order of seq. `picture` belongs to the snapshot whose
    position is `picture_position`; it is None where the store has none. `rejected` counts files that
    were not taken in. `came` is when the newest snapshot's file was taken in, by the wall clock, where the
    ledger of a watched folder tells. `unread` is how many positions before the first snapshot in hand are
    still to be read. `session` is that in which operators' acts count, "" for the record's own.
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


NEWEST = -1
"""Whose picture is wanted by who follows what is newest: it comes with its snapshot and not after it."""


Look = Callable[["Store", View], object]
"""What a screen reads besides: given the store and the view, on the reader's thread."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the store: the view, if there is one yet, and what went wrong, in a sentence.

    `extra` is what the screen's own look found, `looked` which look that was. `more` says that there is more
    to read at once, `begun` that the store was looked at at all. `there` says that a process is at work on
    the assessment, whatever its heartbeat says.
    """

    view: View | None
    trouble: str = ""
    extra: object = None
    looked: Look | None = None
    more: bool = False
    there: bool = False
    begun: bool = True
