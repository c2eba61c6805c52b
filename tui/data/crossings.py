"""Crossings: severity passing its limit, up or down."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.records.series import Series


@dataclass(frozen=True, slots=True)
class Crossing:
    """A severity passing the limit: `at` in microseconds, `component` by index, `up` or down."""

    at: int
    component: int
    up: bool


TAIL = 64
"""Snapshots at the end of a series that usually show each component's relation to its limit."""


def crossings(series: Series, begun: bool = True) -> tuple[Crossing, ...]:
    """Return where severity passes 1.0, the limit, in order of time; the baseline does not count.

    Args:
        series: in order of time.
        begun: whether it is the start of the record; then a first value above the limit is a crossing.
    """
    return _crossings(series.at, series.baseline, series.severity, begun)


def more_crossings(
    old: Series, known: tuple[Crossing, ...], series: Series, begun: bool = True
) -> tuple[Crossing, ...]:
    """Return the crossings of a series; if it continues an old one, only its new end is searched.

    Args:
        old: the earlier series.
        known: the crossings of the earlier series.
        series: in order of time.
        begun: as for `crossings`, of both.
    """
    count = len(old)
    if series is old:
        return known
    tail = slice(max(count - TAIL, 0), count)
    judged = ~old.baseline[tail, np.newaxis] & np.isfinite(old.severity[tail])
    if not judged.any(axis=0).all() or not np.array_equal(series.positions[:count], old.positions):
        return crossings(series, begun)
    # From here every component has been judged once, so its next crossing is certain.
    start = count - 1 - int(judged[::-1].argmax(axis=0).max())
    end = _crossings(series.at[start:], series.baseline[start:], series.severity[start:], begun=False)
    return known + tuple(one for one in end if one.at > old.at[-1])


def _crossings(
    at: NDArray[np.int64], baseline: NDArray[np.bool_], severities: NDArray[np.float64], begun: bool
) -> tuple[Crossing, ...]:
    found: list[Crossing] = []
    for component in range(severities.shape[1]):
        severity = severities[:, component]
        judged = np.flatnonzero(~baseline & np.isfinite(severity))
        above = severity[judged] >= 1.0
        start = [False] if begun else above[:1]
        before = np.concatenate([start, above[:-1]]) if len(above) else above
        found.extend(
            Crossing(int(at[judged[index]]), component, bool(above[index]))
            for index in np.flatnonzero(above != before)
        )
    return tuple(sorted(found, key=lambda crossing: (crossing.at, crossing.component)))
