"""Frames: rounded borders around a pane, its heading above and its keys below."""

from collections.abc import Callable

from rich.cells import cell_len

from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of

Draw = Callable[[int, int], Lines]

LEAST = (30, 7)
"""Cells and lines below which a frame takes room that the pane needs."""

LIST = (50, 9)
"""Cells and lines below which a list is better without a frame: each row counts."""

HEADING_MARK = "── "
"""How the heading of a pane without a frame begins."""


def framed(draw: Draw, keys: str = "", least: tuple[int, int] = LEAST) -> Draw:
    """Return a function that draws a pane in a frame, or without it where it is small.

    Args:
        draw: draws the pane, with a heading in its first line.
        keys: hints of the pane's keys, in the lower border if they fit.
        least: cells and lines from which there is a frame.
    """

    def drawn(width: int, height: int) -> Lines:
        if width < least[0] or height < least[1]:
            return draw(width, height)
        lines = draw(width - 2, height - 1)
        head = heading_of(lines[0]) if lines else ("", "")
        loud = bool(lines) and lines[0][-1].role is Role.RINGING
        upper = top(
            width,
            (Span(head[0], Role.TITLE),),
            head[1],
            right_role=Role.RINGING if loud else Role.DIM,
        )
        return box(width, height, lines[1:], upper, keys)

    return drawn


def heading_of(line: Line) -> tuple[str, str]:
    """Return the words at the left and at the right of a heading without a frame."""
    text = "".join(span.text for span in line)
    left = line[0].text if line else ""
    # Where the terminal has ASCII alone, the mark is already written so.
    words = left.lstrip(HEADING_MARK + "-").strip()
    return words, text[len(left) :].strip("─ ")


def top(
    width: int, left: Line, right: str = "", role: Role = Role.FRAME, right_role: Role = Role.DIM
) -> Line:
    """Return the upper border with words in it: ╭ Trend ────── log scale ╮.

    Args:
        width: cells.
        left: spans of the heading.
        right: words at the right, left out where they do not fit.
        role: of the border.
        right_role: of the words at the right.
    """
    room = width - 4
    kept: list[Span] = []
    for span in left:
        text = fit(span.text, min(cell_len(clean(span.text)), max(room, 0)))
        room -= cell_len(text)
        kept.append(Span(text, span.role))
    if right and cell_len(right) + 3 > room:
        right = ""
    rule = "─" * max(room - (cell_len(right) + 2 if right else 0), 0)
    tail: Line = (Span(f" {right} ", right_role),) if right else ()
    return (Span("╭ ", role), *kept, Span(" " + rule, role), *tail, Span("╮", role))


def bottom(width: int, left: Line = (), keys: str = "", role: Role = Role.FRAME) -> Line:
    """Return the lower border with words and keys in it: ╰ 2 more wait ─────── a ack ─╯."""
    room = width - 2
    used = width_of(left)
    kept: Line = (Span("─ ", role), *left, Span(" ", role)) if left and used + 3 <= room else ()
    room -= width_of(kept)
    hint: Line = ()
    if keys and cell_len(keys) + 3 <= room:
        hint = (Span(f" {keys} ", Role.KEY), Span("─", role))
    return (Span("╰", role), *kept, Span("─" * (room - width_of(hint)), role), *hint, Span("╯", role))


def box(
    width: int,
    height: int,
    lines: Lines,
    upper: Line,
    keys: str = "",
    lower: Line | None = None,
    role: Role = Role.FRAME,
) -> Lines:
    """Return lines in a frame of exactly a width and a height.

    Args:
        width: cells.
        height: lines, both borders included.
        lines: inside, each at most `width` - 2 cells.
        upper: the upper border.
        keys: hints of keys in the lower border.
        lower: the lower border, None for one of `keys`.
        role: of the border.
    """
    inside = [*lines[: max(height - 2, 0)], *[()] * max(height - 2 - len(lines), 0)]
    rows = [
        (Span("│", role), *line, Span(" " * max(width - 2 - width_of(line), 0)), Span("│", role))
        for line in inside
    ]
    return [upper, *rows, bottom(width, (), keys, role) if lower is None else lower]
