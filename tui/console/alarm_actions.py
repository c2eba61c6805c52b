"""The part of the console that acts: it acknowledges, notes, shelves and takes out of service."""

import asyncio
import math
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from engine.alarms.alarm import Alarm
from engine.clock import moment
from engine.operator.operator import Act
from engine.operator.shelf_limit import longest_shelf
from engine.records.events import Acknowledged
from tui.console.display import Viewer
from tui.data.frame import Frame, meant
from tui.data.playhead import newest
from tui.draw.format import reason, severities_text, short_time, subject
from tui.draw.notice import (
    Notice,
    acknowledged_notice,
    acted_notice,
    all_acknowledged_notice,
    already_notice,
    failed_notice,
    refused_notice,
)
from tui.draw.text import Role
from tui.durations import EXAMPLES, span_of
from tui.screens.dialog import Confirm, Dialog, Field, Question, needed

if TYPE_CHECKING:
    from engine.store.store import Store

REPEAT_SECONDS = 0.7
"""A key held down repeats faster than this; one press acknowledges one alarm and no more."""

Do = Callable[["Store", Act], Acknowledged]
"""An act, given who does it, where and when."""


class Acting(Viewer):
    """The viewer, and what an operator can do about alarms."""

    _pressed: float = -math.inf
    """When the acknowledge key was last seen, by the clock."""

    # What the keys mean.

    def _may_act(self) -> Frame | None:
        """What is on the screen, if something can be done about it from here; else say why not."""
        if self._read_only:
            self._tell(
                Notice(
                    "This console is read-only (--read-only): nothing can be stored from here; attach without"
                    " it to act.",
                    Role.WARNING,
                )
            )
            return None
        frame = self._drawn
        if frame is None or frame.playhead.at is None:
            self._tell(Notice("There is no alarm yet."))
            return None
        return frame

    def _alarm_meant(self, wants: Callable[[Alarm], bool]) -> tuple[Frame, Alarm] | None:
        frame = self._may_act()
        if frame is None:
            return None
        alarm = meant(self.alarms_here(frame), wants)
        if alarm is None:
            self._tell(Notice("There is no alarm here; select one."))
            return None
        return frame, alarm

    # Acknowledging.

    def action_acknowledge(self) -> None:
        """Acknowledge the ring that is on the screen; it shows as acknowledged once it is stored."""
        last, self._pressed = self._pressed, self._clock()
        if self._pressed - last < REPEAT_SECONDS:
            return
        frame = self._may_act()
        if frame is None:
            return
        alarm = meant(self.alarms_here(frame), lambda one: one.needs_acknowledgement)
        if alarm is None:
            self._tell(Notice("There is no unacknowledged alarm."))
        elif not alarm.needs_acknowledgement:
            self._tell(self._already(frame, alarm))
        else:
            self._hold(alarm.component, alarm.key)
            self._acknowledge(frame, alarm)

    def _already(self, frame: Frame, alarm: Alarm) -> Notice:
        """That it is acknowledged already; and how to come to those that are not."""
        notice = already_notice(alarm, self._zone)
        waiting = sum(one.needs_acknowledgement for one in frame.alarms)
        if not waiting:
            return notice
        select = "/".join(self._keys.keys_of(key) for key in ("up", "down"))
        return replace(notice, text=f"{notice.text}; {waiting} unacknowledged: {select} selects another")

    def _acknowledge(self, frame: Frame, alarm: Alarm) -> None:
        told = partial(acknowledged_notice, alarm, newest=self._newest(frame), zone=self._zone)
        self._store(
            frame,
            ("ring", alarm.ring.seq),
            acknowledging(frame, alarm),
            lambda answer: told(answer=answer, wall_zone=self._wall_zone),
            lambda why: failed_notice(alarm, why),
        )

    def action_acknowledge_all(self) -> None:
        """Acknowledge every alarm that the list shows, after a second key."""
        frame = self._may_act()
        if frame is None:
            return
        wanted = tuple(alarm for alarm in self.alarms_shown(frame) if alarm.needs_acknowledgement)
        if not wanted:
            self._tell(Notice("No alarm in this list waits for an acknowledgement."))
            return
        named = "; ".join(f"{subject(one)}, {reason(one)}, {one.priority}" for one in wanted[:4])
        more = f"; and {len(wanted) - 4} more" if len(wanted) > 4 else ""
        ask = Question(
            f"Acknowledge {len(wanted)} alarm{'s' * (len(wanted) > 1)}?",
            (named + more, *self._past(frame)),
            "y acknowledges all of them, Esc none",
        )

        self._confirm(ask, lambda: self._acknowledge_all(frame, wanted))

    def _acknowledge_all(self, frame: Frame, alarms: tuple[Alarm, ...]) -> None:
        begun = [
            (alarm, self._begin(frame, ("ring", alarm.ring.seq), acknowledging(frame, alarm)))
            for alarm in alarms
        ]
        answers = [(alarm, future) for alarm, future in begun if future is not None]
        if answers:
            self.run_worker(self._all_acknowledged(frame, answers), group="writing")

    async def _all_acknowledged(
        self, frame: Frame, answers: "list[tuple[Alarm, asyncio.Future[Acknowledged | str]]]"
    ) -> None:
        told = [(alarm, await future) for alarm, future in answers]
        self._tell(all_acknowledged_notice(told, self._newest(frame), self._zone))
        self._poll()

    # In a dialog.

    def action_note(self) -> None:
        """Write a note beside an alarm."""
        found = self._alarm_meant(lambda one: one.needs_acknowledgement or one.stands)
        if found is None:
            return
        frame, alarm = found

        def write(text: str) -> None:
            def do(store: "Store", act: Act) -> Acknowledged:
                from engine.operator.alarm_actions import note

                return note(store, frame.view.assessment, alarm, text, act)

            self._act(frame, alarm, "Noted", do, ("note", alarm.key))

        self._ask(
            "Note on an alarm", frame, alarm, [Field("Note", check=needed("A note needs words."))], write
        )

    def action_shelve(self) -> None:
        """Put an alarm aside for a while, with a reason."""
        found = self._alarm_meant(lambda one: one.needs_acknowledgement or (one.stands and not one.put_away))
        if found is None:
            return
        frame, alarm = found
        if alarm.put_away:
            self._tell(already_notice(alarm, self._zone))
            return
        longest = longest_shelf(frame.view.assessment.settings)

        def fits(text: str) -> str:
            span = span_of(text)
            if span is None:
                return f"That is no span of time; write it like {EXAMPLES}."
            if not timedelta(0) < span <= longest:
                return f"At most {longest.total_seconds() / 3600:g} h (alarms.shelf_hours)."
            return ""

        def write(span: str, why: str) -> None:
            def do(store: "Store", act: Act) -> Acknowledged:
                from engine.operator.alarm_actions import shelve

                time = span_of(span) or timedelta(0)
                return shelve(store, frame.view.assessment, alarm, time, why, act, longest=longest)

            self._act(frame, alarm, f"Shelved for {span.strip()}", do, ("shelf", alarm.key))

        fields = [
            Field("For how long", EXAMPLES, check=fits),
            Field("Why", check=needed("A shelf needs a reason: whoever comes next has to know why.")),
        ]
        self._ask("Shelve an alarm", frame, alarm, fields, write)

    def action_unshelve(self) -> None:
        """Take an alarm off its shelf, after a second key; that acknowledges it."""
        found = self._alarm_meant(lambda one: one.shelf is not None)
        if found is None:
            return
        frame, alarm = found
        if alarm.shelf is None:
            self._tell(Notice(f"{subject(alarm)}: {reason(alarm)} is not shelved."))
            return

        def do(store: "Store", act: Act) -> Acknowledged:
            from engine.operator.alarm_actions import unshelve

            return unshelve(store, frame.view.assessment, alarm, act)

        ask = Question(
            "Take it off the shelf?",
            (already_notice(alarm, self._zone).text, "That acknowledges it.", *self._past(frame)),
            "y takes it off, Esc does not",
        )
        self._confirm(ask, lambda: self._act(frame, alarm, "Taken off the shelf", do, ("shelf", alarm.key)))

    def action_service(self) -> None:
        """Take the selected bearing out of service, with a reason; or return it."""
        frame = self._may_act()
        if frame is None:
            return
        name = frame.view.assessment.components[self._chosen()]
        if name in frame.retired:
            self._reinstate(frame, name)
            return

        def write(why: str) -> None:
            def do(store: "Store", act: Act) -> Acknowledged:
                from engine.operator.alarm_actions import retire

                return retire(store, frame.view.assessment, name, why, act)

            self._serve(frame, name, "is out of service", do)

        ask = Question(
            f"Take {name} out of service",
            ("It is scored on, but its alarms ask nobody for anything until it returns.", *self._past(frame)),
            "Enter takes it out, Esc does not",
        )
        fields = [Field("Why", check=needed("It needs a reason: whoever comes next has to know why."))]
        self._form(ask, fields, write)

    def _reinstate(self, frame: Frame, name: str) -> None:
        from engine.operator.alarm_actions import RELEARN, reinstate

        def do(store: "Store", act: Act) -> Acknowledged:
            return reinstate(store, frame.view.assessment, name, act)

        ask = Question(
            f"Return {name} to service?",
            (f"Its alarms ask for you again. {RELEARN[0].upper()}{RELEARN[1:]}.", *self._past(frame)),
            "y returns it, Esc does not",
        )
        self._confirm(ask, lambda: self._serve(frame, name, "is back in service", do))

    # How it is done.

    def _ask(
        self,
        heading: str,
        frame: Frame,
        alarm: Alarm,
        fields: list[Field],
        write: Callable[..., None],
    ) -> None:
        about = f"{subject(alarm)}, {reason(alarm, frame.playhead.at)}, {alarm.priority}"
        told = severities_text(alarm, frame.peak(alarm), lambda at: short_time(at, self._zone))
        bad = f"Severity {told}." if told else f"Raised {short_time(alarm.raised.at, self._zone)}."
        self._form(Question(heading, (about, bad, *self._past(frame))), fields, write)

    def _form(self, ask: Question, fields: list[Field], write: Callable[..., None]) -> None:
        def done(answer: tuple[str, ...] | None) -> None:
            if answer is not None:
                write(*answer)

        self.push_screen(Dialog(ask, fields), done)

    def _confirm(self, ask: Question, do: Callable[[], None]) -> None:
        self.push_screen(Confirm(ask), lambda answer: None if answer is None else do())

    def _past(self, frame: Frame) -> tuple[str, ...]:
        """Said in a dialog where the screen shows the past."""
        at = cast(int, frame.playhead.at)
        last = self._newest(frame)
        if instant_is_newest(frame, at):
            return ()
        return (
            f"You look at the past: as of {short_time(at, self._zone)}, the record goes to"
            f" {short_time(last, self._zone)}.",
        )

    def _newest(self, frame: Frame) -> int:
        """The newest instant there is; the playhead's own while it follows it."""
        if frame.playhead.following and frame.playhead.at is not None:
            return frame.playhead.at
        return newest(frame.view.series.at, self._live_now())

    def _act(self, frame: Frame, alarm: Alarm, what: str, do: Do, key: Hashable) -> None:
        about = f"{subject(alarm)}, {reason(alarm)}"
        self._hold(alarm.component, alarm.key)
        self._store(
            frame,
            key,
            do,
            lambda answer: acted_notice(
                what, about, answer, self._newest(frame), self._zone, self._wall_zone
            ),
            lambda why: refused_notice(about, why),
        )

    def _serve(self, frame: Frame, name: str, what: str, do: Do) -> None:
        self._hold(name, self.selected_alarm() or "")
        self._store(
            frame,
            ("service", name),
            do,
            lambda answer: acted_notice(name, what, answer, self._newest(frame), self._zone, self._wall_zone),
            lambda why: refused_notice(name, why),
        )

    def _store(
        self,
        frame: Frame,
        key: Hashable,
        do: Do,
        told: Callable[[Acknowledged], Notice],
        refused: Callable[[str], Notice],
    ) -> None:
        """Store an act as of the frame it was decided on, and tell what became of it."""
        future = self._begin(frame, key, do)
        if future is not None:
            self.run_worker(self._stored(future, told, refused), group="writing")

    def _begin(self, frame: Frame, key: Hashable, do: Do) -> "asyncio.Future[Acknowledged | str] | None":
        """Begin to store an act; None where it is being stored already."""
        if key in self._storing:
            self._tell(Notice("It is being stored …"))
            return None
        act = Act(self._operator, frame.view.session, moment(cast(int, frame.playhead.at)), self._now())
        self._tell(Notice("Storing …"))
        future = asyncio.get_running_loop().run_in_executor(
            self._writing_thread, self._writer.do, lambda store: do(store, act)
        )
        self._storing[key] = future
        future.add_done_callback(lambda _future: self._storing.pop(key))
        return future

    async def _stored(
        self,
        future: "asyncio.Future[Acknowledged | str]",
        told: Callable[[Acknowledged], Notice],
        refused: Callable[[str], Notice],
    ) -> None:
        answer = await future
        self._tell(refused(answer) if isinstance(answer, str) else told(answer))
        self._poll()


def acknowledging(frame: Frame, alarm: Alarm) -> Do:
    """What acknowledges the ring of an alarm that is on the screen."""

    def do(store: "Store", act: Act) -> Acknowledged:
        from engine.operator.alarm_actions import acknowledge

        return acknowledge(store, frame.view.assessment, alarm.ring, act)

    return do


def instant_is_newest(frame: Frame, at: int) -> bool:
    """Whether nothing stored lies after the playhead."""
    times = frame.view.series.at
    return frame.playhead.following or not len(times) or at >= int(times[-1])
