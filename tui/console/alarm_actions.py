"""Alarm actions: acknowledge, note, shelve, and take out of service."""

import math
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, cast

from engine.alarms.alarm import Alarm
from engine.operator.operator import Act
from engine.operator.shelf_limit import longest_shelf
from engine.records.events import Acknowledged
from tui.console.host import Acts, Answers, Do, Host
from tui.console.options import ConsoleOptions
from tui.data.alarm_filter import AlarmFilter
from tui.data.frame import Frame, meant
from tui.data.playhead import newest
from tui.draw.format import reason, short_time, subject
from tui.draw.notice import (
    Notice,
    acknowledged_notice,
    acted_notice,
    all_acknowledged_notice,
    already_notice,
    failed_notice,
    refused_notice,
    service_notice,
    unseen_notice,
)
from tui.draw.severity import severities_text
from tui.draw.text import clean
from tui.durations import EXAMPLES, span_of
from tui.keys.keymap import Keymap
from tui.screens.alarms.filter import cycled
from tui.screens.dialog import Field, Question, needed

if TYPE_CHECKING:
    from engine.store.store import Store

REPEAT_SECONDS = 0.7
"""A key held down repeats faster than this; one press acknowledges one alarm and no more."""

UNSEEN_SECONDS = 1.5
"""A key pressed sooner after a ring came onto the screen was meant for the state before it."""


