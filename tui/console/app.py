"""The console: answers the keys. It never talks to the engine, only to the store."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from engine.records.assessment import Assessment
from tui.console.model_actions import Asking
from tui.console.preferences import Left, is_kept, keep, recall
from tui.console.themes import THEMES, next_theme
from tui.data.alarm_filter import AlarmFilter
from tui.data.playhead import Playhead
from tui.data.view import Reading, View
from tui.draw.notice import Notice
from tui.draw.text import clean
from tui.keys.keymap import RESERVED, Action, textual_key
from tui.keys.places import HOME
from tui.screens.alarms.filter import cycled
from tui.screens.dialog import Dialog, Field, Question
from tui.screens.fleet.screen import standings
from tui.screens.help import HelpScreen
from tui.screens.palette import Finder
from tui.screens.registry import SCREENS

if TYPE_CHECKING:
    from engine.store.store import Store

OVER_HELP = frozenset({"back", "help", "leave_now", "quit", "move"})
"""What works over the help screen; nobody acknowledges what they cannot see."""


class Console(Asking, inherit_bindings=False):
    """The viewer with its keys: selecting, going through time, acknowledging."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "leave_now", priority=True) for key in RESERVED]

    # Textual's gathers what it finds behind the keys, and runs by Enter what an earlier text had found.
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        *,
        memory: Path | None = None,
        start: Callable[[], str] = str,
        paced: bool = False,
        **options: Any,
    ) -> None:
        """Take what is for the keys; the rest is for looking.

        Args:
            memory: file that remembers how the console was left, None to remember nothing.
            start: gives the id of the screen to begin with, "" for the one that was left; called when there
                is something to show.
            paced: whether the pace was asked for and is not to be remembered.
            options: of `Looking`.
        """
        super().__init__(**options)
        self._memory, self._start, self._paced = memory, start, paced
        self._came_back = False
        self._theme_chosen = ""

    def on_load(self) -> None:
        """Bind the keys in force; their settings are known only now.

        With priority a key does its work as it comes. Else it goes by way of the screen, and of keys that
        come at once the second is sent to the screen that the first is about to cover.
        """
        for action in self._keys.actions:
            self._bindings.bind(
                ",".join(map(textual_key, action.keys)), action.call, action.word, priority=True
            )

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
        if self.place() == "fleet":
            machines = [one.assessment.machine for one in standings(self.reading.extra)]
            if machines:
                here = machines.index(self.selected_machine())
                self.machine = machines[min(max(here + by, 0), len(machines) - 1)]
            return
        if self.place() != "alarms":
            chosen = names[min(max(self._chosen() + by, 0), len(names) - 1)]
            self._let_go()
            self.component = chosen
            self._changed()
            return
        shown = self.alarms_shown(frame)
        keys = [alarm.key for alarm in shown]
        selected = self.selected_alarm()
        if selected is not None:
            self.select(shown[min(max(keys.index(selected) + by, 0), len(keys) - 1)], names)

    # The list of alarms.

    def action_cycle(self, what: str) -> None:
        """The next list, component, priority or state."""
        self._let_go()
        if self._drawn is not None:
            self.alarm_filter = cycled(self.alarm_filter, what, self._drawn.alarms)

    def action_search(self) -> None:
        """Show only what has the words to be typed."""

        def done(answer: tuple[str, ...] | None) -> None:
            if answer is not None:
                self._let_go()
                self.alarm_filter = replace(self.alarm_filter, text=clean(answer[0]).strip())

        ask = Question(
            "Show only alarms with these words",
            ("Bearing, cause, priority, state, names, notes. Nothing typed: all of them.",),
            "Enter shows them, Esc leaves it",
        )
        self.push_screen(Dialog(ask, [Field("Words", value=self.alarm_filter.text)]), done)

    def action_unfilter(self) -> None:
        """Show all alarms of the list again."""
        self._let_go()
        self.alarm_filter = AlarmFilter(self.alarm_filter.listing)

    # Screens.

    async def action_quit(self) -> None:
        """Leave, once everything under way is stored or has failed."""
        if self._storing:
            self._tell(Notice("Leaving as soon as it is stored …"))
            await asyncio.wait(self._storing.values())
        self.exit()

    async def action_leave_now(self) -> None:
        """Leave, whatever is open."""
        await self.action_quit()

    def on_mount(self) -> None:
        """Begin where one left; say the keys to who is here for the first time."""
        if self._memory is not None and not is_kept(self._memory):
            keys = self._keys.keys_of
            hint = (
                f"First time here? {keys('acknowledge')} acknowledges, {keys('open')} shows why,"
                f" {keys('alarms')} lists the alarms, {keys('follow')} follows the newest, {keys('help')} has"
                " all keys."
            )
            self._tell(Notice(hint))

    def exit(self, *arguments: Any, **options: Any) -> None:
        """Leave, however that comes about; how things stand is remembered."""
        self._remember()
        super().exit(*arguments, **options)

    def watch_reading(self, before: Reading, after: Reading) -> None:
        """Look at a machine the way it was left."""
        super().watch_reading(before, after)
        if before.view is not None or after.view is None:
            return
        start = "" if self._came_back else self._start()
        if self._memory is not None:
            left = recall(self._memory).get(after.view.assessment.machine, Left())
            self._come_back(left, after.view)
            start = start or (left.screen if left.screen in SCREENS and left.screen != "fleet" else "")
        # Who went somewhere while the store was being read stays there.
        if start and not self._came_back and self.place() == HOME:
            self.show_place(start)
        self._came_back = True

    def _come_back(self, left: Left, view: View) -> None:
        if left.component in view.assessment.components:
            self.component = left.component
        self.alarm_filter = left.alarm_filter
        if left.pace and not self._paced:
            self.head = replace(self.head, pace=left.pace)
        self._theme_chosen = left.theme if left.theme in THEMES else ""
        # A terminal that is shown its own colours may have no others.
        if self._theme_chosen and self._outfit.theme != "terminal":
            self.wear(self._theme_chosen)

    def _remember(self) -> None:
        view = self.reading.view
        if self._memory is None or view is None:
            return
        left = Left(
            self.place(),
            self.component or "",
            self.alarm_filter.listing.value,
            self.alarm_filter.priority,
            self.head.pace if math.isfinite(self.head.pace) else 0.0,
            self._theme_chosen,
        )
        keep(self._memory, view.assessment.machine, left)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether it works on the screen on top; over the help only leaving does, over a dialog no key."""
        if not self.screen_stack or isinstance(self.screen, ModalScreen):
            return action == "leave_now" or not hasattr(self, f"action_{action}")
        if isinstance(self.screen, HelpScreen):
            return action in OVER_HELP
        own = [one for one in self._keys.actions if one.call.partition("(")[0] == action]
        return not own or any(one.works_on(self.place()) for one in own)

    def action_go(self, id: str) -> None:
        """Show a screen of the table."""
        if id == "bearing":
            self.action_open()
            return
        self.show_place(id)

    def show_place(self, id: str) -> None:
        """Show a screen of the table; it is made at the first time and kept."""
        if self.place() == id:
            return
        # What others wrote over the screen goes: a whole one is sent, be it known or not.
        self._send_anew(self.size)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if id != HOME:
            if not self.is_screen_installed(id):
                self.install_screen(SCREENS[id](), id)
            self.push_screen(id)
        self._changed()

    def action_machine(self) -> None:
        """Open the machine selected in the fleet."""
        name = self.selected_machine()
        chosen = next(
            (one.assessment for one in standings(self.reading.extra) if one.assessment.machine == name), None
        )
        if chosen is not None:
            self._remember()
            self.run_worker(self._switch(chosen.id), group="reading")

    async def _switch(self, id: int) -> None:
        """Look at another assessment, from its newest snapshot on."""

        def choose(store: "Store") -> Assessment | None:
            return next((one for one in store.assessments() if one.id == id), None)

        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._reading_thread, self._reader.switch, choose)
        self.component = self.alarm = None
        self._let_go()
        self.alarm_filter = AlarmFilter()
        self._tell(Notice())
        self.head = Playhead(None, self.head.pace, True, following=True)
        self.reading = Reading(None, begun=False)
        self.show_place(HOME)
        self._poll()

    def action_open(self) -> None:
        """Show the selected bearing in detail, or that of the selected alarm."""
        if self._drawn is None or self.place() == "bearing":
            return
        names = self._drawn.view.assessment.components
        key = self.selected_alarm()
        about = next((alarm.component for alarm in self._drawn.alarms if alarm.key == key), "")
        # Pinned, so that a ring meanwhile does not change what is being looked at.
        self.component = about if about in names else names[self._chosen()]
        self.show_place("bearing")

    def action_next_theme(self) -> None:
        """Draw in the colours of the next theme."""
        if self.no_color:
            self._tell(Notice("NO_COLOR is set in the environment: the console is drawn without colours."))
            return
        name = next_theme(self.theme_worn)
        self._theme_chosen = "" if name == self._outfit.theme else name
        self.wear(name)
        self._tell(Notice(f"Theme {name}"))

    async def action_help(self) -> None:
        """Show the keys, or go back from them."""
        if isinstance(self.screen, HelpScreen):
            await self.action_back()
        else:
            self.push_screen(HelpScreen(self._keys))

    def action_find(self) -> None:
        """Find an action by its words, and run it as its key does."""

        def done(action: Action | None) -> None:
            if action is not None:
                self.call_later(self.run_action, action.call)

        self.push_screen(Finder(self._keys, self.place()), done)

    async def action_back(self) -> None:
        """Leave the screen on top; on the overview, select by urgency again."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.component = self.alarm = None
            self._let_go()
            self._tell(Notice())
        self._changed()
