"""Bounds what is kept of a series: the newest whole, and of what is older one snapshot in each span of time.

The snapshot of highest severity is kept of each span, so that no peak is lost. Where something changes, both
sides stay: the thinned series shows crossings, pauses, stops and the end of the baseline exactly as the whole
does. Pure functions of arrays.
"""

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.clock import SECOND, usual_step
from engine.records.series import Series

WHOLE = 8_000
"""Newest snapshots that are never thinned: at one in ten minutes 55 days, at one a second two hours."""

OLDER = 8_000
"""Older ones that are kept at most; a screen has some hundred columns."""

MOST = 24_000
"""Above so many it is thinned; a good deal above the sum of the two, so that it is seldom done."""

PAUSE = 3
"""More than so many intervals without a snapshot are a pause, as everywhere in Raceway."""


def taken(series: Series, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Series:
    """Return some rows of a series, by mask (n,) or by index."""
    numbers = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    return Series(
        positions=series.positions[numbers],
        at=series.at[numbers],
        names=tuple(map(series.names.__getitem__, numbers.tolist())),
        baseline=series.baseline[numbers],
        error=series.error[numbers],
        limit=series.limit[numbers],
        severity=series.severity[numbers],
        share=series.share[numbers],
        quality=series.quality[numbers],
        figures=series.figures[numbers],
        velocity=series.velocity[numbers],
        speed=series.speed[numbers],
    )


def joined(*parts: Series) -> Series:
    """Join series, in order of time whatever the order of the parts; a snapshot in two of them is there once.

    Raises:
        ValueError: there are no parts at all.
    """
    some = [part for part in parts if len(part)] or list(parts[:1])
    if not some:
        raise ValueError("nothing to join")
    if len(some) == 1:
        return some[0]
    whole = Series(
        positions=np.concatenate([part.positions for part in some]),
        at=np.concatenate([part.at for part in some]),
        names=tuple(chain.from_iterable(part.names for part in some)),
        baseline=np.concatenate([part.baseline for part in some]),
        error=np.concatenate([part.error for part in some]),
        limit=np.concatenate([part.limit for part in some]),
        severity=np.concatenate([part.severity for part in some]),
        share=np.concatenate([part.share for part in some]),
        quality=np.concatenate([part.quality for part in some]),
        figures=np.concatenate([part.figures for part in some]),
        velocity=np.concatenate([part.velocity for part in some]),
        speed=np.concatenate([part.speed for part in some]),
    )
    if (np.diff(whole.at) > 0).all():
        return whole
    # np.unique would load masked arrays: a tenth of the time in which a console opens.
    order = np.argsort(whole.at, kind="stable")
    first = np.ones(len(order), np.bool_)
    first[1:] = np.diff(whole.at[order]) > 0
    return taken(whole, order[first].astype(np.int64))


def changes(series: Series) -> NDArray[np.bool_]:
    """Where something changes, (n,): which snapshots must stay for it to be found again."""
    stays = np.zeros(len(series), np.bool_)
    if not len(series):
        return stays
    for component in range(series.severity.shape[1]):
        severity = series.severity[:, component]
        judged = np.flatnonzero(~series.baseline & np.isfinite(severity))
        above = severity[judged] >= 1.0
        stays[judged[1:][above[1:] != above[:-1]]] = True
        # Below the limit nothing tells the first that was judged from those before it.
        stays[judged[:1]] = True
    other = (series.quality[1:] != series.quality[:-1]).any(axis=1)
    other |= series.baseline[1:] != series.baseline[:-1]
    steps = np.diff(series.positions)
    other |= np.diff(series.at) > (steps - 1 + PAUSE) * usual_step(series.at, series.positions)
    stays[1:] |= other
    stays[:-1] |= other
    stays[[0, -1]] = True
    return stays


def worst_of_spans(at: NDArray[np.int64], height: NDArray[np.float64], spacing: int) -> NDArray[np.bool_]:
    """Return the one of greatest height in each span of time, the earliest among equals, (n,).

    Args:
        at: instants [microseconds since 1970], (n,) in any order.
        height: what the worst is chosen by, (n,); NaN is lower than any number.
        spacing: of the spans, which begin at multiples of it [microseconds].
    """
    span = at // spacing
    known = np.where(np.isnan(height), -np.inf, height)
    order = np.lexsort((at, -known, span))
    first = np.ones(len(at), np.bool_)
    first[1:] = span[order][1:] != span[order][:-1]
    chosen = np.zeros(len(at), np.bool_)
    chosen[order[first]] = True
    return chosen


def _worst(series: Series, spacing: int) -> NDArray[np.bool_]:
    """Return the snapshot of highest severity of any component in each span, (n,)."""
    height = np.where(np.isnan(series.severity), -np.inf, series.severity).max(axis=1, initial=-np.inf)
    return worst_of_spans(series.at, height, spacing)


def thinned(series: Series, spacing: int) -> Series:
    """Keep one snapshot of each span, and those where something changes.

    Args:
        series: in order of time.
        spacing: microseconds; 0 keeps all.
    """
    if not spacing or len(series) < 3:
        return series
    return taken(series, _worst(series, spacing) | changes(series))


def spacing_for(series: Series, most: int, spacing: int = 0) -> int:
    """Return the shortest span, at least the given one, at which at most `most` spans hold a snapshot."""
    # From a second on it doubles, so that what was thinned can be thinned further.
    spacing = spacing or SECOND
    while len(series) and 1 + int((np.diff(series.at // spacing) != 0).sum()) > most:
        spacing *= 2
    return spacing


def bounded(series: Series, spacing: int) -> tuple[Series, int]:
    """Thin what is older than the newest `WHOLE`, if there is more than `MOST`.

    Args:
        series: in order of time, thinned with `spacing` before.
        spacing: of the last time, 0 where there was none.

    Returns:
        The thinned series, and its spacing now.
    """
    if len(series) <= MOST:
        return series, spacing
    everything = np.arange(len(series))
    older, newest = taken(series, everything[:-WHOLE]), taken(series, everything[-WHOLE:])
    spacing = spacing_for(older, OLDER, spacing)
    left = thinned(older, spacing)
    if len(left) > OLDER * 3 // 2:
        # A severity that wavers about its limit all day: then its highest values have to do.
        left = taken(older, _worst(older, spacing))
    return joined(left, newest), spacing
