"""The help screen, generated from the registry of actions."""

from functools import partial
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span, fit, title
from tui.keys.keymap import Group, Keymap, told_together
from tui.screens.panel import Panel
from tui.screens.state import Shown


class HelpScreen(Screen[None], inherit_bindings=False):
    """Every key and its action; it scrolls if they do not fit."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page(1)", "scroll"),
        Binding("pageup", "page(-1)", "scroll"),
    ]

    def __init__(self, keymap: Keymap) -> None:
        """Explain the keys of a keymap."""
        super().__init__()
        self._keymap = keymap
        self._first = 0
        self._warning = ""

    def compose(self) -> ComposeResult:
        """Yield the panel."""
        yield Panel(id="help")

    def on_mount(self) -> None:
        """Draw the keys."""
        self._draw()

    def show(self, shown: Shown) -> None:
        """Stay as it is: the keys do not change with the playhead."""

    def move(self, by: int) -> None:
        """Scroll by so many lines."""
        last = max(len(help_rows(self.size.width, self._keymap)) + 1 - self.size.height, 0)
        self._first, self._warning = min(max(self._first + by, 0), last), ""
        self._draw()

    def warn(self, words: str) -> None:
        """Show a sentence in the heading, until the next key."""
        self._warning = words
        self._draw()

    def action_page(self, by: int) -> None:
        """Scroll by so many screens."""
        self.move(by * max(self.size.height - 3, 1))

    def _draw(self) -> None:
        draw = partial(help_lines, keymap=self._keymap, first=self._first, warning=self._warning)
        self.query_one("#help", Panel).show(draw)


SIGNS = (
    "Not acknowledged: ■ HIGH  ◆ MEDIUM  ▴ low",
    "Acknowledged: □ HIGH  ◇ MEDIUM  ▵ low",
    "▽ returned, not acknowledged  · over",
    "● normal  ◐ above limit  ○ baseline  ◌ stopped  ✕ sensor",
    "? no data  ◁ shelved  ⊘ out of service",
    "Severity 1.00 is the limit. · nothing to score there",
)


KEYS_WIDTH = 14
"""Cells of the keys, with at least one blank after them; more keys go into more rows."""


def help_lines(width: int, height: int, keymap: Keymap, first: int = 0, warning: str = "") -> Lines:
    """Return the part of the help that fits.

    Args:
        width: cells.
        height: lines.
        keymap: the keys in force.
        first: how many lines to scroll down.
        warning: a sentence in the place of the heading, "" for none.
    """
    rows = help_rows(width, keymap)
    first = min(max(first, 0), max(len(rows) + 1 - height, 0))
    more = len(rows) - first - (height - 1)
    back = f"{keymap.keys_of('back')} back"
    tail = f"{keymap.keys_of('down')} PgDn {more} more, {back}" if more > 0 else back
    heading = (Span(fit(f" {warning}", width), Role.ALARM),) if warning else title("Keys", width, tail)
    return [heading, *rows[first : first + height - 1]]


def help_rows(width: int, keymap: Keymap) -> Lines:
    """Return every line of the help."""
    rows: list[Line] = []
    for heading in Group:
        groups = [group for group in told_together(keymap.actions) if group[0].group is heading]
        if groups and rows:
            rows.append(())
        if groups:
            rows.append((Span(f" {heading}", Role.TITLE),))
        for group in groups:
            where = sorted({screen for action in group for screen in action.where})
            there = f" ({where[0]})" if len(where) == 1 else ""
            once = "; asks once more" if any(action.second_step for action in group) else ""
            text = wrapped(group[0].sentence + once + there, width - KEYS_WIDTH - 3, 4)
            keys = wrapped(keymap.all_keys(group), KEYS_WIDTH - 1, 4)
            for own, row in zip_longest(keys, text, fillvalue=""):
                rows.append((Span("  " + fit(own, KEYS_WIDTH), Role.STRONG), Span(row)))
    rows += [(), (Span(" Signs", Role.TITLE),)]
    rows.extend((Span("  " + fit(sign, width - 2)),) for sign in SIGNS)
    return rows
