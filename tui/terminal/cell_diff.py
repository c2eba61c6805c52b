"""Sends only the terminal cells that changed.

Textual paints a screen in whole regions, often twice, each piece of text with its whole style. This module
knows every cell of the terminal: it skips unchanged cells, and sends only the changed part of a style.
Unknown commands are passed on, and every cell counts as unknown after them.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from rich.cells import get_character_cell_size

PIECES = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|(?P<text>[^\x1b\x00-\x1f\x7f]+)"
    r"|\x1b[\]P_^X].*?(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|.",
    re.DOTALL,
)
"""Commands, text, strings for the title and the like, other escapes, and single characters besides."""

HARMLESS = frozenset({"?2026h", "?2026l", "?25h", "?25l"})
"""Commands that change no cell, nor where and how the next is written: of frames, and of whether the cursor
shows."""

OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 7: 27, 8: 28, 9: 29}
"""Codes that end bold, dim, italic, underlined, blinking, reversed, hidden and struck (ECMA-48, 8.3.117)."""

SEEN = frozenset({4, 5, 7, 8, 9})
"""Those of these attributes that can be visible in a blank."""

REVERSED = 7
FEW = 8
"""Changed cells from which another order may be shorter."""

NEAR = 4
"""So many unchanged cells are written again, since a command that skips them has as many bytes."""


class Look(NamedTuple):
    """The look of text: its colours as parameters of the command that sets them, and other attributes."""

    colour: str = ""
    ground: str = ""
    on: frozenset[int] = frozenset()


PLAIN = Look()

Cell = tuple[str, Look]
"""A character with its combining characters, "" for the right half of a wide one, and its look."""


class Changed(NamedTuple):
    """A cell to send: its place, the cell, its look, and its width."""

    y: int
    x: int
    cell: Cell
    look: Look
    width: int


class Thrift:
    """The cells that a terminal shows, and the commands that change them."""

    def __init__(self) -> None:
        """Start with an unknown terminal; everything is sent until `forget` gives the size."""
        self._columns = self._rows = 0
        self._cells: list[list[Cell | None]] = []
        # Where the program is, and where the terminal is: None where that is not known.
        self._x = self._y = 0
        self._look: Look | None = PLAIN
        self._lost = False
        self._at: tuple[int, int] | None = None
        self._in: Look | None = None
        self._changed: list[Changed] = []
        """Cells of this portion of output that are yet to be sent."""

    def forget(self, columns: int, rows: int) -> None:
        """Take every cell of a terminal of this size for unknown."""
        self._columns, self._rows = columns, rows
        self._cells = [[None] * columns for _ in range(rows)]
        self._at = self._in = None

    def passed(self, data: str) -> str:
        """Return the text to send in place of the text that the program wrote."""
        if not self._rows:
            return data
        out: list[str] = []
        wrote = False
        for piece in PIECES.finditer(data):
            text, final = piece["text"], piece["final"]
            place = placed(piece["parameters"]) if final == "H" else None
            if final == "m":
                self._look = styled(self._look, piece["parameters"])
            if place is not None and self._look is not None:
                self._x, self._y = min(place[0], self._columns - 1), min(place[1], self._rows - 1)
                self._lost = False
                wrote = True
            elif self._lost:
                out.append(piece[0])
            elif text is not None and self._fits(text):
                self._write(text, out)
                wrote = True
            elif piece[0] == "\n" and self._y < self._rows - 1:
                self._y += 1
            elif piece[0][2:] in HARMLESS:
                self._flush(out)
                out.append(piece[0])
            elif final != "m" or self._look is None:
                self._hand_on(piece[0], out)
        self._flush(out)
        if wrote and not self._lost:
            self._go(self._x, self._y, out)
        return "".join(out)

    def _flush(self, out: list[str]) -> None:
        """Send the changed cells as they were written, or look by look where that is shorter.

        A chart changes its look in every row. Look by look it takes one command for each look.
        """
        changed, self._changed = self._changed, []
        before = self._at, self._in
        written = self._encoded(changed)
        # A wide character and what covers half of it must keep their order.
        if len(changed) >= FEW and all(one.width == 1 for one in changed):
            after = self._at, self._in
            self._at, self._in = before
            regrouped = self._encoded(by_look(changed))
            if len(regrouped) < len(written):
                written = regrouped
            else:
                self._at, self._in = after
        out.append(written)

    def _encoded(self, changed: Iterable[Changed]) -> str:
        """Return the commands and characters that send cells in this order."""
        out: list[str] = []
        for y, x, cell, look, width in changed:
            self._go(x, y, out)
            self._wear(cell, look, out)
            out.append(cell[0])
            self._at = (x + width, y)
        return "".join(out)

    def _fits(self, text: str) -> bool:
        return self._x + sum(map(get_character_cell_size, text)) <= self._columns

    def _write(self, text: str, out: list[str]) -> None:
        row = self._cells[self._y]
        look = self._worn()
        cells = list(map(cell_of, text, repeat(look)))
        # None but the last could be wide: the right half of one is not a cell of the text's.
        if row[self._x : self._x + len(cells)] == cells and get_character_cell_size(text[-1]) == 1:
            self._x += len(cells)
            return
        for cell in cells:
            character = cell[0]
            width = get_character_cell_size(character)
            if not width:
                self._combine(row, character, out)
                continue
            right = [("", cell[1])] * (width - 1)
            if row[self._x] != cell or row[self._x + 1 : self._x + width] != right:
                self._split(row, width)
                self._changed.append(Changed(self._y, self._x, cell, look, width))
                row[self._x : self._x + width] = [cell, *right]
            self._x += width

    def _split(self, row: "list[Cell | None]", width: int) -> None:
        """Take both halves of a wide character for unknown if one is overwritten."""
        before, after = self._x, self._x + width
        if (cell := row[before]) is not None and cell[0] == "":
            row[before - 1] = None
        if after < self._columns and (cell := row[after]) is not None and cell[0] == "":
            row[after] = None

    def _combine(self, row: "list[Cell | None]", character: str, out: list[str]) -> None:
        """Take the cell before a combining character for unknown."""
        self._flush(out)
        self._go(self._x, self._y, out)
        out.append(character)
        if self._x:
            row[self._x - 1] = None

    def _go(self, x: int, y: int, out: list[str]) -> None:
        """Move the terminal's cursor."""
        if self._at == (x, y):
            return
        if self._at is None or self._at[1] != y or self._at[0] > x:
            out.append(f"\x1b[{y + 1};{x + 1}H")
        else:
            between = self._cells[y][self._at[0] : x]
            plain = [cell[0] if cell is not None and cell[1] == self._in else "" for cell in between]
            again = "".join(plain)
            skip = f"\x1b[{len(between) if len(between) > 1 else ''}C"
            near = len(between) <= NEAR and all(plain) and len(again.encode()) <= len(skip)
            out.append(again if near else skip)
        self._at = (x, y)

    def _wear(self, cell: Cell, look: Look, out: list[str]) -> None:
        """Make the terminal write in a look; a blank looks the same in many."""
        character, seen = cell
        if self._in is None or shown(character, self._in) != seen:
            out.append(change(self._in, look))
            self._in = look

    def _worn(self) -> Look:
        """Return the look that the program set; call only if it is known."""
        return self._look or PLAIN

    def _hand_on(self, piece: str, out: list[str]) -> None:
        """Bring the terminal into the state that the program expects, and send everything from then on.

        That ends when the program sets position and style again.
        """
        self._flush(out)
        self._go(self._x, self._y, out)
        if self._in != self._worn():
            out.append(change(self._in, self._worn()))
        out.append(piece)
        self.forget(self._columns, self._rows)
        self._lost = True


