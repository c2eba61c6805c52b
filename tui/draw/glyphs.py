"""The glyphs that a terminal can show, and substitutes of the same width for the others."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from tui.draw.text import Line, Lines, Span, width_of


class Glyphs(StrEnum):
    """A set of glyphs: all, all but braille, or ASCII."""

    UNICODE = "unicode"
    NO_BRAILLE = "no-braille"
    ASCII = "ascii"


OLD = ("dumb", "vt", "ansi", "cons25", "sun", "xterm-mono")
"""Starts of TERM for terminals that show only ASCII."""

STAND_INS = {
    **dict(zip("▲△▽◆◇●○■□▴▵✕◁⊘◌◐", "!+v*+oO#=!ix<&_/", strict=True)),
    **dict(zip("‖▶…·–—×›‹↑↓←→•", "|>~.--x><^v<>*", strict=True)),
    **dict(zip("▁▂▃▄▅▆▇█", "_,-=+*%#", strict=True)),
    **dict(zip("░▒▓▏▕▾▿✓┊┈┄╌", ".:%||v.Y:---", strict=True)),
    **dict(zip("─━│┃┌┐└┘├┤┬┴┼╭╮╰╯", "--||+++++++++++++", strict=True)),
    **dict(zip("±°²³µ§¶√≥≤≈", "~'23u$P/><~", strict=True)),
}
"""The ASCII substitute of each glyph. No two states share a substitute."""

UPPER = 0b00011011
"""The dots of a braille cell that lie in its upper half."""


@lru_cache(4096)
def reduced(text: str, glyphs: Glyphs) -> str:
    """Return text with substitutes for glyphs that the terminal cannot show; its width stays."""
    if glyphs is Glyphs.UNICODE or text.isascii():
        return text
    return "".join(_one(character, glyphs) for character in text)


def _one(character: str, glyphs: Glyphs) -> str:
    if "\u2800" <= character <= "\u28ff":
        dots = ord(character) - 0x2800
        if not dots:
            return " "
        return ":" if dots & UPPER and dots & ~UPPER else "'" if dots & UPPER else "."
    if glyphs is Glyphs.NO_BRAILLE or character.isascii():
        return character
    plain = STAND_INS.get(character)
    if plain is None:
        base = unicodedata.normalize("NFKD", character)[:1]
        plain = base if base.isascii() and base.isprintable() else "?"
    width = cell_len(character)
    return plain if width == 1 else "?" * width


def glyphs_of(setting: str, environment: Mapping[str, str]) -> Glyphs:
    """Return the set of glyphs to draw with.

    Args:
        setting: [console] glyphs: "auto" or one of the modes.
        environment: TERM tells of the terminal, LC_ALL, LC_CTYPE or LANG of the characters it is sent.
    """
    if setting != "auto":
        return Glyphs(setting)
    term = environment.get("TERM", "")
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    _, dot, charset = locale.partition(".")
    is_utf = charset.lower().replace("-", "").startswith("utf8") if dot else locale not in ("C", "POSIX")
    if term.startswith(OLD) or not is_utf:
        return Glyphs.ASCII
    # The console of the kernel has a font of 512 glyphs, without braille.
    return Glyphs.NO_BRAILLE if term == "linux" else Glyphs.UNICODE


def theme_of(setting: str, environment: Mapping[str, str]) -> str:
    """Return the theme to draw in: the one set, or the terminal's own colours if it has 16.

    Args:
        setting: [console] theme.
        environment: TERM and COLORTERM tell how many colours there are, NO_COLOR that none is wanted.
    """
    term, colours = environment.get("TERM", ""), environment.get("COLORTERM", "")
    if environment.get("NO_COLOR"):
        return "terminal"
    if setting != "auto":
        return setting
    rich = "256color" in term or "direct" in term or "kitty" in term or colours in ("truecolor", "24bit")
    return "dark" if rich else "terminal"


SHADES = " ·░▒▓█"
"""From nothing to full, in a heat strip or a waterfall."""


PLAIN_SHADES = " .:+%#"
"""The same in ASCII, no two alike."""


def shades(glyphs: Glyphs) -> str:
    """Return the shades that the terminal can show."""
    return PLAIN_SHADES if glyphs is Glyphs.ASCII else SHADES


def finished(lines: Lines, width: int, height: int, glyphs: Glyphs) -> Lines:
    """Return the lines cut to width and height, in glyphs that the terminal can show."""
    return [_shown(_within(line, width), glyphs) for line in lines[: max(height, 0)]]


def _within(line: Line, width: int) -> Line:
    """Return the line, cut at its end if it is too long."""
    if width_of(line) <= width:
        return line
    kept: list[Span] = []
    room = width
    for span in line:
        text = set_cell_size(span.text, min(cell_len(span.text), max(room, 0)))
        kept.append(Span(text, span.role, span.paper))
        room -= cell_len(span.text)
    return tuple(kept)


def _shown(line: Line, glyphs: Glyphs) -> Line:
    if glyphs is Glyphs.UNICODE:
        return line
    return tuple(Span(reduced(span.text, glyphs), span.role, span.paper) for span in line)


ARROWS = {1: "↑", 0: " ", -1: "↓"}
