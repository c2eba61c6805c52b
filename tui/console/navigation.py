"""Navigation: moves the playhead (play, step, seek, go to crossings, alarms and times) and reports rings."""

import sys
from collections.abc import Callable
from dataclasses import replace

from engine.clock import microseconds
from engine.records.events import RINGS, Event
from tui.console.host import NavigationHost
from tui.console.options import ConsoleOptions
from tui.data.frame import meant
from tui.data.playhead import (
    GOTO,
    Playhead,
    advance,
    clamped,
    follow,
    index_at,
    newest,
    pace_label,
    pace_words,
    paused,
    reaches,
    rung_between,
    seek,
    shift_pace,
    step,
    to_mark,
    typed,
    unanswered,
)
from tui.data.view import View
from tui.draw.format import long_time, reason, subject
from tui.draw.notice import Notice, crossing_notice, rings_notice
from tui.draw.text import clean
from tui.keys.keymap import Keymap
from tui.screens.dialog import Field, Question

NO_PLACE = "neither a time nor the number of a snapshot"


class Navigation:
    """The playhead, and the actions that move it."""

    def __init__(self, host: NavigationHost, options: ConsoleOptions, keymap: Keymap) -> None:
        """Start at the first snapshot, or following the newest."""
        self.head = Playhead(None, options.pace, options.playing, following=options.at_newest)
        self._host, self._options, self._keymap = host, options, keymap
        self._last_tick = options.clock()
        self.only = False
        """Whether the keys go only to crossings and rings of the selected bearing."""

    # Moving.

    def tick(self) -> None:
        """Move on by the time since the last tick."""
        clock = self._options.clock()
        seconds, self._last_tick = clock - self._last_tick, clock
        view = self._host.view
        if view is not None:
            rings = [microseconds(ring.at) for ring in rung_between(view.events, self.head.at, sys.maxsize)]
            self.go(advance(self.head, seconds, view.series.at, rings, self._host.live_now))

    def put(self, head: Playhead) -> None:
        """Put the playhead somewhere; read the picture of its snapshot where that is another."""
        before, self.head = self.head, head
        if head == before:
            return
        view = self._host.view
        other = view is not None and index_at(view.series.at, before.at) != index_at(view.series.at, head.at)
        if other and not (before.following and head.following):
            self._host.poll()
        self._host.changed(instant_only=not other and replace(before, at=None) == replace(head, at=None))

    def go(self, head: Playhead) -> None:
        """Move the playhead, and report the rings on the way."""
        before, view = self.head.at, self._host.view
        self.put(head)
        if head.at == before or view is None:
            return
        about = self._host.notice.about
        if about is not None and head.at is not None and head.at < about:
            self._host.tell(Notice())
        rings = rung_between(view.events, before, head.at) if before is not None else ()
        if rings:
            self._report(rings)

    def _report(self, rings: tuple[Event, ...], *, ahead: bool = False) -> None:
        """Tell of rings; with the bell too, if that is set and one of them is unacknowledged."""
        self._host.selection = self._host.selection.after_ring(self._options.clock())
        view = self._host.view
        if self._options.appearance.bell and view is not None and unanswered(rings, view.events):
            self._host.ring_bell()
        follow_key = self._keymap.keys_of("follow") if ahead else ""
        self._host.tell(rings_notice(rings, self._options.zone, ahead=follow_key))

    def rings_ahead(self, after: int = 0) -> tuple[Event, ...]:
        """Return a live machine's unacknowledged rings after the playhead whose `seq` is above `after`."""
        view = self._host.view
        if view is None or not self._host.live or self.head.at is None:
            return ()
        rings = rung_between(view.events, self.head.at, sys.maxsize)
        return tuple(ring for ring in unanswered(rings, view.events) if ring.seq > after)

    def arrived(self, old: View | None, view: View) -> None:
        """Put the playhead into the stored record, and report new rings after it."""
        self.go(clamped(self.head, view.series.at, self._host.live_now))
        if old is not None and old.assessment.id == view.assessment.id and old.events:
            rings = self.rings_ahead(old.events[-1].seq)
            if rings:
                self._report(rings, ahead=True)
        told = self._host.notice.rings
        if self._host.live and told and not unanswered(told, view.events):
            self._host.tell(Notice())

    def _view(self) -> View | None:
        """Return the view if it has snapshots; otherwise say why nothing moves."""
        view = self._host.view
        if view is None or not len(view.series):
            self._host.tell(Notice("Waiting for the engine's first scores."))
            return None
        return view

    # Actions.

    def play(self) -> None:
        """Pause, or play."""
        self.put(paused(self.head) if self.head.playing else replace(self.head, playing=True))

    def step(self, by: int) -> None:
        """Move so many snapshots on or back."""
        if (view := self._view()) is not None:
            self.go(step(self.head, by, view.series.at))

    def change_pace(self, by: int) -> None:
        """Play faster or slower."""
        self.put(shift_pace(self.head, by))
        self._host.tell(Notice(f"Speed {pace_label(self.head.pace)}: {pace_words(self.head.pace)}"))

    def seek(self, where: str) -> None:
        """Go to the `start`, or to the `end`; the end of a live machine is followed."""
        if where == "end" and self._host.live:
            self.follow()
        elif (view := self._view()) is not None:
            at = int(view.series.at[0 if where == "start" else -1])
            self.go(seek(self.head, at, view.series.at))

    def follow(self) -> None:
        """Go to the newest snapshot and follow it."""
        if (view := self._view()) is not None:
            self.go(follow(self.head, view.series.at, self._host.live_now))

    def _own(self, view: View) -> str | None:
        """Return the name of the bearing whose marks alone count, None for all."""
        return (
            view.assessment.components[self._host.selection.chosen(self._host.frame)] if self.only else None
        )

    def narrow(self) -> None:
        """Go only to crossings and rings of the selected bearing from now on, or to all again."""
        if (view := self._view()) is None:
            return
        self.only = not self.only
        own, keys = self._own(view), self._keymap
        marks = " ".join(
            keys.keys_of(id) for id in ("next-crossing", "previous-crossing", "next-alarm", "previous-alarm")
        )
        whose = f"of {clean(own)} alone" if own else "of all bearings"
        self._host.tell(Notice(f"{marks}: crossings and rings {whose}"))

    def cross(self, by: int) -> None:
        """Go to the next or previous crossing of a limit."""
        view = self._view()
        if view is None:
            return
        own = self._own(view)
        names = view.assessment.components
        marks = tuple(one for one in view.crossings if own is None or names[one.component] == own)
        head = to_mark(self.head, by, (crossing.at for crossing in marks))
        if head is None:
            whose = f" of {clean(own)}" if own else ""
            self._host.tell(Notice(f"No crossing{whose} {'after' if by > 0 else 'before'} the playhead."))
            return
        found = tuple(crossing for crossing in marks if crossing.at == head.at)
        self._host.tell(crossing_notice(view, found, self._options.zone))
        self.go(head)

    def ring(self, by: int) -> None:
        """Go to the next or previous ring of an alarm."""
        view = self._view()
        if view is None:
            return
        own = self._own(view)
        rings = [event for event in view.events if event.kind in RINGS and own in (None, event.component)]
        head = to_mark(self.head, by, (microseconds(ring.at) for ring in rings))
        if head is None:
            whose = f" of {clean(own)}" if own else ""
            self._host.tell(Notice(f"No alarm{whose} rang {'after' if by > 0 else 'before'} the playhead."))
            return
        self.go(head)
        self._report(tuple(ring for ring in rings if microseconds(ring.at) == head.at))

    def go_at(self, at: int) -> None:
        """Go to an instant of the record, and pause there."""
        if (view := self._view()) is not None:
            self.go(paused(seek(self.head, at, view.series.at)))

    def jump(self) -> None:
        """Go to the time at which the selected alarm was raised, and pause there."""
        frame, selection = self._host.frame, self._host.selection
        alarms = () if frame is None else selection.alarms_meant(frame, self._host.rows)
        alarm = meant(alarms, lambda one: one.stands)
        if frame is None or alarm is None:
            self._host.tell(Notice("There is no alarm to jump to."))
            return
        self._host.selection = selection.with_alarm(alarm, frame.view.assessment.components)
        self.go(paused(seek(self.head, microseconds(alarm.raised.at), frame.view.series.at)))
        self._host.tell(Notice(f"{subject(alarm)}, {reason(alarm)}: as it was raised"))

    # A time that is typed.

    def ask_where(self) -> None:
        """Ask for a time or the number of a snapshot, and go there."""
        view = self._view()
        if view is None:
            return

        def check(text: str) -> str:
            found = self._where(view, text)
            return f"{found[0].upper()}{found[1:]}." if isinstance(found, str) else ""

        ask = Question(
            "Go to", (f"{GOTO}. Snapshots are {self._reach(view)}.",), "Enter goes there, Esc cancels"
        )
        self._host.ask(ask, [Field("Time or snapshot", check=check)], self._going(view))

    def _going(self, view: View) -> Callable[[tuple[str, ...]], None]:
        def go(answer: tuple[str, ...]) -> None:
            at = self._where(view, answer[0])
            if isinstance(at, int):
                self.go(paused(seek(self.head, at, view.series.at)))

        return go

    def go_to(self, text: str) -> str:
        """Go to a time or the number of a snapshot, and pause.

        Returns:
            The reason why the record does not reach there, "" if it does.
        """
        view = self._host.view
        if view is None or not len(view.series):
            return "the record holds no snapshot yet"
        at = self._where(view, text)
        if isinstance(at, str):
            return at
        self.go(paused(seek(self.head, at, view.series.at)))
        return ""

    def _where(self, view: View, text: str) -> int | str:
        """Return the instant that was typed, or the reason why it cannot be shown."""
        times = view.series.at
        at = typed(text, times, view.series.positions, self.head.at, self._options.zone)
        if at is None:
            return f"that is {NO_PLACE}, {self._reach(view)}"
        # Snapshots that are still to be read are part of the record too.
        first = min(int(times[0]), at) if view.unread else int(times[0])
        if not reaches(text, at, (first, newest(times, self._host.live_now)), self._options.zone):
            return f"the record does not reach there; its snapshots are {self._reach(view)}"
        return at

    def _reach(self, view: View) -> str:
        """Return the first and last snapshot of the record in words."""
        first, last = (long_time(int(view.series.at[end]), self._options.zone) for end in (0, -1))
        return f"0 to {view.series.positions[-1]}, {first} to {last}"
