"""The console: runs the action of a key. It never talks to the engine, only to the store."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, cast

from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Resize
from textual.geometry import Size
from textual.screen import ModalScreen, Screen

from engine.errors import FailedError, UnusableError
from tui.console.controller import Controller
from tui.console.options import ConsoleOptions
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.notice import Notice
from tui.keys.keymap import RESERVED, Action, textual_key
from tui.keys.places import HOME
from tui.screens.base import ConsoleScreen
from tui.screens.dialog import Dialog
from tui.screens.help import HelpScreen
from tui.screens.model.screen import ModelScreen
from tui.screens.palette import Finder
from tui.screens.registry import SCREENS
from tui.screens.state import Rows, Shows
from tui.terminal.hangup import Terminal
from tui.terminal.themes import THEMES, next_theme, own_themes, textual_name

OVER_HELP = frozenset({"back", "help", "leave_now", "quit", "move"})
"""Actions that work over the help screen; nobody acknowledges what they cannot see."""

FRAME_SECONDS = 0.2
"""Five frames a second are smooth enough for a playhead and spare a slow link."""

POLL_SECONDS = 0.25


class Console(App[None], inherit_bindings=False):
    """The application: screens, and the action of each key; the controller's parts do the work."""

    CSS_PATH = "raceway.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "leave_now", priority=True) for key in RESERVED]

    # Textual's palette runs by Enter what it found for an earlier text.
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, options: ConsoleOptions) -> None:
        """Make the parts; nothing is read before the first frame is painted."""
        # With the terminal's own colours from the start, NO_COLOR leaves no colour at all; where they are
        # set later, black is painted on black.
        super().__init__(ansi_color=True if options.appearance.theme == "terminal" else None)
        for theme in own_themes():
            self.register_theme(theme)
        self._options = options
        self.set_class(self.glyphs is Glyphs.ASCII, "-ascii")
        self.wear(options.appearance.theme)
        self.animation_level = "none"
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (120, "-broad")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]
        self.controller = Controller(options, self)
        self.refused: UnusableError | FailedError | None = None
        """The reason why there was nothing to show, if the console ended because of it."""

        self._came_back = False
        self._theme_chosen = ""
        self._terminal: Terminal | None = None

    # Starting and leaving.

    def on_load(self) -> None:
        """Bind the keys in force; their settings are known only now.

        With priority a key does its work at once. Without it the key goes to the screen, and of two keys that
        come together the second goes to the screen that the first is about to cover.
        """
        for action in self.controller.keymap.actions:
            keys = ",".join(map(textual_key, action.keys))
            self._bindings.bind(keys, action.call, action.word, priority=True)

    def on_mount(self) -> None:
        """Start to read and to move; show the main keys to a new user."""
        self.controller.welcome()
        if not self.is_headless:
            self._terminal = Terminal(self.exit)
        self.tick()
        # Reading takes the processor from painting: the first frame goes first.
        self.call_after_refresh(self.controller.poll)
        self.set_interval(POLL_SECONDS, self.controller.poll)
        self.set_interval(FRAME_SECONDS, self.tick)

    def tick(self) -> None:
        """Let a moment pass; leave if the terminal is gone."""
        if self._terminal is not None and self._terminal.has_gone():
            self.exit()
        self.controller.tick()

    def on_unmount(self) -> None:
        """Close the store, after the acts under way are stored."""
        self.controller.feed.close()
        self.controller.writes.close()

    def exit(self, *arguments: Any, **options: Any) -> None:
        """Leave, for whatever reason; the state of the console is remembered."""
        self.controller.remember(self.place(), self._theme_chosen)
        super().exit(*arguments, **options)

    def give_up(self, reason: UnusableError | FailedError) -> None:
        """Leave, because there is nothing to show."""
        self.refused = reason
        self.exit()

    def get_driver_class(self) -> type[Driver]:
        """Return our driver; TEXTUAL_DRIVER would import whatever the environment names."""
        from tui.terminal.driver import ThriftyDriver

        return ThriftyDriver

    def on_resize(self, event: Resize) -> None:
        """Send the whole frame; a terminal of another size may show anything."""
        self._send_whole(event.size)

    def _send_whole(self, size: Size) -> None:
        """Send the next frame whole, whatever the terminal of this size seems to show."""
        forget = getattr(self._driver, "forget", None)
        if forget is not None:
            forget(*size)

    # Theme, and what is remembered.

    @property
    def glyphs(self) -> Glyphs:
        """The glyphs that panels draw with."""
        return self._options.appearance.glyphs

    def wear(self, theme: str) -> None:
        """Draw in a theme, by its name in the settings."""
        self.theme_worn = theme
        if not self.no_color:
            self.ansi_color = None
        self.theme = textual_name(theme)

    def came_back(self, view: View) -> None:
        """Show the first view as the console was left; a machine opened later starts on the first screen."""
        start, left = "" if self._came_back else self._options.start(), self.controller.restore(view)
        if left is not None:
            start = start or (left.screen if self._shows_one_machine(left.screen) else "")
            self._theme_chosen = left.theme if left.theme in THEMES else ""
            # A terminal that is shown its own colours may have no others.
            if self._theme_chosen and self._options.appearance.theme != "terminal":
                self.wear(self._theme_chosen)
        # A user who went to another screen while the store was read stays there.
        if start and not self._came_back and self.place() == HOME:
            self.show_place(start)
        self._came_back = True

    def _shows_one_machine(self, place: str) -> bool:
        return place in SCREENS and SCREENS[place].ROWS is not Rows.MACHINES

    # Screens.

    def get_default_screen(self) -> Screen[None]:
        """Return the first screen of the table."""
        return SCREENS[HOME]()

    @property
    def console_screen(self) -> ConsoleScreen | None:
        """The screen on top, or the one under a dialog; None if it is none of the table."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]
        return screens[-1] if screens else None

    @property
    def covered(self) -> bool:
        """Whether a dialog or the help covers that screen."""
        return self.screen_stack[-1] is not self.console_screen

    def place(self) -> str:
        """Return the id of the screen on top, or of the one under a dialog."""
        screen = self.console_screen
        return "" if screen is None else screen.PLACE

    def show_place(self, id: str) -> None:
        """Show a screen of the table; it is made at the first time and kept."""
        if self.place() == id:
            return
        # What others wrote over the screen goes: a whole one is sent, be it known or not.
        self._send_whole(self.size)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if id != HOME:
            if not self.is_screen_installed(id):
                self.install_screen(SCREENS[id](), id)
            self.push_screen(id)
        self.controller.changed()

    def open_dialog(self, dialog: Dialog, answered: Callable[[tuple[str, ...]], None]) -> None:
        """Open a dialog; `answered` is not called if it is cancelled."""
        self.push_screen(dialog, lambda answer: None if answer is None else answered(answer))

    def spawn(self, work: Coroutine[object, object, None], group: str) -> None:
        """Run a coroutine on the event loop."""
        self.run_worker(work, group=group)

    def draw_soon(self) -> None:
        """Draw before the next message."""
        self.call_next(self.draw)

    def draw(self) -> None:
        """Draw the screen on top."""
        shown = self.controller.shown() if self.is_running and self.screen_stack else None
        if shown is not None and hasattr(self.screen, "show"):
            cast(Shows, self.screen).show(shown)
            self.controller.drawn()

    # Which actions work.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action works here; over the help only leaving does, over a dialog no key."""
        if not self.screen_stack or isinstance(self.screen, ModalScreen):
            return action == "leave_now" or not hasattr(self, f"action_{action}")
        if isinstance(self.screen, HelpScreen):
            return action in OVER_HELP
        own = [one for one in self.controller.keymap.actions if one.call.partition("(")[0] == action]
        return not own or any(one.works_on(self.place()) for one in own)

    # Actions on alarms and models.

    def action_acknowledge(self) -> None:
        """Acknowledge the alarm that is meant."""
        self.controller.alarms.acknowledge()

    def action_acknowledge_all(self) -> None:
        """Acknowledge every alarm of the list."""
        self.controller.alarms.acknowledge_all()

    def action_note(self) -> None:
        """Write a note on an alarm."""
        self.controller.alarms.note()

    def action_shelve(self) -> None:
        """Shelve an alarm."""
        self.controller.alarms.shelve()

    def action_unshelve(self) -> None:
        """Take an alarm off its shelf."""
        self.controller.alarms.unshelve()

    def action_service(self) -> None:
        """Take a bearing out of service, or return it."""
        self.controller.alarms.service()

    def action_cycle(self, what: str) -> None:
        """List the next list, component, priority or state."""
        self.controller.alarms.cycle(what)

    def action_search(self) -> None:
        """List only alarms with certain words."""
        self.controller.alarms.search()

    def action_unfilter(self) -> None:
        """List all alarms again."""
        self.controller.alarms.unfilter()

    def action_accept(self) -> None:
        """Accept the baseline."""
        self.controller.models.accept(cast(ModelScreen, self.screen).facts())

    def action_switch(self) -> None:
        """Ask for the bundle that is chosen."""
        screen = cast(ModelScreen, self.screen)
        self.controller.models.switch(screen.facts(), screen.chosen)

    def action_relearn(self) -> None:
        """Ask for another baseline."""
        self.controller.models.relearn()

    # Actions on time.

    def action_play(self) -> None:
        """Pause, or play."""
        self.controller.navigation.play()

    def action_step(self, by: int) -> None:
        """Go one snapshot on or back."""
        self.controller.navigation.step(by)

    def action_pace(self, by: int) -> None:
        """Play faster or slower."""
        self.controller.navigation.change_pace(by)

    def action_seek(self, where: str) -> None:
        """Go to the first or the newest snapshot."""
        self.controller.navigation.seek(where)

    def action_follow(self) -> None:
        """Follow the newest snapshot."""
        self.controller.navigation.follow()

    def action_cross(self, by: int) -> None:
        """Go to the next or previous crossing of a limit."""
        self.controller.navigation.cross(by)

    def action_alarm(self, by: int) -> None:
        """Go to the next or previous ring of an alarm."""
        self.controller.navigation.ring(by)

    def action_goto(self) -> None:
        """Go to a time or a snapshot that is typed."""
        self.controller.navigation.ask_where()

    def action_jump(self) -> None:
        """Go to where the selected alarm was raised."""
        self.controller.navigation.jump()

    # Actions on screens.

    def action_move(self, by: int) -> None:
        """Select the row above or below; on the help, scroll."""
        if isinstance(self.screen, HelpScreen):
            self.screen.move(by)
        else:
            self.controller.move(by)

    def action_go(self, id: str) -> None:
        """Show a screen of the table."""
        if SCREENS[id].ROWS is Rows.BEARING:
            self.action_open()
        else:
            self.show_place(id)

    def action_open(self) -> None:
        """Show the selected bearing in detail, or that of the selected alarm."""
        if self.controller.rows is not Rows.BEARING and self.controller.pin_component():
            self.show_place(next(id for id in SCREENS if SCREENS[id].ROWS is Rows.BEARING))

    def action_machine(self) -> None:
        """Open the machine selected in the list of machines."""
        name = self.controller.selection.machine_in(list(self.controller.machines))
        if name:
            self.controller.remember(self.place(), self._theme_chosen)
            self.run_worker(self._switch(self.controller.machines[name].id), group="reading")

    async def _switch(self, id: int) -> None:
        await self.controller.switch(id)
        self.show_place(HOME)
        self.controller.poll()

    async def action_back(self) -> None:
        """Leave the screen on top; on the overview, select by urgency again."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.controller.selection = self.controller.selection.by_urgency()
            self.controller.tell(Notice())
        self.controller.changed()

    async def action_help(self) -> None:
        """Show the keys, or go back from them."""
        if isinstance(self.screen, HelpScreen):
            await self.action_back()
        else:
            self.push_screen(HelpScreen(self.controller.keymap))

    def action_find(self) -> None:
        """Find an action by its words, and run it as its key does."""

        def done(action: Action | None) -> None:
            if action is not None:
                self.call_later(self.run_action, action.call)

        self.push_screen(Finder(self.controller.keymap, self.place()), done)

    def action_next_theme(self) -> None:
        """Draw in the colours of the next theme."""
        if self.no_color:
            notice = Notice("NO_COLOR is set in the environment: the console is drawn without colours.")
            self.controller.tell(notice)
            return
        name = next_theme(self.theme_worn)
        self._theme_chosen = "" if name == self._options.appearance.theme else name
        self.wear(name)
        self.controller.tell(Notice(f"Theme {name}"))

    def action_redraw(self) -> None:
        """Draw everything again, over whatever else was written to the terminal."""
        self._send_whole(self.size)
        self.screen.refresh(layout=True)

    async def action_quit(self) -> None:
        """Leave, once everything under way is stored or has failed."""
        if self.controller.writes.busy:
            self.controller.tell(Notice("Leaving as soon as it is stored …"))
            await self.controller.writes.wait()
        self.exit()

    async def action_leave_now(self) -> None:
        """Leave, whatever is open."""
        await self.action_quit()
