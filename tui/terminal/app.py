"""An application on a terminal: driver, themes, keys that come too fast, and a terminal that went away."""

import sys
import traceback
from collections.abc import Callable, Container
from pathlib import Path

from rich.text import Text
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.events import Event, Key, Resize
from textual.geometry import Size
from textual.screen import ModalScreen

from replay.recording import clean_text
from tui.terminal.hangup import Terminal
from tui.terminal.key_gate import KeyGate
from tui.terminal.themes import DARK, THEMES, known_theme, own_themes, textual_name, user_theme, user_themes


class TerminalApp(App[None], inherit_bindings=False):
    """The application without its screens."""

    # Enter in Textual's palette runs an action found for an earlier text.
    ENABLE_COMMAND_PALETTE = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that the terminal's own theme does not name."""
        return DARK

    def __init__(
        self,
        theme: str,
        bound: Container[str],
        clock: Callable[[], float],
        always: Container[str] = (),
        themes: Path | None = None,
    ) -> None:
        """Start in a theme.

        Args:
            theme: its name in the settings.
            bound: Textual's names of the keys that do something.
            clock: seconds that never go back.
            always: names of the keys that always get through, because they leave.
            themes: folder of the user's own themes.

        Raises:
            ThemeError: there is no such theme, or its file is none.
        """
        self._themes = user_themes(themes)
        known_theme(theme, themes)
        # With the terminal's own colours from the start, NO_COLOR leaves no colour at all; where they are
        # set later, black is painted on black.
        super().__init__(ansi_color=True if theme == "terminal" else None)
        for own in own_themes():
            self.register_theme(own)
        self.wear(theme)
        self.animation_level = "none"
        self._gate = KeyGate(bound, clock, always)
        self._terminal: Terminal | None = None

    def watch_terminal(self) -> None:
        """Notice from now on if the terminal goes away."""
        if not self.is_headless:
            self._terminal = Terminal(self.exit)

    @property
    def terminal_has_gone(self) -> bool:
        """Whether the terminal went away."""
        return self._terminal is not None and self._terminal.has_gone()

    @property
    def colours(self) -> bool:
        """Whether more than the terminal's 16 colours are drawn."""
        return self.theme_worn != "terminal" and not self.no_color

    @property
    def theme_names(self) -> tuple[str, ...]:
        """The names of all themes, in the order in which one follows the other."""
        return (*THEMES, *self._themes)

    def wear(self, theme: str) -> None:
        """Draw in a theme, by its name in the settings.

        Raises:
            ThemeError: it is one of the user, and its file is not a theme.
        """
        if theme in self._themes:
            self.register_theme(user_theme(self._themes[theme]))
        self.theme_worn = theme
        if not self.no_color:
            self.ansi_color = None
        self.theme = textual_name(theme)

    def get_driver_class(self) -> type[Driver]:
        """Return our driver; TEXTUAL_DRIVER would import whatever the environment names."""
        from tui.terminal.driver import ThriftyDriver

        return ThriftyDriver

    def _fatal_error(self) -> None:
        """End with the plain traceback of the first error.

        That of Textual prints the values of all variables: for a long record the screen is blank for half a
        minute, and a thousand lines hide the fault.
        """
        lines = "".join(traceback.format_exception(self._exception or sys.exception())).splitlines()
        self.panic(Text("\n".join(map(clean_text, lines))))

    # Output.

    def on_resize(self, event: Resize) -> None:
        """Send the whole frame; a terminal of another size may show anything."""
        self.send_whole(event.size)

    def send_whole(self, size: Size) -> None:
        """Send the next frame whole, whatever the terminal of this size seems to show."""
        forget = getattr(self._driver, "forget", None)
        if forget is not None:
            forget(*size)

    def action_redraw(self) -> None:
        """Draw everything again, over whatever else was written to the terminal."""
        self.send_whole(self.size)
        self.screen.refresh(layout=True)

    # Input.

    async def on_event(self, event: Event) -> None:
        """Send a key through the gate; a key on its way while a dialog closes does nothing."""
        if isinstance(event, Key) and not event.is_forwarded:
            key = self._gate.passed(event.key)
            if key is None:
                return
            if key != event.key:
                event = Key(key, None)
        await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """Leave the screen on top; keys that are already on their way to a dialog go nowhere."""
        if isinstance(self.screen, ModalScreen):
            self._gate.close()
            self.call_later(self._gate.open)
        return super().pop_screen()
