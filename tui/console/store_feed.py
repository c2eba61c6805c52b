"""The store feed: polls the reader on a thread, with at most one poll in flight."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Protocol

from engine.clock import LiveClock, microseconds
from engine.errors import FailedError, UnusableError
from engine.records.assessment import Assessment
from tui.console.options import ConsoleOptions
from tui.data.playhead import Playhead, arrival, index_at, live_now
from tui.data.reader import Reader
from tui.data.view import NEWEST, Look, Reading, View

if TYPE_CHECKING:
    from engine.store.store import Store

PORTION_PAUSE_SECONDS = 0.1
"""Pause between two portions of a long record, in which the console draws and answers keys."""


class Viewer(Protocol):
    """The side of the feed that wants readings."""

    @property
    def head(self) -> Playhead:
        """The playhead: the picture of the snapshot under it is read."""

    @property
    def wanted(self) -> Look | None:
        """The look that the screen on top reads besides the view, None for nothing."""

    def arrived(self, before: Reading, after: Reading) -> None:
        """Take a reading that differs from the last."""

    def give_up(self, reason: UnusableError | FailedError) -> None:
        """End: there is nothing to show."""


class StoreFeed:
    """The latest reading of the store, and the thread that makes it."""

    def __init__(
        self,
        options: ConsoleOptions,
        viewer: Viewer,
        spawn: Callable[[Callable[[], Coroutine[object, object, None]]], object],
    ) -> None:
        """Start without a reading.

        Args:
            options: of the console.
            viewer: gets the readings.
            spawn: runs a coroutine function on the event loop.
        """
        self.reading = Reading(None, begun=False)
        self.polling = False
        """Whether a poll is in flight."""

        self._options, self._viewer, self._spawn = options, viewer, spawn
        self._reader = Reader(
            options.open_store,
            options.choose,
            options.session,
            newest_first=options.at_newest,
            insists=options.insists,
        )
        self._thread = ThreadPoolExecutor(1, "raceway-reading")
        self._again = False
        self._arrival: LiveClock | None = None

    @property
    def view(self) -> View | None:
        """The view that was read last, None before there is an assessment."""
        return self.reading.view

    @property
    def live(self) -> bool:
        """Whether a watched machine is shown, and not a finished run."""
        return self.view is not None and self.view.assessment.live

    @property
    def live_now(self) -> int | None:
        """The present in recording time, None for a finished run.

        Before the first snapshot it is the time of the last event: alarms can come before data.
        """
        view = self.view
        if view is None or not self.live:
            return None
        if not len(view.series):
            return max((microseconds(event.at) for event in view.events), default=None)
        return live_now(view.series.at, self._arrival, self._options.clock())

    def poll(self) -> None:
        """Read the store; if a poll is in flight, another one follows it."""
        self._again = self.polling
        if not self.polling:
            self.polling = True
            self._spawn(self._poll)

    async def switch(self, choose: "Callable[[Store], Assessment | None]") -> None:
        """Forget the assessment; the next poll reads the one that `choose` picks."""
        switch = partial(self._reader.switch, choose)
        await asyncio.get_running_loop().run_in_executor(self._thread, switch)
        self._take(Reading(None, begun=False))

    def close(self) -> None:
        """Close the store."""
        self._thread.submit(self._reader.close)
        self._thread.shutdown(wait=False)

    async def _poll(self) -> None:
        try:
            while True:
                self._again = False
                poll = partial(self._reader.poll, self._position(), self._viewer.wanted)
                self._take(await asyncio.get_running_loop().run_in_executor(self._thread, poll))
                if not self._again:
                    if not self.reading.more:
                        return
                    await asyncio.sleep(PORTION_PAUSE_SECONDS)
        except (UnusableError, FailedError) as error:
            self._viewer.give_up(error)
        finally:
            self.polling = False

    def _take(self, reading: Reading) -> None:
        before, self.reading = self.reading, reading
        if reading == before:
            return
        self._note_arrival(before.view, reading.view)
        self._viewer.arrived(before, reading)

    def _note_arrival(self, old: View | None, view: View | None) -> None:
        """Note when the newest snapshot came, from which `live_now` counts."""
        if view is None or old is view:
            return
        waited = None if view.came is None else (self._options.now() - view.came).total_seconds()
        seen = old is not None and len(old.series) > 0
        self._arrival = arrival(self._arrival, view.series.at, self._options.clock(), waited, seen=seen)

    def _position(self) -> int | None:
        """Return the position of the snapshot whose picture is wanted."""
        head, view = self._viewer.head, self.view
        if head.following:
            return NEWEST
        index = -1 if view is None else index_at(view.series.at, head.at)
        return None if view is None or index < 0 else int(view.series.positions[index])