def by_look(changed: Sequence[Changed]) -> list[Changed]:
    """Return cells grouped by look, the newest of each place; a blank belongs to the look before it."""
    newest = {(one.y, one.x): one for one in changed}
    groups: dict[Look, list[Changed]] = {}
    last: Look | None = None
    for one in sorted(newest.values()):
        look = one.look
        if last is not None and one.cell[0] == " " and shown(" ", last) == one.cell[1]:
            look = last
        groups.setdefault(look, []).append(one)
        last = look
    return [one for group in groups.values() for one in group]


@lru_cache(maxsize=4096)
def cell_of(character: str, look: Look) -> Cell:
    """Return the cell that a character in a look makes."""
    return (character, shown(character, look))


@lru_cache(maxsize=1024)
def shown(character: str, look: Look) -> Look:
    """Return the visible part of a look: of a blank only its background, unless reversed or underlined."""
    if character != " " or look.on & SEEN:
        return look
    return Look("", look.ground)


@lru_cache(maxsize=1024)
def styled(look: Look | None, parameters: str) -> Look | None:
    """Return the look after a command; None for an unknown command, until the next reset."""
    numbers = parameters.split(";")
    if look is None and numbers[0] not in ("", "0"):
        return None
    colour, ground, on = (look or PLAIN).colour, (look or PLAIN).ground, (look or PLAIN).on
    place = 0
    while place < len(numbers):
        if not numbers[place].isdecimal() and numbers[place]:
            return None
        number = int(numbers[place] or 0)
        length = 1
        if number == 0:
            colour, ground, on = "", "", frozenset()
        elif number in OFF:
            on |= {number}
        elif number in OFF.values():
            on -= {one for one, end in OFF.items() if end == number}
        elif number in (38, 48):
            kind = numbers[place + 1 : place + 2]
            length = 5 if kind == ["2"] else 3
            told = numbers[place : place + length]
            if kind not in (["2"], ["5"]) or len(told) < length:
                return None
            colour, ground = (";".join(told), ground) if number == 38 else (colour, ";".join(told))
        elif number in (39, 49):
            colour, ground = ("", ground) if number == 39 else (colour, "")
        elif 30 <= number <= 37 or 90 <= number <= 97:
            colour = numbers[place]
        elif 40 <= number <= 47 or 100 <= number <= 107:
            ground = numbers[place]
        else:
            return None
        place += length
    return Look(colour, ground, on)


@lru_cache(maxsize=1024)
def change(old: Look | None, new: Look) -> str:
    """Return the shortest command from a look to another; from an unknown look, the whole."""
    everything = [*map(str, sorted(new.on)), *filter(None, (new.colour, new.ground))]
    whole = ";".join(["0", *everything])
    if old is None:
        return f"\x1b[{whole}m"
    ended = {OFF[number] for number in old.on - new.on}
    # The code that ends bold ends dim too.
    begun = {number for number in new.on if number not in old.on or OFF[number] in ended}
    parts = [*map(str, sorted(ended)), *map(str, sorted(begun))]
    if old.colour != new.colour:
        parts.append(new.colour or "39")
    if old.ground != new.ground:
        parts.append(new.ground or "49")
    return f"\x1b[{min(';'.join(parts), whole, key=len)}m"


def placed(parameters: str) -> tuple[int, int] | None:
    """Return column and row, from 0, that a command moves to; None for an unknown command."""
    found = re.fullmatch(r"(\d*)(?:;(\d*))?", parameters)
    if found is None:
        return None
    y, x = (max(int(number or 1), 1) - 1 for number in found.groups())
    return x, y
