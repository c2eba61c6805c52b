"""Records the nodes of an OPC UA server: rows through the recorder of streams, arrays as whole recordings."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np

from replay.recorder.mqtt.payload import text_of
from replay.recorder.opcua.assembly import ArrayAssembly, Assembled, RowAssembly, Value
from replay.recorder.opcua.client import Batch, OpcSource
from replay.recorder.recorder import Recorder
from replay.recorder.rows import StreamError
from replay.recorder.sources import Piece, pieces
from replay.recorder.whole import OccupiedError, write_once
from replay.recording import RecordingFormat, clean_text

EXACT = 2.0**53
"""Whole numbers below it are exact as numbers with a point, and fit into 64 bits."""

CLOCKS_APART = 5.0
"""Seconds between the server's clock and this one above which the times of arrival count."""


@dataclass
class Counts:
    """The arrays that came."""

    written: int = 0
    repeated: int = 0
    unwritten: int = 0
    refused: int = 0
    gaps: int = 0

    def sentence(self) -> str:
        """Return the counts in words."""
        return (
            f"{self.written} recordings were written, {self.repeated} came twice, {self.unwritten} could not"
            f" be written, {self.refused} were refused; {self.gaps} gaps"
        )


@dataclass
class OpcIntake:
    """Records one server into one folder.

    Attributes:
        source: of the values.
        nodes: number of its nodes.
        folder: the folder that Raceway watches.
        form: the format of the recordings.
        say: prints a sentence for the user.
        counts: of arrays so far.
    """

    source: OpcSource
    nodes: int
    folder: Path
    form: RecordingFormat
    say: Callable[[str], None]
    counts: Counts = field(default_factory=Counts)

    def run(self) -> str:
        """Record until interrupted; return the counts in words.

        Raises:
            StreamError: the nodes do not fit the recordings, or the server has none of them.
        """
        stop = threading.Event()
        batches = self.source.batches(stop)
        try:
            first = self._first(batches)
            if first is None:
                return self.counts.sentence()
            coming = chain([first], batches)
            if _is_array(first.values[0]):
                return self._arrays(coming)
            return self._rows(coming)
        finally:
            stop.set()

    def _first(self, batches: Iterable[Batch]) -> Batch | None:
        """Return the first batch with values; they say whether arrays come or single values."""
        try:
            for batch in batches:
                if batch.notice:
                    self.say(batch.notice)
                if batch.values:
                    return batch
        except KeyboardInterrupt:
            return None
        return None

    def _rows(self, batches: Iterable[Batch]) -> str:
        if self.nodes != self.form.columns:
            raise StreamError(
                f"{self.nodes} nodes with single values make no rows of {self.form.columns} columns: give a"
                " --node for each column"
            )
        recorder = Recorder(self.folder, self.form, self.say)
        rows = RowSource(batches, RowAssembly(self.nodes, self.form.sample_rate))
        try:
            recorder.record(pieces(rows))
        except KeyboardInterrupt:
            recorder.finish()
        return recorder.counts.sentence()

    def _arrays(self, batches: Iterable[Batch]) -> str:
        form = self.form
        if self.nodes not in (1, form.columns):
            raise StreamError(
                f"{self.nodes} nodes with arrays make no recording of {form.columns} columns: give one --node"
                " with all columns, or one for each"
            )
        assembly = ArrayAssembly(self.nodes, form.rows, form.columns, form.sample_rate)
        try:
            for batch in batches:
                if batch.notice:
                    self.say(batch.notice)
                if batch.broken:
                    assembly.restart()
                    self._gap(batch.at, batch.broken)
                for value in batch.values:
                    for made in assembly.add(value):
                        self._take(made, batch.at)
        except KeyboardInterrupt:
            pass
        return self.counts.sentence()

    def _take(self, made: Assembled | str, at: float) -> None:
        if isinstance(made, str):
            self.counts.refused += 1
            self._gap(at, made)
            return
        values = made.values
        is_whole = (values == np.round(values)).all() and (np.abs(values) < EXACT).all()
        text = text_of(values.astype(np.int64) if is_whole else values, self.form.written_separator)
        try:
            written = write_once(self.folder, self.form, datetime.fromtimestamp(made.at, UTC), text)
        except OccupiedError as error:
            self.counts.refused += 1
            self._gap(at, str(error))
            return
        except OSError as error:
            self.counts.unwritten += 1
            self.say(f"{clean_text(str(self.folder))}: a recording cannot be written ({error.strerror})")
            return
        self.counts.written += written
        self.counts.repeated += not written

    def _gap(self, at: float, reason: str) -> None:
        self.counts.gaps += 1
        self.say(f"gap at {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC: {reason}")


class RowSource:
    """Rows of a server as a stream of text."""

    def __init__(self, batches: Iterable[Batch], assembly: RowAssembly) -> None:
        """Take what comes, and what makes rows of it."""
        self._batches, self._assembly = batches, assembly
        self._own_clock: bool | None = None

    def read(self, stop: threading.Event) -> Iterator[Piece]:
        """Yield pieces until the batches end or `stop` is set."""
        for batch in self._batches:
            if stop.is_set():
                return
            if batch.notice:
                yield Piece(batch.at, notice=batch.notice)
            if batch.broken:
                self._assembly.restart()
                yield Piece(batch.at, broken=batch.broken)
            if batch.values and self._own_clock is None:
                apart = batch.values[0].at - time.time()
                self._own_clock = abs(apart) > CLOCKS_APART
                if self._own_clock:
                    yield Piece(
                        batch.at,
                        notice=f"the server's clock is {apart:+.0f} s from this one: times of arrival count",
                    )
            for piece in self._assembly.add(batch.values):
                at = batch.at if self._own_clock else piece.at
                yield Piece(at, piece.data, piece.broken)


def _is_array(value: Value) -> bool:
    return isinstance(value.value, list | tuple | np.ndarray)
