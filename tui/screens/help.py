"""The help screen, generated from the registry of actions."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.draw.help import help_lines, help_rows
from tui.keys.keymap import Keymap
from tui.screens.panel import Panel
from tui.screens.state import Shown


class HelpScreen(Screen[None], inherit_bindings=False):
    """Every key and what it does; it scrolls where there is not room for all."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page(1)", "scroll"),
        Binding("pageup", "page(-1)", "scroll"),
    ]

    def __init__(self, keymap: Keymap) -> None:
        """Explain these keys."""
        super().__init__()
        self._keymap = keymap
        self._first = 0

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Panel(id="help")

    def on_mount(self) -> None:
        """Draw the keys."""
        self._draw()

    def show(self, shown: Shown) -> None:
        """Stay as it is: the keys do not change with the playhead."""

    def move(self, by: int) -> None:
        """So many lines on or back."""
        last = max(len(help_rows(self.size.width, self._keymap)) + 1 - self.size.height, 0)
        self._first = min(max(self._first + by, 0), last)
        self._draw()

    def action_page(self, by: int) -> None:
        """So many screens on or back."""
        self.move(by * max(self.size.height - 3, 1))

    def _draw(self) -> None:
        self.query_one("#help", Panel).show(partial(help_lines, keymap=self._keymap, first=self._first))
