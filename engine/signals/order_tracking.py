"""Order tracking: signals resampled from constant time to constant angle of the shaft."""

import numpy as np
from numpy.typing import NDArray

LEAST_SWING = 0.002
"""Least difference of the highest and the lowest speed, as a share of the mean, that is tracked: a line at a
tenth harmonic moves by less than the slip that a search allows."""

SLOWEST = 0.2
"""Least speed within a recording, as a share of the mean: a shaft that stops has no constant angle."""


def tracked_course(course: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """Return a course of the speed that is worth tracking, else None.

    Args:
        course: speed of the shaft over a recording [Hz], evenly spaced from its first to its last row.
    """
    if course is None or len(course) < 2 or not np.isfinite(course).all():
        return None
    mean, low, high = float(course.mean()), float(course.min()), float(course.max())
    return course if low >= SLOWEST * mean > 0 and high - low >= LEAST_SWING * mean else None


def order_track(signal: NDArray[np.float32], course: NDArray[np.float32]) -> NDArray[np.float32]:
    """Resample a signal to constant angle of the shaft, with as many samples.

    A line at an order of the shaft lies in its spectrum at that order times the mean of the course, and is
    sharp. Lines at a constant frequency are not.

    Args:
        signal: (..., samples), evenly spaced in time.
        course: speed of the shaft in any unit, (points,) evenly spaced from the first to the last sample.

    Returns:
        (..., samples), evenly spaced in angle from the first to the last sample, by cubic interpolation.

    Source:
        Fyfe and Munck (1997), Analysis of computed order tracking, Mechanical Systems and Signal
        Processing 11.
    """
    count = signal.shape[-1]
    speed = np.interp(np.linspace(0.0, len(course) - 1.0, count), np.arange(len(course)), course)
    angle = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    place = np.interp(np.linspace(0.0, angle[-1], count), angle, np.arange(count))
    first = np.clip(place.astype(np.intp), 1, max(count - 3, 1))
    tracked = np.zeros_like(signal)
    for weight, offset in zip(_lagrange(place - first), (-1, 0, 1, 2), strict=True):
        tracked += weight.astype(np.float32) * signal.take(np.minimum(first + offset, count - 1), axis=-1)
    return tracked


def _lagrange(part: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return the weights of the samples at -1, 0, 1 and 2 for a place between 0 and 1."""
    before, after, last = part + 1, part - 1, part - 2
    return (
        -part * after * last / 6,
        before * after * last / 2,
        -before * part * last / 2,
        before * part * after / 6,
    )
