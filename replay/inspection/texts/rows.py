"""Rows that are no recording: a few of a torn file, a row for each value, or channels one below another."""

import numpy as np
from numpy.typing import NDArray

from replay.formats.text_blocks import blocks_of, has_words_beside
from replay.formats.text_body import cells_of_column, columns_of_text, rows_of_text
from replay.formats.text_fits import is_comment
from replay.formats.text_layout import COMMENTS, TextLayout
from replay.recording import clean_text

FEWEST_ROWS = 8
"""Rows below which a text without a last line end is torn."""

MOST_SENSORS = 64
"""Sensors that a column of words may name, or that may stand one below another."""

_SHOWN = 6
# Share of the rows with a time that no row before has, below which rows belong together by their times.
_SHARED = 0.6
_DISTINCT = 0.95
_MOST_BLOCKS = 16
# Rows of the longest of blocks for one of the shortest.
_ALIKE = 1.02
_SIDE_BY_SIDE = "write a column for each channel, or a file for each recording"


def fault_of_rows(content: bytes, layout: TextLayout) -> str:
    """Return why rows are no recording: a few of a torn file, or one row for each value of a sensor."""
    rows = rows_of_text(content, layout)
    if rows < FEWEST_ROWS and not content.rstrip(b"\0").endswith((b"\n", b"\r")):
        noun = "row" if rows == 1 else "rows"
        return f"it is cut off: it ends within line {layout.skipped + rows}, after {rows} {noun}"
    if rows < layout.columns > MOST_SENSORS:
        return f"it has {rows} rows of {layout.columns} numbers, a row a channel; write a column for each"
    if below := _blocks_below_one_another(content, layout):
        return below
    if layout.time_column is None:
        return ""
    times = cells_of_column(content, layout, layout.time_column, 2 * rows)
    for column in layout.text_columns:
        words = cells_of_column(content, layout, column, 2 * rows)
        kinds = sorted({*words})
        if column == layout.time_column or not 2 <= len(kinds) <= MOST_SENSORS or len(words) != len(times):
            continue
        several = len({*times}) < _SHARED * len(times)
        if several and len({*zip(times, words, strict=True)}) > _DISTINCT * len(times):
            own = f" {clean_text(layout.names[column - 1])!r}" if layout.names else ""
            shown = ", ".join(map(clean_text, kinds[:_SHOWN]))
            return (
                f"it has a row for each value, and column {column}{own} names the sensor ({shown});"
                " write one row for each time with a column for each sensor (a pivot table does)"
            )
    return ""


def _blocks_below_one_another(content: bytes, layout: TextLayout) -> str:
    """Return where the next channel or recording begins below the first one; empty for a plain table."""
    starts = _titles(content, layout) or _restarts(content, layout) or _blank_lines(content, layout)
    if not starts:
        return ""
    (words, rows), *_ = starts
    many = f"{rows} rows" if len({count for _, count in starts}) == 1 else f"{rows} rows and other numbers"
    blocks = f"{len(starts) + 1} blocks of {many} one below another"
    begins = f", the second below {words!r}" if words else ""
    return f"it holds {blocks}{begins}; {_SIDE_BY_SIDE}"


def _titles(content: bytes, layout: TextLayout) -> list[tuple[str, int]]:
    """Return the words above each further block, with the rows of the block before; empty for none."""
    if layout.line_form is not None or has_words_beside(layout):
        return []
    blocks = blocks_of(content, layout)
    rows = [len(block.rows) for block in blocks]
    if not 1 < len(blocks) <= MOST_SENSORS or min(rows) < FEWEST_ROWS:
        return []
    is_remark = all(is_comment(line, COMMENTS) for block in blocks[1:] for line in block.heading)
    if is_remark and not _are_alike(rows):
        return []
    titles = [clean_text(block.heading[0].strip())[:40] for block in blocks[1:]]
    return list(zip(titles, rows[:-1], strict=True))


def _restarts(content: bytes, layout: TextLayout) -> list[tuple[str, int]]:
    """Return blocks, in each of which a first column of even times begins again; empty for none."""
    if layout.columns < 2 or layout.text_columns:
        return []
    times = columns_of_text(content, layout, (1,))[:, 0]
    if not np.isfinite(times).all() or times[0] == times[-1]:
        return []
    ends = np.flatnonzero(np.diff(times) < 0) + 1
    # An angle of the shaft begins again with each turn, and does so often.
    if not 0 < len(ends) < _MOST_BLOCKS:
        return []
    blocks = np.split(times, ends)
    are_even = all(_is_even(block) and block[0] == times[0] for block in blocks)
    return [("", len(block)) for block in blocks[:-1]] if are_even and _are_alike([*map(len, blocks)]) else []


def _blank_lines(content: bytes, layout: TextLayout) -> list[tuple[str, int]]:
    """Return blocks of one column that blank lines part into as many rows each; empty for none."""
    if layout.columns > 1 or layout.text_columns:
        return []
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[layout.skipped :]
    blocks, rows = [], 0
    for line in [*lines, b""]:
        if line.strip():
            rows += 1
        elif rows:
            blocks.append(rows)
            rows = 0
    is_several = 1 < len(blocks) <= MOST_SENSORS and _are_alike(blocks)
    return [("", block) for block in blocks[:-1]] if is_several else []


def _is_even(times: NDArray[np.float64]) -> bool:
    steps = np.diff(times)
    return len(times) >= FEWEST_ROWS and bool((np.abs(steps - steps.mean()) <= 0.51 * steps.mean()).all())


def _are_alike(rows: list[int]) -> bool:
    """Return whether blocks have about as many rows each, and enough of them."""
    return len(rows) > 1 and min(rows) >= FEWEST_ROWS and max(rows) <= _ALIKE * min(rows)
