"""The part of the console that looks: pulls from the store, moves the playhead, gives the screens values."""

import asyncio
import math
import signal
import sys
import termios
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.driver import Driver
from textual.reactive import reactive
from textual.screen import Screen

from engine.alarms import Alarm
from engine.arrivals import LiveClock
from engine.operators import Operator
from engine.records import RINGS, Acknowledged, Assessment, Event
from tui.actions import DEFAULT
from tui.draw.banner import Banner
from tui.draw.mode import Mode, behind_span, mode_of, mode_span
from tui.draw.notice import Notice, rings_notice
from tui.draw.status import EngineStatus, engine_status
from tui.draw.text import Role
from tui.filtering import AlarmFilter, filtered
from tui.frame import Frame
from tui.keys import Keymap
from tui.playhead import Playhead, advance, clamped, index_at, instant, live_now, moment, rung_between
from tui.reading import Look, Reader, Reading, View
from tui.screens.common import ConsoleScreen
from tui.screens.overview import OverviewScreen
from tui.screens.shown import Shown, Shows, Wall
from tui.writing import Writer

if TYPE_CHECKING:
    from engine.store import Store

FRAME_SECONDS = 0.2
"""Five frames a second are smooth enough for a playhead and spare a slow link."""

INSTANT_SECONDS = 0.5
"""Between two snapshots only the instant moves; drawn so often it still runs, at half the bytes."""

POLL_SECONDS = 0.25
NOTICE_SECONDS = 30.0
"""A notice that does not last goes after so long: an old one would be misread for news."""


