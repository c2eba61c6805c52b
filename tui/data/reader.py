"""Pulls what is new out of the store: one reader on one thread, a frozen view for the screen.

The store is imported here and not with the application, so that the first paint does not wait for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import FailedError, StoreError, StoreMissingError, UnusableError
from engine.records.events import Assessment, Epoch, Event, Heartbeat, Series
from engine.records.picture import Picture
from tui.data.playhead import moment
from tui.data.series_cache import Recollection

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Crossing:
    """A severity passing the limit: `at` in microseconds, `component` by index, `up` or down."""

    at: int
    component: int
    up: bool


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

TAIL = 64
"""So many snapshots at the end of a series tell, as a rule, how every component stands to its limit."""

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


class Reader:
    """Looks at the store when asked and remembers what it has seen. One thread at a time."""

    def __init__(
        self,
        open_store: "Callable[[], Store]",
        choose: "Callable[[Store], Assessment | None]",
        session: str,
        *,
        newest_first: bool = False,
        insists: bool = False,
    ) -> None:
        """Remember how to get at the store; it is opened at the first poll and kept open.

        Args:
            open_store: opens it.
            choose: picks the assessment.
            session: in which operators' acts count, of the assessment looked at first; of another one,
                which is switched to, where there is that session too.
            newest_first: whether a long record is read from its newest snapshots back.
            insists: whether `poll` raises what `open_store` and `choose` do, until there was a view.
        """
        self._open_store = open_store
        self._choose = choose
        self._asked, self._session = session, session
        self._first: int | None = None
        self._store: Store | None = None
        self._version: int | None = None
        self._view: View | None = None
        self._newest_first, self._insists = newest_first, insists
        self._past: Recollection | None = None
        self._looked: tuple[tuple[Look, int | None, int | None], object] | None = None

    def switch(self, choose: "Callable[[Store], Assessment | None]") -> None:
        """Look at another assessment from the next poll on."""
        self._choose = choose
        self._view = self._version = self._looked = self._past = None

    def poll(self, position: int | None = None, look: Look | None = None) -> Reading:
        """Read what has been added since the last poll.

        Args:
            position: the snapshot whose picture is wanted, `NEWEST` for whichever that is, None for none.
            look: what else is wanted, if anything.

        Returns:
            The view; the very same object as last time where nothing has changed. Trouble is told in a
            sentence beside the last good view, and the next poll tries again.

        Raises:
            UnusableError: there is nothing in the store of what was asked for.
            FailedError: the store cannot be opened.
        """
        try:
            view = self._read(position)
            self._insists = self._insists and view is None
            more = self._past is not None and self._past.more
            there = view is not None and self._is_there(view.assessment)
            return Reading(view, "", self._extra(view, look), look, more, there)
        except Exception as error:
            if self._insists and isinstance(error, UnusableError | FailedError):
                raise
            if isinstance(error, StoreMissingError):
                # The engine beside makes it; a command that starts none insists.
                return Reading(self._view)
            if isinstance(error, StoreError):
                return Reading(self._view, str(error))
            # Whatever a failing disk or a foreign writer raises must reach the operator, not end the
            # console: it is shown until a poll succeeds.
            self._version = None
            trouble = f"the store cannot be read ({_first_line(error)}); trying again"
            return Reading(self._view, trouble)

    def _is_there(self, assessment: Assessment) -> bool:
        from engine.assessment.key import has_engine

        return self._store is not None and has_engine(self._store.path.parent, assessment)

    def _extra(self, view: View | None, look: Look | None) -> object:
        if look is None or view is None or self._store is None:
            self._looked = None
        else:
            wanted = (look, self._version, view.picture_position)
            if self._looked is None or self._looked[0] != wanted:
                self._looked = (wanted, look(self._store, view))
        return None if self._looked is None else self._looked[1]

    def close(self) -> None:
        """Close the store, if it is open."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _read(self, position: int | None) -> View | None:
        if self._store is None:
            self._store = self._open_store()
        store, view = self._store, self._view
        version = store.data_version()
        if self._past is None:
            assessment = self._choose(store)
            if assessment is None:
                return None
            self._past = Recollection(assessment, newest_first=self._newest_first)
            self._session = self._session_of(store, assessment)
        past = self._past
        changed = view is None or version != self._version
        if changed or past.more:
            past.read(store)
        if position == NEWEST:
            position = int(past.series.positions[-1]) if len(past.series) else None
        past.look(store, position)
        if view is None or changed or past.series is not view.series:
            view = self._told(store, past, view)
        if position is not None and position != view.picture_position:
            view = self._with_picture(store, view, position)
        self._view, self._version = view, version
        return view

    def _session_of(self, store: "Store", assessment: Assessment) -> str:
        """A session is of its own record: nobody gets from it into a hidden one of another machine."""
        if self._first is None:
            self._first = assessment.id
        is_there = self._first == assessment.id or self._asked in store.sessions(assessment)
        return self._asked if is_there else ""

    def _told(self, store: "Store", past: Recollection, view: View | None) -> View:
        """The view of what is in hand, and of all that is not a snapshot."""
        assessment, series = past.assessment, past.series
        # Events are read after the snapshots: every ring of a snapshot in hand is in hand too.
        events = view.events if view is not None else ()
        begun = not past.unread
        if view is None or view.unread != past.unread:
            found = crossings(series, begun)
        else:
            found = more_crossings(view.series, view.crossings, series, begun)
        with store.reading():
            new = store.events(assessment, self._session, after=events[-1].seq if events else 0)
            return View(
                assessment=assessment,
                series=series,
                # The very same where nothing happened, so that nobody need fold them again.
                events=events + new if new else events,
                heartbeat=store.heartbeat(assessment),
                epochs=store.epochs(assessment),
                crossings=found,
                rejected=len(store.rejections(assessment)),
                picture=view.picture if view is not None else None,
                picture_position=view.picture_position if view is not None else None,
                came=self._came(store, assessment, series),
                unread=past.unread,
                session=self._session,
            )

    def _came(self, store: "Store", assessment: Assessment, series: Series) -> datetime | None:
        if assessment.expected or not len(series):
            return None
        return store.came(assessment.machine_id, moment(int(series.at[-1])))

    def _with_picture(self, store: "Store", view: View, position: int) -> View:
        packed = store.picture(view.assessment, position)
        picture = None if packed is None else Picture.unpack(packed)
        return replace(view, picture=picture, picture_position=position)


