"""Reads the numbers of a request: JSON lists of rows, or raw little-endian float32."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from engine.api.faults import FaultError, wrong

BLOCK = 256
"""Rows that are converted at once: a longer conversion would hold up small requests."""

LARGEST = float(np.finfo(np.float32).max)


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        FaultError: it is no JSON object.
    """
    try:
        # NaN and infinity are no JSON: whoever sends them means a number that does not exist.
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise FaultError(422, f"the body is no JSON ({error})", "body") from error
    if not isinstance(found, dict):
        raise FaultError(422, "the body must be a JSON object", "body")
    return found


def rows_of(value: object, field: str, columns: int) -> NDArray[np.float32]:
    """Return rows of numbers as float32 (rows, columns).

    Args:
        value: a list of rows, each a list of numbers; a flat list where there is one column.
        field: its name, for the sentence.
        columns: numbers expected in a row.

    Raises:
        FaultError: it is anything else; the sentence and the field name the first row and column at fault.
    """
    if not isinstance(value, list) or not value:
        raise wrong("must be a list of rows of numbers", field)
    if columns == 1 and not isinstance(value[0], list):
        value = [[one] for one in value]
    parts = [_block(value, start, field, columns) for start in range(0, len(value), BLOCK)]
    return np.concatenate(parts)


def _block(value: list[Any], start: int, field: str, columns: int) -> NDArray[np.float32]:
    """Return some rows as float32; rows from `start` on."""
    rows = value[start : start + BLOCK]
    try:
        numbers = np.array(rows, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise _first_fault(rows, start, field, columns) from None
    # A boolean or a text of digits becomes a number by itself, and is none.
    sound = (
        numbers.ndim == 2
        and numbers.shape[1] == columns
        and bool(np.isfinite(numbers).all())
        and float(np.abs(numbers).max()) <= LARGEST
        and all({int, float} >= set(map(type, row)) for row in rows)
    )
    if not sound:
        raise _first_fault(rows, start, field, columns)
    return numbers.astype(np.float32)


def raw_rows(body: bytes, columns: int, field: str = "body") -> NDArray[np.float32]:
    """Return raw little-endian float32, row after row, as (rows, columns).

    Raises:
        FaultError: it is no whole number of rows, or holds a value that is not finite.
    """
    if not body or len(body) % (4 * columns):
        raise wrong(
            f"{len(body)} bytes are no whole rows of {columns} float32 numbers ({4 * columns} bytes each)",
            field,
        )
    numbers = np.frombuffer(body, "<f4").reshape(-1, columns).astype(np.float32)
    faulty = np.argwhere(~np.isfinite(numbers))
    if len(faulty):
        row, column = faulty[0]
        raise wrong(f"row {row}, column {column} is not finite", field)
    return numbers


def _first_fault(rows: list[Any], start: int, field: str, columns: int) -> FaultError:
    for number, row in enumerate(rows, start):
        where = f"{field}[{number}]"
        if not isinstance(row, list):
            return wrong("a row must be a list of numbers", where)
        if len(row) != columns:
            return wrong(f"a row has {columns} numbers, this one {len(row)}", where)
        for column, one in enumerate(row):
            if isinstance(one, bool) or not isinstance(one, int | float):
                return wrong("must be a number", f"{where}[{column}]")
            # A whole number of any length compares, and may be too large for a float.
            if one != one or abs(one) > LARGEST:
                return wrong("must be a finite number within float32", f"{where}[{column}]")
    return wrong("must be a list of rows of numbers", field)
