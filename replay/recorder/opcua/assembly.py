"""Puts the values of several nodes together: single values to rows, arrays to recordings. No network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay.recorder.sources import Piece

GRACE = 2.0
"""Seconds of newer values after which a value that is missing does not come any more."""


MOST_WAITING = 16
"""Recordings that wait for the arrays of other nodes; with more, the oldest is given up."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a node.

    Attributes:
        node: its number among the nodes, from 0.
        at: its time [s since 1970].
        value: a number, an array, or None where the server calls it bad.
        lost: whether the server dropped values before it, because its queue was full.
    """

    node: int
    at: float
    value: Any
    lost: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """A recording: time of its first row [s since 1970], and `values` (rows, columns)."""

    at: float
    values: NDArray[Any]


@dataclass
class _Row:
    at: float
    values: list[float | None]
    known: int = 0


class RowAssembly:
    """Makes rows of the values of several nodes, by their times.

    Nodes that are sampled one after the other have times a little apart: values within half a row belong
    together. A row that is missing, lacks a value or has a bad one breaks the stream.
    """

    def __init__(self, nodes: int, rate: float) -> None:
        """Take the number of nodes, each a column, and the rows per second."""
        self._nodes, self._rate = nodes, rate
        self._waiting: dict[int, _Row] = {}
        self.restart()

    def restart(self) -> None:
        """Forget rows that are not complete: the connection broke."""
        self._waiting.clear()
        # The number and the time of the row that was taken last; the next ones are counted from it.
        self._last: tuple[int, float] | None = None
        self._is_taken, self._is_begun, self._lost = False, False, False

    def add(self, values: Sequence[Value]) -> list[Piece]:
        """Take values; return the rows that they complete as text, and breaks, in order."""
        found: list[Piece] = []
        for one in values:
            if self._last is not None and self._is_taken and one.at < self._last[1] - GRACE:
                self.restart()
                found.append(Piece(one.at, broken="the server's clock went back"))
            self._put(one)
        text: list[str] = []
        end = 0.0
        while self._waiting:
            number = min(self._waiting)
            row = self._waiting[number]
            if row.known < self._nodes and self._newest() - row.at <= GRACE:
                break
            del self._waiting[number]
            reason = self._fault(number, row)
            self._last, self._is_taken = (number, row.at), True
            if reason and self._is_begun:
                found += _piece(text, end)
                found.append(Piece(row.at, broken=reason))
            if row.known == self._nodes and None not in row.values:
                text.append(",".join(repr(value) for value in row.values) + "\n")
                # The end of the row: a recorder knows rows by the time at which they are there.
                end, self._is_begun = row.at + 1 / self._rate, True
        return [*found, *_piece(text, end)]

    def _put(self, one: Value) -> None:
        number = self._number(one.at)
        if self._is_taken and self._last is not None and number <= self._last[0]:
            # It comes too late, or a second time.
            return
        row = self._waiting.setdefault(number, _Row(one.at, [None] * self._nodes))
        if row.values[one.node] is None:
            row.known += 1
            row.values[one.node] = _finite(one.value)
        self._lost |= one.lost

    def _number(self, at: float) -> int:
        """Return the number of the row of a time, counted from the last row."""
        if self._last is None:
            self._last = 0, at
            return 0
        return self._last[0] + round((at - self._last[1]) * self._rate)

    def _newest(self) -> float:
        return max(row.at for row in self._waiting.values())

    def _fault(self, number: int, row: _Row) -> str:
        """Return why a row does not follow the one before, "" where it does."""
        lost, self._lost = self._lost, False
        if row.known < self._nodes:
            return f"a row lacks {self._nodes - row.known} of its {self._nodes} values"
        if None in row.values:
            return "a value is bad"
        missing = 0 if not self._is_taken or self._last is None else number - self._last[0] - 1
        if missing > 0:
            return f"{missing} rows are missing" + (", the server's queue was full" if lost else "")
        return "the server's queue was full" if lost else ""


@dataclass
class _Arrays:
    at: float
    values: dict[int, Any] = field(default_factory=dict)


class ArrayAssembly:
    """Makes recordings of arrays: one node with all columns, or one node for each column."""

    def __init__(self, nodes: int, rows: int, columns: int, rate: float) -> None:
        """Take the number of nodes, and the shape and rate of a recording.

        Args:
            nodes: their number.
            rows: of a recording.
            columns: of a recording.
            rate: rows a second [Hz].
        """
        self._nodes, self._rows, self._columns = nodes, rows, columns
        self._near = rows / rate / 2
        self._waiting: list[_Arrays] = []

    def restart(self) -> None:
        """Forget recordings that are not complete: the connection broke."""
        self._waiting.clear()

    def add(self, one: Value) -> list[Assembled | str]:
        """Take an array; return recordings that it completes, and reasons of incomplete or wrong ones."""
        found: list[Assembled | str] = []
        if one.lost:
            found.append("the server's queue was full: recordings were lost")
        near = [each for each in self._waiting if abs(each.at - one.at) < self._near]
        own = next((each for each in near if one.node not in each.values), None)
        if own is None:
            own = _Arrays(one.at)
            self._waiting.append(own)
        own.values[one.node] = one.value
        if len(own.values) < self._nodes:
            if len(self._waiting) > MOST_WAITING:
                # A node that sends nothing must not fill the memory.
                missing = self._nodes - len(self._waiting.pop(0).values)
                found.append(f"a recording lacks {missing} of its nodes")
            return found
        older = [each for each in self._waiting if each is not own and each.at <= own.at]
        found += [f"a recording lacks {self._nodes - len(each.values)} of its nodes" for each in older]
        self._waiting = [each for each in self._waiting if each is not own and each not in older]
        made = self._shaped([own.values[number] for number in range(self._nodes)])
        return [*found, made if isinstance(made, str) else Assembled(own.at, made)]

    def _shaped(self, arrays: list[Any]) -> NDArray[Any] | str:
        """Return the rows and columns of a recording, or why it is none."""
        shape = (self._rows, self._columns)
        if any(one is None for one in arrays):
            return "the server calls an array bad"
        try:
            held = [np.asarray(one, np.float64) for one in arrays]
        except (TypeError, ValueError, OverflowError):
            return "an array holds something that is not a number"
        if self._nodes > 1:
            if any(one.shape != (self._rows,) for one in held):
                sizes = ", ".join(str(one.size) for one in held)
                return f"its arrays have {sizes} numbers, not {self._rows} each"
            values = np.stack(held, axis=1)
        else:
            (values,) = held
            if values.shape == shape[::-1] and shape[0] != shape[1]:
                values = values.T
            elif values.size == shape[0] * shape[1]:
                values = values.reshape(shape)
        if values.shape != shape:
            return f"it has {values.size} numbers, not {shape[0]} rows of {shape[1]}"
        return values if np.isfinite(values).all() else "it holds a number that is not finite"


def _piece(text: list[str], end: float) -> list[Piece]:
    """Return the rows so far as one piece, none without rows; `text` is empty afterwards."""
    if not text:
        return []
    data = "".join(text).encode()
    text.clear()
    return [Piece(end, data)]


def _finite(value: object) -> float | None:
    """Return a finite number, None for anything else."""
    if isinstance(value, bool | int | float) and np.isfinite(value):
        return float(value)
    return None
