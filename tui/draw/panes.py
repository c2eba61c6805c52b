"""The line that names the panes of a screen and says which one is chosen."""

from collections.abc import Sequence

from tui.draw.text import Lines, Role, Span, fit


def tab_lines(width: int, _height: int, names: Sequence[str], chosen: str) -> Lines:
    """The names in a row, the chosen one in brackets; where they do not fit, the chosen one and its place."""
    whole = sum(len(name) + 2 for name in names) + 1
    if whole > width:
        place = names.index(chosen) + 1
        around = f" Tab ›  [{chosen}] {place} of {len(names)}, next: {names[place % len(names)]}"
        return [(Span(fit(around, width), Role.STRONG),)]
    spans = [Span(" ")]
    for name in names:
        if name == chosen:
            spans.append(Span(f"[{name}]", Role.STRONG))
        else:
            spans.append(Span(f" {name} ", Role.DIM))
    return [tuple(spans)]
