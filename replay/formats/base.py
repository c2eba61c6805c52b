"""The contract of all readers: bytes of a file in, a table of numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from replay.formats.sniff import Kind
from replay.formats.text_cells import column_named
from replay.recording import RecordingError, RecordingFormat, clean_text
from replay.recording_errors import ColumnCountError

EXTRA = "pip install 'raceway[formats]'"
"""The command that installs the libraries of the rarer formats."""

_SHOWN = 8

_QUOTED = 120
"""Characters of an error that are quoted: a line of a terminal."""


class IncompleteError(RecordingError):
    """A file that ends before its own structure says: cut off, or still being written."""


class MissingExtraError(RecordingError):
    """A file whose library is not installed."""

    def __init__(self, name: str, kind: Kind) -> None:
        """Name the extra that reads this kind of file."""
        super().__init__(name, f"it is {kind.words}; install what reads it: {EXTRA}")
        self.kind = kind

    def __reduce__(self) -> "tuple[type[MissingExtraError], tuple[str, Kind]]":
        """Return the arguments of this class, not those of its base."""
        return type(self), (self.name, self.kind)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The numbers of one file.

    Attributes:
        values: (rows, columns), of any type of number.
        names: of the columns; "" for a column without a name.
        units: of the columns, "" where none is stated; empty where no unit is.
        sample_rate: [Hz]; None where the file does not tell it.
        time: of the first row, aware; None where the file does not tell it.
        texts: words that belong to the file (comments, properties), in which a speed may stand.
    """

    values: NDArray[np.generic]
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    sample_rate: float | None = None
    time: datetime | None = None
    texts: tuple[str, ...] = ()


class Reader(Protocol):
    """A reader of one or several kinds of files."""

    def __call__(self, data: bytes, name: str, form: RecordingFormat) -> Table:
        """Read a whole file.

        Args:
            data: its bytes.
            name: its name, for errors.
            form: the settings, of which a reader needs few.

        Raises:
            IncompleteError: it ends early.
            MissingExtraError: the library that reads it is not installed.
            RecordingError: it cannot be read.
        """


def cut_off(name: str, what: str, error: BaseException) -> IncompleteError:
    """Return the error of a file that its library cannot read, with the first words of the library.

    Args:
        name: of the file.
        what: its kind with the article.
        error: of the library.
    """
    return IncompleteError(name, f"it is {what}, cut off or damaged: {first_words(error)}")


def first_words(error: BaseException) -> str:
    """Return the first line of an error, shortened; the name of its class where it says nothing."""
    return (str(error).strip() or type(error).__name__).split("\n")[0][:_QUOTED]


def chosen(table: Table, name: str, form: RecordingFormat) -> NDArray[np.float32]:
    """Return the channels of a table, float32 (rows, channels), NaN throughout where one is not finite.

    Raises:
        ColumnCountError: it has another number of columns than expected.
        RecordingError: a channel is missing, or none that is watched holds numbers.
    """
    values = table.values
    if form.names:
        columns = columns_named(form.names, table.names, table.units, name)
        values = values[:, [column - 1 for column in columns]]
    elif values.shape[1] != form.columns:
        sensors = [column for column in range(values.shape[1]) if not counts_up(values[:, column])]
        if len(sensors) != form.columns:
            raise ColumnCountError(name, values.shape[1], form.columns, _described(table))
        values = values[:, sensors]
    with np.errstate(over="ignore", invalid="ignore"):
        signal: NDArray[np.float32] = np.asfortranarray(values, dtype=np.float32)
    faulty: NDArray[np.bool_] = np.asarray(~np.isfinite(signal).all(axis=0))
    if faulty.any():
        signal = signal.copy(order="F")
        signal[:, faulty] = np.nan
    watched = [column for column in range(form.columns) if form.watches(column + 1)]
    if all(faulty[column] for column in watched):
        raise RecordingError(name, f"its column {watched[0] + 1} holds a number that is not finite")
    return signal


def counts_up(column: NDArray[np.generic]) -> bool:
    """Return whether a column holds times or a count: it rises evenly, or holds no numbers at all."""
    if column.dtype.kind not in "iuf" or len(column) < 3:
        return False
    steps = np.diff(np.asarray(column, np.float64))
    if np.isnan(steps).all():
        return True
    mean = float(steps.mean())
    return mean > 0 and bool((np.abs(steps - mean) <= 0.51 * mean).all())


def _described(table: Table) -> str:
    count = table.values.shape[1]
    shown = ", ".join(clean_text(one) for one in table.names[:_SHOWN] if one)
    more = ", ..." if len(table.names) > _SHOWN else ""
    return f"it has {count} column{'' if count == 1 else 's'}" + (f" ({shown}{more})" if shown else "")


def columns_named(
    wanted: Sequence[str], names: Sequence[str], units: Sequence[str], file: str
) -> tuple[int, ...]:
    """Return the columns, counted from 1, of the channels that are named.

    Args:
        wanted: names as the settings have them; patterns with * and ? too.
        names: of the columns.
        units: of the columns, "" where none is stated; empty where no unit is.
        file: name of the file, for errors; its last number chooses among several columns.

    Raises:
        RecordingError: a name is missing; it lists the names that there are.
    """
    found = [column_named(one, names, units, file) for one in wanted]
    if None not in found:
        return tuple(column for column in found if column is not None)
    missing = wanted[found.index(None)]
    if not any(names):
        raise RecordingError(
            file, f"its columns have no names, and {missing!r} is one of the channels; name them by number"
        )
    shown = ", ".join(clean_text(one) for one in list(names)[:_SHOWN]) + (
        ", ..." if len(names) > _SHOWN else ""
    )
    absent = f"it has no single column named {clean_text(missing)!r} (channels of [[component]])"
    raise RecordingError(file, f"{absent}; its columns are {shown}")


def fitted(signal: NDArray[np.float32], name: str, form: RecordingFormat) -> NDArray[np.float32]:
    """Return a signal with the rows of a snapshot: cut, or with its end mirrored.

    Args:
        signal: (rows, channels).
        name: of the file.
        form: the expected format.

    Raises:
        RecordingError: it has too few or too many rows.
    """
    rows = len(signal)
    if rows == form.rows:
        return signal
    if not form.fewest <= rows <= form.most:
        noun = "row" if rows == 1 else "rows"
        raise RecordingError(
            name, f"it has {rows} {noun} where {form.rows} are expected{_remedy(rows, form)}"
        )
    if rows > form.rows:
        return np.asfortranarray(signal[: form.rows])
    missing = form.rows - rows
    return np.asfortranarray(np.concatenate([signal, signal[-2 : -2 - missing : -1]]))


def _remedy(rows: int, form: RecordingFormat) -> str:
    """Return the setting to change for a file of another length; empty for one that is cut short."""
    if rows >= 2 * form.rows:
        return (
            f"; set recording.cut = true to cut it into {rows // form.rows} snapshots,"
            f" or recording.rows = {rows}"
        )
    return ""
