"""The command palette's list: the actions that work on the screen below it."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.draw.glyphs import Glyphs, reduced
from tui.keys import Action, Keymap, shown_key
from tui.screens.common import ConsoleScreen


def commands(keymap: Keymap, screen: str) -> Iterator[tuple[str, Action]]:
    """What can be done on a screen, in words with the keys behind them."""
    for action in keymap.actions:
        if action.works_on(screen) and action.id not in {"palette", "up", "down"}:
            keys = " ".join(shown_key(key) for key in action.keys)
            told = action.sentence if action.call.split("(")[0] != "go" else f"screen: {action.id}"
            yield f"{told}  {keys}", action


class Commands(Provider):
    """Finds actions by their words; what it finds it runs as their keys do."""

    def _known(self) -> list[tuple[str, Action]]:
        keymap = getattr(self.app, "keymap_in_force", None)
        place = self.screen.PLACE if isinstance(self.screen, ConsoleScreen) else ""
        return list(commands(keymap, place)) if isinstance(keymap, Keymap) else []

    def _shown(self, words: str) -> str:
        found = getattr(self.app, "glyphs", Glyphs.UNICODE)
        return reduced(words, found) if isinstance(found, Glyphs) else words

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for words, action in self._known():
            yield DiscoveryHit(
                Content(self._shown(words)), partial(self.app.run_action, action.call), text=words
            )

    async def search(self, query: str) -> Hits:
        """What fits the words typed, the best first."""
        matcher = self.matcher(query)
        for words, action in self._known():
            score = matcher.match(f"{words} {action.id}")
            if score > 0:
                yield Hit(
                    score, Content(self._shown(words)), partial(self.app.run_action, action.call), text=words
                )
