"""How well a separator and a decimal sign explain the lines of a text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from replay.formats.text_cells import DATE, FAULTY, MISSING, cells_of, is_number

_ROWS = 40
# Share of numbers in a column at which its other cells are faults rather than its nature.
_MOSTLY = 0.5
# Share of filled cells of a column; in fewer stand remarks, such as the settings of an oscilloscope.
_FEWEST_FILLED = 0.2
# Columns of the narrowest table whose header may be numbers.
_FEWEST_COUNTED = 2
# Lines below a first row that must not be words.
_NEXT = 3
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a separator and a decimal sign explain the lines.

    Attributes:
        start: line of the first data row, counted from 0 in the lines that were looked at.
        rows: cells of the first data rows.
        kinds: of the columns: True for numbers.
        decimals: share of cells that show this decimal sign.
    """

    separator: str
    decimal: str
    start: int
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[bool, ...]
    trailing: bool
    decimals: float

    def better_than(self, other: "Fit", columns: int) -> bool:
        """Return whether this reading explains the text better than another."""
        return self._worth(columns) > other._worth(columns)

    def _worth(self, columns: int) -> tuple[float, ...]:
        numbers = sum(self.kinds)
        # An empty column, such as that of remarks, counts against no separator.
        columns_of_words = (column for column, is_number in enumerate(self.kinds) if not is_number)
        texts = sum(any(row[column] for row in self.rows) for column in columns_of_words)
        odd = _odd_pairs(self.rows) if self.separator == "," else 0.0
        is_pair = self.decimal == "," and _are_whole_pairs(self.rows)
        return (odd < _MOSTLY, columns == len(self.kinds), not is_pair, self.decimals > 0, numbers, -texts)


def _odd_pairs(rows: Sequence[Sequence[str]]) -> float:
    """Return the share of rows that are one number with a decimal comma, split at that comma.

    Such a row has two whole numbers, of which the second has no sign and the width of its neighbours.
    """
    if not rows or any(len(row) != 2 for row in rows):
        return 0.0
    split = [row[0].lstrip("+-").isdigit() and row[1].isdigit() for row in rows]
    widths = Counter(len(row[1]) for row in rows)
    signed_zero = any(row[0] in ("-0", "+0") for row in rows)
    padded = any(len(row[1]) > 1 and row[1].startswith("0") for row in rows)
    regular = widths.most_common(1)[0][1] > _MOSTLY * len(rows)
    return sum(split) / len(rows) if regular and (signed_zero or padded) else 0.0


