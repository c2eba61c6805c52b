"""Reads JSON: lists of numbers by name, a list of rows, or one object a line."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import IncompleteError, Table
from replay.formats.readers.arrays import records_of, table_of
from replay.formats.sniff import HEAD_BYTES, encoding_of
from replay.formats.times import time_of_text
from replay.recording import RecordingError, RecordingFormat, clean_text

_DEEPEST = 8
_WHAT = "JSON"


def read_json(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a JSON text: an object with lists, a list of objects or of rows, or an object or row a line.

    Raises:
        IncompleteError: it ends early.
        RecordingError: it is not JSON, or holds no numbers.
    """
    content = _parsed(data, name)
    try:
        arrays = dict(_arrays(content, "", _DEEPEST))
    except (ValueError, TypeError, OverflowError) as error:
        raise RecordingError(name, f"it is JSON whose lists do not fit together: {error}") from None
    table = table_of(arrays, name, form, _WHAT)
    return replace(table, time=_time(arrays, form))


def _parsed(data: bytes, name: str) -> object:
    encoding = encoding_of(data[:HEAD_BYTES])
    text = data.decode(encoding.name if encoding else "utf-8", errors="replace").lstrip("\ufeff")
    try:
        return json.loads(text)
    except RecursionError:
        raise RecordingError(name, "it is JSON with too many levels") from None
    except json.JSONDecodeError as error:
        whole = error
    if whole.msg != "Extra data":
        if whole.pos >= len(text.rstrip()) - 1 or "Unterminated" in whole.msg:
            raise IncompleteError(name, "it is JSON and ends early") from None
        raise RecordingError(name, f"it is JSON with a fault in line {whole.lineno}: {whole.msg}") from None
    return _lines(text, name)


def _lines(text: str, name: str) -> list[object]:
    """Return the objects of a text with one a line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    found: list[object] = []
    for number, line in lines:
        try:
            found.append(json.loads(line))
        except (json.JSONDecodeError, RecursionError):
            if number == lines[-1][0]:
                raise IncompleteError(name, "it is JSON whose last line ends early") from None
            reason = f"its line {number} is not JSON: {clean_text(line[:40])!r}"
            raise RecordingError(name, reason) from None
    return found


def _arrays(content: object, path: str, left: int) -> Iterator[tuple[str, object]]:
    """Yield lists of numbers, numbers and texts by their path, such as `sensors.DE`."""
    if isinstance(content, Mapping) and left:
        for key, value in content.items():
            yield from _arrays(value, f"{path}.{key}" if path else str(key), left - 1)
    elif isinstance(content, list):
        yield from _of_list(content, path, left)
    elif isinstance(content, int | float | str):
        yield path, content


def _of_list(content: Sequence[object], path: str, left: int) -> Iterator[tuple[str, object]]:
    if not content:
        return
    first = content[0]
    if isinstance(first, Mapping):
        if any(isinstance(value, list | Mapping) for value in first.values()):
            for named, record in records_of(list(content)):
                yield from _arrays(record, f"{path}.{named}" if path else named, left - 1)
            return
        for key in first:
            values = [one.get(key) if isinstance(one, Mapping) else None for one in content]
            yield f"{path}.{key}" if path else str(key), _column(values)
    elif isinstance(first, list):
        yield path, np.array(content, np.float64)
    else:
        yield path, _column(content)


def _column(values: Sequence[object]) -> NDArray[np.generic]:
    """Return values as numbers, NaN for one that is missing; as texts where none is a number."""
    if any(isinstance(value, int | float) for value in values):
        return np.array([value if isinstance(value, int | float) else np.nan for value in values], np.float64)
    return np.array([str(value) for value in values])


def _time(arrays: Mapping[str, object], form: RecordingFormat) -> datetime | None:
    """Return the first time that a text tells, or that stands first in a list of texts."""
    for value in arrays.values():
        text = value if isinstance(value, str) else None
        if isinstance(value, np.ndarray) and value.dtype.kind == "U" and value.size:
            text = str(value.flat[0])
        if text and (time := time_of_text(text, form)) is not None:
            return time
    return None
