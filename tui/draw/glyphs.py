"""Which characters a terminal is given: all of Unicode, none of braille, or ASCII alone."""

from enum import StrEnum

from rich.cells import cell_len

from tui.draw.text import Lines, Span


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


def adapted(lines: Lines, glyphs: Glyphs) -> Lines:
    """The lines in characters that the terminal can show."""
    if glyphs is not Glyphs.ASCII:
        return lines
    return [tuple(Span(in_ascii(span.text), span.role) for span in line) for line in lines]


def in_ascii(text: str) -> str:
    """Text in ASCII, each character as wide as it was; what has no likeness is a question mark."""
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else "?" * cell_len(character)
        for character in text.translate(_ASCII)
    )
