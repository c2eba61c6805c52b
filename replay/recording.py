"""The snapshot, the expected format of recordings, and the errors of a recording."""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

BREAKS = "\t\n\v\f\r\x85\u2028\u2029"
"""Characters that break a line or jump along it."""


def clean_text(text: str) -> str:
    """Make text from outside (a file name, a field, an operator's words) fit to show and to store.

    The terminal would obey control characters, and with invisible or bidirectional ones a name could pose
    as another: all of Unicode's category C is removed. A break becomes a space. A byte that is no UTF-8
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


class ForeignNameError(RecordingError):
    """A file whose name does not follow the time pattern: no recording of this machine."""


class ColumnCountError(RecordingError):
    """Every row of the file has another number of columns than the machine has channels.

    Attributes:
        found: columns in the file.
        expected: columns asked for by the format.
    """

    def __init__(self, name: str, found: int, expected: int) -> None:
        """Take the number of columns found and expected."""
        noun = "column" if found == 1 else "columns"
        super().__init__(name, f"it has {found} {noun} where {expected} {_are(expected)} expected")
        self.found = found
        self.expected = expected

    def __reduce__(self) -> tuple[Callable[..., "ColumnCountError"], tuple[str, int, int]]:
        """Return the arguments of this class, not those of its base."""
        return type(self), (self.name, self.found, self.expected)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


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
    """

    machine: str
    name: str
    time: datetime
    sample_rate: float
    signal: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    speed: float | None = None

    def __post_init__(self) -> None:
        """Keep a read-only view, so that no later step can change the signal."""
        signal = self.signal.view()
        signal.setflags(write=False)
        object.__setattr__(self, "signal", signal)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the signal alone: channel after channel, little-endian float32."""
        return hashlib.sha256(self.signal.T.astype("<f4").tobytes()).hexdigest()

    def __reduce__(self) -> tuple[Callable[..., "Snapshot"], tuple[object, ...]]:
        """Rebuild by the constructor: pickle alone would restore a writable array."""
        values = (self.machine, self.name, self.time, self.sample_rate, self.signal, self.speed)
        return Snapshot, values


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """The format of one machine's files.

    Attributes:
        machine: the machine's name, given to each snapshot.
        sample_rate: of each channel [Hz].
        columns: sensor columns expected in a file.
        rows: rows expected in a file.
        time_pattern: pattern of the file name for `datetime.strptime`; the default is that of the IMS rig.
        timezone: IANA name of the time zone of the recorder's clock; all results are in UTC.
        separator: the one character between columns.
        watched: columns, counted from 1, that must be numbers; empty for all of them.
        files: glob patterns of the names that are meant; empty for all that follow `time_pattern`.
        ignore: glob patterns of names that are not meant, whatever `files` says.

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

    def __post_init__(self) -> None:
        """Reject impossible values at once, not file by file."""
        if not 0 < self.sample_rate < float("inf"):
            raise ValueError(f"the sample rate must be above 0 Hz, not {self.sample_rate}")
        if self.columns < 1 or self.rows < 1:
            raise ValueError(f"a recording has rows and columns, not {self.rows} x {self.columns}")
        if (
            len(self.separator) != 1
            or self.separator in "0123456789+-.eE\"'\r\n"
            or ord(self.separator) > 127
        ):
            raise ValueError(
                f"the separator must be one character that no number holds, not {self.separator!r}"
            )
        zone_of(self.timezone)

    def excludes(self, name: str) -> bool:
        """Return whether a file of this name is not meant, by `files` and `ignore`."""
        if any(fnmatchcase(name, pattern) for pattern in self.ignore):
            return True
        return bool(self.files) and not any(fnmatchcase(name, pattern) for pattern in self.files)

    def watches(self, column: int) -> bool:
        """Return whether a column, counted from 1, is watched."""
        return not self.watched or column in self.watched

    @property
    def largest_file(self) -> int:
        """Largest file that is read [bytes]: 64 for each number, far above any plain notation."""
        return 64 * self.rows * self.columns + 2**20


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


EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""A recording's time lies between them: others are faults, and sums overflow at the ends of the calendar."""


def readings_of(name: str, form: RecordingFormat) -> tuple[datetime, ...]:
    """Read a recording's time from its file's name.

    Returns:
        The time, aware, in UTC. Two of them, ascending, in the hour that a local clock shows twice (summer
        time ends).

    Raises:
        RecordingError: the name does not follow `form.time_pattern`, or its time cannot be a recording's.
    """
    # strptime takes digits of every script, which look alike and sort elsewhere.
    if any(one.isdecimal() and not one.isascii() and one not in form.time_pattern for one in name):
        raise RecordingError(clean_text(name), "its name has digits other than 0 to 9")
    if name == clean_text(name):
        try:
            time = datetime.strptime(name, form.time_pattern)
            if time.tzinfo is None:
                time = time.replace(tzinfo=zone_of(form.timezone))
            first, second = time.astimezone(UTC), time.replace(fold=1).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            if not EARLIEST <= first < LATEST:
                raise RecordingError(
                    name,
                    f"its time {first:%Y-%m-%d %H:%M:%S} UTC cannot be right; set the recorder's clock",
                )
            # In the hour that a local clock leaves out, the second reading is the earlier one.
            return (first, second) if first < second else (first,)
    example = datetime(2004, 2, 12, 10, 32, 39).strftime(form.time_pattern)
    raise ForeignNameError(
        clean_text(name), f"its name is not a time like {example} (recording.time_pattern)"
    )


def time_of(name: str, form: RecordingFormat) -> datetime:
    """Read a recording's time from its file's name: of an hour that the clock shows twice, the first.

    Raises:
        RecordingError: as for `readings_of`.
    """
    return readings_of(name, form)[0]
