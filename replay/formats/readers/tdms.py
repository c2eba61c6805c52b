"""Reads TDMS files (LabVIEW, DIAdem) with npTDMS."""

import io
import struct
import warnings
from datetime import UTC, datetime
from typing import Any

import numpy as np

from replay.formats.base import IncompleteError, MissingExtraError, Table, cut_off
from replay.formats.sniff import Kind
from replay.recording import RecordingError, RecordingFormat


def read_tdms(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a TDMS file; its channels are named `group/channel`, or `channel` where that is unique.

    Raises:
        IncompleteError: its last segment ends early; the library reads such a file with short channels.
        MissingExtraError: npTDMS is not installed.
        RecordingError: it holds no numbers.
    """
    try:
        from nptdms import TdmsFile
    except ImportError:
        raise MissingExtraError(name, Kind.TDMS) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = TdmsFile.read(io.BytesIO(data))
            status = file.file_status
            channels = [channel for group in file.groups() for channel in group.channels()]
            found = [(channel, _numbers(channel)) for channel in channels]
    # The library raises whatever its parts raise on bytes that are not as expected.
    except (
        *(ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, EOFError, OverflowError),
        *(NotImplementedError, MemoryError, struct.error, UnicodeError, AssertionError),
    ) as error:
        raise cut_off(name, "a TDMS file", error) from None
    if status.incomplete_final_segment:
        raise IncompleteError(name, "it is a TDMS file whose last segment ends early")
    numbers = [(channel, values) for channel, values in found if values is not None and len(values)]
    if not numbers:
        raise RecordingError(name, "it is a TDMS file without channels of numbers")
    longest = max(len(values) for _, values in numbers)
    kept = [(channel, values) for channel, values in numbers if len(values) == longest]
    return _table(kept, file)


def _numbers(channel: Any) -> Any:
    values = channel[:]
    return values if isinstance(values, np.ndarray) and values.dtype.kind in "iuf" else None


def _table(kept: list[tuple[Any, Any]], file: Any) -> Table:
    plain = [str(channel.name) for channel, _ in kept]
    names = [
        one if plain.count(one) == 1 else f"{channel.group_name}/{one}"
        for one, (channel, _) in zip(plain, kept, strict=True)
    ]
    properties: dict[str, Any] = dict(file.properties)
    for channel, _ in kept[::-1]:
        properties.update(channel.properties)
    increment = properties.get("wf_increment")
    start = properties.get("wf_start_time")
    return Table(
        np.column_stack([values for _, values in kept]),
        names=tuple(names),
        units=tuple(str(channel.properties.get("unit_string", "")) for channel, _ in kept),
        sample_rate=1 / float(increment) if isinstance(increment, float) and increment > 0 else None,
        time=_moment(start),
        texts=tuple(f"{key}: {value}" for key, value in properties.items()),
    )


def _moment(value: object) -> datetime | None:
    if isinstance(value, np.datetime64) and not np.isnat(value):
        return datetime.fromtimestamp(float(value.astype("datetime64[us]").astype(np.int64)) / 1e6, UTC)
    return None
