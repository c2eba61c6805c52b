"""The palette as text: what is typed, what fits it, and what Enter does."""

from rich.cells import cell_len

from tui.draw.text import Line, Lines, Role, Span, clean, fit, title, window
from tui.keys.keymap import Keymap
from tui.keys.search import Found

AROUND = 3
"""Lines beside those of the actions: heading, what is typed, what the keys do."""

KEYS_WIDTH = 9


def finder_lines(width: int, height: int, found: Found, keymap: Keymap) -> Lines:
    """The heading, what is typed, as many actions as there is room for around the selected one, the keys."""
    typed = clean(found.typed)
    room = max(width - 3, 1)
    while cell_len(typed) > room:
        typed = typed[1:]
    lines: list[Line] = [
        title("Find what can be done", width, f"{len(found.actions)} fit" if found.typed.strip() else ""),
        (Span(fit(f"› {typed}▏", width), Role.STRONG),),
    ]
    for number in rows(height, found):
        text, action = found.actions[number]
        chosen = number == found.selected
        keys = fit(keymap.all_keys((action,)), KEYS_WIDTH)
        told = fit(f"{'›' if chosen else ' '} {keys} {text}", width)
        lines.append((Span(told, Role.STRONG if chosen else Role.PLAIN),))
    lines.append((Span(fit(_answer(found, keymap), width), Role.DIM),))
    return lines[:height]


def rows(height: int, found: Found) -> range:
    """Which actions are shown in a panel of that height."""
    return window(len(found.actions), found.selected or 0, height - AROUND)


def _answer(found: Found, keymap: Keymap) -> str:
    up, down = keymap.shown("up"), keymap.shown("down")
    if not found.actions:
        return "Nothing here has these words. Esc back"
    if found.chosen is not None:
        return f"Enter does it, {up} {down} select another, Esc does nothing"
    if found.typed.strip():
        return f"{down} selects it, Enter then does it, Esc does nothing"
    return f"Type a word, or select with {up} {down}; Esc does nothing"
