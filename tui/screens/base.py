"""The base of all screens: banner, notice and footer."""

from functools import partial
from typing import ClassVar

from textual.screen import Screen

from tui.data.frame import Frame
from tui.data.view import Look
from tui.draw.banner import banner_lines
from tui.draw.footer import footer_lines
from tui.draw.glyphs import Glyphs
from tui.draw.notice import LINES, LINES_WHOLE, notice_lines, notice_rows, wrapped
from tui.draw.text import Lines, Role, Span, title
from tui.screens.numbers import Numbers, severity_numbers
from tui.screens.panel import Panel
from tui.screens.state import Rows, Shown

ROOM_FOR_ENGINE = 20
"""Lines of the screen from which an engine that works well has a line."""


class ConsoleScreen(Screen[None], inherit_bindings=False):
    """A screen with the banner on top and the notice and the keys below. It draws the value it is given.

    Its keys are registered in tui/keys/actions.py; calls that start with `screen.` are methods of the screen:
    `screen.zoom(1)` calls `action_zoom(1)`. A screen is made once and kept.
    """

    AUTO_FOCUS = None
    PLACE = ""
    """Its id in the table of screens."""

    ROWS: ClassVar[Rows] = Rows.BEARINGS
    """The kind of its rows."""

    SHOWS_AGE: ClassVar[bool] = False
    """Whether it changes by the passing of time alone, so that it is drawn again every frame."""

    def __init__(self) -> None:
        """Start without anything to show."""
        super().__init__()
        self.shown: Shown | None = None

    def show(self, shown: Shown) -> None:
        """Draw this from now on."""
        self.shown = shown
        if not self.is_mounted:
            return
        banner = self.query_one("#banner", Panel)
        most = 1 if self.size.height < ROOM_FOR_ENGINE else 2
        banner.wanted = len(banner_lines(self.size.width, most, shown.banner, shown.zone))
        banner.show(
            partial(banner_lines, banner=shown.banner, zone=shown.zone), key=(shown.banner, shown.zone)
        )
        notice = self.query_one("#notice", Panel)
        most = LINES_WHOLE if shown.notice.brief else LINES
        notice.wanted = len(notice_rows(self.size.width, most, shown.notice))
        notice.show(partial(notice_lines, notice=shown.notice))
        idle = self.idle(shown)
        keys = partial(footer_lines, keymap=shown.keymap, screen=self.PLACE, idle=idle)
        self.query_one("#keys", Panel).show(keys, key=(shown.keymap, self.PLACE, idle))
        self.draw(shown)

    @property
    def glyphs(self) -> Glyphs:
        """The glyphs that the terminal can show."""
        found = getattr(self.app, "glyphs", Glyphs.UNICODE)
        return found if isinstance(found, Glyphs) else Glyphs.UNICODE

    @property
    def colours(self) -> bool:
        """Whether more than the terminal's 16 colours are drawn."""
        return bool(getattr(self.app, "colours", False))

    def draw(self, shown: Shown) -> None:
        """Give each panel its lines."""

    def idle(self, shown: Shown) -> frozenset[str]:
        """Return the ids of actions that have nothing to act on now: the footer leaves them out."""
        return frozenset()

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return what else this screen reads from the store, None for nothing.

        It is called by the reader, on its thread, when the store has changed, or where another look or the
        picture of another snapshot is wanted: return one that equals the last where the same is wanted. The
        result comes back as `Shown.extra`.

        Args:
            frame: the record as of the playhead.
            component: index of the selected one.
        """
        return None

    def numbers(self) -> Numbers | None:
        """Return the numbers that the screen plots, None where it plots none."""
        if self.shown is None or self.shown.frame is None or self.shown.frame.index < 0:
            return None
        return severity_numbers(self.shown.frame)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether this screen has the action."""
        return hasattr(self, f"action_{action}")

    def on_mount(self) -> None:
        """Draw the value that came before the panels."""
        self.again()

    def on_resize(self) -> None:
        """Draw again in the new size."""
        self.again()

    def again(self) -> None:
        """Draw the last value again."""
        if self.shown is not None:
            self.show(self.shown)


def waiting_lines(width: int, height: int, heading: str, text: str) -> Lines:
    """Return the lines of a panel without data, with the reason."""
    rows = wrapped(text, max(width - 3, 1), max(height - 1, 1))
    return [title(heading, width), *((Span(f"  {row}", Role.DIM),) for row in rows)]
