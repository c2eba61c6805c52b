"""CSV files, written row by row, whole or not at all, with no text that a spreadsheet would run."""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from engine.system.whole_file import replacing

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of text that a spreadsheet may take for a formula (OWASP, CSV injection)."""


def iso(time: datetime | None) -> str:
    """Return ISO 8601 in UTC, seconds or finer as needed; empty for None."""
    return "" if time is None else time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def exact(value: object) -> object:
    """Return a value for a cell: numbers with every digit, text that could be run behind an apostrophe."""
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def rounded(value: object) -> object:
    """Return a value for a cell: numbers with six digits, empty for NaN; text as in `exact`."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return exact(value)


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    cell: Callable[[object], object] = exact,
) -> int:
    """Write a table in place of the old one, or leave the old one.

    Args:
        path: the file.
        header: names of the columns.
        rows: cells of each row, in the order of the columns; None is an empty cell.
        cell: how a value is written, `exact` or `rounded`.

    Returns:
        The number of rows.

    Raises:
        OSError: the file cannot be written.
    """
    count = 0
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(map(cell, row))
            count += 1
    return count
