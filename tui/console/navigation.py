"""The part of the console that goes through time: pausing, stepping, seeking, to crossings and to alarms."""

from dataclasses import replace

from engine.alarms.alarm import Alarm
from engine.clock import microseconds
from engine.records.events import RINGS
from tui.console.alarm_actions import Acting
from tui.data.frame import meant
from tui.data.playhead import (
    GOTO,
    follow,
    newest,
    pace_label,
    paused,
    reaches,
    seek,
    shift_pace,
    step,
    to_mark,
    typed,
)
from tui.data.view import View
from tui.draw.format import long_time, reason, subject
from tui.draw.notice import Notice, crossing_notice
from tui.screens.dialog import Dialog, Field, Question

NO_PLACE = "neither a time nor the number of a snapshot"


class Travelling(Acting):
    """The console's playhead under its keys."""

    def _view(self) -> View | None:
        """The view, if there is something to move over; else say so."""
        view = self.reading.view
        if view is None or not len(view.series):
            self._tell(Notice("Waiting for the engine's first scores."))
            return None
        return view

    def action_play(self) -> None:
        """Pause, and go on."""
        self.head = paused(self.head) if self.head.playing else replace(self.head, playing=True)

    def action_step(self, by: int) -> None:
        """One snapshot on or back."""
        if (view := self._view()) is not None:
            self._go(step(self.head, by, view.series.at))

    def action_pace(self, by: int) -> None:
        """Faster or slower."""
        self.head = shift_pace(self.head, by)
        self._tell(Notice(f"Pace {pace_label(self.head.pace)} of recording time"))

    def action_seek(self, where: str) -> None:
        """To the first or the newest snapshot; of a live machine the newest is followed."""
        if where == "end" and self.live:
            self.action_follow()
        elif (view := self._view()) is not None:
            self._go(seek(self.head, int(view.series.at[0 if where == "start" else -1]), view.series.at))

    def action_follow(self) -> None:
        """To the newest snapshot, and keep to it."""
        if (view := self._view()) is not None:
            self._go(follow(self.head, view.series.at, self._live_now()))

    def action_cross(self, by: int) -> None:
        """To the next or previous crossing."""
        view = self._view()
        if view is None:
            return
        head = to_mark(self.head, by, (crossing.at for crossing in view.crossings))
        if head is None:
            self._tell(Notice(f"No crossing {'after' if by > 0 else 'before'} the playhead."))
            return
        found = tuple(crossing for crossing in view.crossings if crossing.at == head.at)
        self._tell(crossing_notice(view, found, self._zone))
        self._go(head)

    def action_alarm(self, by: int) -> None:
        """To the next or previous ring of an alarm."""
        view = self._view()
        if view is None:
            return
        rings = [event for event in view.events if event.kind in RINGS]
        head = to_mark(self.head, by, (microseconds(ring.at) for ring in rings))
        if head is None:
            self._tell(Notice(f"No alarm rang {'after' if by > 0 else 'before'} the playhead."))
            return
        self._go(head)
        self._rang(tuple(ring for ring in rings if microseconds(ring.at) == head.at))

    def action_goto(self) -> None:
        """Go to a time or a snapshot that is typed."""
        view = self._view()
        if view is None:
            return

        def check(text: str) -> str:
            found = self._where(view, text)
            return f"{found[0].upper()}{found[1:]}." if isinstance(found, str) else ""

        def done(answer: tuple[str, ...] | None) -> None:
            at = "" if answer is None else self._where(view, answer[0])
            if isinstance(at, int):
                self._go(paused(seek(self.head, at, view.series.at)))

        ask = Question(
            "Go to", (f"{GOTO}. Snapshots are {self._reach(view)}.",), "Enter goes there, Esc does not"
        )
        self.push_screen(Dialog(ask, [Field("Time or snapshot", check=check)]), done)

    def go_to(self, text: str) -> str:
        """Go to a time or a snapshot that is typed, and pause; if the record does not reach there, say so."""
        view = self.reading.view
        if view is None or not len(view.series):
            return "the record holds no snapshot yet"
        at = self._where(view, text)
        if isinstance(at, str):
            return at
        self._go(paused(seek(self.head, at, view.series.at)))
        return ""

    def _where(self, view: View, text: str) -> int | str:
        """The instant that is typed, or why there is none to go to."""
        times = view.series.at
        at = typed(text, times, view.series.positions, self.head.at, self._zone)
        if at is None:
            return f"that is {NO_PLACE}, {self._reach(view)}"
        # What is still to be read is part of the record too.
        first = min(int(times[0]), at) if view.unread else int(times[0])
        if not reaches(text, at, (first, newest(times, self._live_now())), self._zone):
            return f"the record does not reach there; its snapshots are {self._reach(view)}"
        return at

    def _reach(self, view: View) -> str:
        """From which snapshot to which the record goes."""
        first, last = (long_time(int(view.series.at[end]), self._zone) for end in (0, -1))
        return f"0 to {view.series.positions[-1]}, {first} to {last}"

    def action_jump(self) -> None:
        """Go to the instant at which the selected alarm was raised, and pause there."""
        frame = self._drawn
        alarm = None if frame is None else meant(self.alarms_here(frame), lambda one: one.stands)
        if frame is None or alarm is None:
            self._tell(Notice("There is no alarm to jump to."))
            return
        self.select(alarm, frame.view.assessment.components)
        self._go(paused(seek(self.head, microseconds(alarm.raised.at), frame.view.series.at)))
        self._tell(Notice(f"{subject(alarm)}, {reason(alarm)}: as it was raised"))

    def select(self, alarm: Alarm, names: tuple[str, ...]) -> None:
        """There is one selection: an alarm takes its bearing with it."""
        self._let_go()
        self.alarm = alarm.key
        if alarm.component in names:
            self.component = alarm.component
