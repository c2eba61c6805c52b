"""Channels one below another in a text, each in a block under a heading: brought side by side, as a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from replay.formats.text_cells import DATE, UNIT, cells_of, is_number
from replay.formats.text_fits import stands_for_a_fault
from replay.formats.text_layout import COMMENTS, TextLayout, layout_of_content, lines_of
from replay.recording import RecordingError

MOST_BLOCKS = 64
"""Channels that may stand one below another."""

FEWEST_ROWS = 8
"""Rows of a block below which it is none."""

# Headings of recordings one after another.
_RECORDING = re.compile(
    r"(?i)\b(?:rec(?:ord(?:ing)?)?|measurement|messung|mesure|run|segment|snapshot|sweep|shot|frame|trigger"
    r"|page|aufnahme|test|versuch|event|series|block)\W*\d"
)
# Letters and signs that stand in no plain number.
_WORDS = re.compile(rb"[A-CF-Za-cf-z#%:\x80-\xff]")
_AROUND = "[](){}<>\"'=-:;,| \t" + "".join(COMMENTS)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows without words between them.

    Attributes:
        heading: the lines of words above them, without blank ones, as they are.
        rows: their cells.
    """

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def blocks_of(content: bytes, layout: TextLayout) -> list[Block]:
    """Return the blocks of a text: rows between which lines of words or comments stand; none for rows alone.

    A header that is written again begins no block.

    Args:
        content: of a whole file, unpacked.
        layout: of the text.
    """
    start = 0
    for _ in range(layout.skipped):
        start = content.find(b"\n", start) + 1
    if not _WORDS.search(content, start):
        return []
    lines = lines_of(content, layout.encoding, whole=True)
    header = lines[layout.header] if layout.header is not None else None
    if header not in lines[layout.skipped :]:
        # It belongs to the first block alone.
        header = None
    heading = [line for line in lines[: layout.skipped] if line.strip() and line != header]
    found: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for line in lines[layout.skipped :]:
        if not line.strip() or line == header:
            continue
        cells = cells_of(line, layout.separator)
        if layout.trailing and cells and not cells[-1]:
            cells = cells[:-1]
        if not _is_row(cells, layout):
            if rows:
                found.append(Block(tuple(heading), tuple(rows)))
                heading, rows = [], []
            heading.append(line)
        else:
            rows.append(tuple(cells))
    return [*found, Block(tuple(heading), tuple(rows))] if rows else found


def _is_row(cells: Sequence[str], layout: TextLayout) -> bool:
    """Return whether all cells are numbers, words for a fault, or texts where the rows have some."""
    return len(cells) == layout.columns and all(
        is_number(cell, layout.decimal) or stands_for_a_fault(cell)
        for column, cell in enumerate(cells, 1)
        if column not in layout.text_columns
    )


def side_by_side(content: bytes) -> bytes | None:
    """Return a text whose channels stand one below another as a table in UTF-8; None for any other text.

    Each channel is a block of as many rows with one column of values, beside which the same times or a count
    may stand in every block. The line of a heading in which all blocks differ names the channel. Blocks whose
    names hold a time, or a word such as "run", are recordings one after another.

    Args:
        content: of a whole file, unpacked.
    """
    layout = layout_of_content(content)
    if layout is None or layout.line_form is not None or len(layout.signal_columns) != 1:
        return None
    if has_words_beside(layout):
        return None
    blocks = blocks_of(content, layout)
    names = _names([block.heading for block in blocks], layout)
    if not names or len({len(block.rows) for block in blocks}) > 1 or len(blocks[0].rows) < FEWEST_ROWS:
        return None
    columns = [_column(block, layout.signal_columns[0]) for block in blocks]
    unit = layout.units[layout.signal_columns[0] - 1] if layout.units else ""
    header = [f"{name} [{unit}]" if unit and not UNIT.match(name) else name for name in names]
    if layout.time_column is not None:
        times = [_column(block, layout.time_column) for block in blocks]
        if any(one != times[0] for one in times):
            return None
        unit = layout.units[layout.time_column - 1] if layout.units else ""
        columns, header = [times[0], *columns], [f"Time [{unit}]" if unit else "Time", *header]
    above = lines_of(content, layout.encoding, whole=True)[: layout.skipped]
    return "\n".join([*above, "\t".join(header), *map("\t".join, zip(*columns, strict=True)), ""]).encode()


def has_words_beside(layout: TextLayout) -> bool:
    """Return whether columns of words stand beside the numbers of a text, other than its times."""
    return any(layout.first_row[one - 1] for one in layout.text_columns if one != layout.time_column)


def stacked_as_table(content: bytes, name: str) -> bytes:
    """Return a text whose channels stand one below another as a table.

    Raises:
        RecordingError: they do not.
    """
    table = side_by_side(content)
    if table is None:
        reason = "it does not hold blocks of as many rows one below another, each under a heading of its own"
        raise RecordingError(name, f"{reason} (recording.stacked)")
    return table


def _column(block: Block, column: int) -> list[str]:
    return [row[column - 1] for row in block.rows]


def _names(headings: Sequence[Sequence[str]], layout: TextLayout) -> list[str]:
    """Return the first words, from above, in which the headings differ; empty where they name no channels."""
    if not 1 < len(headings) <= MOST_BLOCKS:
        return []
    lengths = {len(heading) for heading in headings[1:]}
    depth = lengths.pop()
    if lengths or not 0 < depth <= len(headings[0]):
        return []
    # Above the heading of the first block stand lines about the whole file.
    for lines in zip(*(heading[-depth:] for heading in headings), strict=True):
        names = [_name(line, layout) for line in lines]
        if len(set(names)) == len(names) and all(names):
            is_recording = any(DATE.search(name) or _RECORDING.search(name) for name in names)
            return [] if is_recording else [_with_closed_unit(name) for name in names]
    return []


def _name(line: str, layout: TextLayout) -> str:
    """Return the words of a heading: of one with a cell for each column, that above the values."""
    cells = cells_of(line, layout.separator)
    words = cells[layout.signal_columns[0] - 1] if len(cells) == layout.columns > 1 else line
    return " ".join(re.sub(r"[\t;]+", " ", words).strip(_AROUND).split())


def _with_closed_unit(name: str) -> str:
    """Return a name whose last bracket, which may have been stripped, is closed."""
    for opening, closing in ("[]", "()"):
        if name.count(opening) > name.count(closing):
            return name + closing
    return name
