"""Payloads of messages: a recording as JSON, or as raw numbers behind one line of JSON.

JSON: {"time": "2026-01-05T03:00:00Z", "rows": [[1, 2], [3, 4]]}, or "channels" with a list for each channel.
Raw: {"time": "...", "columns": 2, "type": "float32"}, a line break, then little-endian numbers row by row.
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_HEADER = 10_000
"""Bytes before the line break of a raw payload."""

TYPES = {"float32": "<f4", "float64": "<f8", "int16": "<i2", "int32": "<i4"}
"""Types of raw numbers, all little-endian."""

_LEAST, _MOST = datetime(1980, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class PayloadError(Exception):
    """A payload that holds no whole recording; the message is a reason to put after the topic."""


@dataclass(frozen=True, slots=True, eq=False)
class Payload:
    """A recording: `time` of its first row, None where the sender gives none; `values` (rows, columns)."""

    time: datetime | None
    values: NDArray[Any]


def decode(content: bytes, rows: int, columns: int) -> Payload:
    """Return the recording of a payload.

    Args:
        content: of the message.
        rows: that a recording has.
        columns: that a row has.

    Raises:
        PayloadError: it holds no recording of so many rows and columns, or a number that is not finite.
    """
    head, told = _head(content)
    values = _raw(head, content[told:], columns) if told else _listed(head)
    if values.shape != (rows, columns):
        raise PayloadError(
            f"it holds {values.shape[0]} rows of {values.shape[1]} numbers, not {rows} of {columns}"
        )
    scale = head.get("scale", 1)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not _is_finite(scale):
        raise PayloadError("its scale is not a number")
    if scale != 1:
        # Numbers that grow beyond all bounds are refused below.
        with np.errstate(over="ignore"):
            values = values * np.float64(scale)
    if not np.isfinite(values).all():
        raise PayloadError("it holds a number that is not finite")
    return Payload(time_told(head.get("time")), values)


def _is_finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        # An integer of hundreds of digits.
        return False


def text_of(values: NDArray[Any], separator: str) -> bytes:
    """Return the rows of a recording as text; it reads back as the same numbers.

    Args:
        values: (rows, columns).
        separator: between two numbers.
    """
    if np.issubdtype(values.dtype, np.integer):
        lines = (separator.join(map(str, row)) for row in values.tolist())
    else:
        digits = 9 if values.dtype == np.float32 else 17
        lines = (separator.join(f"{value:.{digits}g}" for value in row) for row in values.tolist())
    return "".join(f"{line}\n" for line in lines).encode()


def _head(content: bytes) -> tuple[dict[str, Any], int]:
    """Return the JSON object of a payload, and where raw numbers begin; 0 without them."""
    line = content.find(b"\n", 0, LARGEST_HEADER)
    for text, end in ((content[: max(line, 0)], line + 1), (content, 0)):
        if not text:
            continue
        try:
            head = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(head, dict):
            is_raw = end > 0 and "type" in head
            if is_raw or end == 0:
                return head, end
    raise PayloadError("it is neither JSON nor raw numbers behind a line of JSON")


def _raw(head: dict[str, Any], numbers: bytes, columns: int) -> NDArray[Any]:
    kind = TYPES.get(str(head["type"]))
    if kind is None:
        raise PayloadError(f"its type is none of {', '.join(TYPES)}")
    stated = head.get("columns", columns)
    if stated != columns:
        raise PayloadError(f"it states {stated!r} columns, not {columns}")
    width = np.dtype(kind).itemsize * columns
    if len(numbers) % width:
        raise PayloadError(f"it ends within a row ({len(numbers)} bytes of rows of {width})")
    return np.frombuffer(numbers, kind).reshape(-1, columns)


def _listed(head: dict[str, Any]) -> NDArray[Any]:
    listed = head.get("rows", head.get("channels"))
    if isinstance(listed, dict):
        listed = list(listed.values())
    if not isinstance(listed, list) or not all(isinstance(one, list) for one in listed):
        raise PayloadError('it has neither "rows" nor "channels" with lists of numbers')
    if len({len(one) for one in listed}) != 1:
        raise PayloadError("its lists differ in length")
    if not all(type(number) in (int, float) for one in listed for number in one):
        raise PayloadError("it holds something that is not a number")
    try:
        values = np.array(listed, np.float64)
    except OverflowError:
        raise PayloadError("it holds a number of hundreds of digits") from None
    return values if "rows" in head else values.T


def time_told(told: object) -> datetime | None:
    """Return the time that a payload states, UTC; None where it states none.

    Raises:
        PayloadError: it cannot be read.
    """
    if told is None:
        return None
    try:
        if isinstance(told, str):
            at = datetime.fromisoformat(told)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        elif isinstance(told, int | float) and not isinstance(told, bool):
            at = datetime.fromtimestamp(told, UTC)
        else:
            raise PayloadError("its time is neither text like 2026-01-05T03:00:00Z nor seconds since 1970")
    except (ValueError, OverflowError, OSError):
        raise PayloadError("its time cannot be read") from None
    if not _LEAST <= at < _MOST:
        raise PayloadError("its time lies outside 1980 to 9998")
    return at
