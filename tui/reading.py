"""Pulls what is new out of the store: one reader on one thread, a frozen view for the screen.

The store is imported here and not with the application, so that the first paint does not wait for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.picture import Picture
from engine.records import Assessment, Epoch, Event, Heartbeat, Series
from tui.playhead import moment

if TYPE_CHECKING:
    from engine.store import Store

CHUNK = 500
"""Snapshots taken in one read transaction; a reader holds up the engine's commits, so reads stay short."""


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
    ledger of a watched folder tells.
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


Look = Callable[["Store", View], object]
"""What a screen reads besides: given the store and the view, on the reader's thread."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the store: the view, if there is one yet, and what went wrong, in a sentence.

    `extra` is what the screen's own look found, `looked` which look that was.
    """

    view: View | None
    trouble: str = ""
    extra: object = None
    looked: Look | None = None


class Reader:
    """Looks at the store when asked and remembers what it has seen. One thread at a time."""

    def __init__(
        self,
        open_store: "Callable[[], Store]",
        choose: "Callable[[Store], Assessment | None]",
        session: str,
    ) -> None:
        """Remember how to get at the store; it is opened at the first poll and kept open."""
        self._open_store = open_store
        self._choose = choose
        self._session = session
        self._store: Store | None = None
        self._version: int | None = None
        self._view: View | None = None
        self._looked: tuple[Look, int | None, object] | None = None

    def switch(self, choose: "Callable[[Store], Assessment | None]") -> None:
        """Look at another assessment from the next poll on."""
        self._choose = choose
        self._view = self._version = self._looked = None

    def poll(self, position: int | None = None, look: Look | None = None) -> Reading:
        """Read what has been added since the last poll.

        Args:
            position: the snapshot whose picture is wanted, if any.
            look: what else is wanted, if anything.

        Returns:
            The view; the very same object as last time where nothing has changed. Trouble is told in a
            sentence beside the last good view, and the next poll tries again.
        """
        from engine.store import StoreError

        try:
            view = self._read(position)
            return Reading(view, "", self._extra(view, look), look)
        except StoreError as error:
            return Reading(self._view, str(error))
        except Exception as error:
            # Whatever a failing disk or a foreign writer raises must reach the operator, not end the
            # console: it is shown until a poll succeeds.
            self._version = None
            return Reading(self._view, f"the store cannot be read ({_first_line(error)}); trying again")

    def _extra(self, view: View | None, look: Look | None) -> object:
        if look is None or view is None or self._store is None:
            self._looked = None
        elif self._looked is None or self._looked[:2] != (look, self._version):
            self._looked = (look, self._version, look(self._store, view))
        return None if self._looked is None else self._looked[2]

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
        if view is not None and version == self._version:
            if position is not None and position != view.picture_position:
                self._view = self._with_picture(store, view, position)
            return self._view
        assessment = self._choose(store) if view is None else view.assessment
        if assessment is None:
            return None
        series = view.series if view is not None else None
        while True:
            after = int(series.positions.max()) if series is not None and len(series) else -1
            chunk = store.series(assessment, after=after, limit=CHUNK)
            series = chunk if series is None or not len(series) else joined(series, chunk)
            if len(chunk) < CHUNK:
                break
        # Events are read after the snapshots: every ring of a snapshot in hand is in hand too.
        events = view.events if view is not None else ()
        events += store.events(assessment, self._session, after=events[-1].seq if events else 0)
        fresh = View(
            assessment=assessment,
            series=series,
            events=events,
            heartbeat=store.heartbeat(assessment),
            epochs=store.epochs(assessment),
            crossings=crossings(series),
            rejected=len(store.rejections(assessment)),
            came=self._came(store, assessment, series),
            picture=view.picture if view is not None else None,
            picture_position=view.picture_position if view is not None else None,
        )
        if position is not None and position != fresh.picture_position:
            fresh = self._with_picture(store, fresh, position)
        self._view, self._version = fresh, version
        return fresh

    def _came(self, store: "Store", assessment: Assessment, series: Series) -> datetime | None:
        if assessment.expected or not len(series):
            return None
        return store.came(assessment.machine_id, moment(int(series.at[-1])))

    def _with_picture(self, store: "Store", view: View, position: int) -> View:
        packed = store.picture(view.assessment, position)
        picture = None if packed is None else Picture.unpack(packed)
        return replace(view, picture=picture, picture_position=position)


def joined(head: Series, tail: Series) -> Series:
    """Append one series to another, in order of time even where a file came late."""
    if not len(tail):
        return head
    if not len(head):
        return tail
    at = np.concatenate([head.at, tail.at])
    order = np.argsort(at, kind="stable")
    names = head.names + tail.names
    return Series(
        positions=np.concatenate([head.positions, tail.positions])[order],
        at=at[order],
        names=tuple(names[index] for index in order),
        baseline=np.concatenate([head.baseline, tail.baseline])[order],
        error=np.concatenate([head.error, tail.error])[order],
        limit=np.concatenate([head.limit, tail.limit])[order],
        severity=np.concatenate([head.severity, tail.severity])[order],
        share=np.concatenate([head.share, tail.share])[order],
        quality=np.concatenate([head.quality, tail.quality])[order],
        figures=np.concatenate([head.figures, tail.figures])[order],
    )


def crossings(series: Series) -> tuple[Crossing, ...]:
    """Find where severity passes 1.0, the limit, in order of time; the baseline does not count."""
    found: list[Crossing] = []
    for component in range(series.severity.shape[1]):
        severity = series.severity[:, component]
        judged = np.flatnonzero(~series.baseline & np.isfinite(severity))
        above = severity[judged] >= 1.0
        before = np.concatenate([[False], above[:-1]]) if len(above) else above
        found.extend(
            Crossing(int(series.at[judged[index]]), component, bool(above[index]))
            for index in np.flatnonzero(above != before)
        )
    return tuple(sorted(found, key=lambda crossing: (crossing.at, crossing.component)))


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
