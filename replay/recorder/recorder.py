"""Writes the recordings of a stream into a folder, whole or not at all, and counts everything."""

import errno
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from replay.recorder.cutter import FASTER, Cut, Cutter, Gap
from replay.recorder.rows import BadRow, RowReader, StreamError
from replay.recorder.sources import Piece
from replay.recording import RecordingFormat, clean_text, zone_of

NO_ROW_AMONG = 100
"""Bad rows at the beginning of a stream, without a good one between, after which it is refused."""

NOT_LIVE = 60.0
"""Time within which rows that come far too fast are known for rows recorded earlier [s]."""

RATE_TOLERANCE = 0.02
"""Deviation of the measured row rate from the stated rate that is reported; a fault line moves as much."""

MEASURED_FOR = 30.0
"""Time over which the row rate is measured [s]."""

NOTE_INTERVAL = 10.0
"""Least time between two lines about gaps [s]: a bad cable makes a thousand a minute."""

SILENT = 10.0
"""Seconds without a row after which this is reported."""


def shortest_interval(pattern: str) -> float:
    """Return the least time by which two names of a pattern differ [s]."""
    if "%f" in pattern:
        return 1e-6
    return 1.0 if any(code in pattern for code in ("%S", "%s", "%T", "%c", "%X")) else 60.0


@dataclass
class Counts:
    """Everything that came in, and where it went."""

    rows: int = 0
    recordings: int = 0
    unwritten: int = 0
    dropped_rows: int = 0
    gaps: int = 0

    def sentence(self) -> str:
        """Return the counts in words."""
        parts = [f"{self.rows} rows came, {self.recordings} recordings were written"]
        if self.unwritten:
            parts.append(f"{self.unwritten} could not be written")
        if self.gaps:
            parts.append(f"{self.gaps} gap{'s' if self.gaps > 1 else ''}")
        if self.dropped_rows:
            parts.append(f"{self.dropped_rows} rows beside gaps and at the end fill no recording")
        return "; ".join(parts)


