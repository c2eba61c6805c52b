"""A frame as a picture in SVG; every run of text is placed by its cell.

Some viewers of SVG drop leading blanks, do not stretch text to a length, and use another font. So blanks are
skipped, the cells of a plot are placed singly, and the limit, an underline on a terminal, is a line. Rich's
export is not used: without stretched text it moves plots to the left, and it loads its font from the
internet.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from tui.terminal.pieces import Piece, colour_of, pieces_of

FONT = 20.0
CELL = 12.04
"""Font size, and the width of a cell: 0.602 of it in common monospaced fonts (DejaVu Sans Mono, Menlo)."""

LINE = 24.4
"""Height of a line."""

SEAM = 0.3
"""Extra height of the background of text, so that no seam shows between two lines."""

BASE = 18.8
"""From the top of a line to where its letters stand."""

MARGIN, HEAD = 10.0, 40.0
"""Around the frame, and above it for the title."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text that is placed as a whole, at a cell counted from the left."""

    cell: int
    text: str


def svg_of(rows: Sequence[Sequence[Segment]], width: int, base: Style, title: str) -> str:
    """Return lines of styled text as SVG.

    Args:
        rows: from top to bottom.
        width: cells.
        base: colours where a segment has none.
        title: above the frame.
    """
    back, front = colour_of(base.bgcolor, ink=False), colour_of(base.color, ink=True)
    parts: list[str] = []
    for number, row in enumerate(rows):
        top, pieces = number * LINE, pieces_of(row, base)
        parts += _papers(pieces, top, back)
        for piece in pieces:
            parts += _texts(piece, top, front)
    wide, high = width * CELL + 2 * MARGIN, len(rows) * LINE + HEAD + MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.5g} {high:.5g}" width="{wide:.5g}"'
            f' height="{high:.5g}">',
            f'<rect width="100%" height="100%" rx="8" fill="{back.hex}"/>',
            f'<text x="{wide / 2:.5g}" y="26" text-anchor="middle" font-family="sans-serif" font-size="18"'
            f' font-weight="bold" fill="{front.hex}">{escape(title)}</text>',
            f'<g transform="translate({MARGIN:g},{HEAD:g})" font-size="{FONT:g}" fill="{front.hex}"'
            " font-family=\"'DejaVu Sans Mono',Menlo,'Fira Code',Consolas,monospace\">",
            *parts,
            "</g>",
            "</svg>",
            "",
        )
    )


def runs(text: str) -> Iterator[Run]:
    """Return the runs: words separated by single blanks, and each cell of a plot.

    A glyph that is repeated is one run; blanks are none.
    """
    cell = start = 0
    words = ""
    for glyph, same in groupby(text):
        piece = "".join(same)
        drawn = not piece.isascii() and not glyph.isalpha()
        if drawn or (glyph == " " and len(piece) > 1):
            if words.strip():
                yield Run(start, words.rstrip())
            words = ""
            if drawn:
                yield Run(cell, piece)
        elif words or glyph != " ":
            start = start if words else cell
            words += piece
        cell += cell_len(piece)
    if words.strip():
        yield Run(start, words.rstrip())


def _papers(pieces: Iterable[Piece], top: float, back: ColorTriplet) -> Iterator[str]:
    """Return the background: one area for neighbours of the same colour, without seams."""
    for paper, same in groupby(pieces, key=lambda piece: piece.paper):
        own = list(same)
        if paper != back:
            x, wide = own[0].cell * CELL, sum(cell_len(piece.text) for piece in own) * CELL
            place = f'x="{x:.6g}" y="{top:.6g}" width="{wide:.6g}" height="{LINE + SEAM:g}"'
            yield f'<rect {place} fill="{paper.hex}"/>'


def _texts(piece: Piece, top: float, front: ColorTriplet) -> Iterator[str]:
    """Return the runs of a piece, and its underline."""
    look = ("" if piece.ink == front else f' fill="{piece.ink.hex}"') + (
        ' font-weight="bold"' if piece.bold else ""
    )
    for run in runs(piece.text):
        x, long = (piece.cell + run.cell) * CELL, cell_len(run.text) * CELL
        place = f'x="{x:.6g}" y="{top + BASE:.6g}" textLength="{long:.6g}" lengthAdjust="spacingAndGlyphs"'
        yield f"<text {place}{look}>{escape(run.text)}</text>"
    if piece.ruled:
        x, wide = piece.cell * CELL, cell_len(piece.text) * CELL
        yield f'<path d="M{x:.6g} {top + LINE:.6g}h{wide:.6g}" stroke="{front.hex}" stroke-width="1.5"/>'