def crossings(series: Series, begun: bool = True) -> tuple[Crossing, ...]:
    """Find where severity passes 1.0, the limit, in order of time; the baseline does not count.

    Args:
        series: in order of time.
        begun: whether nothing comes before it, so that one that begins above the limit has crossed it.
    """
    return _crossings(series.at, series.baseline, series.severity, begun)


def more_crossings(
    old: Series, known: tuple[Crossing, ...], series: Series, begun: bool = True
) -> tuple[Crossing, ...]:
    """The crossings of a series; where it goes on from an old one, only its new end is looked at.

    Args:
        old: a series.
        known: its crossings.
        series: in order of time.
        begun: as for `crossings`, of either.
    """
    count = len(old)
    if series is old:
        return known
    tail = slice(max(count - TAIL, 0), count)
    judged = ~old.baseline[tail, np.newaxis] & np.isfinite(old.severity[tail])
    if not judged.any(axis=0).all() or not np.array_equal(series.positions[:count], old.positions):
        return crossings(series, begun)
    # From where on every component has been judged once: what it does next is told by that.
    start = count - 1 - int(judged[::-1].argmax(axis=0).max())
    end = _crossings(series.at[start:], series.baseline[start:], series.severity[start:], begun=False)
    return known + tuple(one for one in end if one.at > old.at[-1])


def _crossings(
    at: NDArray[np.int64], baseline: NDArray[np.bool_], severities: NDArray[np.float64], begun: bool
) -> tuple[Crossing, ...]:
    found: list[Crossing] = []
    for component in range(severities.shape[1]):
        severity = severities[:, component]
        judged = np.flatnonzero(~baseline & np.isfinite(severity))
        above = severity[judged] >= 1.0
        start = [False] if begun else above[:1]
        before = np.concatenate([start, above[:-1]]) if len(above) else above
        found.extend(
            Crossing(int(at[judged[index]]), component, bool(above[index]))
            for index in np.flatnonzero(above != before)
        )
    return tuple(sorted(found, key=lambda crossing: (crossing.at, crossing.component)))


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
