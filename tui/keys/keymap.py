"""Actions and their keys: the values behind bindings, footer, help, palette and the table of keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from rich.cells import cell_len
from textual.binding import Binding
from textual.keys import Keys

from engine.errors import UnusableError, nearest
from tui.keys.places import ONE_MACHINE

RESERVED = ("ctrl+c", "ctrl+q")
"""Keys that leave when pressed twice, whatever the settings say."""

SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}
"""The written form of some keys; others are written as in the settings."""

PLAIN = {"up": "Up", "down": "Down", "left": "Left", "right": "Right"}
"""The same in ASCII; the substitutes of arrows elsewhere are keys of other actions."""


class Group(StrEnum):
    """A group of actions, a heading of the help."""

    ALARMS = "Alarms"
    TIME = "Time"
    SCREENS = "Screens"
    ANALYSIS = "Analysis of a bearing"
    MODEL = "Model"
    CONSOLE = "Console"


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a key.

    `keys` are characters as typed or names such as `up` and `ctrl+p`. `call` is the action for Textual: a
    method `action_...` of the console, or after `screen.` one of the screen on top. `word` stands in the
    footer, `sentence` in the help; actions with the same sentence share a row. `where` names the screens it
    works on, empty for all. `second_step` says that it needs a second key. `rank` is its place in the footer,
    0 for none.
    """

    id: str
    keys: tuple[str, ...]
    call: str
    word: str
    sentence: str
    group: Group
    where: tuple[str, ...] = ()
    second_step: bool = False
    rank: int = 0

    def works_on(self, screen: str) -> bool:
        """Return whether it works on a screen."""
        return not self.where or screen in self.where


class KeysError(UnusableError):
    """The settings name keys that cannot be used; the message says why."""


@dataclass(frozen=True)
class Keymap:
    """The actions and their keys; `plain` if keys are written in ASCII."""

    actions: tuple[Action, ...]
    plain: bool = False

    def __hash__(self) -> int:
        """Return the hash by identity; a console has one keymap."""
        return id(self)

    @cached_property
    def by_id(self) -> Mapping[str, Action]:
        """Each action by its id."""
        return {action.id: action for action in self.actions}

    def keys_of(self, id: str) -> str:
        """Return the first key of an action as it is written."""
        return self.shown(self.by_id[id].keys[0])

    def shown(self, key: str) -> str:
        """Return a key as it is written for a reader."""
        return shown_key(key, plain=self.plain)

    def all_keys(self, group: Iterable[Action]) -> str:
        """Return every key of a group, separated by blanks."""
        return " ".join(dict.fromkeys(self.shown(key) for action in group for key in action.keys))

    def hint(self, group: tuple[Action, ...]) -> tuple[str, str]:
        """Return the keys of a group and its word: `[ ]`, `pace`."""
        shown = [self.shown(action.keys[0]) for action in group]
        words = "/".join(dict.fromkeys(action.word for action in group))
        if len(shown) > 2:
            # The ellipsis of ASCII would be read as one of the keys.
            return (" ".join(shown) if self.plain else f"{shown[0]}…{shown[-1]}"), words
        return ("" if shown[0] in "←↑" else " ").join(shown), words

    def width_of_hints(self, groups: Iterable[tuple[Action, ...]]) -> int:
        """Return the width of the hints of some groups, in cells."""
        return sum(cell_len(keys) + cell_len(word) + 3 for keys, word in map(self.hint, groups))

    def changed(self, overrides: Mapping[str, tuple[str, ...]]) -> "Keymap":
        """Return the keymap with other keys for some actions.

        Raises:
            KeysError: unknown id or key, or two actions on the same key.
        """
        for id, keys in overrides.items():
            if id not in self.by_id:
                known = ", ".join(self.by_id)
                raise KeysError(
                    f"keys.{id} is not an action{nearest(id, self.by_id)}; the actions are {known}."
                )
            if not keys:
                raise KeysError(f"keys.{id} needs a key.")
            for key in keys:
                if not is_key(key):
                    raise KeysError(
                        f"keys.{id}: {key!r} is not a key{nearest(key, NAMES)}; write one"
                        " character, or a name"
                        " such as f5, pageup, ctrl+k."
                    )
        changed = Keymap(
            tuple(
                replace(action, keys=overrides[action.id]) if action.id in overrides else action
                for action in self.actions
            ),
            self.plain,
        )
        for sentence in clashes(changed.actions):
            raise KeysError(sentence)
        return changed


NAMES = frozenset(key.value for key in Keys if not key.value.startswith("<"))


def is_key(key: str) -> bool:
    """Return whether it is a printable character or the name of a key."""
    if len(key) == 1:
        return key.isprintable() and not key.isspace()
    name = key.removeprefix("alt+").removeprefix("shift+").removeprefix("ctrl+")
    return key in NAMES or (len(name) == 1 and name.isalnum()) or name in NAMES - {"ignore"}


def textual_key(key: str) -> str:
    """Return Textual's name of a key."""
    return next(iter(Binding.make_bindings([Binding("comma" if key == "," else key, "")]))).key


def shown_key(key: str, *, plain: bool = False) -> str:
    """Return a key as it is written for a reader, in ASCII if `plain`."""
    if plain and key in PLAIN:
        return PLAIN[key]
    return SHOWN.get(key, key.replace("ctrl+", "^") if key.startswith("ctrl+") else key)


def clashes(actions: Iterable[Action]) -> list[str]:
    """Return a sentence for every key that has two actions on a screen."""
    found: list[str] = []
    seen: list[tuple[str, Action]] = []
    for action in actions:
        for key in map(textual_key, action.keys):
            if key in RESERVED:
                found.append(
                    f"keys.{action.id}: {shown_key(key)} leaves when pressed twice; choose another key."
                )
            for other_key, other in seen:
                apart = action.where and other.where and not set(action.where) & set(other.where)
                if key == other_key and not apart:
                    found.append(
                        f"keys.{other.id} and keys.{action.id} are both {shown_key(key)!r}; give one of"
                        " them another key."
                    )
            seen.append((key, action))
    return found


def told_together(actions: Iterable[Action]) -> list[tuple[Action, ...]]:
    """Return the actions grouped by their sentence, in the order of the first of each."""
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.sentence, []).append(action)
    return [tuple(group) for group in groups.values()]


def key_table(keymap: Keymap) -> str:
    """Return the keys as a table in Markdown, with their ids in the settings."""
    rows = []
    for group in told_together(keymap.actions):
        shown = dict.fromkeys(shown_key(key) for action in group for key in action.keys)
        keys = " ".join(f"`{key}`" for key in shown)
        where = {screen for action in group for screen in action.where}
        there = f" ({', '.join(sorted(where))})" if where and where != set(ONE_MACHINE) else ""
        ids = ", ".join(f"`{action.id}`" for action in group)
        rows.append(f"| {keys} | {group[0].sentence}{there} | {ids} |")
    return "\n".join(["| key | what it does | id in `[keys]` |", "|---|---|---|", *rows])
