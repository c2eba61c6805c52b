"""The snapshot, the expected format of recordings, and the errors of a recording."""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

BREAKS = "\t\n\v\f\r\x85\u2028\u2029"
"""Characters that break a line or jump along it."""


def clean_text(text: str) -> str:
    """Make text from outside (a file name, a field, an operator's words) fit to show and to store.

    The terminal would obey control characters, and with invisible or bidirectional ones a name could pose
    as another: all of Unicode's category C is removed. A break becomes a space. A byte that is not UTF-8
    becomes U+FFFD.
    """
    if text.isprintable():
        return text
    return "".join(filter(None, map(_clean_character, text)))


def _clean_character(character: str) -> str:
    if character in BREAKS:
        return " "
    category = unicodedata.category(character)
    if category == "Cs":
        # How Python hands over the bytes of a file name that is not UTF-8; they cannot be encoded again.
        return "\ufffd"
    return "" if category.startswith("C") else character


LINK = "it is a symbolic link, which is not followed"
"""Reason for the rejection of a link."""


class RecordingError(ValueError):
    """One recording that cannot be used. It is stored as rejected, and the run goes on.

    Attributes:
        name: the file's name.
        reason: one sentence that names the fault, and the line and column where there is one.
    """

    def __init__(self, name: str, reason: str) -> None:
        """Keep both as `args`, so that the error can be pickled between processes."""
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        """Return "NAME: REASON"."""
        return f"{self.name}: {self.reason}"


