"""The footer: the main keys of a screen."""

from tui.draw.text import Lines, Role, Span
from tui.keys.keymap import Action, Keymap, told_together


def footer_lines(
    width: int, _height: int, keymap: Keymap, screen: str, idle: frozenset[str] = frozenset()
) -> Lines:
    """Return the most important key hints, as many as fit uncut.

    Args:
        width: cells.
        keymap: the keys in force.
        screen: id of the screen on top.
        idle: ids of actions that have nothing to act on now.
    """
    here = [
        action
        for action in keymap.actions
        if action.rank
        and action.works_on(screen)
        and action.id not in idle
        and not (action.id == "back" and screen == "overview")
    ]
    groups = told_together(here)
    chosen: list[tuple[Action, ...]] = []
    for group in sorted(groups, key=lambda group: group[0].rank):
        if keymap.width_of_hints([*chosen, group]) <= width:
            chosen.append(group)
    spans: list[Span] = []
    for group in sorted(chosen, key=groups.index):
        keys, word = keymap.hint(group)
        spans += [Span(f" {keys}", Role.STRONG), Span(f" {word} ", Role.DIM)]
    return [tuple(spans)]
