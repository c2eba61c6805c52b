"""Writes tables as CSV files, row by row, whole or not at all; a spreadsheet will run none of their text."""

import csv
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What text begins with that a spreadsheet may take for a formula (OWASP, CSV injection)."""


def iso(time: datetime | None) -> str:
    """ISO 8601 in UTC, seconds or finer as needed; empty for None."""
    return "" if time is None else time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def cell(value: object) -> object:
    """A value as it goes into a cell: numbers with every digit, what could be run behind an apostrophe."""
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, str) and value.startswith(RUNS):
        return f"'{value}"
    return value


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table in place of the old one, or leave the old one; returns the number of rows.

    Raises:
        OSError: the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                for row in rows:
                    writer.writerow(map(cell, row))
                    count += 1
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OSError(error.errno, f"cannot be written ({error.strerror})", str(path)) from error
    return count


def write_whole(path: Path, text: str) -> None:
    """Put a whole file in place of the old one, or leave the old one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise OSError(error.errno, f"cannot be written ({error.strerror})", str(path)) from error
