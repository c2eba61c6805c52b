"""The palette: finds an action by words. Enter runs the action that is selected at that moment.

Keys come to the screen itself, one by one and in order, and each is answered before the next is looked at:
however fast an operator types, Enter never chooses from the list of an earlier text.
"""

from collections.abc import Callable
from functools import partial

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, Key, Paste

from tui.draw.text import Line, Lines, Role, Span, clean, fit, title, window
from tui.keys.keymap import Action, Keymap
from tui.keys.search import Found, find
from tui.screens.dialog import Modal
from tui.screens.panel import Panel

LONGEST = 60
"""Characters that are taken; no action has more words."""

MOVES = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class Finder(Modal, inherit_bindings=False):
    """Every action of the screen below, narrowed by the words typed."""

    AUTO_FOCUS = ""

    def __init__(self, keymap: Keymap, place: str, run: Callable[[Action], None]) -> None:
        """Offer the actions that work on a screen.

        Args:
            keymap: the keys in force.
            place: id of the screen below.
            run: gets the action that was chosen.
        """
        super().__init__()
        self._run = run
        self._keymap, self._place = keymap, place
        self.found = find(keymap, place, "")
        self._warning = ""

    def compose(self) -> ComposeResult:
        """Yield the panel."""
        with Vertical(id="dialog"):
            yield Panel(id="finder")

    def on_key(self, event: Key) -> None:
        """Type, select, run or close."""
        event.stop()
        event.prevent_default()
        if self._leaving:
            return
        self._warning = ""
        if event.key == "escape":
            self.close()
        elif event.key == "enter":
            self._choose(self.found.chosen)
        elif event.key in MOVES:
            self.found = self.found.moved(MOVES[event.key])
        elif event.key in {"backspace", "ctrl+h"}:
            self._type(self.found.typed[:-1])
        elif event.key in {"ctrl+u", "ctrl+w"}:
            self._type("")
        elif event.is_printable and event.character is not None:
            self._type(self.found.typed + event.character)
        self._draw()

    def on_paste(self, event: Paste) -> None:
        """Take the first line of it as if it was typed."""
        event.stop()
        self._type(self.found.typed + next(iter(event.text.splitlines()), ""))
        self._draw()

    def on_click(self, event: Click) -> None:
        """Run the action that is clicked; outside of the panel, close."""
        panel = self.query_one("#finder", Panel)
        if not panel.region.contains(event.screen_x, event.screen_y):
            self.close()
            return
        shown = rows(panel.size.height, self.found)
        row = event.screen_y - panel.region.y - (AROUND - 1)
        if 0 <= row < len(shown):
            self._choose(self.found.actions[shown[row]][1])

    def warn(self, words: str) -> None:
        """Show a sentence in the place of the keys, until the next key."""
        self._warning = words
        self._draw()

    def _choose(self, action: Action | None) -> None:
        if action is not None:
            self.close(partial(self._run, action))

    def _type(self, text: str) -> None:
        self.found = find(self._keymap, self._place, text[:LONGEST])

    def _draw(self) -> None:
        if not (self.is_mounted and self.query("#finder")):
            # It is left again before it was made.
            return
        panel = self.query_one("#finder", Panel)
        panel.wanted = min(len(self.found.actions) + AROUND, self.size.height)
        panel.show(partial(finder_lines, found=self.found, keymap=self._keymap, warning=self._warning))


AROUND = 3
"""Lines besides those of the actions: heading, words typed, keys."""


KEYS_WIDTH = 9


def finder_lines(width: int, height: int, found: Found, keymap: Keymap, warning: str = "") -> Lines:
    """Return the heading, the words typed, the actions around the selected one, and the keys.

    Args:
        width: cells.
        height: lines.
        found: the actions that fit the words typed.
        keymap: the keys in force.
        warning: a sentence in the place of the keys, "" for none.
    """
    typed = clean(found.typed)
    room = max(width - 3, 1)
    while cell_len(typed) > room:
        typed = typed[1:]
    lines: list[Line] = [
        title("Find an action", width, f"{len(found.actions)} fit" if found.typed.strip() else ""),
        (Span(fit(f"› {typed}▏", width), Role.STRONG),),
    ]
    for number in rows(height, found):
        text, action = found.actions[number]
        chosen = number == found.selected
        keys = fit(keymap.all_keys((action,)), KEYS_WIDTH)
        told = fit(f"{'›' if chosen else ' '} {keys} {text}", width)
        lines.append((Span(told, Role.STRONG if chosen else Role.PLAIN),))
    last = (
        Span(fit(warning, width), Role.ALARM)
        if warning
        else Span(fit(_answer(found, keymap), width), Role.DIM)
    )
    lines.append((last,))
    return lines[:height]


def rows(height: int, found: Found) -> range:
    """Return the actions shown in a panel of that height."""
    return window(len(found.actions), found.selected or 0, height - AROUND)


def _answer(found: Found, keymap: Keymap) -> str:
    up, down = keymap.shown("up"), keymap.shown("down")
    if not found.actions:
        return "No action here has these words; Esc closes"
    if found.chosen is not None:
        return f"Enter runs it, {up} {down} select another, Esc closes"
    if found.typed.strip():
        return f"{down} selects it, Enter then runs it, Esc closes"
    return f"Type a word, or select with {up} {down}; Esc closes"