class AlarmActions:
    """The acts of an operator on the alarms that the selection means."""

    def __init__(self, host: Host, options: ConsoleOptions, keymap: Keymap) -> None:
        """Act for the operator of these options."""
        self._host, self._options, self._keymap = host, options, keymap
        self._acts = Acts(host, options)
        self._pressed = -math.inf

    def _alarms(self, frame: Frame) -> tuple[Alarm, ...]:
        """Return the alarms that the keys may mean."""
        return self._host.selection.alarms_meant(frame, self._host.rows)

    def _alarm_meant(self, wants: Callable[[Alarm], bool]) -> tuple[Frame, Alarm] | None:
        frame = self._acts.frame()
        if frame is None:
            return None
        alarm = meant(self._alarms(frame), wants)
        if alarm is None:
            self._host.tell(Notice("There is no alarm here; select one."))
            return None
        return frame, alarm

    def _hold(self, component: str, alarm: str) -> None:
        """Keep the selection on the alarm acted on; otherwise the next alarm would take its place."""
        self._host.selection = self._host.selection.holds(component, alarm, self._options.clock())

    # Acknowledging.

    def acknowledge(self) -> None:
        """Acknowledge the ring that is on the screen; it shows as acknowledged once it is stored."""
        last, self._pressed = self._pressed, self._options.clock()
        if self._pressed - last < REPEAT_SECONDS:
            return
        frame = self._acts.frame()
        if frame is None:
            return
        alarm = meant(self._alarms(frame), lambda one: one.needs_acknowledgement)
        if alarm is None:
            self._host.tell(Notice(self._none_waits(frame)))
        elif not alarm.needs_acknowledgement:
            self._host.tell(self._already(frame, alarm))
        else:
            self._hold(alarm.component, alarm.key)
            if not self._unseen(alarm, "acknowledge"):
                self._acknowledge(frame, alarm)

    def _none_waits(self, frame: Frame) -> str:
        """Return that no alarm waits here, and how many wait elsewhere on the machine."""
        waiting = sum(one.needs_acknowledgement for one in frame.alarms)
        if not waiting:
            return "No alarm is unacknowledged."
        name = clean(frame.view.assessment.components[self._host.selection.chosen(frame)])
        return f"{name} has no unacknowledged alarm; {waiting} elsewhere."

    def _unseen(self, alarm: Alarm, action: str) -> bool:
        """Return whether a ring is too new on the screen to be acknowledged by a key; if so, say so."""
        if self._host.seconds_on_screen(alarm.ring) >= UNSEEN_SECONDS:
            return False
        self._host.tell(unseen_notice(alarm, self._keymap.keys_of(action)))
        return True

    def _already(self, frame: Frame, alarm: Alarm) -> Notice:
        """Return the notice that an alarm is acknowledged, with the key that selects another."""
        notice = already_notice(alarm, self._options.zone)
        waiting = sum(one.needs_acknowledgement for one in frame.alarms)
        if not waiting:
            return notice
        select = "/".join(self._keymap.keys_of(key) for key in ("up", "down"))
        return replace(notice, text=f"{notice.text}; {waiting} unacknowledged: {select} selects another")

    def _acknowledge(self, frame: Frame, alarm: Alarm) -> None:
        told = partial(acknowledged_notice, alarm, newest=self._newest(frame), zone=self._options.zone)
        self._acts.store(
            frame,
            ("ring", alarm.ring.seq),
            acknowledging(frame, alarm),
            lambda answer: told(answer=answer, wall_zone=self._options.wall),
            lambda why: failed_notice(alarm, why),
        )

    def acknowledge_all(self) -> None:
        """Acknowledge every alarm that the list shows, after a second key."""
        frame = self._acts.frame()
        if frame is None:
            return
        wanted = tuple(alarm for alarm in self._host.selection.listed(frame) if alarm.needs_acknowledgement)
        if not wanted:
            self._host.tell(Notice("No alarm in this list is unacknowledged."))
            return
        if any(self._unseen(alarm, "acknowledge-all") for alarm in wanted):
            return
        named = "; ".join(f"{subject(one)}, {reason(one)}, {one.priority}" for one in wanted[:4])
        more = f"; and {len(wanted) - 4} more" if len(wanted) > 4 else ""
        ask = Question(
            f"Acknowledge {len(wanted)} alarm{'s' * (len(wanted) > 1)}?",
            (named + more, *self._past(frame)),
            "y acknowledges all, Esc cancels",
        )

        self._acts.confirm(ask, lambda: self._acknowledge_all(frame, wanted))

    def _acknowledge_all(self, frame: Frame, alarms: tuple[Alarm, ...]) -> None:
        by_key = {("ring", alarm.ring.seq): alarm for alarm in alarms}

        def stored(answers: Answers) -> None:
            told = [(alarm, answers[key]) for key, alarm in by_key.items() if key in answers]
            self._host.tell(all_acknowledged_notice(told, self._newest(frame), self._options.zone))

        self._host.store(
            {key: self._acts.work(frame, acknowledging(frame, alarm)) for key, alarm in by_key.items()},
            stored,
        )

    # In a dialog.

    def note(self) -> None:
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

    def shelve(self) -> None:
        """Put an alarm aside for a while, with a reason."""
        found = self._alarm_meant(lambda one: one.needs_acknowledgement or (one.stands and not one.put_away))
        if found is None:
            return
        frame, alarm = found
        if alarm.put_away:
            self._host.tell(already_notice(alarm, self._options.zone))
            return
        longest = longest_shelf(frame.view.assessment.settings)

        def fits(text: str) -> str:
            span = span_of(text)
            if span is None:
                return f"That is not a duration; write for example {EXAMPLES}."
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
            Field("Why", check=needed("Give a reason, for the next operator.")),
        ]
        self._ask("Shelve an alarm", frame, alarm, fields, write)

    def unshelve(self) -> None:
        """Take an alarm off its shelf, after a second key; that acknowledges it."""
        found = self._alarm_meant(lambda one: one.shelf is not None)
        if found is None:
            return
        frame, alarm = found
        if alarm.shelf is None:
            self._host.tell(Notice(f"{subject(alarm)}: {reason(alarm)} is not shelved."))
            return

        def do(store: "Store", act: Act) -> Acknowledged:
            from engine.operator.alarm_actions import unshelve

            return unshelve(store, frame.view.assessment, alarm, act)

        ask = Question(
            "Unshelve it?",
            (already_notice(alarm, self._options.zone).text, "That acknowledges it.", *self._past(frame)),
            "y unshelves it, Esc cancels",
        )
        self._acts.confirm(ask, lambda: self._act(frame, alarm, "Unshelved", do, ("shelf", alarm.key)))

    def service(self) -> None:
        """Take the selected bearing out of service, with a reason; or return it."""
        frame = self._acts.frame()
        if frame is None:
            return
        name = frame.view.assessment.components[self._host.selection.chosen(frame)]
        if name in frame.retired:
            self._reinstate(frame, name)
            return

        def write(why: str) -> None:
            def do(store: "Store", act: Act) -> Acknowledged:
                from engine.operator.alarm_actions import retire

                return retire(store, frame.view.assessment, name, why, act)

            self._serve(frame, name, "taken out of service", do)

        ask = Question(
            f"Take {name} out of service",
            (
                "It is still scored. Its alarms ask for no acknowledgement until it returns.",
                *self._past(frame),
            ),
            "Enter takes it out of service, Esc cancels",
        )
        fields = [Field("Why", check=needed("Give a reason, for the next operator."))]
        self._host.ask(ask, fields, lambda texts: write(*texts))

    def _reinstate(self, frame: Frame, name: str) -> None:
        from engine.operator.alarm_actions import RELEARN, reinstate

        def do(store: "Store", act: Act) -> Acknowledged:
            return reinstate(store, frame.view.assessment, name, act)

        ask = Question(
            f"Return {name} to service?",
            (
                f"Its alarms ask for acknowledgement again. {RELEARN[0].upper()}{RELEARN[1:]}.",
                *self._past(frame),
            ),
            "y returns it, Esc cancels",
        )
        self._acts.confirm(ask, lambda: self._serve(frame, name, "returned to service", do))

    # The list of alarms.

    def cycle(self, what: str) -> None:
        """List the next list, component, priority or state."""
        self._filter(
            cycled(self._filtered, what, () if self._host.frame is None else self._host.frame.alarms)
        )

    def search(self) -> None:
        """Ask for words, and list only the alarms that have them."""
        ask = Question(
            "Show only alarms with these words",
            ("Bearing, cause, priority, state, names or notes. Empty shows all.",),
            "Enter shows them, Esc cancels",
        )
        field = Field("Words", value=self._filtered.text)
        self._host.ask(
            ask, [field], lambda texts: self._filter(replace(self._filtered, text=clean(texts[0]).strip()))
        )

    def unfilter(self) -> None:
        """List all alarms of the list again."""
        self._filter(AlarmFilter(self._filtered.listing))

    @property
    def _filtered(self) -> AlarmFilter:
        return self._host.selection.alarm_filter

    def _filter(self, chosen: AlarmFilter) -> None:
        self._host.selection = self._host.selection.with_filter(chosen)

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
        told = severities_text(alarm, frame.peak(alarm), lambda at: short_time(at, self._options.zone))
        bad = f"Severity {told}." if told else f"Raised {short_time(alarm.raised.at, self._options.zone)}."
        ask = Question(heading, (about, bad, *self._past(frame)))
        self._host.ask(ask, fields, lambda texts: write(*texts))

    def _past(self, frame: Frame) -> tuple[str, ...]:
        """Return a sentence for a dialog if the screen shows the past."""
        at = cast(int, frame.playhead.at)
        last = self._newest(frame)
        if instant_is_newest(frame, at):
            return ()
        return (
            f"The screen shows the past: as of {short_time(at, self._options.zone)}, the record goes to"
            f" {short_time(last, self._options.zone)}.",
        )

    def _newest(self, frame: Frame) -> int:
        """Return the newest time of the record, that of the playhead while it follows."""
        if frame.playhead.following and frame.playhead.at is not None:
            return frame.playhead.at
        return newest(frame.view.series.at, self._host.live_now)

    def _act(self, frame: Frame, alarm: Alarm, what: str, do: Do, key: Hashable) -> None:
        about = f"{subject(alarm)}, {reason(alarm)}"
        self._hold(alarm.component, alarm.key)
        self._acts.store(
            frame,
            key,
            do,
            partial(self._acted, frame, what, about),
            lambda why: refused_notice(about, why),
        )

    @property
    def _zones(self) -> tuple[tzinfo, tzinfo]:
        return self._options.zone, self._options.wall

    def _acted(self, frame: Frame, what: str, about: str, answer: Acknowledged) -> Notice:
        return acted_notice(what, about, answer, self._newest(frame), *self._zones)

    def _serve(self, frame: Frame, name: str, what: str, do: Do) -> None:
        self._hold(name, self._host.selection.alarm_in(frame, self._host.rows) or "")
        self._acts.store(
            frame,
            ("service", name),
            do,
            lambda answer: service_notice(name, what, answer, self._newest(frame), *self._zones),
            lambda why: refused_notice(name, why),
        )


def acknowledging(frame: Frame, alarm: Alarm) -> Do:
    """Return the act that acknowledges the ring of an alarm on the screen."""

    def do(store: "Store", act: Act) -> Acknowledged:
        from engine.operator.alarm_actions import acknowledge

        return acknowledge(store, frame.view.assessment, alarm.ring, act)

    return do


def instant_is_newest(frame: Frame, at: int) -> bool:
    """Return whether the playhead is at the newest snapshot."""
    times = frame.view.series.at
    return frame.playhead.following or not len(times) or at >= int(times[-1])
