"""A frame as a picture in PNG, drawn with Pillow (the extra `pictures`).

Blocks and braille dots are drawn as areas, so that charts look alike with any font. Letters come from a
monospaced font of the system; without one, from the font inside Pillow, a letter in each cell.
"""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import get_character_cell_size
from rich.color import blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from engine.errors import UnusableError
from tui.terminal.pieces import Piece, colour_of, pieces_of

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = FreeTypeFont | ImageFont

NEEDS = "a picture in PNG needs Pillow: pip install 'raceway[pictures]'"

SIZE = 20
"""Size of the letters [px]."""

CELL, LINE = 12, 23
"""Width and height of a cell [px]: those of DejaVu Sans Mono at this size, so that frames close."""

BASE = 18
"""From the top of a line to where its letters stand [px]."""

MARGIN = 10
DOT = 3
"""Side of a braille dot [px]."""

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
FILES = (
    ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    ("NotoSansMono-Regular.ttf", "NotoSansMono-Bold.ttf"),
    ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
    ("UbuntuMono-R.ttf", "UbuntuMono-B.ttf"),
    ("FreeMono.ttf", "FreeMonoBold.ttf"),
    ("Menlo.ttc", "Menlo.ttc"),
)
"""Monospaced fonts, plain and bold, the one with the most glyphs first."""

SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
"""Share of ink in an area of one colour."""

QUADRANTS = {
    "▖": (2,),
    "▗": (3,),
    "▘": (0,),
    "▙": (0, 2, 3),
    "▚": (0, 3),
    "▛": (0, 1, 2),
    "▜": (0, 1, 3),
    "▝": (1,),
    "▞": (1, 2),
    "▟": (1, 2, 3),
}
"""Quarters of a cell: upper left, upper right, lower left, lower right."""

Area = tuple[float, float, float, float]
"""Left, top, right, bottom, as shares of a cell."""

WHOLE: Area = (0, 0, 1, 1)


MOST_TRIED = 200
"""Font files of the system that are searched for a letter that the monospaced fonts lack."""

MOST_NAMED = 8
"""Letters without a glyph that a sentence names."""


class MissingPillowError(UnusableError):
    """Pillow is not installed; the message names the extra."""


