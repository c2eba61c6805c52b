"""The reader: polls the store for new rows on one thread, and makes a frozen view for the screen.

The store is imported here late, so that the first paint does not wait for it.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.clock import moment
from engine.errors import FailedError, StoreError, StoreMissingError, UnusableError
from engine.records.assessment import Assessment, Quality
from engine.records.events import Event, EventKind
from engine.records.series import Series
from tui.data.crossings import crossings, more_crossings
from tui.data.series_cache import Recollection
from tui.data.store_file import StoreFile, file_of
from tui.data.view import NEWEST, Look, Reading, View

if TYPE_CHECKING:
    from engine.store.store import Store


PORTION = 512
"""Snapshots that are searched at a time for a running machine."""

REST = 4.0
"""Pause before a look is repeated for new rows, in times of its duration: a list of many machines is long."""

GONE = "the store was moved or deleted; put it back, or restore a backup of it"
"""The trouble of a store whose file is not in its place any more."""

THERE_SECONDS = 1.0
"""Age at which it is asked again whether a database of many hosts has an engine at work [s]."""


class Reader:
    """Reads the store on `poll` and caches what it has read. One thread at a time."""

    def __init__(
        self,
        open_store: "Callable[[], Store]",
        choose: "Callable[[Store], Assessment | None]",
        session: str,
        *,
        newest_first: bool = False,
        insists: bool = False,
    ) -> None:
        """Keep the functions; the store is opened at the first poll and stays open.

        Args:
            open_store: opens the store.
            choose: picks the assessment.
            session: the session of the operators' events, for the first assessment; for a later one too if
                it has that session.
            newest_first: whether a long record is read from its newest snapshots backwards.
            insists: whether `poll` raises the errors of `open_store` and `choose` until the first view.
        """
        self._open_store = open_store
        self._choose = choose
        self._asked, self._session = session, session
        self._first: int | None = None
        self._store: Store | None = None
        self._file: StoreFile | None = None
        """The file of the store that was read last."""

        self._version: int | None = None
        self._view: View | None = None
        self._newest_first, self._insists = newest_first, insists
        self._past: Recollection | None = None
        self._looked: tuple[tuple[Look, int | None, int | None], object] | None = None
        self._rests_until = 0.0
        self._there = (0, 0.0, False)
        """Assessment, time of the look and answer: whether it has an engine."""

    def switch(self, choose: "Callable[[Store], Assessment | None]") -> None:
        """Read another assessment from the next poll on."""
        self._choose = choose
        self._view = self._version = self._looked = self._past = None

    def poll(self, position: int | None = None, look: Look | None = None) -> Reading:
        """Read the rows that were added since the last poll.

        Args:
            position: the snapshot of the wanted picture, `NEWEST` for the newest, None for no picture.
            look: a further query of the screen, if any.

        Returns:
            The view; the same object as before if nothing has changed. After an error, a sentence and the
            last good view; the next poll tries again.

        Raises:
            UnusableError: the store does not hold the requested assessment.
            FailedError: the store cannot be opened.
        """
        try:
            view = self._read(position)
            self._insists = self._insists and view is None
            more = self._past is not None and self._past.more
            there = view is not None and self._is_there(view.assessment)
            extra = self._extra(view, look)
            damage = self._store.damage.sentence if self._store is not None else ""
            return Reading(view, "", extra, look, more, there, damage=damage)
        except Exception as error:
            if self._insists and isinstance(error, UnusableError | FailedError):
                raise
            if isinstance(error, StoreMissingError):
                # The child engine makes it; a command without one insists.
                gone = "" if self._view is None else f"{_first_line(error).partition(': ')[0]}: {GONE}"
                return self._failed(look, gone)
            if isinstance(error, StoreError):
                return self._failed(look, str(error))
            # Any error of a failing disk or a foreign writer must reach the operator and not end the
            # console: it is shown until a poll succeeds.
            self._version = None
            trouble = f"the store cannot be read ({_first_line(error)}); trying again"
            return self._failed(look, trouble)

    def _failed(self, look: Look | None, trouble: str) -> Reading:
        """Return what was read last, with the reason why nothing new is."""
        if self._looked is not None and self._looked[0][0] == look:
            return Reading(self._view, trouble, self._looked[1], look)
        return Reading(self._view, trouble)

    def _is_there(self, assessment: Assessment) -> bool:
        from engine.assessment.key import has_engine

        store, now = self._store, time.monotonic()
        if store is None:
            return False
        # A lease in a database is a query, and the console polls four times a second.
        if store.address is None or self._there[0] != assessment.id or now - self._there[1] >= THERE_SECONDS:
            self._there = (assessment.id, now, bool(has_engine(store, assessment)))
        return self._there[2]

    def _extra(self, view: View | None, look: Look | None) -> object:
        if look is None or view is None or self._store is None:
            self._looked = None
        else:
            wanted = (look, self._version, view.picture_position)
            known, now = self._looked, time.monotonic()
            is_same = known is not None and (known[0][0], known[0][2]) == (look, view.picture_position)
            if known is None or (known[0] != wanted and not (is_same and now < self._rests_until)):
                self._looked = (wanted, look(self._store, view))
                self._rests_until = time.monotonic() + REST * (time.monotonic() - now)
        return None if self._looked is None else self._looked[1]

    def close(self) -> None:
        """Close the store, if it is open."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _read(self, position: int | None) -> View | None:
        store = self._opened()
        view = self._view
        version = store.data_version()
        if self._past is None:
            assessment = self._choose(store)
            if assessment is None:
                return None
            self._past = Recollection(assessment, newest_first=self._newest_first)
            self._session = self._session_of(store, assessment)
            store.follow(assessment.machine_id)
        past = self._past
        changed = view is None or version != self._version
        if changed or past.more:
            past.read(store)
        if position == NEWEST:
            position = int(past.series.positions[-1]) if len(past.series) else None
        past.look(store, position)
        position = running_up_to(past.series, position)
        if view is None or changed or past.series is not view.series:
            view = self._told(store, past, view)
        if position is not None and position != view.picture_position:
            view = self._with_picture(store, view, position)
        self._view, self._version = view, version
        return view

    def _opened(self) -> "Store":
        """Return the open store.

        Raises:
            StoreError: its file was deleted, moved or replaced; the next poll opens the one in its place.
        """
        if self._store is not None and self._file is not None and self._file.is_gone(self._store):
            where = self._store.where
            self.close()
            raise StoreError(f"{where}: {GONE}")
        if self._store is None:
            self._store = self._open_store()
            found = file_of(self._store)
            if self._file not in (None, found):
                self.switch(self._choose)
            self._file = found
        return self._store

    def _session_of(self, store: "Store", assessment: Assessment) -> str:
        """Return the session for an assessment: only one that exists, so that no hidden one begins."""
        if self._first is None:
            self._first = assessment.id
        is_there = self._first == assessment.id or self._asked in store.sessions(assessment)
        return self._asked if is_there else ""

    def _told(self, store: "Store", past: Recollection, view: View | None) -> View:
        """Return the view of the cached snapshots and all other rows."""
        assessment, series = past.assessment, past.series
        # Events are read after the snapshots, so that every ring of a cached snapshot is known.
        events = view.events if view is not None else ()
        begun = not past.unread
        if view is None or view.unread != past.unread:
            found = crossings(series, begun)
        else:
            found = more_crossings(view.series, view.crossings, series, begun)
        with store.reading():
            new = store.events(assessment, self._session, after=events[-1].seq if events else 0)
            fresh = _renamed(store, assessment, new)
            if fresh is not None:
                return self._told(store, self._again(store, fresh), None)
            return View(
                assessment=assessment,
                series=series,
                # The same object if nothing happened, so that the alarms are not folded again.
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
                bookmarks=store.bookmarks(assessment),
            )

    def _again(self, store: "Store", assessment: Assessment) -> Recollection:
        """Begin to read a record from its start, because its components have new names."""
        self._past = Recollection(assessment, newest_first=self._newest_first)
        self._past.read(store)
        return self._past

    def _came(self, store: "Store", assessment: Assessment, series: Series) -> datetime | None:
        if assessment.expected or not len(series):
            return None
        return store.came(assessment.machine_id, moment(int(series.at[-1])))

    def _with_picture(self, store: "Store", view: View, position: int) -> View:
        return replace(view, picture=store.drawn(view.assessment, position), picture_position=position)


def running_up_to(series: Series, position: int | None) -> int | None:
    """Return the position of the last snapshot of a running machine up to a position.

    At rest there is nothing to see in a spectrum. Without a running one before it, it is the position itself.
    """
    if position is None or not len(series):
        return position
    end = int(np.searchsorted(series.positions, position, "right"))
    if not end or series.positions[end - 1] != position:
        return position
    # Mostly the last itself: a long record is searched from its end, in portions.
    for stop in range(end, 0, -PORTION):
        start = max(stop - PORTION, 0)
        running = (series.quality[start:stop] == Quality.RUNNING.value).any(axis=1)
        if running.any():
            return int(series.positions[stop - 1 - int(running[::-1].argmax())])
    return position


def _renamed(store: "Store", assessment: Assessment, new: tuple[Event, ...]) -> Assessment | None:
    """Return the assessment under new component names, None where they did not change since it was read.

    Args:
        store: holds it.
        assessment: as it was read.
        new: events since the last poll.
    """
    if all(event.kind is not EventKind.RENAMED for event in new):
        return None
    known = store.assessments(assessment.machine)
    fresh = next((one for one in known if one.id == assessment.id), assessment)
    return None if fresh.components == assessment.components else fresh


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
