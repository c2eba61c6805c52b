"""Reads the numbers of a request: JSON lists of rows, or raw little-endian float32.

JSON is read in pieces of some hundred rows. A piece holds the GIL for a fraction of a millisecond, where a
whole snapshot would hold it for 10 ms or more. The Python numbers of a whole snapshot are never in memory.
"""

import contextlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from engine.api.faults import FaultError, wrong

BLOCK = 256
"""Rows that are converted at once: a longer conversion would hold up small requests."""

PIECE = 2**13
"""Bytes of JSON that are read at once."""

LARGEST = float(np.finfo(np.float32).max)

BLANK = b" \t\n\r"
"""White space of JSON."""


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        FaultError: it is not a JSON object.
    """
    try:
        # NaN and infinity are no JSON: whoever sends them means a number that does not exist.
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise FaultError(422, f"the body is not JSON ({error})", "body") from error
    if not isinstance(found, dict):
        raise FaultError(422, "the body must be a JSON object", "body")
    return found


def object_with_rows(body: bytes, field: str, columns: int) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Return the JSON object of a body without its rows, and the rows as float32 (rows, columns).

    Args:
        body: of the request.
        field: name of the rows in it.
        columns: numbers expected in a row.

    Raises:
        FaultError: it is not a JSON object, or its rows cannot be used.
    """
    found = _in_pieces(body, field, columns)
    if found is not None:
        return found
    given = json_object(body)
    return given, rows_of(given.pop(field, None), field, columns)


def _in_pieces(body: bytes, field: str, columns: int) -> tuple[dict[str, Any], NDArray[np.float32]] | None:
    """Read the rows of a body piece by piece; None where it has other lists too, or is faulty JSON."""
    begin, end = body.find(b"["), body.rfind(b"]")
    parts: list[NDArray[np.float32]] = []
    start = 0
    try:
        # Before the first bracket and behind the last there is no list: so the empty one stands for the rows.
        given = from_json(body[:begin] + b"[]" + body[end + 1 :], allow_inf_nan=False)
        if begin < 0 or not isinstance(given, dict) or given.pop(field, None) != []:
            return None
        for piece in _pieces(body, begin + 1, end):
            rows = from_json(piece, allow_inf_nan=False)
            if not rows or not isinstance(rows[0], list):
                return None
            parts.append(_block(rows, start, field, columns))
            start += len(rows)
    except ValueError:
        return None
    return given, np.concatenate(parts)


def _pieces(body: bytes, begin: int, end: int) -> Iterator[bytes]:
    """Cut the JSON of rows behind a row at a time; yield lists of some rows.

    Raises:
        ValueError: something else than a comma follows a row.
    """
    while True:
        cut = body.find(b"]", begin + PIECE, end) + 1 or end
        yield b"[" + body[begin:cut] + b"]"
        comma = body.find(b",", cut, end)
        if body[cut : end if comma < 0 else comma].strip(BLANK):
            raise ValueError("a comma is missing after a row")
        if comma < 0:
            return
        begin = comma + 1


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
    starts = range(0, len(value), BLOCK)
    return np.concatenate([_block(value[start : start + BLOCK], start, field, columns) for start in starts])


def _block(rows: list[Any], start: int, field: str, columns: int) -> NDArray[np.float32]:
    """Return some rows as float32; the first has the number `start`."""
    if set(map(type, rows)) == {list} and set(map(len, rows)) == {columns}:
        flat = list(chain.from_iterable(rows))
        # A boolean or a text of digits becomes a number by itself, and is none.
        if {int, float} >= set(map(type, flat)):
            with contextlib.suppress(OverflowError):
                numbers = np.array(flat, dtype=np.float64)
                # False of NaN too.
                if np.abs(numbers).max() <= LARGEST:
                    return numbers.astype(np.float32).reshape(-1, columns)
    raise _first_fault(rows, start, field, columns)


def raw_rows(body: bytes, columns: int) -> NDArray[np.float32]:
    """Return raw little-endian float32, row after row, as (rows, columns).

    Raises:
        FaultError: it is not a whole number of rows, or holds a value that is not finite.
    """
    if not body or len(body) % (4 * columns):
        raise wrong(
            f"{len(body)} bytes are not whole rows of {columns} float32 numbers ({4 * columns} bytes each)",
            "body",
        )
    numbers = np.frombuffer(body, "<f4").reshape(-1, columns).astype(np.float32)
    faulty = np.argwhere(~np.isfinite(numbers))
    if len(faulty):
        row, column = faulty[0]
        raise wrong(f"row {row}, column {column} is not finite", "body")
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
