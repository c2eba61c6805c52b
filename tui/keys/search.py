"""What the palette finds: the actions that work on the screen below it, by words that all have to fit."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.keys.keymap import Action, Keymap, told_together

AT_ONCE = frozenset({"acknowledge"})
"""What is stored without asking once more: found, but never selected before somebody has selected it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What fits the words typed, the best first; `selected` is what Enter runs, None for nothing."""

    typed: str
    actions: tuple[tuple[str, Action], ...]
    selected: int | None

    @property
    def chosen(self) -> Action | None:
        """What Enter runs."""
        return None if self.selected is None else self.actions[self.selected][1]

    def moved(self, by: int) -> "Found":
        """With the row above or below selected; from none to the first or the last."""
        last = len(self.actions) - 1
        if last < 0:
            return self
        here = (-1 if by > 0 else last + 1) if self.selected is None else self.selected
        return Found(self.typed, self.actions, min(max(here + by, 0), last))


def find(keymap: Keymap, screen: str, typed: str) -> Found:
    """Look for what can be done on a screen.

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
    """What can be done on a screen, in words; actions that share a sentence are told apart by their names."""
    for group in told_together(keymap.actions):
        for action in group:
            if action.works_on(screen) and action.id not in {"palette", "up", "down"}:
                name = f"{action.id.replace('-', ' ')}: " if len(group) > 1 else ""
                yield f"{name}{action.sentence}", action


def _distance(words: list[str], text: str, action: Action) -> int:
    """Of each word: a beginning of its name, of a word of its name, of any word; a part of one."""
    name = action.id.split("-")
    places = (name[:1], name, text.casefold().split())
    return sum(
        next((far for far, some in enumerate(places) if any(one.startswith(word) for one in some)), 3)
        for word in words
    )
