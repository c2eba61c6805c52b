"""The part of the console that shows: it moves the playhead and gives the screens what they draw."""

import math
import sys
from dataclasses import dataclass, replace
from typing import cast

from engine.alarms.alarm import Alarm
from engine.clock import microseconds
from engine.records.events import Event
from tui.console.store_feed import Looking
from tui.data.frame import Frame, meant
from tui.data.playhead import Playhead, advance, arrival, clamped, index_at, rung_between, unanswered
from tui.data.view import Look, Reading, View
from tui.draw.banner import Banner
from tui.draw.mode import behind_span, mode_of, mode_span
from tui.draw.notice import Notice, rings_notice
from tui.draw.status import EngineStatus, engine_status
from tui.draw.text import Role, clean
from tui.screens.alarms.filter import filtered
from tui.screens.base import ConsoleScreen
from tui.screens.fleet.screen import standings
from tui.screens.state import Shown, Shows
from tui.terminal.hangup import Terminal

FRAME_SECONDS = 0.2
"""Five frames a second are smooth enough for a playhead and spare a slow link."""

INSTANT_SECONDS = 0.5
"""Between two snapshots only the instant moves; drawn so often it still runs, at half the bytes."""

POLL_SECONDS = 0.25
NOTICE_SECONDS = 30.0
"""A notice that does not last goes after so long: an old one would be misread for news."""

HELD_SECONDS = 30.0
"""A ring takes the selection only from what was acted on longer ago: no key may slip from one to another."""


@dataclass(frozen=True, slots=True)
class Held:
    """What was acted on last: a component and the key of an alarm, each "" where there is none."""

    component: str
    alarm: str


