"""What is said below the limit: errors that rise, errors that drift, a machine that changed as a whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.alarms.rules import Watch, watch_trend
from engine.config.sections import AlarmSettings
from engine.records.assessment import Moment, Score
from engine.records.events import EventKind, NewEvent
from engine.scoring.condition_change import common_step, drifted
from engine.scoring.history import History
from engine.scoring.trend import FEWEST, rising_trend, time_to_limit
from engine.signals.statistics import median

FAR = 1.0
"""Healthy standard deviations, over all features, past which the baseline no longer describes a component."""

WORTH_TELLING = 0.5
"""Severity below which a rise is not told: it has as far to go as a healthy component wanders."""

HORIZON = 2.0
"""Times the window of a trend that it may be drawn on into the future."""


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """What is known below the limit: a watch and whether its errors drifted for each component."""

    trends: tuple[Watch, ...]
    drifted: tuple[bool, ...]
    history: History


@dataclass(frozen=True, slots=True, eq=False)
class Calm:
    """Logarithms of the severities that the limits were set on: what health looks like.

    `logs` (snapshots, components) float32; `middle` and `wander` (components,), their median and standard
    deviation.
    """

    logs: NDArray[np.float32]
    middle: NDArray[np.float64]
    wander: NDArray[np.float32]


def calm_of(logs: NDArray[np.float32]) -> Calm:
    """Describe the (snapshots, components) logarithms of healthy severities."""
    return Calm(logs, median(logs, 0), logs.std(axis=0, ddof=1))


def advise(
    before: Advice,
    scores: tuple[Score, ...],
    overtaken: tuple[bool, ...],
    calm: Calm,
    followed: NDArray[np.float64],
    learned: int,
    moment: Moment,
    rules: AlarmSettings,
) -> tuple[Advice, list[NewEvent]]:
    """Take in one running snapshot, already part of the history.

    Args:
        before: what was known, with the history up to this snapshot.
        scores: of this snapshot.
        overtaken: for each component whether an alarm by the limit stands.
        calm: what health looks like.
        followed: (components,), how far the usual residual has wandered since the baseline.
        learned: end of the baseline, in microseconds since 1970 UTC; errors up to it are lower than health's.
        moment: the snapshot.
        rules: persistence and patience.
    """
    events: list[NewEvent] = []
    trends = []
    unlearned = before.history.after(learned)
    for index, score in enumerate(scores):
        watch = before.trends[index]
        if score.severity is not None:
            told = None
            if not overtaken[index]:
                told = _told(unlearned, index, float(calm.wander[index]), score.severity)
            watch, rung = watch_trend(watch, told, score.component, moment, rules, overtaken[index])
            events += rung
        trends.append(watch)
    by_severity = drifted(before.history, calm.logs, calm.middle, before.drifted)
    now_drifted = tuple(
        one or bool(far > FAR) for one, far in zip(by_severity, followed.tolist(), strict=True)
    )
    for index, score in enumerate(scores):
        # While an alarm stands, nobody must be invited to learn its fault as health.
        if now_drifted[index] and not before.drifted[index] and not overtaken[index]:
            advice = "errors lie above the baseline's; learn again if the machine is healthy"
            detail: dict[str, object] = {"snapshot": moment.name, "advice": advice}
            events.append(NewEvent(EventKind.DRIFTED, moment.at, "component", score.component, detail=detail))
    history = before.history
    ratio = common_step(history)
    if ratio is not None:
        detail = {"snapshot": moment.name, "level_ratio": ratio}
        events.append(NewEvent(EventKind.CONDITION, moment.at, "machine", detail=detail))
        history = history.without_levels()
    return Advice(tuple(trends), now_drifted, history), events


def _told(history: History, component: int, wander: float, severity: float) -> dict[str, object] | None:
    """What is told of a component's rising error, where its limit is within sight."""
    if severity < WORTH_TELLING or len(history) < FEWEST:
        return None
    logs = history.severity[:, component].astype(np.float64)
    known = np.isfinite(logs)
    seconds = (history.at[known] - history.at[0]) / 1e6
    trend = rising_trend(seconds, logs[known], wander)
    if trend is None:
        return None
    until = time_to_limit(trend, severity)
    if until is None or until.expected > HORIZON * (seconds[-1] - seconds[0]):
        return None
    return {
        "severity": severity,
        "times": float(np.exp(trend.rise)),
        "seconds_to_limit": until.expected,
        "earliest": until.earliest,
        "latest": until.latest if np.isfinite(until.latest) else None,
    }
