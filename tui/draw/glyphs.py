"""Which characters a terminal is given: all of Unicode, none of braille, or ASCII alone."""

from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from tui.draw.text import Line, Lines, Span, width_of


class Glyphs(StrEnum):
    """How rich the characters are."""

    UNICODE = "unicode"
    NO_BRAILLE = "no-braille"
    ASCII = "ascii"


SHADES = " ·░▒▓█"
"""From nothing to full, in a heat strip or a waterfall."""

PLAIN_SHADES = " .:+%#"

_ASCII = str.maketrans(
    {
        **dict(zip("─━┄┈╌│┃┊▏▕", "-=---||:||", strict=True)),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╯╰╮╭", "+"),
        **dict(zip("▁▂▃▄▅▆▇█", "__.-=+*#", strict=True)),
        **dict(zip("░▒▓▀", ",+%'", strict=True)),
        **dict(zip("▲△▽▾▿▴●○◆■□✕✓◁›", "AavvvAoo*=nxY<>", strict=True)),
        **dict(zip("←→↑↓", "<>^v", strict=True)),
        **dict(zip("·•–—××…‖§°²±≥≤", ".*--xx~|s'2+><", strict=True)),
    }
)
"""One character for each, so that nothing moves; a glyph's word stands beside it."""


def shades(glyphs: Glyphs) -> str:
    """The shades that the terminal can show."""
    return PLAIN_SHADES if glyphs is Glyphs.ASCII else SHADES


def finished(lines: Lines, width: int, height: int, glyphs: Glyphs) -> Lines:
    """The lines as far as there is room, in characters that the terminal can show."""
    return [_adapted(_within(line, width), glyphs) for line in lines[: max(height, 0)]]


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


def _adapted(line: Line, glyphs: Glyphs) -> Line:
    if glyphs is not Glyphs.ASCII:
        return line
    return tuple(Span(in_ascii(span.text), span.role) for span in line)


def in_ascii(text: str) -> str:
    """Text in ASCII, each character as wide as it was; what has no likeness is a question mark."""
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else "?" * cell_len(character)
        for character in text.translate(_ASCII)
    )
