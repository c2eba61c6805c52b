"""The console: answers the keys. It never talks to the engine, only to the store."""

import asyncio
import math
from collections.abc import Callable
from functools import partial
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import ModalScreen

from engine.alarms import Alarm
from tui.draw.notice import Notice, acknowledged_notice, already_notice, crossing_notice, failed_notice
from tui.frame import Frame, to_acknowledge
from tui.keys import RESERVED, Keymap, textual_key
from tui.palette import Commands
from tui.playhead import MAX_PACE, Playhead, moment, pace_label, seek, shift_pace, step, to_mark
from tui.reading import View
from tui.screens.common import ConsoleScreen
from tui.screens.help import HelpScreen
from tui.screens.table import BY_ID, SCREENS
from tui.viewer import Viewer

OVER_HELP = frozenset({"back", "help", "quit", "move"})
"""What works over the help screen; nobody acknowledges what they cannot see."""

REPEAT_SECONDS = 0.7
"""A key held down repeats faster than this; one press acknowledges one alarm and no more."""


class Console(Viewer, inherit_bindings=False):
    """The viewer with its keys: selecting, going through time, acknowledging."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "quit", priority=True) for key in RESERVED]

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}

    _pressed: float = -math.inf
    """When the acknowledge key was last seen, by the clock."""

    def on_load(self) -> None:
        """Bind the keys in force; their settings are known only now."""
        for action in self._keys.actions:
            self.bind(",".join(map(textual_key, action.keys)), action.call, description=action.word)

    @property
    def keymap_in_force(self) -> Keymap:
        """For the palette."""
        return self._keys

    # Selecting.

    def action_panel(self) -> None:
        """Move the keys between bearings and alarms; the alarm on top is selected and stays so."""
        self.on_alarms = not self.on_alarms
        self.alarm = self._chosen_alarm()

    def action_move(self, by: int) -> None:
        """Select the row above or below; on the help, scroll."""
        if isinstance(self.screen, HelpScreen):
            self.screen.move(by)
            return
        frame = self._drawn
        if frame is None:
            return
        if self.on_alarms and self._place() != "bearing":
            keys = [alarm.key for alarm in frame.alarms]
            chosen = self._chosen_alarm()
            if chosen is not None:
                self.alarm = keys[min(max(keys.index(chosen) + by, 0), len(keys) - 1)]
            return
        names = frame.view.assessment.components
        self.component = names[min(max(self._chosen() + by, 0), len(names) - 1)]

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
        self.head = Playhead(self.head.at, self.head.pace, not self.head.playing)

    def action_step(self, by: int) -> None:
        """One snapshot on or back."""
        if (view := self._view()) is not None:
            self._go(step(self.head, by, view.series.at))

    def action_pace(self, by: int) -> None:
        """Faster or slower."""
        self.head = shift_pace(self.head, by)
        self._tell(Notice(f"Pace {pace_label(self.head.pace)} of recording time"))

    def action_seek(self, where: str) -> None:
        """To the first or the newest snapshot."""
        if (view := self._view()) is not None:
            self._go(seek(self.head, int(view.series.at[0 if where == "start" else -1]), view.series.at))

    def action_follow(self) -> None:
        """To the newest snapshot, and keep to it."""
        if (view := self._view()) is not None:
            newest = Playhead(self.head.at, MAX_PACE, True)
            self._go(seek(newest, int(view.series.at[-1]), view.series.at))

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

    # Screens.

    async def action_quit(self) -> None:
        """Leave, once every acknowledgement under way is stored or has failed."""
        if self._storing:
            self._tell(Notice("Leaving as soon as the acknowledgement is stored …"))
            await asyncio.wait(self._storing.values())
        self.exit()

    def _place(self) -> str:
        """Id of the screen on top, "" where it is none of the table."""
        return self.screen.PLACE if isinstance(self.screen, ConsoleScreen) else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether it works on the screen on top; over the help only leaving does, over a dialog nothing."""
        if not self.screen_stack or isinstance(self.screen, ModalScreen):
            return action == "quit" or not hasattr(self, f"action_{action}")
        if isinstance(self.screen, HelpScreen):
            return action in OVER_HELP
        own = [one for one in self._keys.actions if one.call.partition("(")[0] == action]
        return not own or any(one.works_on(self._place()) for one in own)

    def action_go(self, id: str) -> None:
        """Show a screen of the table."""
        if id == "bearing":
            self.action_open()
            return
        self._show_place(id)

    def _show_place(self, id: str) -> None:
        if self._place() == id:
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
        if self._drawn is None or self._place() == "bearing":
            return
        names = self._drawn.view.assessment.components
        key = self._chosen_alarm()
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
            self.on_alarms = False
            self._tell(Notice())
        self._changed()

    # Acknowledging.

    def action_acknowledge(self) -> None:
        """Acknowledge the ring that is on the screen; it shows as acknowledged once it is stored."""
        last, self._pressed = self._pressed, self._clock()
        if self._pressed - last < REPEAT_SECONDS:
            return
        frame = self._drawn
        if frame is None or frame.playhead.at is None:
            self._tell(Notice("There is no alarm to acknowledge yet."))
            return
        name = frame.view.assessment.components[self._chosen()]
        alarms = frame.alarms
        if self._place() == "bearing":
            # Only this bearing's alarm is on the screen.
            alarms = tuple(alarm for alarm in alarms if alarm.component == name)
        chosen = None if self._place() == "bearing" else self._chosen_alarm()
        alarm = to_acknowledge(alarms, chosen, name)
        if alarm is None:
            own = next((one for one in alarms if one.component == name), None)
            none = Notice("There is no unacknowledged alarm.")
            self._tell(none if own is None else already_notice(own, self._zone))
        elif not alarm.needs_acknowledgement:
            self._tell(already_notice(alarm, self._zone))
        elif alarm.ring.seq in self._storing:
            self._tell(Notice("The acknowledgement is being stored …"))
        else:
            self._tell(Notice("Storing the acknowledgement …"))
            self.run_worker(self._acknowledge(frame, alarm), group="writing")

    async def _acknowledge(self, frame: Frame, alarm: Alarm) -> None:
        seen = moment(cast(int, frame.playhead.at))
        store = partial(
            self._writer.acknowledge,
            frame.view.assessment,
            alarm.ring,
            session=self._session,
            by=self._operator,
            at=seen,
            now=self._now(),
        )
        future = asyncio.get_running_loop().run_in_executor(self._writing_thread, store)
        self._storing[alarm.ring.seq] = future
        try:
            answer = await future
        finally:
            del self._storing[alarm.ring.seq]
        if isinstance(answer, str):
            self._tell(failed_notice(alarm, answer))
            return
        newest = moment(int(frame.view.series.at[-1]))
        self._tell(acknowledged_notice(alarm, answer, newest, self._zone, self._wall_zone))
        self._poll()
