"""Reads Universal Files (data sets 58 and 58b: functions at nodal points) with pyuff."""

import tempfile
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from replay.formats.base import IncompleteError, MissingExtraError, Table, cut_off
from replay.formats.sniff import Kind
from replay.formats.times import time_of_text
from replay.recording import RecordingError, RecordingFormat

_TIME_RESPONSES = (0, 1)
"""Function types of data set 58: general, and time response."""

_ROUNDED = 2e-4
"""Share by which a rate may be off, because six digits of its step are written."""


def read_uff(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a Universal File; each time response is a channel, named by its first line.

    Raises:
        IncompleteError: its last data set has no end.
        MissingExtraError: pyuff is not installed.
        RecordingError: it holds no time responses.
    """
    try:
        import pyuff
    except ImportError:
        raise MissingExtraError(name, Kind.UFF) from None
    marks = [line for line in data.splitlines() if line.strip() == b"-1"]
    # Binary numbers may hold such a line, and the line behind them begins where they end.
    if (len(marks) % 2 and b"58b" not in data) or not data.rstrip().endswith(b"-1"):
        raise IncompleteError(name, "it is a Universal File whose last data set has no end")
    # The library opens files by name alone.
    with tempfile.TemporaryDirectory(prefix="raceway-") as folder:
        path = Path(folder, "recording.uff")
        path.write_bytes(data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = pyuff.UFF(str(path)).read_sets()
        # The library raises plain exceptions on bytes that are not as expected.
        except Exception as error:
            raise cut_off(name, "a Universal File", error) from None
    sets = [one for one in (found if isinstance(found, list) else [found]) if _is_response(one)]
    if not sets:
        raise RecordingError(name, "it is a Universal File without time responses (data set 58)")
    longest = max(len(one["data"]) for one in sets)
    kept = [one for one in sets if len(one["data"]) == longest]
    step = float(kept[0].get("abscissa_inc") or 0)
    return Table(
        np.column_stack([one["data"] for one in kept]),
        names=tuple(str(one.get("id1", "")).strip() for one in kept),
        units=tuple(str(one.get("ordinate_axis_units_lab", "")).strip().replace("NONE", "") for one in kept),
        sample_rate=_rate(step),
        time=next((time for one in kept for time in _times(one, form)), None),
        texts=tuple(str(kept[0].get(key, "")) for key in ("id1", "id2", "id3", "id4", "id5")),
    )


def _rate(step: float) -> float | None:
    """Return the rate [Hz] of a step [s], which is written with few digits."""
    if step <= 0:
        return None
    near = round(1 / step)
    return float(near) if abs(1 / step - near) < _ROUNDED / step else 1 / step


def _times(one: Any, form: RecordingFormat) -> Iterator[datetime]:
    """Yield the times in the lines that identify a data set; the third is meant for one."""
    for key in ("id3", "id4", "id5", "id2"):
        if (time := time_of_text(str(one.get(key, "")), form)) is not None:
            yield time


def _is_response(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.get("type") == 58
        and one.get("func_type") in _TIME_RESPONSES
        and np.isrealobj(one.get("data", 1j))
        and np.size(one.get("data", ())) > 1
    )
