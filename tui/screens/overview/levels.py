"""The levels of the recordings that a baseline is learned from, read again while nothing is judged yet.

An operator sees on them whether the machine runs steadily while it is learned from.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.clock import microseconds
from engine.records.assessment import Assessment
from engine.records.progress import Phase
from tui.data.view import View
from tui.screens.bearing.recording import form_of

if TYPE_CHECKING:
    from replay.run import Run

BUDGET_SECONDS = 0.2
"""Time after which the rest is read at the next look [s]; the engine needs the processor more."""

MOST = 120
"""Recordings that are read at most, evenly spread: more than a chart has columns."""

PATIENCE = 20.0
"""A folder is listed again after so many times the time that its listing took."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Levels of recordings: `at` (n,) microseconds since 1970, `level` (n, components) in units."""

    at: NDArray[np.float64]
    level: NDArray[np.float64]


@dataclass(frozen=True)
class LevelsLook:
    """The look that reads levels; it changes with the progress of the engine, so that it is looked again.

    `source` is the number of snapshots that the training learns from, None where unknown.
    """

    phase: Phase
    done: int
    source: int | None
    gauge: "LevelGauge" = field(compare=False, hash=False)

    def __call__(self, _store: object, view: View) -> Levels | None:
        """Return the levels read so far; None where the recordings cannot be read from here."""
        count = self.source if self.phase is Phase.LEARNING else self.done
        return self.gauge.read(view.assessment, count)


class LevelGauge:
    """Reads levels and keeps them. For one thread at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty."""
        self._clock = clock
        self._assessment: int | None = None
        self._run: Run | None = None
        self._again = 0.0
        self._count = 0
        self._known: dict[str, NDArray[np.float64] | None] = {}

    def read(self, assessment: Assessment, count: int | None) -> Levels | None:
        """Read some more levels; return all that are known, in order of time.

        Args:
            assessment: whose recordings.
            count: recordings that are learned from so far, the oldest; None for as many as before.
        """
        # Reading needs more than the console does to start.
        from replay.folders import FolderError
        from replay.recording import RecordingError
        from replay.run import RunError

        if assessment.id != self._assessment:
            self._assessment, self._run, self._again, self._count, self._known = (
                assessment.id,
                None,
                0.0,
                0,
                {},
            )
        if count is not None:
            self._count = count
        began = self._clock()
        try:
            run = self._listed(assessment)
            _, sensitivity, offset = form_of(assessment)
        except (RunError, FolderError, RecordingError, OSError, ValueError):
            return None
        chosen = spread(min(self._count, len(run.entries)))
        for place in chosen:
            name = run.entries[place].name
            if name in self._known:
                continue
            try:
                signal = (run.read(place).signal - offset) / sensitivity
                self._known[name] = levels_of(signal, assessment.channels)
            except (RecordingError, OSError, ValueError, IndexError):
                self._known[name] = None
            if self._clock() - began > BUDGET_SECONDS:
                break
        found = [
            (microseconds(run.entries[place].time), level)
            for place in chosen
            if (level := self._known.get(run.entries[place].name)) is not None
        ]
        parts = len(assessment.components)
        return Levels(
            np.array([at for at, _ in found], np.float64),
            np.array([level for _, level in found], np.float64).reshape(-1, parts),
        )

    def _listed(self, assessment: Assessment) -> "Run":
        """Return the recordings of the assessment; a folder that grows is listed again from time to time."""
        from replay.extract import is_unpacked
        from replay.run import RunError, open_run

        run, began = self._run, self._clock()
        if run is None or (len(run.entries) < self._count and began >= self._again):
            place = Path(assessment.run)
            if place.is_file() and not is_unpacked(place):
                raise RunError(f"{place} is packed")
            run = self._run = open_run(place, form_of(assessment)[0])
            self._again = began + PATIENCE * (self._clock() - began)
        return run


def spread(count: int) -> list[int]:
    """Return at most `MOST` places of so many recordings; more of them keep most places of fewer."""
    step = 1
    while count > MOST * step:
        step *= 2
    return list(range(0, count, step))


def levels_of(signal: NDArray[np.float32], channels: tuple[tuple[int, ...], ...]) -> NDArray[np.float64]:
    """Return the RMS of the alternating part of each component's channels.

    Args:
        signal: (rows, columns) in units.
        channels: of each component, counted from 1.

    Returns:
        (components,) in units; NaN for a component without a finite number.
    """
    spreads = np.asarray(signal, np.float64).std(axis=0)
    return np.array(
        [np.sqrt(np.mean(np.square(spreads[[one - 1 for one in own]]))) for own in channels], np.float64
    )