class Viewer(Looking):
    """Shows one assessment as of the playhead."""

    _held: Held | None = None
    """What the keys go on meaning, until another row is selected."""

    _held_at: float = -math.inf
    """Since when, by the clock."""

    def on_mount(self) -> None:
        """Start looking and moving."""
        if not self.is_headless:
            self._terminal = Terminal(self.exit)
        self.status = self._engine_status()
        # Reading takes the processor from painting: the first frame goes first.
        self.call_after_refresh(self._poll)
        self.set_interval(POLL_SECONDS, self._poll)
        self.set_interval(FRAME_SECONDS, self._tick)

    def _wanted(self) -> Look | None:
        """What the screen on top reads besides."""
        if self._drawn is None or not self.screen_stack:
            return None
        screen = self.screen
        return screen.look(self._drawn, self._chosen()) if isinstance(screen, ConsoleScreen) else None

    # Moving.

    def _tick(self) -> None:
        """One frame: the playhead moves on, silence is noticed, old notices go."""
        clock = self._clock()
        seconds, self._last_tick = clock - self._last_tick, clock
        if self._terminal is not None and self._terminal.has_gone():
            self.exit()
        view = self.reading.view
        if view is not None:
            rings = [microseconds(ring.at) for ring in rung_between(view.events, self.head.at, sys.maxsize)]
            self._go(advance(self.head, seconds, view.series.at, rings, self._live_now()))
        if self.notice.text and not self.notice.lasting and clock > self._notice_until:
            self._tell(Notice())
        self.status = self._engine_status()
        if self.place() == "fleet":
            # That an engine went silent shows by time passing alone.
            self._changed()

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
        """Tell of alarms; by the bell too, where that is set and nobody has acknowledged one."""
        if self._clock() - self._held_at > HELD_SECONDS:
            self._let_go()
        view = self.reading.view
        if self._outfit.bell and view is not None and unanswered(rings, view.events):
            self.bell()
        self._tell(rings_notice(rings, self._zone, ahead=self._keys.keys_of("follow") if ahead else ""))

    def _rang_ahead(self, after: int) -> tuple[Event, ...]:
        """Rings of a live machine that lie after the playhead and that nobody has acknowledged."""
        view = self.reading.view
        if view is None or not self.live or self.head.at is None:
            return ()
        rings = rung_between(view.events, self.head.at, sys.maxsize)
        return tuple(ring for ring in unanswered(rings, view.events) if ring.seq > after)

    # What follows from a change.

    def watch_reading(self, before: Reading, after: Reading) -> None:
        """Put the playhead onto what is stored, and tell what rang where it is not."""
        old, view = before.view, after.view
        if view is not None and old is not view:
            waited = None if view.came is None else (self._now() - view.came).total_seconds()
            seen = old is not None and len(old.series) > 0
            self._arrival = arrival(self._arrival, view.series.at, self._clock(), waited, seen=seen)
            self._go(clamped(self.head, view.series.at, self._live_now()))
            if old is not None and old.assessment.id == view.assessment.id and old.events:
                rings = self._rang_ahead(old.events[-1].seq)
                if rings:
                    self._rang(rings, ahead=True)
            told = self.notice.rings
            if self.live and told and not unanswered(told, view.events):
                self._tell(Notice())
        self.status = self._engine_status()
        self._changed()

    def watch_head(self, before: Playhead, after: Playhead) -> None:
        """Show the new instant; ask for its picture where the snapshot is another."""
        view = self.reading.view
        other = view is not None and index_at(view.series.at, before.at) != index_at(view.series.at, after.at)
        if other and not (before.following and after.following):
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

    def watch_machine(self) -> None:
        """Show it."""
        self._changed()

    def watch_alarm_filter(self) -> None:
        """Show it."""
        self._changed()

    def watch_notice(self) -> None:
        """Show it."""
        self._changed()

    def watch_status(self, before: EngineStatus | None, after: EngineStatus | None) -> None:
        """Show it; what to do about an engine that went comes before whatever else was told."""
        old, new = ("" if status is None else status.told for status in (before, after))
        if new and not old and after is not None:
            self._tell(Notice(new, Role.ALARM, lasting=True, brief=after.brief))
        elif old and not new and self.notice.text == old:
            self._tell(Notice())
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
            self._drawn = Frame(view, self.head, self._folding)
        screen = cast(Shows, self.screen)
        if not hasattr(screen, "show"):
            return
        screen.show(
            Shown(
                banner=self._banner(view, status),
                frame=self._drawn,
                component=self._chosen(),
                alarm=self._pointed(),
                alarm_filter=self.alarm_filter,
                listed=self.alarms_shown(self._drawn)
                if self._drawn is not None and self.place() == "alarms"
                else (),
                notice=self.notice if self.notice.text else self._idle(),
                waiting=f"Waiting for the engine to start. {self.reading.trouble}"
                if self.reading.begun
                else "Reading the store …",
                zone=self._zone,
                wall_zone=self._wall_zone,
                now=self._now(),
                machine=self.selected_machine(),
                keymap=self._keys,
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
            session=view.session if view is not None and self.live else "",
            behind=behind_span(self.head, view, newest, len(self._rang_ahead(0)), live=self.live),
        )

    def _idle(self) -> Notice:
        """What stands in the notice line while nothing else does: what is wrong, else who one is."""
        if self.status is not None and self.status.advice:
            return Notice(self.status.told, Role.ALARM, brief=self.status.brief)
        view = self.reading.view
        if view is not None and view.unread:
            return Notice(f"Older snapshots are still being read, {view.unread} to go …", Role.DIM)
        session = clean(self._session if view is None else view.session)
        where = f"session {session}" if session else "live record" if self.live else "own record"
        reading = ", read-only: nothing can be stored from here" if self._read_only else ""
        return Notice(f"{where}, operator {self._operator.by}{reading}", Role.DIM)

    def _engine_status(self) -> EngineStatus:
        return engine_status(self.reading, self._started, self._now(), self._wall_zone)

    def _tell(self, notice: Notice) -> None:
        self._notice_until = self._clock() + NOTICE_SECONDS
        self.notice = notice

    # What is selected.

    def _chosen(self) -> int:
        """Index of the selected component: acted on, by hand, or else that of the most urgent open alarm."""
        frame = self._drawn
        if frame is None:
            return 0
        names = frame.view.assessment.components
        held = self._holding(frame)
        chosen = held.component if held is not None and held.component else self.component
        if chosen in names:
            return names.index(chosen)
        open_ones = (alarm.component for alarm in frame.alarms if alarm.needs_acknowledgement)
        return next((names.index(name) for name in open_ones if name in names), 0)

    def _hold(self, component: str, alarm: str) -> None:
        """Go on meaning what is acted on: answered, it would give its place to the next in urgency."""
        self._held, self._held_at = Held(component, alarm), self._clock()

    def _let_go(self) -> None:
        """Mean what is selected again."""
        self._held = None

    def _holding(self, frame: Frame) -> Held | None:
        """What was acted on last, unless the playhead went to where it is not."""
        held = self._held
        if held is None or not held.alarm:
            return held
        return held if any(alarm.key == held.alarm for alarm in frame.alarms) else None

    def alarms_here(self, frame: Frame) -> tuple[Alarm, ...]:
        """The alarms that the keys may mean: those of the selection; of all, where nothing is selected."""
        held = self._holding(frame)
        selected = self.selected_alarm() or (held.alarm if held is not None else "")
        if selected:
            return tuple(alarm for alarm in frame.alarms if alarm.key == selected)
        name = frame.view.assessment.components[self._chosen()]
        own = tuple(alarm for alarm in frame.alarms if alarm.component == name)
        if held is not None or self.place() == "bearing":
            return own
        if self.component is not None:
            return own + tuple(alarm for alarm in frame.alarms if not alarm.component)
        return own + tuple(alarm for alarm in frame.alarms if alarm.component != name)

    def alarms_shown(self, frame: Frame) -> tuple[Alarm, ...]:
        """The alarms that the alarm screen lists: what was acted on stays until another is selected."""
        held = self._holding(frame)
        kept = held.alarm if held is not None else ""
        return filtered(self.alarm_filter, frame.alarms, self._zone, frame.playhead.at, kept)

    def selected_alarm(self) -> str | None:
        """Key of the alarm selected on the alarm screen; None on other screens and where it is empty."""
        if self._drawn is None or self.place() != "alarms":
            return None
        keys = [alarm.key for alarm in self.alarms_shown(self._drawn)]
        held = self._holding(self._drawn)
        wanted = (held.alarm if held is not None else "") or self.alarm
        return wanted if wanted in keys else next(iter(keys), None)

    def _pointed(self) -> str | None:
        """Key of the alarm that the keys mean."""
        if self._drawn is None:
            return None
        alarm = meant(self.alarms_here(self._drawn), lambda one: one.needs_acknowledgement or one.stands)
        return None if alarm is None else alarm.key

    def selected_machine(self) -> str:
        """Name of the machine selected in the fleet: by hand, else the worst."""
        names = [one.assessment.machine for one in standings(self.reading.extra)]
        return self.machine if self.machine in names else next(iter(names), "")

    def place(self) -> str:
        """Id of the screen on top, or of the one under a dialog; "" where it is none of the table."""
        places = [screen.PLACE for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]
        return places[-1] if places else ""
