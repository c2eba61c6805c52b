"""The rows of a text: without the lines above and below them, comments and blank lines; and their cells."""

import csv
import io
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from replay.formats.sniff import Encoding
from replay.formats.text_cells import cells_of, value_of
from replay.formats.text_fits import stands_for_a_fault
from replay.formats.text_forms import tidied_bytes
from replay.formats.text_layout import TextLayout

_BLANK_LINES = re.compile(rb"\n[ \t]*(?=\n)")
# Lines below the rows that are looked at.
_FOOTER_LINES = 20
# Lines at the end that may hold the mean, the sum, the largest number of each column.
_SUMS = 6
_FOOTER = re.compile(rb"\(\d+ rows?\)|[\"'*=#%/;!\[<\s-]*[A-Za-z\x80-\xff]{2}")
# Bytes of rows from which the import of pandas is worth its time.
_LARGE = 2**18
# Letters that stand in no plain number, such as those of true and nan.
_LETTERS = re.compile(rb"[A-DF-Za-df-z\x80-\xff]")
_NO_NUMBER = re.compile(rb"\W*(nan?|inf(inity)?|n/?a|null?)\b", re.IGNORECASE)


def column_of_text(content: bytes, layout: TextLayout, column: int) -> NDArray[np.float64]:
    """Return one column of a text, (rows,), NaN where a cell is not a number."""
    return columns_of_text(content, layout, (column,))[:, 0]


def columns_of_text(content: bytes, layout: TextLayout, columns: Sequence[int]) -> NDArray[np.float64]:
    """Return columns of a text, (rows, columns), NaN where a cell is not a number."""
    body = body_of(content, layout).rstrip()
    if len(body) >= _LARGE and (plain := _by_pandas(body, layout, columns)) is not None:
        return plain
    lines = body.decode("utf-8", errors="replace").split("\n")
    values = []
    for line in lines:
        row = cells_of(line, layout.separator)
        found = (value_of(row[one - 1], layout.decimal) if len(row) >= one else None for one in columns)
        values.append([np.nan if value is None else value for value in found])
    return np.array(values).reshape(-1, len(columns))


def _by_pandas(body: bytes, layout: TextLayout, columns: Sequence[int]) -> NDArray[np.float64] | None:
    """Return columns of plain finite numbers, (rows, columns), many times as fast; None for other cells."""
    if layout.quoted or _LETTERS.search(body):
        return None
    # Imported here: it takes time that a small text does not cost.
    import pandas as pd

    try:
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=r"\s+" if layout.separator == "whitespace" else layout.separator,
            header=None,
            usecols=[column - 1 for column in columns],
            dtype=np.float64,
            decimal=layout.decimal,
            engine="c",
            na_filter=False,
            quoting=csv.QUOTE_NONE,
        )
    except (ValueError, OverflowError):
        return None
    values: NDArray[np.float64] = frame.to_numpy()[:, np.argsort(np.argsort(columns))]
    is_whole = len(values) == count_rows(body) and bool(np.isfinite(values).all())
    return values if is_whole else None


def ends_of_text(content: bytes, layout: TextLayout) -> tuple[list[str], list[str], int]:
    """Return the cells of the first and the last row of a text, and the number of its rows."""
    lines = body_of(content, layout).decode("utf-8", errors="replace").rstrip().split("\n")
    return cells_of(lines[0], layout.separator), cells_of(lines[-1], layout.separator), len(lines)


def cells_of_column(content: bytes, layout: TextLayout, column: int, most: int) -> tuple[str, ...]:
    """Return the cells of a column, counted from 1, of at most so many rows: the first and the last ones.

    Args:
        content: of the file, unpacked.
        layout: of the text.
        column: counted from 1.
        most: rows.
    """
    lines = body_of(content, layout).decode("utf-8", errors="replace").rstrip().split("\n")
    chosen = lines if len(lines) <= most else [*lines[: most // 2], *lines[-(most // 2) :]]
    rows = (cells_of(line, layout.separator) for line in chosen)
    return tuple(cells[column - 1] for cells in rows if len(cells) >= column)


def rows_of_text(content: bytes, layout: TextLayout) -> int:
    """Return the number of rows of a text."""
    return count_rows(body_of(content, layout))


def body_of(data: bytes, layout: TextLayout) -> bytes:
    r"""Return the rows of a text as UTF-8 with \n, without the lines above them, comments and blank lines."""
    body = _ascii(data, layout.encoding).removesuffix(b"\x1a")
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = 0
    for _ in range(layout.skipped):
        start = body.find(b"\n", start) + 1
    header = body[:start].split(b"\n")[layout.header] if layout.header is not None else b""
    body = tidied_bytes(body[start:])
    if header and b"\n" + header + b"\n" in body:
        # Some recorders write their header again and again.
        body = b"\n".join(line for line in body.split(b"\n") if line != header)
    if layout.line_form is not None:
        lines = body.decode("utf-8", errors="replace").split("\n")
        body = "\n".join(layout.line_form.plain_lines(lines)).encode()
    if layout.comment and b"\n" + layout.comment.encode() in body:
        prefix = layout.comment.encode()
        body = b"\n".join(line for line in body.split(b"\n") if not line.startswith(prefix))
    body = _without_footer(body, layout)
    return _BLANK_LINES.sub(b"", body) if b"\n\n" in body else body


def _without_footer(body: bytes, layout: TextLayout) -> bytes:
    """Return rows without the lines of words below them, such as "END OF DATA" or "Max,0.53".

    Such a line begins with a word where the rows begin with a number. A row that is cut is none.
    """
    if 1 in layout.text_columns:
        return body
    end, ends = len(body), [len(body)]
    for number in range(_FOOTER_LINES):
        stop = len(body[:end].rstrip())
        start = body.rfind(b"\n", 0, stop) + 1
        line = body[start:stop]
        if not start or not _FOOTER.match(line) or _NO_NUMBER.match(line):
            break
        if start > 1 and body[:start].rstrip(b" \t\r").endswith(b"\n\n"):
            return body[:start]
        end = start
        if not _is_row(line, layout, can_be_sum=number < _SUMS):
            ends.append(end)
    return body[: ends[-1]]


def _is_row(line: bytes, layout: TextLayout, *, can_be_sum: bool) -> bool:
    """Return whether a line of words may be a row: a word for an overload may stand in each cell.

    Args:
        line: of words first.
        layout: of the text.
        can_be_sum: whether it is near the end, where means and sums of the rows may stand.
    """
    cells = cells_of(line.decode("utf-8", errors="replace"), layout.separator)
    if layout.columns == 1:
        return " " not in cells[0]
    is_sum = can_be_sum and not stands_for_a_fault(cells[0])
    return len(cells) == layout.columns + layout.trailing and not is_sum


def _ascii(data: bytes, encoding: Encoding) -> bytes:
    """Return a text without its byte order mark, in an encoding whose separators and digits are ASCII."""
    body = data[len(encoding.mark) :]
    if encoding.name == "utf-8" or (encoding.name == "cp1252" and b"\xa0" not in body):
        return body
    return body.decode(encoding.name, errors="replace").encode()


def count_rows(body: bytes) -> int:
    """Return the rows of a body."""
    stripped = body.rstrip()
    return int(np.count_nonzero(np.frombuffer(stripped, np.uint8) == ord("\n"))) + 1 if stripped else 0