MARK = 16
"""Hex digits of a digest that tell the signals of a machine apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One recording. Compared by identity, since it holds an array.

    Attributes:
        machine: name of the machine.
        name: the file's name.
        time: recording time, aware, in UTC.
        sample_rate: of each channel [Hz].
        signal: float32 (rows, channels), read-only, in the unit of the recording; NaN in every row of a
            channel that could not be read.
        speed: of the shaft during the recording [Hz], finite and positive; None where it is not recorded.
        course: that speed over the recording, float32 (points,), evenly spaced from its first to its last
            row; None where it is not recorded row by row.
        slow: the values of slow sensors known at its time, in the order of `SlowRows.channels`; NaN where not
            known, empty for a machine without them.
    """

    machine: str
    name: str
    time: datetime
    sample_rate: float
    signal: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    speed: float | None = None
    slow: tuple[float, ...] = ()
    course: np.ndarray[tuple[int], np.dtype[np.float32]] | None = None

    def __post_init__(self) -> None:
        """Keep a read-only view, so that no later step can change the signal."""
        signal = self.signal.view()
        signal.setflags(write=False)
        object.__setattr__(self, "signal", signal)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the signal alone: channel after channel, little-endian float32."""
        return hashlib.sha256(np.ascontiguousarray(self.signal.T, "<f4").data).hexdigest()

    def mark(self) -> str:
        """Return the beginning of the digest: enough to know the signal again among those of one machine."""
        return self.digest()[:MARK]

    def __reduce__(self) -> tuple[Callable[..., "Snapshot"], tuple[object, ...]]:
        """Rebuild by the constructor: pickle alone would restore a writable array."""
        head = (self.machine, self.name, self.time, self.sample_rate, self.signal)
        return Snapshot, (*head, self.speed, self.slow, self.course)


NUMBER_TYPES = (
    *("int8", "uint8", "int16", "uint16", "int24", "int32", "uint32", "int64", "float32", "float64"),
)
"""Types of the numbers of raw binary files; the lowest byte comes first unless ">" stands before."""

ANY_SEPARATORS = ("auto", "whitespace")
"""Separators that are no character: by content, and any blanks."""

UNFINISHED = (
    *(".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp", ".bak", "~"),
)
"""Ends of the names of files that a program is still copying, and of copies that editors keep."""

INVENTED_START = datetime(2000, 1, 1, tzinfo=UTC)
"""Time of recording number 0 where neither names nor settings tell one."""

_LARGEST_CUT = 2**33


def separator_fault(separator: str) -> str:
    """Return why a separator cannot be one, to put after its key; empty for one that can."""
    if separator in ANY_SEPARATORS:
        return ""
    if len(separator) != 1 or separator in "0123456789+-.eE\"'\r\n" or ord(separator) > 127:
        return f'must be one character that no number holds, "auto" or "whitespace", not {separator!r}'
    return ""


@dataclass(frozen=True, slots=True)
class SlowRows:
    """Rows of slow sensors beside the recordings of a machine.

    Attributes:
        rows: their file, or the folder of their files; relative to the folder of the recordings.
        channels: names of the columns.
        speed: the column that is the speed of the shaft; "" for none.
        age: seconds from which a row is too old for a recording.
        wait: seconds that a watched recording waits for a row as late as itself.
        low, high: range of valid values of each channel; empty for no bounds.
    """

    rows: str
    channels: tuple[str, ...]
    speed: str = ""
    age: float = 600.0
    wait: float = 60.0
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def is_valid(self, channel: int, value: float) -> bool:
        """Return whether a value of a channel, counted from 0, lies in its range."""
        above = not self.low or value >= self.low[channel]
        return above and (not self.high or value <= self.high[channel])


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """The format of one machine's files. Each field from `time_pattern` on is a key of `[recording]`.

    Attributes:
        machine: the machine's name, given to each snapshot.
        sample_rate: of each channel [Hz].
        columns: sensor columns expected in a file.
        rows: rows of a snapshot.
        time_pattern: of the file name, see `replay.name_pattern`; the default is that of the IMS rig.
        timezone: IANA name of the time zone of the recorder's clock; all results are in UTC.
        separator: the one character between columns, "whitespace", or "auto".
        watched: columns, counted from 1, that must be numbers; empty for all of them.
        files: glob patterns of the names that are meant; empty for all that follow `time_pattern`.
        ignore: glob patterns of names that are not meant, whatever `files` says.
        least_rows: fewest rows of a file that is read; 0 for 99 % of `rows`.
        most_rows: most rows of a file that is read; 0 for 101 % of `rows`.
        names: of the channels in the header or the file; empty where channels count columns.
        format: a value of `replay.formats.sniff.FORMATS`.
        number_type: of `NUMBER_TYPES`, for raw binary files.
        skip: lines (in raw binary files: bytes) passed over at the start.
        comment: prefix of comment lines; "auto" for the usual ones.
        header: "yes", "no" or "auto".
        stacked: whether the channels of a text stand one below another, each under a heading.
        decimal: ".", "," or "auto".
        time: source of a recording's time: name, number, column, header or modified.
        time_column: column of times, by number or name; 0 for the one that looks like it.
        start: time of recording number 0, or of a file without a time; ISO, by the recorder's clock.
        every: seconds between two numbered recordings.
        folders: "yes", "no" or "auto" (as many as `time_pattern` has).
        channel_pattern: the part of a name that tells the channel of the file, `*` for the channel itself.
        cut: whether a file is cut into snapshots of `rows` rows.
        overlap: share of a snapshot that the next one repeats.
        gap: seconds between the end of a snapshot and the start of the next.
        speed_column: column of the shaft speed, by number or name; 0 for none.
        speed_words: words before the shaft speed in a line above the numbers.
        speed_file: a table of times and speeds.
        speed_unit: "rpm", "Hz" or "pulses".
        table: whether the files hold rows of slow sensors; a snapshot is then a window of them.
        slow: rows of slow sensors beside the recordings; None for none.

    Raises:
        ValueError: an impossible value, or an unknown time zone.
    """

    machine: str
    sample_rate: float
    columns: int
    rows: int
    time_pattern: str = "%Y.%m.%d.%H.%M.%S"
    timezone: str = "UTC"
    separator: str = "\t"
    watched: frozenset[int] = frozenset()
    files: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    least_rows: int = 0
    most_rows: int = 0
    names: tuple[str, ...] = ()
    format: str = "auto"
    number_type: str = "float32"
    skip: int = 0
    comment: str = "auto"
    header: str = "auto"
    stacked: bool = False
    decimal: str = "auto"
    time: str = "name"
    time_column: int | str = 0
    start: str = ""
    every: float = 60.0
    folders: str = "auto"
    channel_pattern: str = ""
    cut: bool = False
    overlap: float = 0.0
    gap: float = 0.0
    speed_column: int | str = 0
    speed_words: str = ""
    speed_file: str = ""
    speed_unit: str = "rpm"
    table: bool = False
    slow: SlowRows | None = None

    def __post_init__(self) -> None:
        """Reject impossible values at once, not file by file."""
        if not 0 < self.sample_rate < float("inf"):
            raise ValueError(f"the sample rate must be above 0 Hz, not {self.sample_rate}")
        if self.columns < 1 or self.rows < 1:
            raise ValueError(f"a recording has rows and columns, not {self.rows} x {self.columns}")
        if fault := separator_fault(self.separator):
            raise ValueError(f"the separator {fault}")
        zone_of(self.timezone)

    def excludes(self, name: str) -> bool:
        """Return whether a file of this name is not meant, by `files` and `ignore`.

        Patterns without a folder are compared with the file's name alone. Without `files`, a file that a
        program is still copying, or a copy that an editor keeps, is meant only where `time_pattern` ends so.
        """
        is_usual = not self.files and not self.time_pattern.lower().endswith(UNFINISHED)
        if is_usual and name.lower().endswith(UNFINISHED):
            return True
        if any(_matches(name, pattern) for pattern in self.ignore):
            return True
        if self.slow is not None and name == self.slow.rows:
            return True
        return bool(self.files) and not any(_matches(name, pattern) for pattern in self.files)

    def watches(self, column: int) -> bool:
        """Return whether a column, counted from 1, is watched."""
        return not self.watched or column in self.watched

    @property
    def largest_file(self) -> int:
        """Largest file that is read [bytes]: 64 for each number, far above any plain notation."""
        return _LARGEST_CUT if self.cut else 64 * self.rows * self.columns + 2**20

    @property
    def fewest(self) -> int:
        """Return the fewest rows of a file that is read."""
        return self.least_rows or -(-self.rows * 99 // 100)

    @property
    def most(self) -> int:
        """Return the most rows of a file that is read."""
        return self.most_rows or self.rows * 101 // 100

    @property
    def folders_of_pattern(self) -> int:
        """Return the folders that `time_pattern` tells times by."""
        is_named = self.time == "name" or (self.time == "number" and "#" in self.time_pattern)
        return self.time_pattern.count("/") if is_named else 0

    @property
    def depth(self) -> int:
        """Return the folders below the run's in which recordings lie; -1 for any number."""
        if self.folders == "auto":
            return self.folders_of_pattern
        return -1 if self.folders == "yes" else 0

    @property
    def written_separator(self) -> str:
        """Return the separator of files that Raceway writes."""
        return "\t" if self.separator in ANY_SEPARATORS else self.separator

    @property
    def beginning(self) -> datetime:
        """Return the time of recording number 0, UTC."""
        if not self.start:
            return INVENTED_START
        time = datetime.fromisoformat(self.start)
        return (time if time.tzinfo else time.replace(tzinfo=zone_of(self.timezone))).astimezone(UTC)