class Viewer(App[None]):
    """Shows one assessment as of the playhead."""

    CSS_PATH = "raceway.tcss"

    reading: reactive[Reading] = reactive(Reading(None), init=False, repaint=False)
    """The latest look at the store."""

    head: reactive[Playhead] = reactive(Playhead, init=False, repaint=False)
    """Where the console looks."""

    component: reactive[str | None] = reactive(None, init=False, repaint=False)
    """Name of the component selected by hand; None follows the most urgent alarm."""

    alarm: reactive[str | None] = reactive(None, init=False, repaint=False)
    """Key of the alarm selected by hand."""

    alarm_filter: reactive[AlarmFilter] = reactive(AlarmFilter, init=False, repaint=False)
    """Which alarms the alarm screen lists."""

    notice: reactive[Notice] = reactive(Notice, init=False, repaint=False)
    """What just happened."""

    status: reactive[EngineStatus | None] = reactive(None, init=False, repaint=False)
    """What the engine is doing."""

    def __init__(
        self,
        *,
        open_store: "Callable[[], Store]",
        choose: "Callable[[Store], Assessment | None]",
        session: str,
        operator: Operator,
        pace: float = 1.0,
        read_only: bool = False,
        keymap: Keymap = DEFAULT,
        zone: tzinfo = UTC,
        wall_zone: tzinfo | None = None,
        playing: bool = True,
        at_newest: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what reaches outside.

        Args:
            open_store: opens the store; called on the threads that use it, again after a StoreError.
            choose: picks the assessment to show, None where the engine has not begun one yet.
            session: of this replay; "" for the live record.
            operator: who acknowledges.
            pace: recording seconds per wall second.
            read_only: whether nothing can be stored from here.
            keymap: the keys in force.
            zone: of recording times on the screen.
            wall_zone: of wall-clock times on the screen, the same zone where not given.
            playing: whether the playhead moves from the start.
            at_newest: begin at what is newest and keep to it, not at the first snapshot.
            now: the wall clock.
            clock: seconds that never go back, for the pace.
        """
        super().__init__()
        self.animation_level = "none"
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (120, "-broad")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]
        self._session, self._operator = session, operator
        self._read_only, self._zone, self._wall_zone = read_only, zone, wall_zone or zone
        self._now, self._clock = now, clock
        self._keys = keymap
        self.set_reactive(Viewer.head, Playhead(None, pace, playing, following=at_newest))
        self._reader = Reader(open_store, choose, session)
        self._writer = Writer(open_store)
        self._reading_thread = ThreadPoolExecutor(1, "raceway-reading")
        self._writing_thread = ThreadPoolExecutor(1, "raceway-writing")
        self._polling = self._poll_again = False
        self._storing: dict[Hashable, asyncio.Future[Acknowledged | str]] = {}
        self._drawn: Frame | None = None
        self._drawn_at = -math.inf
        self._stale = False
        self._started = now()
        self._arrival: LiveClock | None = None
        self._mode = Mode("", "", "", Role.PLAIN, now())
        self._last_tick = clock()
        self._notice_until = 0.0
        self._terminal: int | None = None

    # Coming and going.

    def get_driver_class(self) -> type[Driver]:
        """The terminal's own driver; TEXTUAL_DRIVER would import whatever the environment names."""
        from textual.drivers.linux_driver import LinuxDriver

        return LinuxDriver

    def get_default_screen(self) -> Screen[None]:
        """The overview."""
        return OverviewScreen()

    def on_mount(self) -> None:
        """Start looking and moving."""
        if not self.is_headless:
            self._mind_the_terminal()
        self._tell(Notice())
        self.status = self._engine_status()
        self._poll()
        self.set_interval(POLL_SECONDS, self._poll)
        self.set_interval(FRAME_SECONDS, self._tick)

    def on_unmount(self) -> None:
        """Let go of the store; what is being stored is stored first."""
        self._reading_thread.submit(self._reader.close)
        self._reading_thread.shutdown(wait=False)
        self._writing_thread.submit(self._writer.close)
        self._writing_thread.shutdown(wait=True)

    def _mind_the_terminal(self) -> None:
        # A handler also undoes an inherited "ignore", with which Textual would read a dead terminal
        # in a busy loop for ever.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            with suppress(ValueError, RuntimeError):
                loop.add_signal_handler(number, self.exit)
        if sys.__stdin__ is not None and sys.__stdin__.isatty():
            self._terminal = sys.__stdin__.fileno()

    def _leave_if_terminal_gone(self) -> None:
        if self._terminal is None:
            return
        try:
            termios.tcgetattr(self._terminal)
        except (termios.error, OSError):
            self._terminal = None
            self.exit()

    # Looking.

    def _poll(self) -> None:
        """Look at the store, one look at a time; a look asked for meanwhile follows at once."""
        self._poll_again = self._polling
        if not self._polling:
            self._polling = True
            self.run_worker(self._look(), group="reading")

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._poll_again = False
                poll = partial(self._reader.poll, self._position(), self._wanted())
                self.reading = await loop.run_in_executor(self._reading_thread, poll)
                if not self._poll_again:
                    return
        finally:
            self._polling = False

    def _position(self) -> int | None:
        """The snapshot whose picture is wanted."""
        view = self.reading.view
        index = -1 if view is None else index_at(view.series.at, self.head.at)
        return None if view is None or index < 0 else int(view.series.positions[index])

    def _wanted(self) -> Look | None:
        """What the screen on top reads besides."""
        if self._drawn is None or not self.screen_stack:
            return None
        screen = self.screen
        return screen.look(self._drawn, self._chosen()) if isinstance(screen, ConsoleScreen) else None

    # Moving.

    @property
    def live(self) -> bool:
        """Whether a machine is watched, and not a finished run replayed."""
        view = self.reading.view
        return view is not None and view.assessment.expected == 0

    def _live_now(self) -> int | None:
        """Now in recording time, None of a finished run."""
        view = self.reading.view
        if view is None or not self.live:
            return None
        return live_now(view.series.at, self._arrival, self._clock())

    def _tick(self) -> None:
        """One frame: the playhead moves on, silence is noticed, old notices go."""
        clock = self._clock()
        seconds, self._last_tick = clock - self._last_tick, clock
        self._leave_if_terminal_gone()
        view = self.reading.view
        if view is not None:
            rings = [instant(ring.at) for ring in rung_between(view.events, self.head.at, sys.maxsize)]
            self._go(advance(self.head, seconds, view.series.at, rings, self._live_now()))
        if self.notice.text and not self.notice.lasting and clock > self._notice_until:
            self._tell(Notice())
        self.status = self._engine_status()

    def _go(self, head: Playhead) -> None:
        """Move the playhead, and report what rang on the way."""
        before, view = self.head.at, self.reading.view
        moved = head.at != before
        self.head = head
        if not moved or view is None:
            return
        about = self.notice.about
        if about is not None and head.at is not None and head.at < about:
            self._tell(Notice())
        rings = rung_between(view.events, before, head.at) if before is not None else ()
        if rings:
            self._rang(rings)

    def _rang(self, rings: tuple[Event, ...], *, ahead: bool = False) -> None:
        """Tell of alarms, by the bell too where that is set."""
        self._tell(rings_notice(rings, self._zone, ahead=self._keys.keys_of("follow") if ahead else ""))

    def _rang_ahead(self, after: int) -> tuple[Event, ...]:
        """Rings of a live machine that lie after the playhead and that nobody has acknowledged."""
        view = self.reading.view
        if view is None or not self.live or self.head.at is None:
            return ()
        answered = {event.ring for event in view.events if event.kind not in RINGS}
        return tuple(
            event
            for event in rung_between(view.events, self.head.at, sys.maxsize)
            if event.seq > after and event.seq not in answered
        )

    # What follows from a change.

    def watch_reading(self, before: Reading, after: Reading) -> None:
        """Put the playhead onto what is stored, and tell what rang where it is not."""
        old, view = before.view, after.view
        if view is not None and old is not view:
            self._mark_arrival(old, view)
            self._go(clamped(self.head, view.series.at, self._live_now()))
            if old is not None and old.assessment.id == view.assessment.id and old.events:
                rings = self._rang_ahead(old.events[-1].seq)
                if rings:
                    self._rang(rings, ahead=True)
        self.status = self._engine_status()
        self._changed()

    def _mark_arrival(self, old: View | None, view: View) -> None:
        """Remember when the newest snapshot came, by a clock that does not step."""
        if not len(view.series):
            self._arrival = None
            return
        last = int(view.series.at[-1])
        if self._arrival is not None and instant(self._arrival.newest) == last:
            return
        waited = 0.0 if view.came is None else max((self._now() - view.came).total_seconds(), 0.0)
        known = view.came is not None or (old is not None and len(old.series) > 0)
        self._arrival = LiveClock(moment(last), self._clock() - waited) if known else None

    def watch_head(self, before: Playhead, after: Playhead) -> None:
        """Show the new instant; ask for its picture where the snapshot is another."""
        view = self.reading.view
        other = view is not None and index_at(view.series.at, before.at) != index_at(view.series.at, after.at)
        if other:
            self._poll()
        only_time = not other and replace(before, at=None) == replace(after, at=None)
        if not only_time or self._clock() - self._drawn_at >= INSTANT_SECONDS:
            self._changed()

    def watch_component(self) -> None:
        """Show it."""
        self._changed()

    def watch_alarm(self) -> None:
        """Show it."""
        self._changed()

    def watch_alarm_filter(self) -> None:
        """Show it."""
        self._changed()

    def watch_notice(self) -> None:
        """Show it."""
        self._changed()

    def watch_status(self) -> None:
        """Show it."""
        self._changed()

    def _changed(self) -> None:
        """Draw once for all changes of a moment."""
        if not self._stale:
            self._stale = True
            self.call_next(self.show)

    def show(self) -> None:
        """Draw the state of things on the screen that is on top."""
        self._stale = False
        self._drawn_at = self._clock()
        view, status = self.reading.view, self.status
        if status is None or not self.is_running or not self.screen_stack:
            return
        if view is None:
            self._drawn = None
        elif self._drawn is None or self._drawn.view is not view or self._drawn.playhead != self.head:
            self._drawn = Frame(view, self.head)
        screen = cast(Shows, self.screen)
        if not hasattr(screen, "show"):
            return
        screen.show(
            Shown(
                banner=self._banner(view, status),
                frame=self._drawn,
                component=self._chosen(),
                alarm=self.selected_alarm(),
                alarm_filter=self.alarm_filter,
                notice=self.notice if self.notice.text else self._idle(),
                waiting=f"Waiting for the engine to start. {self.reading.trouble}",
                zone=self._zone,
                keymap=self._keys,
                wall=Wall(self._now(), self._wall_zone),
                extra=self.reading.extra,
            )
        )
        if self._wanted() != self.reading.looked:
            self._poll()

    def _banner(self, view: View | None, status: EngineStatus) -> Banner:
        now = self._now()
        mode = mode_of(self.head, view, status, live=self.live)
        if mode.since is None:
            # What it is counted by is not part of what it is.
            same = self._mode.word.split(" ")[0] == mode.word.split(" ")[0] and self._mode.glyph == mode.glyph
            mode = replace(mode, since=self._mode.since if same else now)
        self._mode = mode
        newest = self._live_now()
        return Banner(
            machine=view.assessment.machine if view is not None else "",
            mode=mode_span(mode, now, self._wall_zone),
            at=self._drawn.playhead.at if self._drawn is not None else None,
            status=status,
            behind=behind_span(self.head, view, newest, len(self._rang_ahead(0)), live=self.live),
        )

    def _idle(self) -> Notice:
        """What stands in the notice line while nothing else does: what is wrong, else who one is."""
        if self.status is not None and self.status.advice:
            return Notice(self.status.advice, Role.ALARM)
        where = f"session {self._session}" if self._session else "live record" if self.live else "own record"
        reading = ", read-only: nothing can be stored from here" if self._read_only else ""
        return Notice(f"{where}, operator {self._operator.by}{reading}", Role.DIM)

    def _engine_status(self) -> EngineStatus:
        return engine_status(self.reading, self._started, self._now(), self._wall_zone)

    def _tell(self, notice: Notice) -> None:
        self._notice_until = self._clock() + NOTICE_SECONDS
        self.notice = notice

    # What is selected.

    def _chosen(self) -> int:
        """Index of the selected component: by hand, else that of the most urgent open alarm."""
        frame = self._drawn
        if frame is None:
            return 0
        names = frame.view.assessment.components
        if self.component in names:
            return names.index(self.component)
        open_ones = (alarm.component for alarm in frame.alarms if alarm.needs_acknowledgement)
        return next((names.index(name) for name in open_ones if name in names), 0)

    def alarms_shown(self, frame: Frame) -> tuple[Alarm, ...]:
        """The alarms that the alarm screen lists."""
        return filtered(self.alarm_filter, frame.alarms)

    def selected_alarm(self) -> str | None:
        """Key of the alarm selected on the alarm screen; None on other screens and where it is empty."""
        if self._drawn is None or self.place() != "alarms":
            return None
        keys = [alarm.key for alarm in self.alarms_shown(self._drawn)]
        return self.alarm if self.alarm in keys else next(iter(keys), None)

    def place(self) -> str:
        """Id of the screen on top, or of the one under a dialog; "" where it is none of the table."""
        places = [screen.PLACE for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]
        return places[-1] if places else ""