def _are_whole_pairs(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows of one cell, such as 2048,517, are rather two whole numbers than one with a comma.

    Of decimals of several digits, one in ten begins with a zero; whole numbers never do.
    """
    if not rows or any(len(row) != 1 for row in rows):
        return False
    pairs = [row[0].split(",") for row in rows]
    if any(len(pair) != 2 or not pair[1].lstrip("+-").isdigit() for pair in pairs):
        return False
    if any(not pair[1].isdigit() for pair in pairs):
        # No decimals have a sign.
        return True
    signed_zero = any(pair[0] in ("-0", "+0", "", "-") for pair in pairs)
    padded = any(len(pair[1]) > 1 and pair[1].startswith("0") for pair in pairs)
    several = sum(len(pair[1]) > 1 for pair in pairs)
    return len(rows) >= _ROWS // 2 and not signed_zero and not padded and several > _MOSTLY * len(pairs)


def fit_of(
    lines: Sequence[str], separator: str, decimal: str, prefixes: Sequence[str], columns: int
) -> Fit | None:
    """Return how a separator and a decimal sign explain the lines; None where they give no rows.

    Args:
        lines: the first ones of the text.
        separator: one character, or "whitespace".
        decimal: "." or ",".
        prefixes: of comment lines.
        columns: that are expected.
    """
    split = [cells_of(line, separator) if line.strip() else [] for line in lines]
    tail = [
        cells for cells, line in zip(split, lines, strict=True) if cells and not is_comment(line, prefixes)
    ]
    tail = tail[-_ROWS:]
    if not tail:
        return None
    count = Counter(map(len, tail)).most_common(1)[0][0]
    if any(len(cells) == count + 1 and not cells[-1] for cells in tail) and count > 1:
        # Some rows end with the separator, and others not.
        split = [cells[:-1] if len(cells) == count + 1 and not cells[-1] else cells for cells in split]
    start = _first_row(split, lines, count, decimal, prefixes)
    if start is None:
        return None
    rows = [tuple(cells) for cells in split[start:] if len(cells) == count][:_ROWS]
    # An empty last column that is expected is a channel without numbers.
    ends = count > 1 and count != columns and separator != "whitespace"
    # An empty last column below a name is one that starts late.
    head: Sequence[str] = split[start - 1] if start else ()
    named = len(head) == count and bool(head[-1].strip())
    trailing = ends and not named and all(not row[-1] for row in rows)
    if trailing:
        rows = [row[:-1] for row in rows]
    kinds = tuple(_is_numeric([row[column] for row in rows], decimal) for column in range(len(rows[0])))
    if not any(kinds):
        return None
    cells = [cell for row in rows for cell, kind in zip(row, kinds, strict=True) if kind]
    # A comma at the end of a cell is not a decimal sign: it may end an empty column.
    shown = sum(decimal in (cell.rstrip(",") if decimal == "," else cell) for cell in cells) / len(cells)
    return Fit(separator, decimal, start, tuple(rows), kinds, trailing, shown)


def _first_row(
    split: Sequence[Sequence[str]], lines: Sequence[str], count: int, decimal: str, prefixes: Sequence[str]
) -> int | None:
    """Return the first line that begins the rows: as many cells, and a number in most columns of numbers.

    Lines of which some cells are words are no rows where a header follows: they hold steps, or start times.
    """
    rows = [cells for cells in split if len(cells) == count][-_ROWS:]
    columns = [[row[column] for row in rows] for column in range(count)]
    kinds = [_is_numeric(column, decimal) for column in columns]
    if not any(kinds):
        return None
    dated = [not kind and all(map(DATE.search, column)) for kind, column in zip(kinds, columns, strict=True)]
    empty = [not any(column) for column in columns]
    first = None

    def neighbour(number: int, step: int) -> Sequence[str]:
        """Return the cells of the next line, above or below, that is neither blank nor a comment."""
        number += step
        while 0 <= number < len(split) and (not split[number] or is_comment(lines[number], prefixes)):
            number += step
        return split[number] if 0 <= number < len(split) else ()

    for number, cells in enumerate(split):
        if is_comment(lines[number], prefixes) and number < len(split) - 1:
            continue
        if len(cells) != count:
            # Words below a line of which some cells are words: it was a property of the channels.
            first = None if first is not None and _are_words(cells, decimal) else first
            continue
        own = [cell for cell, kind in zip(cells, kinds, strict=True) if kind]
        good = [is_number(cell, decimal) or bool(cell and stands_for_a_fault(cell)) for cell in own]
        has_dates = all(DATE.search(cell) for cell, is_date in zip(cells, dated, strict=True) if is_date)
        is_header = _is_numbered_header(own, good) or (
            first is None and _counts_columns(cells, rows, decimal)
        )
        if sum(good) > _MOSTLY * len(good) and not is_header:
            first = number if first is None else first
            is_marked = any(cell for cell, is_empty in zip(cells, empty, strict=True) if is_empty)
            is_property = is_marked and _has_words(split[number + 1 :], kinds, decimal)
            is_property |= _is_title(neighbour(number, -1), decimal) and _is_title(
                neighbour(number, 1), decimal
            )
            if has_dates and all(good) and not is_property:
                break
        elif first is not None and not any(good):
            first = None
    return first


def _has_words(below: Sequence[Sequence[str]], kinds: Sequence[bool], decimal: str) -> bool:
    """Return whether words follow, as below a property with a number for each channel."""
    for cells in [one for one in below if one][:_NEXT]:
        own = [cell for cell, kind in zip(cells, kinds, strict=False) if kind]
        if len(cells) == len(kinds) and not any(
            is_number(cell, decimal) or stands_for_a_fault(cell) for cell in own
        ):
            return True
    return False


def _is_title(cells: Sequence[str], decimal: str) -> bool:
    """Return whether a line of several cells has words in its first one alone."""
    return len(cells) > 1 and not any(cells[1:]) and _are_words(cells, decimal)


def _are_words(cells: Sequence[str], decimal: str) -> bool:
    """Return whether a line holds words and no number, as a title does; words for a fault are numbers."""
    filled = [cell for cell in cells if cell]
    if any(is_number(cell, decimal) or stands_for_a_fault(cell) for cell in filled):
        return False
    return any(map(_WORD.search, filled))


def stands_for_a_fault(cell: str) -> bool:
    """Return whether a cell stands for a missing number."""
    return MISSING.fullmatch(cell) is not None or FAULTY.fullmatch(cell) is not None


def _is_numbered_header(cells: Sequence[str], good: Sequence[object]) -> bool:
    """Return whether a line names a column in words, and others by number: x-axis,1,2."""
    words = [cell for cell, is_good in zip(cells, good, strict=True) if not is_good]
    counts = [cell for cell, is_good in zip(cells, good, strict=True) if is_good]
    return any(map(_WORD.search, words)) and [*map(str, range(1, len(counts) + 1))] == counts


def _counts_columns(cells: Sequence[str], rows: Sequence[Sequence[str]], decimal: str) -> bool:
    """Return whether a line numbers the columns, from 0 or 1, above rows of decimals."""
    places = [place for place, cell in enumerate(cells) if cell]
    filled = [cells[place] for place in places]
    count = len(filled)
    if count < _FEWEST_COUNTED or filled not in ([*map(str, range(count))], [*map(str, range(1, count + 1))]):
        return False
    below = [decimal in row[place] for row in rows for place in places if row is not cells]
    return sum(below) > _MOSTLY * len(below)


def _is_numeric(cells: Sequence[str], decimal: str) -> bool:
    """Return whether a column is one of numbers: most cells are, or all say that a number is missing."""
    numbers = sum(is_number(cell, decimal) for cell in cells)
    missing = sum(map(stands_for_a_fault, cells))
    if numbers and sum(map(bool, cells)) < _FEWEST_FILLED * len(cells):
        return False
    if not numbers:
        return any(cells) and all(map(MISSING.fullmatch, cells))
    return numbers > _MOSTLY * (len(cells) - missing)


def is_comment(line: str, prefixes: Sequence[str]) -> bool:
    """Return whether a line begins with the prefix of a comment."""
    return line.lstrip().startswith(tuple(prefixes))
