"""Sentences that question a baseline, for the person who accepts it."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.baseline.calibration import are_several, outlying
from engine.baseline.coverage import Course, coverage_doubt, slow_courses, still_doubt
from engine.baseline.sights import Sight, heard_channels
from engine.config.channels import Layout
from engine.models.base import Insight, Scaling
from engine.models.process import ROOT
from engine.scoring.trend import rising_trend
from engine.signals.statistics import log_errors
from replay.recording import RecordingFormat
from replay.rows.windows import stride_of

IMPULSIVE = 5.0
"""Kurtosis at which a baseline is doubted; 3 for Gaussian noise, healthy bearings stay below 4."""


def left_out_doubts(sights: Sequence[Sight], level: NDArray[np.float32], layout: Layout) -> tuple[str, ...]:
    """Return sentences about channels that the baseline lacks, and those that cost it snapshots.

    Args:
        sights: of all healthy snapshots.
        level: (channels,) usual level of each, 0 for one that is left out.
        layout: of the machine.
    """
    heard = heard_channels(sights)
    turning = heard[heard[:, layout.watched].any(axis=1)]
    told = []
    for column in np.flatnonzero(layout.watched).tolist():
        mute, name = int((~turning[:, column]).sum()), layout.owner(column)
        where = f"{name}, channel {column + 1}"
        if not level[column] > 0:
            told.append(f"{where}: it carried no usable signal, was left out and is not judged")
        elif mute:
            told.append(
                f"{where}: it carried no usable signal in {mute} of {len(turning)} healthy recordings,"
                " which were left out"
            )
    return tuple(told)


def health_doubts(
    usable: Sequence[Sight], known: NDArray[np.float32], layout: Layout, motors: Collection[int]
) -> tuple[str, ...]:
    """Return sentences about channels whose level rises within the baseline, or that are impulsive.

    Args:
        usable: the snapshots of the baseline.
        known: (channels,) usual level of each, 0 for an excluded one.
        layout: of the machine.
        motors: indices of the components that are motors.
    """
    seconds = np.array([sight.entry.time.timestamp() for sight in usable])
    level = log_errors(np.stack([sight.level for sight in usable]).astype(np.float64))
    kurtosis = np.median([sight.kurtosis for sight in usable], axis=0)
    doubts = []
    parts = zip(layout.components, layout.channels, strict=True)
    for component, (name, channels) in enumerate(parts):
        is_motor = component in motors
        for column in (number - 1 for number in channels if known[number - 1] > 0):
            noise = float(np.diff(level[:, column]).std()) / np.sqrt(2)
            trend = rising_trend(seconds, level[:, column], noise)
            if trend is not None:
                doubts.append(
                    f"{name}, channel {column + 1}: its level rises within the baseline,"
                    f" by {100 * (np.exp(trend.rise) - 1):.0f} %"
                )
            # The start of a motor is impulsive, and its current shows no bearing's impacts.
            if kurtosis[column] > IMPULSIVE and not is_motor:
                doubts.append(
                    f"{name}, channel {column + 1}: it is impulsive (kurtosis {kurtosis[column]:.1f}),"
                    " as a damaged bearing's signal is"
                )
    return tuple(doubts)


def odd_doubts(insights: Sequence[Insight], known: NDArray[np.float32], layout: Layout) -> tuple[str, ...]:
    """Return sentences about snapshots that stand out from the baseline; arguments as in `health_doubts`."""
    if layout.is_process:
        # Windows overlap: one odd row makes ten of them odd.
        return ()
    odd = outlying(np.stack([insight.features for insight in insights])).sum(axis=0)
    return tuple(
        f"{layout.owner(column)}, channel {column + 1}: {odd[column]} of {len(insights)} healthy"
        " recordings stand out from the others"
        for column in np.flatnonzero(layout.watched & (known > 0)).tolist()
        if are_several(int(odd[column]), len(insights))
    )


def row_doubts(
    usable: Sequence[Sight],
    insights: Sequence[Insight],
    scaling: Scaling,
    layout: Layout,
    form: RecordingFormat,
) -> tuple[str, ...]:
    """Return sentences about slow sensors of which the baseline knows too little.

    Those are symptoms that move in one slow course over it, and channels that never move.

    Args:
        usable: the windows of the baseline.
        insights: of each.
        scaling: of the network.
        layout: of the machine; without conditions it has no such rows.
        form: of the recordings, with the names of the columns.
    """
    if layout.conditions is None:
        return ()
    apart = -(-form.rows // stride_of(form))
    lasts = (usable[-1].entry.time - usable[0].entry.time).total_seconds()
    residual = np.stack([one.features[:, 0] for one in insights[::apart]]) / ROOT * scaling["scale"]
    known = (scaling["known"] > 0) & layout.watched
    courses = slow_courses(residual.astype(np.float64))

    def name(column: int) -> str:
        return form.names[column] if column < len(form.names) else f"channel {column + 1}"

    def told(course: Course) -> str:
        unit = layout.units[course.column].strip("?")
        return f"{name(course.column)} moves by {course.range:.3g} {unit}".rstrip()

    doubts: list[str] = []
    for part, channels in zip(layout.components, layout.channels, strict=True):
        columns = [number - 1 for number in channels]
        judged = [one for one in columns if known[one] and not layout.conditions[one]]
        own = [one for one in courses if one.column in judged]
        doubts += coverage_doubt(part, own, told, lasts)
        doubts += still_doubt(part, [name(one) for one in columns if not known[one]])
    return tuple(doubts)
