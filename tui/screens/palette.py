"""The palette: finds an action by words and gives it back. What Enter runs is what stands selected then.

Keys come to the screen itself, one by one and in order, and each is answered before the next is looked at:
however fast somebody types, no list of an earlier text is left to choose from.
"""

from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, Key, Paste
from textual.screen import ModalScreen

from tui.draw.finder import AROUND, finder_lines, rows
from tui.keys.keymap import Action, Keymap
from tui.keys.search import find
from tui.screens.panel import Panel

LONGEST = 60
"""Characters that are taken; no action has more words."""

MOVES = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class Finder(ModalScreen[Action | None], inherit_bindings=False):
    """Everything that can be done on the screen below, narrowed by what is typed."""

    AUTO_FOCUS = ""

    def __init__(self, keymap: Keymap, place: str) -> None:
        """Offer what works on that screen."""
        super().__init__()
        self._keymap, self._place = keymap, place
        self.found = find(keymap, place, "")

    def compose(self) -> ComposeResult:
        """One panel."""
        with Vertical(id="dialog"):
            yield Panel(id="finder")

    def on_mount(self) -> None:
        """Draw everything there is."""
        self._draw()

    def on_resize(self) -> None:
        """Draw as much as there is room for."""
        self._draw()

    def on_key(self, event: Key) -> None:
        """Type, select, do it or leave."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            if self.found.chosen is not None:
                self.dismiss(self.found.chosen)
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
        """Do what is clicked; beside the list, leave."""
        panel = self.query_one("#finder", Panel)
        if not panel.region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
            return
        shown = rows(panel.size.height, self.found)
        row = event.screen_y - panel.region.y - (AROUND - 1)
        if 0 <= row < len(shown):
            self.dismiss(self.found.actions[shown[row]][1])

    def _type(self, text: str) -> None:
        self.found = find(self._keymap, self._place, text[:LONGEST])

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        panel = self.query_one("#finder", Panel)
        panel.wanted = min(len(self.found.actions) + AROUND, self.size.height)
        panel.show(partial(finder_lines, found=self.found, keymap=self._keymap))
