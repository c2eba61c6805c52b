"""Makes the series of an assessment of its rows: quickly of sound ones, one by one where some are damaged."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, BindParameter, Row, Select, select, type_coerce

from engine.records.assessment import Assessment, Quality
from engine.records.series import Series
from engine.store import schema
from engine.store.values.checksums import Damaged
from engine.store.values.damage import Note

_QUALITIES = {quality.value: quality.value for quality in Quality}

FIGURES = 4
"""Standard deviation, peak, crest factor and kurtosis of each channel."""


LARGEST = 1e20
"""Beyond any figure of a signal, in any unit."""


def heads_of(assessment: BindParameter[int] | int) -> Select[Any]:
    """Return the query of an assessment's snapshots, without their scores."""
    assessed, snapshot = schema.assessed.c, schema.snapshot.c
    return (
        # The stored number of a time: conversion to a datetime takes as long as reading it.
        select(
            assessed.position,
            type_coerce(snapshot.at, BigInteger).label("at"),
            snapshot.name,
            assessed.baseline,
            snapshot.figures,
            snapshot.velocity,
            snapshot.speed,
        )
        .join_from(schema.assessed, schema.snapshot)
        .where(assessed.assessment_id == assessment)
    )


def empty_series(assessment: Assessment) -> Series:
    """Return a series without snapshots."""
    components, channels = len(assessment.components), len(assessment.units)
    nothing = np.zeros((0, components))
    return Series(
        positions=np.zeros(0, np.int64),
        at=np.zeros(0, np.int64),
        names=(),
        baseline=np.zeros(0, np.bool_),
        error=nothing,
        limit=nothing,
        severity=nothing,
        share=nothing,
        quality=np.zeros((0, components), np.object_),
        figures=np.zeros((0, channels, FIGURES), np.float32),
        velocity=np.zeros((0, channels), np.float32),
        speed=np.zeros(0, np.float64),
    )


def sound_series(assessment: Assessment, heads: Sequence[Row[Any]], scores: Sequence[Row[Any]]) -> Series:
    """Make a series of whole rows.

    Args:
        assessment: whose.
        heads: position, time, name, baseline, figures, velocity and speed of each snapshot.
        scores: error, limit, severity, share, quality, position and component, in order of the last two.

    Raises:
        ValueError, TypeError, KeyError: a row is damaged, or missing.
    """
    positions, at, names, baseline, figures, velocity, speed = zip(*heads, strict=True)
    *numbers, quality, _, _ = zip(*scores, strict=True)
    shape, channels = (len(heads), len(assessment.components)), len(assessment.units)
    untold = np.full(channels, np.nan, "<f4").tobytes()
    error, limits, severity, share = (np.array(one, np.float64).reshape(shape) for one in numbers)
    all_figures = np.frombuffer(b"".join(figures), "<f4").reshape(len(heads), channels, FIGURES)
    if _cannot_be(all_figures, assessment):
        raise ValueError("figures that cannot be")
    if not all(one is None or _is_speed(one) for one in speed):
        raise ValueError("a speed that cannot be")
    return Series(
        positions=np.array(positions, np.int64),
        at=np.array(at, np.int64),
        names=names,
        baseline=np.array(baseline, np.bool_),
        error=error,
        limit=limits,
        severity=severity,
        share=share,
        # One object for each word, not one for each row: a long series would be mostly words.
        quality=np.array(list(map(_QUALITIES.__getitem__, quality)), np.object_).reshape(shape),
        figures=all_figures,
        velocity=np.frombuffer(b"".join(one or untold for one in velocity), "<f4").reshape(-1, channels),
        speed=np.array(speed, np.float64),
    )