def png_of(rows: Sequence[Sequence[Segment]], width: int, base: Style) -> bytes:
    """Return lines of styled text as PNG.

    Args:
        rows: from top to bottom.
        width: cells.
        base: colours where a segment has none.

    Raises:
        MissingPillowError: the library is not installed.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        raise MissingPillowError(NEEDS) from error
    size = (width * CELL + 2 * MARGIN, len(rows) * LINE + 2 * MARGIN)
    image = Image.new("RGB", size, tuple(colour_of(base.bgcolor, ink=False)))
    draw = ImageDraw.Draw(image)
    lines = [pieces_of(row, base) for row in rows]
    for paint in (_paper, _ink):
        for number, pieces in enumerate(lines):
            for piece in pieces:
                paint(draw, piece, MARGIN + number * LINE)
    packed = BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def lacking(rows: Sequence[Sequence[Segment]]) -> str:
    """Return why letters of a picture are boxes, "" where the fonts of this system have all its letters.

    Args:
        rows: the lines that were drawn.

    Raises:
        MissingPillowError: the library is not installed.
    """
    letters = dict.fromkeys(
        one for row in rows for segment in row for one in segment.text if not one.isascii()
    )
    drawn = (one for one in letters if not (areas(one) or dots(one) or one.isspace()))
    try:
        boxes = [one for one in drawn if not _has(_font_for(one, False), one)]
    except ImportError as error:
        raise MissingPillowError(NEEDS) from error
    if not boxes:
        return ""
    more = f" and {len(boxes) - MOST_NAMED} more" if len(boxes) > MOST_NAMED else ""
    return (
        f"no font of this computer has {' '.join(boxes[:MOST_NAMED])}{more}, which are boxes in the PNG;"
        " install one, such as Noto Sans CJK, or use the SVG"
    )


def areas(character: str) -> tuple[Area, ...]:
    """Return the inked areas of a block element; none of any other character."""
    code = ord(character)
    if character in QUADRANTS:
        return tuple((n % 2 / 2, n // 2 / 2, n % 2 / 2 + 0.5, n // 2 / 2 + 0.5) for n in QUADRANTS[character])
    if character in SHADES:
        return (WHOLE,)
    if 0x2581 <= code <= 0x2588:
        return ((0, 1 - (code - 0x2580) / 8, 1, 1),)
    if 0x2589 <= code <= 0x258F:
        return ((0, 0, (0x2590 - code) / 8, 1),)
    others: dict[str, Area] = {
        "▀": (0, 0, 1, 0.5),
        "▐": (0.5, 0, 1, 1),
        "▔": (0, 0, 1, 1 / 8),
        "▕": (7 / 8, 0, 1, 1),
    }
    return (others[character],) if character in others else ()


def dots(character: str) -> tuple[tuple[int, int], ...]:
    """Return column and row of each dot of a braille character; none of any other."""
    bits = ord(character) - 0x2800
    if not 0 < bits < 0x100:
        return ()
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    return tuple(place for number, place in enumerate(places) if bits >> number & 1)


def _paper(draw: "ImageDraw", piece: Piece, top: int) -> None:
    cells = sum(map(get_character_cell_size, piece.text))
    left = MARGIN + piece.cell * CELL
    draw.rectangle((left, top, left + cells * CELL - 1, top + LINE - 1), fill=tuple(piece.paper))


def _ink(draw: "ImageDraw", piece: Piece, top: int) -> None:
    left, ink = MARGIN + piece.cell * CELL, tuple(piece.ink)
    start = left
    for character in piece.text:
        if blocks := areas(character):
            fill = tuple(_shaded(piece, character))
            for x, y, right, bottom in blocks:
                box = (round(x * CELL), round(y * LINE), round(right * CELL) - 1, round(bottom * LINE) - 1)
                draw.rectangle((left + box[0], top + box[1], left + box[2], top + box[3]), fill=fill)
        elif places := dots(character):
            for column, row in places:
                x, y = left + 2 + column * CELL // 2, top + 1 + row * LINE // 4
                draw.rectangle((x, y, x + DOT - 1, y + DOT - 1), fill=ink)
        elif not character.isspace():
            draw.text(
                (left, top + BASE), character, fill=ink, font=_font_for(character, piece.bold), anchor="ls"
            )
        left += CELL * get_character_cell_size(character)
    if piece.ruled:
        draw.line((start, top + LINE - 2, left - 1, top + LINE - 2), fill=ink)


def _shaded(piece: Piece, character: str) -> ColorTriplet:
    return blend_rgb(piece.paper, piece.ink, SHADES.get(character, 1.0))


@cache
def _font_for(character: str, bold: bool) -> "Font":
    """Return the first font that has a glyph; the first of all where none has it."""
    fonts = _fonts(bold)
    known = next((font for font in fonts if _has(font, character)), None)
    return known or next((font for font in _others() if _has(font, character)), fonts[0])


def _has(font: "Font", character: str) -> bool:
    missing = font.getmask("\uffff")
    drawn = font.getmask(character)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


@cache
def _fonts(bold: bool) -> "tuple[Font, ...]":
    from PIL import ImageFont

    found = _installed()
    files = [found[pair[bold]] for pair in FILES if pair[bold] in found]
    fonts = tuple(font for path in files if (font := _opened(path)) is not None)
    return fonts or (ImageFont.load_default(SIZE),)


@cache
def _others() -> "tuple[Font, ...]":
    """Return every other font of the system, those for Chinese, Japanese and Korean first."""
    monospaced = {name for pair in FILES for name in pair}
    others = [path for name, path in _installed().items() if name not in monospaced]
    others.sort(key=lambda path: (not any(word in path.name for word in ("CJK", "Gothic")), path.name))
    return tuple(font for path in others[:MOST_TRIED] if (font := _opened(path)) is not None)


def _opened(path: Path) -> "Font | None":
    """Return a font, None for a damaged file."""
    from PIL import ImageFont

    try:
        return ImageFont.truetype(str(path), SIZE)
    except OSError:
        return None


@cache
def _installed() -> dict[str, Path]:
    """Return the font files of the system by their names."""
    folders = [Path(folder).expanduser() for folder in FOLDERS]
    files = [file for folder in reversed(folders) if folder.is_dir() for file in folder.rglob("*")]
    return {file.name: file for file in files if file.suffix in {".ttf", ".ttc", ".otf"}}
