"""Reads Parquet and Feather files with pyarrow."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import IncompleteError, MissingExtraError, Table, cut_off
from replay.formats.sniff import Kind
from replay.recording import RecordingError, RecordingFormat

_STREAM = b"\xff\xff\xff\xff"
# The mark of a message without content.
_END = b"\xff\xff\xff\xff\0\0\0\0"


def read_parquet(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a Parquet file.

    Raises:
        IncompleteError: it ends early or is damaged.
        MissingExtraError: pyarrow is not installed.
        RecordingError: it holds no numbers.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError(name, Kind.PARQUET) from None
    try:
        table = parquet.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise cut_off(name, "a Parquet file", error) from None
    return _table(table, name, "a Parquet file")


def read_feather(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a Feather (Arrow IPC) file.

    Raises:
        IncompleteError: it ends early or is damaged.
        MissingExtraError: pyarrow is not installed.
        RecordingError: it holds no numbers.
    """
    try:
        import pyarrow as pa
        from pyarrow import feather
    except ImportError:
        raise MissingExtraError(name, Kind.FEATHER) from None
    try:
        if data.startswith(_STREAM):
            with pa.ipc.open_stream(pa.BufferReader(data)) as stream:
                table = stream.read_all()
            if not data.endswith(_END):
                raise IncompleteError(name, "it is a stream of Arrow without its end")
        else:
            table = feather.read_table(pa.BufferReader(data), memory_map=False)
    except IncompleteError:
        raise
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise cut_off(name, "a Feather file", error) from None
    return _table(table, name, "a Feather file")


def _table(table: Any, name: str, what: str) -> Table:
    """Return the columns of an Arrow table: NaN for text, seconds for the first column of times."""
    import pyarrow.types as kinds

    columns, start = [], None
    for field, column in zip(table.schema, table.columns, strict=True):
        if kinds.is_timestamp(field.type) and len(column) and start is None:
            start = _moment(column[0].as_py())
            columns.append(_seconds(column))
            continue
        if kinds.is_list(field.type) or kinds.is_large_list(field.type):
            raise RecordingError(
                name, f"it is {what} whose column {field.name} holds lists; write a row for each sample"
            )
        is_number = kinds.is_integer(field.type) or kinds.is_floating(field.type)
        if is_number:
            columns.append(np.asarray(column.to_numpy(), np.float64))
        else:
            columns.append(np.full(table.num_rows, np.nan))
    if not columns or not table.num_rows:
        raise RecordingError(name, f"it is {what} without rows")
    return Table(np.column_stack(columns), names=tuple(map(str, table.column_names)), time=start)


def _seconds(column: Any) -> NDArray[np.float64]:
    """Return times as seconds since the first one; NaN where there is none."""
    times = np.asarray(column.to_numpy(), "datetime64[ns]")
    return np.asarray((times - times[0]) / np.timedelta64(1, "s"), np.float64)


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    if hasattr(value, "to_pydatetime"):
        # Times finer than microseconds come as those of pandas.
        value = value.to_pydatetime(warn=False)
    time: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return time
