"""The part of the console that looks at the store: what it has found, and the threads that read and write."""

import asyncio
import math
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.driver import Driver
from textual.events import Resize
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen

from engine.clock import LiveClock, microseconds
from engine.errors import FailedError, UnusableError
from engine.operator.operator import Operator
from engine.records.assessment import Assessment
from engine.records.events import Acknowledged
from tui.console.themes import Outfit, own_themes, textual_name
from tui.console.writer import Writer
from tui.data.alarm_cache import Folding
from tui.data.alarm_filter import AlarmFilter
from tui.data.frame import Frame
from tui.data.playhead import Playhead, index_at, live_now
from tui.data.reader import Reader
from tui.data.view import NEWEST, Look, Reading
from tui.draw.glyphs import Glyphs
from tui.draw.mode import Mode
from tui.draw.notice import Notice
from tui.draw.status import EngineStatus
from tui.draw.text import Role
from tui.keys.actions import DEFAULT
from tui.keys.keymap import Keymap
from tui.screens.overview.screen import OverviewScreen
from tui.terminal.hangup import Terminal

if TYPE_CHECKING:
    from engine.store.store import Store

DEFAULT_OUTFIT = Outfit()

PORTION_PAUSE_SECONDS = 0.1
"""Between two portions of a long record: what there is gets drawn, and keys are answered."""


class Looking(App[None]):
    """Looks at one assessment; what it finds is in `reading`."""

    CSS_PATH = "raceway.tcss"

    reading: reactive[Reading] = reactive(Reading(None, begun=False), init=False, repaint=False)
    """The latest look at the store."""

    head: reactive[Playhead] = reactive(Playhead, init=False, repaint=False)
    """Where the console looks."""

    component: reactive[str | None] = reactive(None, init=False, repaint=False)
    """Name of the component selected by hand; None follows the most urgent alarm."""

    alarm: reactive[str | None] = reactive(None, init=False, repaint=False)
    """Key of the alarm selected by hand."""

    machine: reactive[str] = reactive("", init=False, repaint=False)
    """Name of the machine selected by hand in the fleet."""

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
        insists: bool = False,
        read_only: bool = False,
        outfit: Outfit = DEFAULT_OUTFIT,
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
            insists: whether to end, with the reason in `refused`, where the store cannot be opened or holds
                nothing to show; else the store is looked for again and again.
            read_only: whether nothing can be stored from here.
            outfit: theme, glyphs and bell.
            keymap: the keys in force.
            zone: of recording times on the screen.
            wall_zone: of wall-clock times on the screen, the same zone where not given.
            playing: whether the playhead moves from the start.
            at_newest: begin at what is newest and keep to it, not at the first snapshot.
            now: the wall clock.
            clock: seconds that never go back, for the pace.
        """
        # With the terminal's own colours from the start, NO_COLOR leaves no colour at all; where they are
        # set later, black is painted on black.
        super().__init__(ansi_color=True if outfit.theme == "terminal" else None)
        for theme in own_themes():
            self.register_theme(theme)
        self._outfit = outfit
        self.set_class(outfit.glyphs is Glyphs.ASCII, "-ascii")
        self.wear(outfit.theme)
        self.animation_level = "none"
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (120, "-broad")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]
        self._session, self._operator = session, operator
        self._read_only, self._zone, self._wall_zone = read_only, zone, wall_zone or zone
        self._now, self._clock = now, clock
        self._keys = replace(keymap, plain=outfit.glyphs is Glyphs.ASCII)
        self.set_reactive(Looking.head, Playhead(None, pace, playing, following=at_newest))
        self._reader = Reader(open_store, choose, session, newest_first=at_newest, insists=insists)
        self._writer = Writer(open_store)
        self._reading_thread = ThreadPoolExecutor(1, "raceway-reading")
        self._writing_thread = ThreadPoolExecutor(1, "raceway-writing")
        self._polling = self._poll_again = False
        self._storing: dict[Hashable, asyncio.Future[Acknowledged | str]] = {}
        self._drawn: Frame | None = None
        self._drawn_at = -math.inf
        self._folding = Folding()
        self._stale = False
        self._started = now()
        self.refused: UnusableError | FailedError | None = None
        """Why there was nothing to show, where that ended it."""

        self._arrival: LiveClock | None = None
        self._mode = Mode("", "", "", Role.PLAIN, now())
        self._last_tick = clock()
        self._notice_until = 0.0
        self._terminal: Terminal | None = None

    def wear(self, theme: str) -> None:
        """Draw in a theme, by the name that the settings have for it."""
        self.theme_worn = theme
        if not self.no_color:
            self.ansi_color = None
        self.theme = textual_name(theme)

    # Coming and going.

    def get_driver_class(self) -> type[Driver]:
        """The terminal's own driver; TEXTUAL_DRIVER would import whatever the environment names."""
        from tui.terminal.driver import ThriftyDriver

        return ThriftyDriver

    def on_resize(self, event: Resize) -> None:
        """A terminal of another size may show anything."""
        self._send_anew(event.size)

    def _send_anew(self, size: Size) -> None:
        """Send the next frame whole, whatever the terminal of this size is thought to show."""
        forget = getattr(self._driver, "forget", None)
        if forget is not None:
            forget(*size)

    def action_redraw(self) -> None:
        """Draw everything anew, over whatever else was written to the terminal."""
        self._send_anew(self.size)
        self.screen.refresh(layout=True)

    def get_default_screen(self) -> Screen[None]:
        """The overview."""
        return OverviewScreen()

    def on_unmount(self) -> None:
        """Let go of the store; what is being stored is stored first."""
        self._reading_thread.submit(self._reader.close)
        self._reading_thread.shutdown(wait=False)
        self._writing_thread.submit(self._writer.close)
        self._writing_thread.shutdown(wait=True)

    # Looking.

    def _poll(self) -> None:
        """Look at the store, one look at a time; a look asked for meanwhile follows at once."""
        self._poll_again = self._polling
        if not self._polling:
            self._polling = True
            self._look()

    @work(group="reading")
    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._poll_again = False
                poll = partial(self._reader.poll, self._position(), self._wanted())
                self.reading = await loop.run_in_executor(self._reading_thread, poll)
                if not self._poll_again:
                    if not self.reading.more:
                        return
                    await asyncio.sleep(PORTION_PAUSE_SECONDS)
        except (UnusableError, FailedError) as error:
            self.refused = error
            self.exit()
        finally:
            self._polling = False

    def _position(self) -> int | None:
        """The snapshot whose picture is wanted."""
        if self.head.following:
            return NEWEST
        view = self.reading.view
        index = -1 if view is None else index_at(view.series.at, self.head.at)
        return None if view is None or index < 0 else int(view.series.positions[index])

    def _wanted(self) -> Look | None:
        """What the screen on top reads besides."""
        return None

    @property
    def glyphs(self) -> Glyphs:
        """What the panels draw with."""
        return self._outfit.glyphs

    @property
    def live(self) -> bool:
        """Whether a machine is watched, and not a finished run replayed."""
        view = self.reading.view
        return view is not None and view.assessment.live

    def _live_now(self) -> int | None:
        """Now in recording time, None of a finished run.

        Before the first snapshot it is when something was told last: alarms can come before data.
        """
        view = self.reading.view
        if view is None or not self.live:
            return None
        if not len(view.series):
            return max((microseconds(event.at) for event in view.events), default=None)
        return live_now(view.series.at, self._arrival, self._clock())
