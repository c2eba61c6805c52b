"""The help screen, generated from the list of keys."""

from textual.app import ComposeResult
from textual.screen import Screen

from tui.keys import help_lines
from tui.screens.shown import Shown
from tui.widgets.panel import Panel


class HelpScreen(Screen[None]):
    """Every key and what it does."""

    AUTO_FOCUS = None

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Panel(id="help")

    def on_mount(self) -> None:
        """Draw the keys."""
        self.query_one("#help", Panel).show(help_lines)

    def show(self, shown: Shown) -> None:
        """Stay as it is: the keys do not change with the playhead."""
