"""Whether a baseline covers whole cycles of slow sensors: day and night, high and low load.

Most of a sensor's movement may be one slow course as long as the baseline. Then the baseline saw a part of a
cycle: its spread is wide, and says little of the rest of the cycle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import largest_unit

COURSES = 2
"""Half waves over the baseline that count as one slow course: half a cycle, and a whole one."""

SHARE = 0.6
"""Share of a sensor's variance in them from which it is one slow course. White noise of 40 windows has 5 %, a
cycle that is covered twice less than 10 %, one that is covered by three quarters more than 80 %."""

CHANCE = 1e-3
"""Chance that independent values have a larger share."""

NAMED = 5
"""Sensors that a sentence names."""

FEWEST = 6
"""Values that share no rows, from which it is asked."""


@dataclass(frozen=True, slots=True)
class Course:
    """A sensor that moves in one slow course: its column from 0, and the range of its movement."""

    column: int
    range: float


def slow_courses(values: NDArray[np.float64]) -> tuple[Course, ...]:
    """Return the sensors that move in one slow course over a baseline, the widest share of it first.

    Args:
        values: (values, sensors), evenly spaced, that share no rows; NaN where not known.

    Returns:
        None of them for fewer than `FEWEST` values. Ranges are those of the slow course, in the values' unit.

    Source:
        Ahmed, Natarajan and Rao (1974), Discrete cosine transform. The share of two terms of independent
        normal values follows a beta distribution.
    """
    count = len(values)
    if count < FEWEST:
        return ()
    least = max(SHARE, 1.0 - CHANCE ** (2.0 / (count - 1 - COURSES)))
    places = (np.arange(count) + 0.5) / count
    waves = np.sqrt(2.0 / count) * np.cos(np.pi * np.outer(np.arange(1, COURSES + 1), places))
    found = []
    for column in range(values.shape[1]):
        own = values[:, column]
        known = np.isfinite(own)
        if known.sum() < max(FEWEST, count // 2):
            continue
        away = np.where(known, own - own[known].mean(), 0.0)
        whole = float(np.square(away).sum())
        parts = waves @ away
        share = float(np.square(parts).sum()) / whole if whole > 0 else 0.0
        if share > least:
            found.append((share, Course(column, float(np.ptp(parts @ waves)))))
    return tuple(one for _, one in sorted(found, key=lambda one: -one[0]))


def coverage_doubt(
    component: str, courses: Sequence[Course], told: Callable[[Course], str], lasts: float
) -> tuple[str, ...]:
    """Return a sentence about the sensors of a component that move in one slow course; none for none.

    Args:
        component: its name.
        courses: of its sensors, the widest share first.
        told: returns name and range of a course, such as "Temp by 4.1 °C".
        lasts: the length of the baseline in seconds.
    """
    if not courses:
        return ()
    number, unit = largest_unit(lasts)
    others = len(courses) - 1
    beside = (
        f", and so do {others} other sensors" if others > 1 else ", and so does another" if others else ""
    )
    return (
        f"{component}: {told(courses[0])} in one slow course over the whole baseline"
        f" ({number:.3g} {unit}){beside}; it covers too little of a cycle of load or weather,"
        " learn from a longer span",
    )


def still_doubt(component: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence about the sensors of a component that never moved in the baseline; none for none."""
    if not names:
        return ()
    shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} others" if len(names) > NAMED else "")
    return (f"{component}: never moved within the baseline, and neither judged nor used: {shown}",)
