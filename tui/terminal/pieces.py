"""The pieces of a line in a picture: text in one look, at a cell, with its colours resolved."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME

DIMMED = 0.4
"""Share by which faint text takes the colour of its background, as in Rich."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in a single look, at a cell counted from the left."""

    text: str
    cell: int
    ink: ColorTriplet
    paper: ColorTriplet
    bold: bool
    ruled: bool


def pieces_of(row: Sequence[Segment], base: Style) -> list[Piece]:
    """Return the pieces of a line; `base` has the colours where a segment has none."""
    pieces, cell = [], 0
    for segment in row:
        pieces.append(_piece(segment.text, cell, base + (segment.style or Style.null())))
        cell += cell_len(segment.text)
    return pieces


def colour_of(colour: Color | None, *, ink: bool) -> ColorTriplet:
    """Return a colour as red, green and blue; the default one of ink or of paper for none."""
    theme = SVG_EXPORT_THEME
    if colour is None or colour.is_default:
        return theme.foreground_color if ink else theme.background_color
    return colour.get_truecolor(theme, foreground=ink)


def _piece(text: str, cell: int, style: Style) -> Piece:
    ink, paper = colour_of(style.color, ink=True), colour_of(style.bgcolor, ink=False)
    if style.reverse:
        ink, paper = paper, ink
    if style.dim:
        ink = blend_rgb(ink, paper, DIMMED)
    return Piece(text, cell, ink, paper, bool(style.bold), bool(style.underline))
