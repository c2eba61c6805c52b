"""The console: runs the action of a key. It never talks to the engine, only to the store."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from engine.errors import FailedError, UnusableError
from tui.console.controller import Controller
from tui.console.display import keymap_for
from tui.console.further.actions import FurtherActions
from tui.console.leaving import LEAVE_HINT, SecondPress
from tui.console.options import ConsoleOptions
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.notice import Notice
from tui.draw.text import Role
from tui.keys.keymap import RESERVED, Action, textual_key
from tui.keys.places import HOME
from tui.screens.base import ConsoleScreen
from tui.screens.dialog import Dialog
from tui.screens.help import HelpScreen
from tui.screens.palette import Finder
from tui.screens.panel import ROLE_CLASSES
from tui.screens.registry import SCREENS
from tui.screens.state import Rows, Shows
from tui.terminal.app import TerminalApp
from tui.terminal.themes import ThemeError, next_theme

if TYPE_CHECKING:
    from tui.screens.model.screen import ModelScreen

OVER_HELP = frozenset({"back", "help", "leave_now", "quit", "move"})
"""Actions that work over the help screen: an alarm under it cannot be acknowledged unseen."""

FRAME_SECONDS = 0.2
"""Five frames a second are smooth enough for a playhead and spare a slow link."""

POLL_SECONDS = 0.25


class Console(TerminalApp, inherit_bindings=False):
    """The application: screens, and the action of each key; the controller's parts do the work."""

    CSS_PATH = "raceway.tcss"
    COMPONENT_CLASSES: ClassVar[set[str]] = set(ROLE_CLASSES)
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, "leave_now", priority=True) for key in RESERVED]

    def __init__(self, options: ConsoleOptions) -> None:
        """Make the parts; nothing is read before the first frame is painted."""
        keymap = keymap_for(options)
        bound = {textual_key(key) for action in keymap.actions for key in action.keys}
        look = options.appearance
        super().__init__(look.theme, bound, options.clock, RESERVED, look.themes)
        self.options = options
        self.set_class(self.glyphs is Glyphs.ASCII, "-ascii")
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide"), (120, "-broad")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]
        self.controller = Controller(options, self)
        self.further = FurtherActions(self, self.controller, options)
        self.refused: UnusableError | FailedError | None = None
        """The reason why there was nothing to show, if the console ended because of it."""

        self._leave = SecondPress(options.clock)
        self._came_back = False
        self._theme_chosen = ""

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
        self.watch_terminal()
        self.tick()
        # Reading takes the processor from painting: the first frame goes first.
        self.call_after_refresh(self.controller.poll)
        self.set_interval(POLL_SECONDS, self.controller.poll)
        self.set_interval(FRAME_SECONDS, self.tick)

    def tick(self) -> None:
        """Let a moment pass; leave if the terminal is gone."""
        if self.terminal_has_gone:
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

    # Theme, and memory.

    @property
    def glyphs(self) -> Glyphs:
        """The glyphs that panels draw with."""
        return self.options.appearance.glyphs

    def came_back(self, view: View) -> None:
        """Show the first view as the console was left; a machine opened later starts on the first screen."""
        start, left = "" if self._came_back else self.options.start(), self.controller.restore(view)
        if left is not None:
            start = start or (left.screen if self._shows_one_machine(left.screen) else "")
            self._theme_chosen = left.theme if left.theme in self.theme_names else ""
            # A terminal that is shown its own colours may have no others.
            if self._theme_chosen and self.options.appearance.theme != "terminal":
                self._wear(self._theme_chosen)
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
        # Other programs may have written over the screen: the whole screen is sent again.
        self.send_whole(self.size)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if id != HOME:
            if not self.is_screen_installed(id):
                self.install_screen(SCREENS[id](), id)
            self.push_screen(id)
        self.controller.changed()

    def open_dialog(self, dialog: Dialog) -> None:
        """Open a dialog."""
        self.push_screen(dialog)

    def spawn(self, work: Callable[[], Coroutine[object, object, None]], group: str) -> None:
        """Run a coroutine function on the event loop."""
        self.run_worker(work, group=group)

    def draw_soon(self) -> None:
        """Draw before the next message."""
        self.call_next(self.draw)

    def draw(self) -> None:
        """Draw the screen on top."""
        shown = self.controller.shown() if self.is_running and self.screen_stack else None
        if shown is not None and hasattr(self.screen, "show"):
            cast(Shows, self.screen).show(shown)
            self.controller.drawn(self.place())
            self.further.drawn()

    # Which actions work.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action works here; over the help only leaving does, over a dialog no key."""
        if not self.screen_stack or isinstance(self.screen, ModalScreen):
            return action == "leave_now" or not hasattr(self, f"action_{action}")
        if isinstance(self.screen, HelpScreen):
            return action in OVER_HELP
        own = [one for one in self.controller.keymap.actions if one.call.partition("(")[0] == action]
        if action == "do":
            own = [one for one in own if one.call == f"do('{parameters[0]}')"]
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
        self.controller.models.accept(cast("ModelScreen", self.screen).facts())

    def action_switch(self) -> None:
        """Ask for the bundle that is chosen."""
        screen = cast("ModelScreen", self.screen)
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

    def action_do(self, what: str) -> None:
        """Run one of the further actions."""
        self.further.do(what)

    def action_move(self, by: int) -> None:
        """Select the row above or below; on the help, scroll."""
        if isinstance(self.screen, HelpScreen):
            self.screen.move(by)
        else:
            self.controller.move(by)

    def action_go(self, id: str) -> None:
        """Show a screen of the table; from the list of machines, that of the machine under the cursor."""
        if self.controller.rows is Rows.MACHINES and id != self.place():
            self._open_machine(id)
        elif SCREENS[id].ROWS is Rows.BEARING:
            self.action_open()
        else:
            self.show_place(id)

    def action_open(self) -> None:
        """Show the selected bearing in detail, or that of the selected alarm."""
        if self.controller.rows is not Rows.BEARING and self.controller.pin_component():
            self.show_place(next(id for id in SCREENS if SCREENS[id].ROWS is Rows.BEARING))

    def action_machine(self) -> None:
        """Open the machine selected in the list of machines."""
        self._open_machine(HOME)

    def _open_machine(self, place: str) -> None:
        """Show a screen of the machine under the cursor."""
        chosen, view = self.controller.chosen_machine, self.controller.view
        if chosen is None or (place != HOME and view is not None and view.assessment.id == chosen.id):
            self.show_place(place)
        elif self.controller.can_open(chosen):
            self.controller.remember(self.place(), self._theme_chosen)
            self.run_worker(self._switch(chosen.id, place), group="reading")

    async def _switch(self, id: int, place: str) -> None:
        await self.controller.switch(id)
        self.show_place(place)
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

        def run(action: Action) -> None:
            self.call_later(self.run_action, action.call)

        self.push_screen(Finder(self.controller.keymap, self.place(), run))

    def action_next_theme(self) -> None:
        """Draw in the colours of the next theme."""
        if self.no_color:
            notice = Notice("NO_COLOR is set in the environment: the console is drawn without colours.")
            self.controller.tell(notice)
            return
        name = next_theme(self.theme_worn, self.theme_names)
        self._theme_chosen = "" if name == self.options.appearance.theme else name
        if self._wear(name):
            self.controller.tell(Notice(f"Theme {name}"))

    def _wear(self, name: str) -> bool:
        """Draw in a theme; return whether that was possible, and say so if not."""
        try:
            self.wear(name)
        except ThemeError as error:
            # The next key goes on from it, to the theme after it.
            self.theme_worn = name
            self.controller.tell(Notice(str(error), Role.WARNING))
            return False
        return True

    async def action_quit(self) -> None:
        """Leave, once everything under way is stored or has failed."""
        if self.controller.writes.busy:
            self.controller.tell(Notice("Leaving as soon as it is stored …"))
            await self.controller.writes.wait()
        self.exit()

    async def action_leave_now(self) -> None:
        """Leave, whatever is open, if the key comes twice within two seconds; say so at the first."""
        if self._leave.comes():
            await self.action_quit()
            return
        self.controller.tell(Notice(LEAVE_HINT, Role.WARNING))
        warn = getattr(self.screen, "warn", None)
        if warn is not None:
            warn(LEAVE_HINT)
