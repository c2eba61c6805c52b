"""The situation of an alarm at the playhead, from the frame on the screen."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.clock import microseconds, moment
from engine.explanation.growth import growth_of
from engine.explanation.situation import Situation
from tui.data.frame import Frame


def situation_of(frame: Frame, alarm: Alarm) -> Situation:
    """Return the facts around an alarm as of the playhead."""
    names, settings = frame.view.assessment.components, frame.view.assessment.settings
    at = moment(frame.playhead.at or 0)
    events = frame.events
    if alarm.component not in names:
        return Situation(alarm, at, peak=frame.peak(alarm), advice=settings.advice, events=events)
    number = names.index(alarm.component)
    condition = frame.conditions[number]
    known = math.isfinite(condition.severity)
    series, severity = frame.view.series.at[: frame.index + 1], frame.severities(number)
    unbroken = slice(last_restart(series, frame.holds[: frame.index + 1], int(series[-1])), None)
    began = began_at(frame, number, microseconds(alarm.raised.at))
    return Situation(
        alarm=alarm,
        at=at,
        severity=condition.severity if known else None,
        trend=condition.trend,
        growth=growth_of(series[unbroken], severity[unbroken]) if known else None,
        began=None if began is None else moment(began),
        peak=frame.peak(alarm),
        severe=settings.severe,
        advice=settings.advice,
        events=events,
    )


def began_at(frame: Frame, component: int, raised: int) -> int | None:
    """Return since when severity was above the limit when an alarm was raised, None where that is not known.

    The time before a pause of the recorder does not count: nobody knows what the machine did in it.

    Args:
        frame: the record as of the playhead.
        component: counted from 0.
        raised: the instant of the alarm.
    """
    series = frame.view.series.at[: frame.index + 1]
    if not len(series):
        return None
    start = last_restart(series, frame.holds[: frame.index + 1], raised)
    restarted = int(series[start])
    crossed = [
        one.at
        for one in frame.view.crossings
        if one.component == component and one.up and restarted <= one.at <= raised
    ]
    if crossed:
        return crossed[-1]
    judged = frame.severities(component)[start : int(np.searchsorted(series, raised, "right"))]
    judged = judged[np.isfinite(judged)]
    # Above it from the first recording after the pause.
    return restarted if start and len(judged) and bool((judged >= 1.0).all()) else None


def last_restart(at: NDArray[np.int64], holds: NDArray[np.int64], until: int) -> int:
    """Return the index of the first snapshot after the last pause up to an instant, 0 without a pause.

    Args:
        at: (n,) instants of the snapshots.
        holds: (n,) instants after which there is silence.
        until: the instant.
    """
    restarts = np.flatnonzero((at[1:] > holds[:-1]) & (at[1:] <= until)) + 1
    return int(restarts[-1]) if len(restarts) else 0
