"""What the overview and the detail have in common: banner, notice and footer."""

from functools import partial

from textual.screen import Screen

from tui.draw.banner import banner_lines
from tui.draw.notice import notice_lines, wrapped
from tui.draw.text import Lines, Role, Span, title
from tui.keys import footer_lines
from tui.screens.shown import Shown
from tui.widgets.panel import Panel


class ConsoleScreen(Screen[None]):
    """A screen with the banner on top and the notice and the keys below. It draws the value it is given."""

    AUTO_FOCUS = None
    OVER = False
    """Whether this screen lies over the overview, so that the footer says how to get back."""

    def __init__(self) -> None:
        """Nothing to show yet."""
        super().__init__()
        self.shown: Shown | None = None

    def show(self, shown: Shown) -> None:
        """Draw this from now on."""
        self.shown = shown
        if not self.is_mounted:
            return
        at = shown.frame.playhead.at if shown.frame is not None else None
        self.query_one("#banner", Panel).show(
            lambda width, _height: banner_lines(
                width, shown.machine, shown.state, at, shown.status, shown.zone
            )
        )
        notice = self.query_one("#notice", Panel)
        notice.wanted = len(wrapped(shown.notice.text, max(self.size.width - 1, 1), 2))
        notice.show(partial(notice_lines, notice=shown.notice))
        self.query_one("#keys", Panel).show(partial(footer_lines, back=self.OVER))
        self.draw(shown)

    def draw(self, shown: Shown) -> None:
        """Give the panels of this screen what they draw."""

    def on_mount(self) -> None:
        """Draw what was given before there were panels."""
        if self.shown is not None:
            self.show(self.shown)

    def on_resize(self) -> None:
        """Give room to the panels anew."""
        if self.shown is not None:
            self.show(self.shown)


def waiting_lines(width: int, height: int, heading: str, text: str) -> Lines:
    """A panel without anything to show yet, and why."""
    rows = wrapped(text, max(width - 3, 1), max(height - 1, 1))
    return [title(heading, width), *((Span(f"  {row}", Role.DIM),) for row in rows)]