def mended_series(
    assessment: Assessment, heads: Sequence[Row[Any]], scores: Sequence[Row[Any]], note: Note
) -> Series:
    """Make a series of rows of which some are damaged: NaN and "invalid" stand for what is lost.

    A snapshot whose place or time is lost is left out. Arguments as of `sound_series`, and `note` takes
    every damaged value.
    """
    kept = []
    for head in heads:
        if isinstance(head.position, int) and isinstance(head.at, int):
            kept.append(head)
        else:
            note("snapshot", f"snapshot {head.position}", "its time is not a number")
    if not kept:
        return empty_series(assessment)
    components, channels = len(assessment.components), len(assessment.units)
    place = {head.position: index for index, head in enumerate(kept)}
    numbers = np.full((4, len(kept), components), np.nan)
    quality = np.full((len(kept), components), Quality.INVALID.value, np.object_)
    for row in scores:
        index, component = place.get(row.position), row.component
        if index is None or component not in range(components):
            continue
        values = (row.error, row.limit, row.severity, row.share)
        if row.quality not in _QUALITIES or any(isinstance(one, str | bytes) for one in values):
            note("score", f"snapshot {row.position}, component {component}", "it is not a score")
            continue
        quality[index, component] = _QUALITIES[row.quality]
        numbers[:, index, component] = [np.nan if one is None else one for one in values]
    error, limit, severity, share = numbers
    return Series(
        positions=np.array([head.position for head in kept], np.int64),
        at=np.array([head.at for head in kept], np.int64),
        names=tuple(str(head.name) for head in kept),
        baseline=np.array([bool(head.baseline) for head in kept], np.bool_),
        error=error,
        limit=limit,
        severity=severity,
        share=share,
        quality=quality,
        figures=np.stack([_figures(head, (channels, FIGURES), assessment, note) for head in kept]),
        velocity=np.stack([_velocity(head, channels, note) for head in kept]),
        speed=np.array([_speed(head, note) for head in kept], np.float64),
    )


def _cannot_be(figures: NDArray[np.float32], assessment: Assessment) -> bool:
    """Whether a deviation, peak or crest factor is negative, or a figure beyond any sensor.

    Slow sensors have values in place of deviations, which may be negative.
    """
    signed = any(part.kind == "process" for part in assessment.settings.parts)
    return bool((not signed and (figures[..., :3] < 0.0).any()) or (np.abs(figures) > LARGEST).any())


def _is_speed(value: object) -> bool:
    return isinstance(value, int | float) and 0 < value < math.inf


def _speed(head: Row[Any], note: Note) -> float:
    """Return the shaft speed [Hz]; NaN where there is none, with a note where it is damaged."""
    if head.speed is None:
        return math.nan
    if _is_speed(head.speed):
        return float(head.speed)
    note("snapshot", _place(head, "speed"), "it is not a speed")
    return math.nan


def _place(head: Row[Any], column: str) -> str:
    return f"snapshot {head.position} ({head.name}), {column}"


def _velocity(head: Row[Any], channels: int, note: Note) -> NDArray[np.float32]:
    if head.velocity is None:
        return np.full(channels, np.nan, np.float32)
    return _floats(head.velocity, (channels,), _place(head, "velocity"), note)


def _figures(
    head: Row[Any], shape: tuple[int, int], assessment: Assessment, note: Note
) -> NDArray[np.float32]:
    found = _floats(head.figures, shape, _place(head, "figures"), note)
    if not _cannot_be(found, assessment):
        return found
    note("snapshot", _place(head, "figures"), "it holds numbers that cannot be")
    return np.full(shape, np.nan, np.float32)


def _floats(value: object, shape: tuple[int, ...], place: str, note: Note) -> NDArray[np.float32]:
    """Return the float32 numbers of a blob; NaN, and a note, where it is damaged."""
    size = 4 * int(np.prod(shape))
    words = value.words if isinstance(value, Damaged) else "it is not a blob"
    if isinstance(value, bytes):
        words = f"it has {len(value)} bytes in place of {size}"
        if len(value) == size:
            return np.frombuffer(value, "<f4").reshape(shape)
    note("snapshot", place, words)
    return np.full(shape, np.nan, np.float32)
