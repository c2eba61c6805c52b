"""Slow sensors of a record: measured and expected, the worst first; the first to move; broken pairs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.records.assessment import Assessment
from engine.records.series import Series
from replay.recording import clean_text

MEASURED, EXPECTED, ALLOWED, VALID = range(4)
"""Figures of a channel of slow sensors, in the order in which the store has them."""

MOVED = 0.5
"""Share of the allowed deviation beyond which a channel counts as moved."""

ALIKE = 0.7
"""Least correlation of two channels over the baseline for which they belong together."""

LOOSEST = 0.2
"""Least scatter of a channel about its companion, in its standard deviations: a short baseline shows less."""

APART = 4.0
"""Such scatters from which two channels no longer agree."""

MOST_PAIRS = 2
"""Broken pairs that are told: a third one tells the same fault again."""

FEWEST = 10
"""Least windows of the baseline for a correlation."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """A channel of slow sensors in one window.

    Attributes:
        channel: counted from 1.
        name: its column's name, or its number.
        unit: of the values.
        is_condition: whether it explains the others and is not judged.
        measured: mean over the window; NaN where no value is valid.
        expected: by the model.
        allowed: largest healthy deviation.
        valid: share of valid values, 0 to 1.
    """

    channel: int
    name: str
    unit: str
    is_condition: bool
    measured: float
    expected: float
    allowed: float
    valid: float

    @property
    def excess(self) -> float:
        """Return the deviation over the allowed one, signed; NaN for a condition or without a value."""
        if self.is_condition or not self.allowed > 0:
            return math.nan
        return (self.measured - self.expected) / self.allowed


@dataclass(frozen=True, slots=True)
class BrokenPair:
    """Two channels that agreed over the baseline, with their correlation there, and no longer do."""

    one: int
    other: int
    correlation: float


def is_process(assessment: Assessment) -> bool:
    """Return whether a record is one of slow sensors."""
    return any(part.kind == "process" for part in assessment.settings.parts)


def name_of(assessment: Assessment, channel: int) -> str:
    """Return the name of a channel, counted from 1: as in the header, or its number."""
    recording = assessment.settings.recording
    names = recording.table.get("names") if recording is not None else None
    if isinstance(names, list | tuple) and channel <= len(names) and isinstance(names[channel - 1], str):
        return clean_text(names[channel - 1])
    return f"channel {channel}"


def conditions_of(assessment: Assessment) -> frozenset[int]:
    """Return the channels, counted from 1, that explain the others."""
    return frozenset(
        channel
        for part in assessment.settings.parts
        for channel, role in zip(part.channels, part.roles, strict=False)
        if role == "condition"
    )


def sensors_at(assessment: Assessment, series: Series, index: int, component: int) -> tuple[Sensor, ...]:
    """Return the sensors of a component in a window, those farthest from their expectation first.

    Args:
        assessment: of the record.
        series: its windows.
        index: of the window.
        component: counted from 0.
    """
    conditions = conditions_of(assessment)
    found = []
    for channel in assessment.channels[component]:
        measured, expected, allowed, valid = series.figures[index, channel - 1].astype(np.float64).tolist()
        unit = assessment.units[channel - 1] if channel <= len(assessment.units) else ""
        found.append(
            Sensor(
                channel,
                name_of(assessment, channel),
                # A proposed file of settings has "?" where the unit is not known.
                clean_text(unit).strip("?"),
                channel in conditions,
                measured,
                expected,
                allowed,
                valid,
            )
        )
    return tuple(sorted(found, key=lambda one: (not math.isfinite(one.excess), -abs(one.excess or 0.0))))


def smallest_changes(
    assessment: Assessment, series: Series, component: int
) -> tuple[tuple[Sensor, float], ...]:
    """Return the judged sensors of a component, and the change of each alone that is too much, in its unit.

    The limit is on the root mean square over the sensors, so that one alone must deviate by the square root
    of their number as much. A change beyond it rings once it has lasted for `process.hold`.

    Args:
        assessment: of the record.
        series: its windows, at least one.
        component: counted from 0.
    """
    sensors = sensors_at(assessment, series, len(series.figures) - 1, component)
    judged = sorted((one for one in sensors if math.isfinite(one.excess)), key=lambda one: one.channel)
    return tuple((one, one.allowed * math.sqrt(len(judged))) for one in judged)


def excess_of(series: Series, channels: Sequence[int]) -> NDArray[np.float64]:
    """Return deviations over the allowed ones, signed, (windows, channels); channels count from 1."""
    figures = series.figures[:, [channel - 1 for channel in channels]].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: NDArray[np.float64] = (figures[..., MEASURED] - figures[..., EXPECTED]) / figures[..., ALLOWED]
    return np.where(np.isfinite(found), found, 0.0)


def first_to_move(series: Series, channels: Sequence[int], index: int) -> tuple[tuple[int, int], ...]:
    """Return the channels that have moved by a window, and since which window, the first first.

    Args:
        series: of the record.
        channels: symptoms, counted from 1.
        index: of the window.

    Returns:
        (channel, index of the window) for each.
    """
    excess = excess_of(series, channels)[: index + 1]
    found = []
    for column, channel in enumerate(channels):
        own = excess[:, column] * np.sign(excess[-1, column])
        if own[-1] < MOVED:
            continue
        calm = np.flatnonzero(own < MOVED)
        found.append((channel, int(calm[-1]) + 1 if len(calm) else 0))
    return tuple(sorted(found, key=lambda one: (one[1], -abs(float(excess[-1, channels.index(one[0])])))))


def broken_pairs(series: Series, channels: Sequence[int], index: int) -> tuple[BrokenPair, ...]:
    """Return pairs of channels that agreed over the baseline and do not in a window, the worst first.

    Args:
        series: of the record.
        channels: symptoms, counted from 1.
        index: of the window.

    Returns:
        At most `MOST_PAIRS` of them.
    """
    figures = series.figures[:, [channel - 1 for channel in channels]].astype(np.float64)
    away = figures[..., MEASURED] - figures[..., EXPECTED]
    healthy = away[series.baseline & np.isfinite(away).all(axis=1)]
    if len(healthy) < FEWEST or not np.isfinite(away[index]).any():
        return ()
    middle, scatter = healthy.mean(axis=0), healthy.std(axis=0)
    moves = scatter > 0
    standard = np.where(moves, (healthy - middle) / np.where(moves, scatter, 1.0), 0.0)
    together = standard.T @ standard / len(standard)
    now = np.where(moves, (away[index] - middle) / np.where(moves, scatter, 1.0), 0.0)
    found = []
    for one in range(len(channels)):
        for other in range(one + 1, len(channels)):
            alike = float(together[one, other])
            loose = max(math.sqrt(max(1 - alike**2, 0.0)), LOOSEST)
            apart = abs(now[one] - alike * now[other]) / loose
            if abs(alike) >= ALIKE and apart >= APART:
                found.append((apart, BrokenPair(channels[one], channels[other], alike)))
    return tuple(pair for _, pair in sorted(found, key=lambda item: -item[0])[:MOST_PAIRS])