@dataclass
class Recorder:
    """Records one stream.

    Attributes:
        folder: the folder that Raceway watches.
        form: the format of the recordings.
        say: prints a sentence for the user.
        start: time of the first row of a stream that was recorded earlier [s since 1970]; None for live rows.
        counts: so far.
    """

    folder: Path
    form: RecordingFormat
    say: Callable[[str], None]
    start: float | None = None
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        """Prepare for the first row.

        Raises:
            StreamError: recordings of this length cannot have different names.
        """
        self._shortest = shortest = shortest_interval(self.form.time_pattern)
        length = self.form.rows / self.form.sample_rate
        if length < shortest:
            raise StreamError(
                f"a recording of {self.form.rows} rows at {self.form.sample_rate:g} Hz lasts {length:.3g} s,"
                f" but names by {self.form.time_pattern} differ by {shortest:g} s at least: record more rows,"
                " or set recording.time_pattern with %f"
            )
        self._reader = RowReader(self.form.columns, self.form.written_separator)
        self._cutter = Cutter(self.form.rows, self.form.sample_rate, shortest=shortest, start=self.start)
        self._unwritten_for = ""
        self._bad_at_first, self._first_bad = 0, ""
        self._last_note, self._unsaid = float("-inf"), 0
        self._first_row: float | None = None
        self._last_row: float | None = None
        self._silent = False
        self._rate = _RateCheck(self.form.sample_rate)

    def record(self, pieces: Iterable[Piece]) -> None:
        """Take pieces until the source ends.

        Raises:
            StreamError: the stream holds no rows like these, or comes far faster than its rate.
        """
        for piece in pieces:
            if piece.notice:
                self.say(piece.notice)
            if piece.broken:
                self._note(self._cutter.break_off(piece.at, piece.broken))
                self._reader.restart()
                self._rate.restart()
            self._take(piece)
        if self._first_bad and not self.counts.rows:
            raise self._no_rows("it ended before the first one")
        self.finish()

    def finish(self) -> None:
        """Count the rows that fill no recording."""
        self.counts.dropped_rows += self._cutter.break_off(time.time(), "end").dropped

    def _take(self, piece: Piece) -> None:
        for one in self._reader.read(piece.data) if piece.data else ():
            if isinstance(one, BadRow):
                if not self.counts.rows:
                    self._refuse_a_stream_without_rows(one)
                    continue
                self._note(self._cutter.refuse(one, piece.at))
                continue
            self.counts.rows += one.count
            self._hear(piece.at, one.count)
            for made in self._cutter.add(one, piece.at):
                if isinstance(made, Gap):
                    self._note(made)
                else:
                    self._write(made)
        if self._last_row is not None and not self._silent and piece.at - self._last_row > SILENT:
            self._silent = True
            self.say(f"no row for {SILENT:g} s")

    def _hear(self, at: float, count: int) -> None:
        self._first_row = at if self._first_row is None else self._first_row
        self._last_row = at
        if self._silent:
            self._silent = False
            self._rate.restart()
            self.say("rows come again")
        if self.start is not None:
            return
        if (sentence := self._rate.observe(at, count)) is not None:
            self.say(sentence)

    def _refuse_rows_recorded_earlier(self, at: float) -> None:
        if self._first_row is not None and at - self._first_row < NOT_LIVE:
            raise StreamError(
                f"the rows come faster than {self.form.sample_rate:g} a second: give their true --rate,"
                " or for rows recorded earlier the time of the first one (--start)"
            )

    def _refuse_a_stream_without_rows(self, bad: BadRow) -> None:
        """Skip a heading or a torn first row; refuse a stream of something else."""
        self._first_bad = self._first_bad or bad.reason
        self._bad_at_first += 1
        if self._bad_at_first >= NO_ROW_AMONG:
            raise self._no_rows(f"its first {NO_ROW_AMONG} lines are none")

    def _no_rows(self, why: str) -> StreamError:
        columns = self.form.columns
        return StreamError(
            f"the stream holds no rows of {columns} numbers: {why} ({self._first_bad}); check --columns"
        )

    def _note(self, gap: Gap) -> None:
        if gap.reason == FASTER:
            self._refuse_rows_recorded_earlier(gap.time)
        self.counts.gaps += 1
        self.counts.dropped_rows += gap.dropped
        if gap.time - self._last_note < NOTE_INTERVAL:
            self._unsaid += 1
            return
        dropped = f"; {gap.dropped} rows before it fill no recording" if gap.dropped else ""
        more = f" ({self._unsaid} more since the last line)" if self._unsaid else ""
        self.say(f"gap at {_clock(gap.time)}: {gap.reason}{dropped}{more}")
        self._last_note, self._unsaid = gap.time, 0

    def _name_at(self, time: float) -> str:
        moment = datetime.fromtimestamp(time, UTC)
        return moment.astimezone(zone_of(self.form.timezone)).strftime(self.form.time_pattern)

    def _write(self, cut: Cut) -> None:
        name = self._name_at(cut.time)
        try:
            try:
                write_recording(self.folder / name, cut.text)
            except FileExistsError:
                # Two times a rounding apart can have one name.
                name = self._name_at(cut.time + self._shortest)
                write_recording(self.folder / name, cut.text)
        except OSError as error:
            self.counts.unwritten += 1
            reason = error.strerror or str(error)
            if reason != self._unwritten_for:
                self._unwritten_for = reason
                self.say(
                    f"{clean_text(str(self.folder / name))} cannot be written ({reason}); whole recordings"
                    " are dropped until this is mended"
                )
            return
        self.counts.recordings += 1
        if self._unwritten_for:
            self._unwritten_for = ""
            self.say(f"recordings are written again; {self.counts.unwritten} were dropped so far")


class _RateCheck:
    """Compares the rate at which rows arrive with the stated rate, once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._done = False
        self.restart()

    def restart(self) -> None:
        self._since: float | None = None
        self._count = 0

    def observe(self, at: float, count: int) -> str | None:
        """Count rows; return a sentence if the rate turns out to be another."""
        if self._done:
            return None
        if self._since is None:
            self._since = at
            return None
        self._count += count
        if at - self._since < MEASURED_FOR:
            return None
        self._done = True
        measured = self._count / (at - self._since)
        if abs(measured / self._rate - 1) <= RATE_TOLERANCE:
            return None
        return (
            f"rows come at {measured:.0f} a second, but the stated rate is {self._rate:g}: every frequency"
            " would be wrong by the same factor; check --rate"
        )


def write_recording(path: Path, text: bytes) -> None:
    """Write a file under a hidden name and rename it once it is on the disk; never replace one.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o666)
        with os.fdopen(number, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        try:
            os.link(draft, path)
        except OSError as error:
            # Some file systems know no hard links.
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS) or path.exists():
                raise
            draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
