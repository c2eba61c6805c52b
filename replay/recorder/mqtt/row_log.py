"""Rows of slow sensors that arrive as MQTT messages: appended to a text a day, each row once.

A payload is a JSON object with a time and named values,
{"time": "2026-01-05T03:00:00Z", "values": {"Flow": 12.5}}, the values beside the time, or a list of such
objects.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from replay.recorder.mqtt.payload import PayloadError, time_told
from replay.recording import RecordingFormat

TIME = "time"
"""Key of a row's time, and the header of its column."""

FILES = "rows-*.csv"
"""Names of the texts, one a day (UTC)."""

TAIL = 2**16
"""Bytes at the end of a text in which its last row lies."""


@dataclass
class RowLog:
    """The texts of one machine.

    Attributes:
        folder: of the texts.
        form: names the channels; their order is that of the columns.
        last: time of the newest row; None before the first.
    """

    folder: Path
    form: RecordingFormat
    last: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Read the time of the newest row; a row that a crash has torn is cut off, and comes again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.folder.glob(FILES), reverse=True):
            if (found := _newest(path)) is not None:
                self.last = found
                return

    def append(self, rows: list[tuple[datetime, str]]) -> tuple[int, int]:
        """Append rows that are later than all before, durably; return how many were new, and how many not.

        Raises:
            OSError: they cannot be written.
        """
        new: dict[str, list[str]] = {}
        repeated, last = 0, self.last
        for at, line in rows:
            if last is not None and at <= last:
                repeated += 1
                continue
            last = at
            new.setdefault(f"rows-{at:%Y-%m-%d}.csv", []).append(line)
        for name, lines in new.items():
            self._write(self.folder / name, lines)
        self.last = last
        return len(rows) - repeated, repeated

    def _write(self, path: Path, lines: list[str]) -> None:
        header = "" if path.exists() else ";".join((TIME, *self.form.names)) + "\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(header + "".join(lines))
            file.flush()
            os.fsync(file.fileno())


def rows_of_payload(content: bytes, form: RecordingFormat, now: datetime) -> list[tuple[datetime, str]]:
    """Return the rows of a payload, each with its time and its line.

    Args:
        content: of the message.
        form: names the channels; the cell of one that is missing, or no number, is left empty.
        now: time of its arrival, for a row without a time.

    Raises:
        PayloadError: it holds no rows, or a time that cannot be read.
    """
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise PayloadError("it is not JSON") from None
    found = []
    for one in told if isinstance(told, list) else [told]:
        if not isinstance(one, Mapping):
            raise PayloadError("it holds a row that is not an object with named values")
        values = one.get("values", one)
        if not isinstance(values, Mapping) or not set(form.names) & set(values):
            raise PayloadError(f"it names none of the channels ({', '.join(form.names[:3])} ...)")
        at = time_told(one.get(TIME)) or now
        cells = (at.isoformat(), *(_cell(values.get(name)) for name in form.names))
        found.append((at, ";".join(cells) + "\n"))
    return found


def _cell(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(value) if is_number and abs(value) < 1e38 else ""


def _newest(path: Path) -> datetime | None:
    """Return the time of the last whole row of a text, and cut off what stands behind it."""
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        begin = max(size - TAIL, 0)
        file.seek(begin)
        tail = file.read()
        whole = tail.rfind(b"\n") + 1
        if whole < len(tail):
            file.truncate(begin + whole)
    for line in reversed(tail[:whole].decode("utf-8", errors="replace").splitlines()):
        try:
            return datetime.fromisoformat(line.split(";")[0]).astimezone(UTC)
        except ValueError:
            continue
    return None
