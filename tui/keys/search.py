"""The search of the palette: actions of the screen below that contain every word typed."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.keys.keymap import Action, Keymap, told_together
from tui.keys.places import PLACES

SCREEN_NAMES = {place.id: f"{place.word.capitalize()}: {place.sentence}" for place in PLACES}
"""Words of the actions that show a screen."""

AT_ONCE = frozenset({"acknowledge"})
"""Actions that store without a second key: found, but selected only by hand."""


@dataclass(frozen=True, slots=True)
class Found:
    """The actions found, the best first; Enter runs the one `selected`, None for no action."""

    typed: str
    actions: tuple[tuple[str, Action], ...]
    selected: int | None

    @property
    def chosen(self) -> Action | None:
        """The action that Enter runs."""
        return None if self.selected is None else self.actions[self.selected][1]

    def moved(self, by: int) -> "Found":
        """Return the result with another row selected; without a selection, the first or the last."""
        last = len(self.actions) - 1
        if last < 0:
            return self
        here = (-1 if by > 0 else last + 1) if self.selected is None else self.selected
        return Found(self.typed, self.actions, min(max(here + by, 0), last))


def find(keymap: Keymap, screen: str, typed: str) -> Found:
    """Return the actions of a screen that contain every word typed.

    Args:
        keymap: the keys in force.
        screen: id of the screen below.
        typed: words, each of which has to occur; without any, everything fits and nothing is selected.
    """
    words = typed.casefold().split()
    fitting = [
        (text, action)
        for text, action in commands(keymap, screen)
        if all(word in f"{text} {action.word} {action.id}".casefold() for word in words)
    ]
    fitting.sort(key=lambda one: _distance(words, *one))
    first = fitting[0][1].id if fitting and words else None
    return Found(typed, tuple(fitting), None if first is None or first in AT_ONCE else 0)


def commands(keymap: Keymap, screen: str) -> Iterator[tuple[str, Action]]:
    """Return the actions of a screen with their words; actions that share a sentence get their names."""
    for group in told_together(keymap.actions):
        for action in group:
            if action.works_on(screen) and action.id not in {"palette", "up", "down"}:
                name = f"{action.id.replace('-', ' ')}: " if len(group) > 1 else ""
                yield SCREEN_NAMES.get(action.id, f"{name}{action.sentence}"), action


def _distance(words: list[str], text: str, action: Action) -> int:
    """Return the distance of an action from the words: 0 for the start of its name, more further on."""
    name = action.id.split("-")
    places = (name[:1], name, text.casefold().split())
    return sum(
        next((far for far, some in enumerate(places) if any(one.startswith(word) for one in some)), 3)
        for word in words
    )
