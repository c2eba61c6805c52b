"""Brings lines into their room and into characters that the terminal can show."""

from rich.cells import cell_len, set_cell_size

from tui.draw.glyphs import Glyphs, reduced
from tui.draw.text import Line, Lines, Span, width_of

SHADES = " ·░▒▓█"
"""From nothing to full, in a heat strip or a waterfall."""

PLAIN_SHADES = " .:+%#"
"""The same in ASCII, no two alike."""


def shades(glyphs: Glyphs) -> str:
    """The shades that the terminal can show."""
    return PLAIN_SHADES if glyphs is Glyphs.ASCII else SHADES


def finished(lines: Lines, width: int, height: int, glyphs: Glyphs) -> Lines:
    """The lines as far as there is room, in characters that the terminal can show."""
    return [_shown(_within(line, width), glyphs) for line in lines[: max(height, 0)]]


def _within(line: Line, width: int) -> Line:
    """The line, cut at its end where it is longer than the room."""
    if width_of(line) <= width:
        return line
    kept: list[Span] = []
    room = width
    for span in line:
        kept.append(Span(set_cell_size(span.text, min(cell_len(span.text), max(room, 0))), span.role))
        room -= cell_len(span.text)
    return tuple(kept)


def _shown(line: Line, glyphs: Glyphs) -> Line:
    if glyphs is Glyphs.UNICODE:
        return line
    return tuple(Span(reduced(span.text, glyphs), span.role) for span in line)
