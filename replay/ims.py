"""Reads an IMS ASCII file: rows of numbers, one column a sensor, no header, named by its time.

A correct file costs little more than pandas' C parser. A file that fails there is read again column by
column, because one broken sensor must not mute the others. If its rows do not line up, or no watched column
is left, a third reading names the first fault by line and column.
"""

import csv
import io
import re
from datetime import datetime

import numpy as np

from replay.file_times import time_of
from replay.fixed_point import parse_fixed_point
from replay.recording import RecordingError, RecordingFormat, Snapshot, clean_text
from replay.recording_errors import ColumnCountError

_NUMBER = re.compile(rb" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *")
_WITH_COMMA = re.compile(rb" *[+-]?\d*,\d+([eE][+-]?\d+)? *")
_NOT_FINITE = re.compile(rb" *[+-]?(nan|inf|infinity) *", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_CONTROL = bytes((*range(9), *range(14, 32)))
_OF_NUMBERS = b"0123456789+-.eE \n"
_NOT_OF_NUMBERS = re.compile(rb"[^\s\d+\-.,;eE]")
_LAST_NUMBER = re.compile(rb"[\d+\-.eE]*\Z")
_DECIMALS = re.compile(rb"\.(\d*)")
_LARGEST = float(np.finfo(np.float32).max)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEPARATORS = {b"\t": "tabs", b",": "commas", b";": "semicolons", b" ": "spaces"}
# Characters of a faulty field that the error quotes.
_QUOTED = 24
# Bytes at the end of a file that show its number of decimals: about thirty rows.
_TAIL = 1024

Signal = np.ndarray[tuple[int, int], np.dtype[np.float32]]


def read_ims(data: bytes, name: str, form: RecordingFormat, time: datetime | None = None) -> Snapshot:
    r"""Read the bytes of one file.

    It accepts \r\n line ends, blank lines at the end, a complete last row without a newline, blanks around a
    number, and a UTF-8 byte order mark: none of them puts a number in doubt.

    Args:
        data: the whole file.
        name: its name, which holds its time.
        form: the expected format, with one character as separator.
        time: of the recording, UTC; None for the time in its name.

    Returns:
        The snapshot. Its signal is float32 (rows, channels), each channel contiguous in memory. A channel
        with a cell that is not a finite number (NaN, an overload word, nothing) is NaN in every row.

    Raises:
        ColumnCountError: all rows have another number of columns than expected.
        RecordingError: the rows do not line up, or no watched channel is left; by line and column.
    """
    time = time or time_of(name, form)
    data = _plain_text(data)
    signal = _parse(data, form, form.separator)
    if signal is None:
        signal = _parse_by_column(data, form)
    if signal is None:
        raise _diagnosis(data, name, form)
    return Snapshot(form.machine, name, time, form.sample_rate, signal)


def parse_plain(data: bytes, form: RecordingFormat, separator: str) -> Signal | None:
    """Parse a file at full speed to float32 (rows, channels); None for any deviation from the format.

    Args:
        data: the whole file.
        form: the expected format, whose separator does not count.
        separator: one character.
    """
    return _parse(_plain_text(data), form, separator)


def _plain_text(data: bytes) -> bytes:
    r"""Return a text without a byte order mark, with \n at the ends of its lines."""
    data = data.removeprefix(_BYTE_ORDER_MARK)
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _parse(data: bytes, form: RecordingFormat, separator: str) -> Signal | None:
    """Parse at full speed to float32 (rows, channels); return None for any deviation from the format."""
    signal = parse_fixed_point(data, separator, form.rows, form.columns)
    return _parse_unusual(data, form, separator) if signal is None else signal


def _parse_unusual(data: bytes, form: RecordingFormat, separator: str) -> Signal | None:
    """Parse numbers of any notation with pandas, like `_parse`."""
    values = _by_pandas(data, separator, skip_blank_lines=True)
    if values is None:
        return None
    signal: Signal = np.asfortranarray(values)
    # pandas accepts infinity, blank lines in between, a column of True, and a truncated last number.
    sound = (
        signal.shape == (form.rows, form.columns)
        and _newlines(data.rstrip()) == form.rows - 1
        and not re.search(rb"[a-df-zA-DF-Z]", data[: data.find(b"\n")])
        and bool(np.isfinite(signal).all())
        and (data.endswith(b"\n") or not _last_number_is_cut(data))
    )
    return signal if sound else None


def _by_pandas(data: bytes, separator: str, *, skip_blank_lines: bool) -> Signal | None:
    """Return the numbers of a text, float32 (rows, columns); None for anything else."""
    # Imported here: a process that only opens a run needs neither the time nor the memory of pandas.
    import pandas as pd

    try:
        with np.errstate(over="ignore"):
            frame = pd.read_csv(
                io.BytesIO(data),
                sep=separator,
                header=None,
                dtype=np.float32,
                engine="c",
                na_filter=False,
                quoting=csv.QUOTE_NONE,
                low_memory=False,
                skip_blank_lines=skip_blank_lines,
            )
    except (ValueError, OverflowError):
        return None
    values: Signal = frame.to_numpy()
    return values


def _parse_by_column(data: bytes, form: RecordingFormat) -> Signal | None:
    """Parse each column by itself: float32 (rows, channels), NaN throughout where a column cannot be read.

    None if the rows do not line up, no watched column can be read, or the numbers are of another notation.
    """
    body = data.rstrip(b" \r\n")
    separator = form.separator.encode()
    if not _lines_up(body, form) or len(data) != len(data.translate(None, _CONTROL)):
        return None
    if not data.endswith(b"\n") and _ends_within_a_cell(body[-_TAIL:].split(b"\n"), separator):
        return None
    cells = body.replace(b"\n", separator).split(separator)
    signal: Signal = np.full((form.rows, form.columns), np.nan, np.float32, order="F")
    readable = 0
    for column in range(form.columns):
        own = b"\n".join(cells[column :: form.columns])
        values = _column(own, form)
        if values is not None:
            signal[:, column] = values
            readable += form.watches(column + 1)
        elif form.watches(column + 1) and b"," in own and any(map(_WITH_COMMA.fullmatch, own.split(b"\n"))):
            return None
    return signal if readable else None


def _lines_up(body: bytes, form: RecordingFormat) -> bool:
    """Whether there are as many lines as expected, each with as many separators."""
    codes = np.frombuffer(body, np.uint8)
    ends = np.append(np.flatnonzero(codes == ord("\n")), len(codes))
    if len(ends) != form.rows:
        return False
    before = np.searchsorted(np.flatnonzero(codes == ord(form.separator)), ends)
    return bool((np.diff(before, prepend=0) == form.columns - 1).all())


def _column(text: bytes, form: RecordingFormat) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
    """Return the finite numbers of one column, (rows,), parsed like `_parse`; None for other cells."""
    if text.translate(None, _OF_NUMBERS):
        return None
    values = _by_pandas(text, form.separator, skip_blank_lines=False)
    if values is None or values.shape != (form.rows, 1) or not np.isfinite(values).all():
        return None
    column: np.ndarray[tuple[int], np.dtype[np.float32]] = values[:, 0]
    return column


def _ends_within_a_cell(lines: list[bytes], separator: bytes) -> bool:
    """Whether the last cell of a file without a last newline may be cut short.

    A word, such as that of an overload, is whole if the row before ends with the same one.
    """
    last = lines[-1].rsplit(separator, 1)[-1]
    if _NUMBER.fullmatch(last) and abs(float(last)) <= _LARGEST:
        return _last_number_is_cut(b"\n".join(lines))
    before = lines[-2].rsplit(separator, 1)[-1] if len(lines) > 1 else b""
    return not last.strip() or not (_NOT_FINITE.fullmatch(last) or last == before)


def _newlines(data: bytes) -> int:
    """Count the newlines; six times as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")))


def _diagnosis(data: bytes, name: str, form: RecordingFormat) -> RecordingError:
    """Return the first fault of a file that did not parse, by line and column."""
    if not data.strip():
        return RecordingError(name, "the file is empty" if not data else "the file holds blank lines only")
    binary = _BINARY.search(data)
    if binary:
        before = data.count(b"\n", 0, binary.start())
        return RecordingError(name, f"line {before + 1} holds binary data where numbers are expected")
    lines = data.rstrip(b" \r\n").split(b"\n")
    separator = form.separator.encode()
    found = lines[0].count(separator) + 1
    cut = not data.endswith(b"\n") and 0 < lines[-1].count(separator) + 1 < min(found, form.columns)
    whole = lines[:-1] if cut else lines
    if found != form.columns and _is_row(lines[0], separator):
        other = _other_separator(lines[0], form)
        if other:
            return RecordingError(name, f"line 1: its columns are separated by {other}")
        if all(line.count(separator) + 1 == found for line in whole):
            return ColumnCountError(name, found, form.columns)
    elif len(lines) > 1 and _is_header(lines, separator):
        return RecordingError(name, f"line 1 is a header ({_quote(lines[0])}) where numbers are expected")
    for number, line in enumerate(whole, start=1):
        fault = _fault(line, separator, form)
        if fault:
            return RecordingError(name, f"line {number}{fault}")
    if cut:
        return RecordingError(name, f"line {len(lines)} is cut off: the file ends within a row")
    if len(lines) != form.rows:
        noun = "row" if len(lines) == 1 else "rows"
        return RecordingError(name, f"it has {len(lines)} {noun} where {form.rows} are expected")
    if not data.endswith(b"\n") and _last_number_is_cut(data):
        return RecordingError(name, f"line {len(lines)} is cut off: the file ends within a number")
    return RecordingError(name, "its numbers cannot be read")


def _fault(line: bytes, separator: bytes, form: RecordingFormat) -> str | None:
    """Return the fault of one row, to be put after "line N"; None for a correct row."""
    columns = form.columns
    fields = line.split(separator)
    if not line.strip():
        return " is blank"
    for column, field in enumerate(fields, start=1):
        if column <= columns and not form.watches(column):
            continue
        where = f", column {column}"
        if _NUMBER.fullmatch(field):
            if abs(float(field)) > _LARGEST:
                return f"{where}: {_quote(field)} is too large a number"
        elif not field.strip():
            return f"{where} is empty"
        elif _WITH_COMMA.fullmatch(field):
            return f"{where}: {_quote(field)} has a decimal comma where a point is expected"
        elif _NOT_FINITE.fullmatch(field):
            return f"{where}: {_quote(field)} is not a finite number"
        else:
            return f"{where}: {_quote(field)} is not a number"
    if len(fields) != columns:
        noun = "column" if len(fields) == 1 else "columns"
        return f" has {len(fields)} {noun} where {columns} are expected"
    return None


def _is_row(line: bytes, separator: bytes) -> bool:
    """Return whether the fields are numbers, or would be with another separator or decimal sign."""
    fields = line.split(separator)
    return all(map(bytes.strip, fields)) and not any(map(_NOT_OF_NUMBERS.search, fields))


def _is_header(lines: list[bytes], separator: bytes) -> bool:
    """Return whether the first line holds no number and the second line only numbers."""
    first, second = (line.split(separator) for line in lines[:2])
    return (
        not any(map(_NUMBER.fullmatch, first))
        and all(map(_NUMBER.fullmatch, second))
        and any(map(bytes.strip, first))
    )


def _other_separator(line: bytes, form: RecordingFormat) -> str | None:
    """Return the name of another separator that gives the expected columns; None if none does."""
    wanted = _SEPARATORS.get(form.separator.encode(), repr(form.separator))
    for separator, word in _SEPARATORS.items():
        fields = line.split() if separator == b" " else line.split(separator)
        if len(fields) == form.columns > 1 and all(map(_NUMBER.fullmatch, fields)):
            return f"{word}, where {wanted} are expected"
    return None


def _last_number_is_cut(data: bytes) -> bool:
    """Return whether the last number has fewer decimals than its neighbours, which all have the same."""
    tail = data[-_TAIL:].split(b"\n", 1)[-1]
    last = _LAST_NUMBER.search(tail)
    start = last.start() if last else len(tail)
    others = {len(decimals) for decimals in _DECIMALS.findall(tail, 0, start)}
    mine = sum(map(len, _DECIMALS.findall(tail, start)))
    return len(others) == 1 and mine < max(others)


def _quote(field: bytes) -> str:
    text = clean_text(field.decode("utf-8", errors="replace")).strip()
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 3] + "...")
