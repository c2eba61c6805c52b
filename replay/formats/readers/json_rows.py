"""Reads JSON: lists of numbers by name, a list of rows, or one object a line."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import IncompleteError, Table, counts_up
from replay.formats.readers.arrays import records_of, table_of
from replay.formats.sniff import HEAD_BYTES, encoding_of
from replay.formats.text_cells import DATE, value_of
from replay.formats.text_columns import UNIX_FROM
from replay.formats.times import time_of_text
from replay.recording import RecordingError, RecordingFormat, clean_text

_DEEPEST = 8
_MOST_SENSORS = 64
_SHOWN = 6
# Share of numbers among texts above which the others are missing numbers.
_MOSTLY = 0.5
_TIME_NAME = re.compile(r"(?i)^(ts|t|time|timestamp|epoch|unix)")
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
    except RowsOfSensorsError as error:
        raise RecordingError(name, str(error)) from None
    except (ValueError, TypeError, OverflowError) as error:
        raise RecordingError(name, f"it is JSON whose lists do not fit together: {error}") from None
    table = table_of({key: _with_seconds(value) for key, value in arrays.items()}, name, form, _WHAT)
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
        if any(isinstance(value, Mapping) for value in first.values()):
            flat = [_flat(one) if isinstance(one, Mapping) else {} for one in content]
            if not any(isinstance(value, list | Mapping) for one in flat for value in one.values()):
                yield from _of_list(flat, path, left - 1)
                return
        if _are_blocks(content):
            yield from _joined(content, path)
            return
        if any(isinstance(value, list | Mapping) for value in first.values()):
            for named, record in records_of(list(content)):
                yield from _arrays(record, f"{path}.{named}" if path else named, left - 1)
            return
        _refuse_rows_of_sensors(content)
        for key in first:
            values = [one.get(key) if isinstance(one, Mapping) else None for one in content]
            yield f"{path}.{key}" if path else str(key), _column(values)
    elif isinstance(first, list) and any(isinstance(cell, str) for cell in first):
        rows = [row for row in content if isinstance(row, list)]
        for index, cells in enumerate(zip(*rows, strict=True), 1):
            yield f"{path}[{index}]", _column(cells)
    elif isinstance(first, list):
        yield path, np.array(content, np.float64)
    else:
        yield path, _column(content)


def _refuse_rows_of_sensors(content: Sequence[object]) -> None:
    """Reject records of one value each, such as {"n": "DE", "t": 1.5, "v": 0.2}.

    Raises:
        RowsOfSensorsError: a text names the sensor.
    """
    records = [one for one in content if isinstance(one, Mapping)]
    for key, value in records[0].items():
        if not isinstance(value, str) or DATE.search(value):
            continue
        words = Counter(str(one.get(key)) for one in records)
        others = [[one.get(other) for one in records] for other in records[0] if other != key]
        times = next((one for one in others if len({*map(str, one)}) * len(words) == len(one)), None)
        if 2 <= len(words) <= _MOST_SENSORS and len(set(words.values())) == 1 and times is not None:
            shown = ", ".join(clean_text(one) for one in sorted(words)[:_SHOWN])
            raise RowsOfSensorsError(
                f"it is JSON with a record for each value; {clean_text(key)!r} names the sensor ({shown});"
                " write one record for each time with a value for each sensor"
            )


class RowsOfSensorsError(Exception):
    """Records of one value each; the text is the reason."""


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    """Return a record whose records of one level are joined: {"acc": {"x": 1}} becomes {"acc.x": 1}."""
    flat: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            flat.update((f"{key}.{inner}", one) for inner, one in value.items())
        else:
            flat[str(key)] = value
    return flat


def _are_blocks(content: Sequence[object]) -> bool:
    """Return whether records are pieces of one recording: the same lists, and a time or count that rises."""
    records = [one for one in content if isinstance(one, Mapping)]
    if (
        len(records) < 2
        or len(records) < len(content)
        or any(one.keys() != records[0].keys() for one in records)
    ):
        return False
    lists = [key for key, value in records[0].items() if isinstance(value, list)]
    single = [key for key in records[0] if key not in lists]
    if not lists or not all(isinstance(one[key], list) for one in records for key in lists):
        return False
    return any(_rises([one[key] for one in records]) for key in single)


def _rises(values: Sequence[object]) -> bool:
    is_one_kind = all(isinstance(one, int | float) for one in values) or all(
        isinstance(one, str) and DATE.search(one) for one in values
    )
    return is_one_kind and all(before < after for before, after in pairwise(values))  # type: ignore[operator]


def _joined(content: Sequence[object], path: str) -> Iterator[tuple[str, object]]:
    """Yield the lists of blocks, one behind the other, and the other values of the first block."""
    records = [one for one in content if isinstance(one, Mapping)]
    for key, value in records[0].items():
        own = f"{path}.{key}" if path else str(key)
        if not isinstance(value, list):
            yield own, value
        elif value and isinstance(value[0], list):
            yield own, np.array([row for one in records for row in one[key]], np.float64)
        else:
            yield own, _column([number for one in records for number in one[key]])


def _column(values: Sequence[object]) -> NDArray[np.generic]:
    """Return values as numbers, NaN for one that is missing; as texts where these are no numbers."""
    if any(isinstance(value, int | float) for value in values):
        return np.array([value if isinstance(value, int | float) else np.nan for value in values], np.float64)
    texts = [str(value) for value in values]
    for decimal in ".,":
        numbers = [value_of(text, decimal) for text in texts]
        if sum(number is not None for number in numbers) > _MOSTLY * len(texts):
            return np.array([np.nan if number is None else number for number in numbers])
    return np.array(texts)


def _with_seconds(value: object) -> object:
    """Return texts that are even times of ISO 8601 as seconds since 1970; anything else as it is."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "U" or value.ndim != 1:
        return value
    try:
        times = [datetime.fromisoformat(text) for text in value.tolist()]
    except ValueError:
        return value
    seconds = np.array([(one if one.tzinfo else one.replace(tzinfo=UTC)).timestamp() for one in times])
    return seconds if counts_up(seconds) else value


def _time(arrays: Mapping[str, object], form: RecordingFormat) -> datetime | None:
    """Return the first time that a text tells, or that stands first in a list of texts."""
    for key, value in arrays.items():
        text = value if isinstance(value, str) else None
        if _TIME_NAME.search(key.rsplit(".", 1)[-1]):
            first = value.flat[0] if isinstance(value, np.ndarray) and value.size else value
            if isinstance(first, int | float) and first >= UNIX_FROM:
                text = f"{first:.6f}"
        if isinstance(value, np.ndarray) and value.dtype.kind == "U" and value.size:
            text = str(value.flat[0])
        if text and (time := time_of_text(text, form)) is not None:
            return time
    return None
