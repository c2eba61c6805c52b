"""The help: every key and what it does, by group, then what the glyphs mean."""

from itertools import zip_longest

from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span, fit, title
from tui.keys.keymap import Group, Keymap, told_together

SIGNS = (
    "▲ UNACK  △ acked  ▽ returned, UNACK  ◆ above limit",
    "● normal  ○ baseline  ■ stopped  ✕ sensor  ? no data",
    "◁ shelved  □ out of service",
    "Severity 1.00 is the limit. · nothing to score there",
)

KEYS_WIDTH = 14
"""Cells of the keys, with at least one blank after them; more keys go into more rows."""


def help_lines(width: int, height: int, keymap: Keymap, first: int = 0) -> Lines:
    """As much of the help as there is room for.

    Args:
        width: cells.
        height: lines.
        keymap: the keys in force.
        first: how many lines to scroll down.
    """
    rows = help_rows(width, keymap)
    first = min(max(first, 0), max(len(rows) + 1 - height, 0))
    more = len(rows) - first - (height - 1)
    tail = f"{keymap.keys_of('down')}: {more} more" if more > 0 else "Esc back"
    return [title("Keys", width, tail), *rows[first : first + height - 1]]


def help_rows(width: int, keymap: Keymap) -> Lines:
    """Every line of the help."""
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