def _matches(name: str, pattern: str) -> bool:
    whole = name if "/" in pattern else name.rsplit("/", 1)[-1]
    return fnmatchcase(whole, pattern)


def format_of(
    table: Mapping[str, object],
    *,
    machine: str,
    sample_rate: float,
    columns: int,
    watched: frozenset[int],
    rows_of_sensors: bool = False,
    slow: SlowRows | None = None,
) -> RecordingFormat:
    """Return a format from the table [recording], whose keys may be those of another Raceway.

    Args:
        table: key and value; a key that is not known, or a value of another kind, is passed over.
        machine: the machine's name.
        sample_rate: of each channel [Hz].
        columns: of a file.
        watched: columns that must be numbers.
        rows_of_sensors: whether the files hold rows of slow sensors.
        slow: rows of slow sensors beside the recordings.

    Raises:
        ValueError: an impossible value.
    """
    known: dict[str, Any] = {}
    for field in fields(RecordingFormat):
        value = table.get(field.name)
        if isinstance(value, list):
            value = tuple(value)
        kinds = (int, float) if field.type in (float, "float") else type(field.default)
        is_fit = isinstance(value, kinds) or (field.name in _COLUMN_KEYS and isinstance(value, str))
        if field.name not in _OF_MACHINE and value is not None and is_fit:
            known[field.name] = value
    rows = table.get("rows")
    if not isinstance(rows, int):
        raise ValueError("the number of rows is not known")
    return RecordingFormat(
        machine=machine,
        sample_rate=sample_rate,
        columns=columns,
        rows=rows,
        watched=watched,
        table=rows_of_sensors,
        slow=slow,
        **known,
    )


_OF_MACHINE = frozenset({"machine", "sample_rate", "columns", "rows", "watched", "table", "slow"})
_COLUMN_KEYS = frozenset({"time_column", "speed_column"})


def zone_of(name: str) -> tzinfo:
    """Return the time zone of an IANA name. UTC needs no zone data, which a bare machine may lack.

    Raises:
        ValueError: no time zone has this name.
    """
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r} (like Europe/Berlin, or UTC)") from error
