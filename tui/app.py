"""The console: answers the keys. It never talks to the engine, only to the store."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import ModalScreen

from engine.alarms import Alarm
from engine.records import RINGS
from tui.asking import Asking
from tui.draw.notice import Notice, crossing_notice
from tui.draw.text import clean
from tui.draw.words import reason, short_time, subject
from tui.filtering import AlarmFilter, cycled
from tui.frame import meant
from tui.keys import RESERVED, Keymap, textual_key
from tui.palette import Commands
from tui.playhead import (
    GOTO,
    follow,
    instant,
    pace_label,
    paused,
    seek,
    shift_pace,
    step,
    to_mark,
    typed,
)
from tui.reading import View
from tui.screens.dialog import Dialog, Field, Question
from tui.screens.help import HelpScreen
from tui.screens.table import BY_ID, SCREENS

OVER_HELP = frozenset({"back", "help", "quit", "move"})
"""What works over the help screen; nobody acknowledges what they cannot see."""


class Console(Asking, inherit_bindings=False):
    """The viewer with its keys: selecting, going through time, acknowledging."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "quit", priority=True) for key in RESERVED]

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}

    def on_load(self) -> None:
        """Bind the keys in force; their settings are known only now."""
        for action in self._keys.actions:
            self.bind(",".join(map(textual_key, action.keys)), action.call, description=action.word)

    @property
    def keymap_in_force(self) -> Keymap:
        """For the palette."""
        return self._keys

    # Selecting.

    def action_move(self, by: int) -> None:
        """Select the row above or below; on the help, scroll."""
        if isinstance(self.screen, HelpScreen):
            self.screen.move(by)
            return
        frame = self._drawn
        if frame is None:
            return
        names = frame.view.assessment.components
        if self.place() != "alarms":
            self.component = names[min(max(self._chosen() + by, 0), len(names) - 1)]
            return
        shown = self.alarms_shown(frame)
        keys = [alarm.key for alarm in shown]
        selected = self.selected_alarm()
        if selected is not None:
            self._select(shown[min(max(keys.index(selected) + by, 0), len(keys) - 1)], names)

    def _select(self, alarm: Alarm, names: tuple[str, ...]) -> None:
        """There is one selection: an alarm takes its bearing with it."""
        self.alarm = alarm.key
        if alarm.component in names:
            self.component = alarm.component

    # The list of alarms.

    def action_cycle(self, what: str) -> None:
        """The next list, component, priority or state."""
        if self._drawn is not None:
            self.alarm_filter = cycled(self.alarm_filter, what, self._drawn.alarms)

    def action_search(self) -> None:
        """Show only what has the words to be typed."""

        def done(answer: tuple[str, ...] | None) -> None:
            if answer is not None:
                self.alarm_filter = replace(self.alarm_filter, text=clean(answer[0]).strip())

        ask = Question(
            "Show only alarms with these words",
            ("Bearing, cause, priority, state, notes. Nothing typed: all of them.",),
            "Enter shows them, Esc leaves it",
        )
        self.push_screen(Dialog(ask, [Field("Words", value=self.alarm_filter.text)]), done)

    def action_unfilter(self) -> None:
        """Show all alarms of the list again."""
        self.alarm_filter = AlarmFilter(self.alarm_filter.listing)

    def action_jump(self) -> None:
        """Go to the instant at which the selected alarm was raised, and pause there."""
        frame = self._drawn
        alarm = None if frame is None else meant(self.alarms_here(frame), lambda one: one.stands)
        if frame is None or alarm is None:
            self._tell(Notice("There is no alarm to jump to."))
            return
        self._select(alarm, frame.view.assessment.components)
        self._go(paused(seek(self.head, instant(alarm.raised.at), frame.view.series.at)))
        self._tell(Notice(f"{subject(alarm)}, {reason(alarm)}: as it was raised"))

    # Going through time.

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
        head = to_mark(self.head, by, (instant(ring.at) for ring in rings))
        if head is None:
            self._tell(Notice(f"No alarm rang {'after' if by > 0 else 'before'} the playhead."))
            return
        self._go(head)
        self._rang(tuple(ring for ring in rings if instant(ring.at) == head.at))

    def action_goto(self) -> None:
        """Go to a time or a snapshot that is typed."""
        view = self._view()
        if view is None:
            return
        first, last = (short_time(int(view.series.at[end]), self._zone) for end in (0, -1))

        def check(text: str) -> str:
            found = typed(text, view.series.at, self.head.at, self._zone)
            return (
                ""
                if found is not None
                else f"That is neither a time nor one of {len(view.series)} snapshots."
            )

        def done(answer: tuple[str, ...] | None) -> None:
            at = None if answer is None else typed(answer[0], view.series.at, self.head.at, self._zone)
            if at is not None:
                self._go(paused(seek(self.head, at, view.series.at)))

        ask = Question(
            "Go to",
            (f"{GOTO}. There are {len(view.series)} snapshots, {first} to {last}.",),
            "Enter goes there, Esc does not",
        )
        self.push_screen(Dialog(ask, [Field("Time or snapshot", check=check)]), done)

    # Screens.

    async def action_quit(self) -> None:
        """Leave, once everything under way is stored or has failed."""
        if self._storing:
            self._tell(Notice("Leaving as soon as it is stored …"))
            await asyncio.wait(self._storing.values())
        self.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether it works on the screen on top; over the help only leaving does, over a dialog nothing."""
        if not self.screen_stack or isinstance(self.screen, ModalScreen):
            return action == "quit" or not hasattr(self, f"action_{action}")
        if isinstance(self.screen, HelpScreen):
            return action in OVER_HELP
        own = [one for one in self._keys.actions if one.call.partition("(")[0] == action]
        return not own or any(one.works_on(self.place()) for one in own)

    def action_go(self, id: str) -> None:
        """Show a screen of the table."""
        if id == "bearing":
            self.action_open()
            return
        self._show_place(id)

    def _show_place(self, id: str) -> None:
        if self.place() == id:
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if id != SCREENS[0].id:
            if not self.is_screen_installed(id):
                self.install_screen(BY_ID[id].screen(), id)
            self.push_screen(id)
        self._changed()

    def action_open(self) -> None:
        """Show the selected bearing in detail, or that of the selected alarm."""
        if self._drawn is None or self.place() == "bearing":
            return
        names = self._drawn.view.assessment.components
        key = self.selected_alarm()
        about = next((alarm.component for alarm in self._drawn.alarms if alarm.key == key), "")
        # Pinned, so that a ring meanwhile does not change what is being looked at.
        self.component = about if about in names else names[self._chosen()]
        self._show_place("bearing")

    async def action_help(self) -> None:
        """Show the keys, or go back from them."""
        if isinstance(self.screen, HelpScreen):
            await self.action_back()
        else:
            self.push_screen(HelpScreen(self._keys))

    async def action_back(self) -> None:
        """Leave the screen on top; on the overview, select by urgency again."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.component = self.alarm = None
            self._tell(Notice())
        self._changed()
