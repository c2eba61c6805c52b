"""Advisories below the limit: errors that rise, errors that drifted, a machine that changed as a whole."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.alarms.condition import ConditionWatch, watch_condition
from engine.alarms.rules import Rise, Watch, watch_trend
from engine.config.sections.core import AlarmSettings
from engine.records.assessment import Moment, Score
from engine.records.events import EventKind, NewEvent
from engine.records.payloads import TrendForecast
from engine.scoring.condition_change import (
    APART,
    CommonStep,
    LatentShift,
    common_step,
    drifted,
    latent_shift,
)
from engine.scoring.history import History
from engine.scoring.trend import FEWEST, rising_trend, time_to_limit
from engine.signals.statistics import median

FAR = 1.0
"""Healthy standard deviations, over all features, past which the baseline no longer describes a component."""

LOWEST_SEVERITY = 0.5
"""Severity below which a rise raises no advisory: a healthy component wanders as far."""

HORIZON = 2.0
"""The furthest forecast, in times the window of the trend."""


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """The state of all advisories.

    Attributes:
        trends: counters of each component's trend.
        drifted: whether each component's errors drifted from the baseline's.
        history: the last running snapshots, the newest included.
        condition: of the machine as a whole.
    """

    trends: tuple[Watch, ...]
    drifted: tuple[bool, ...]
    history: History
    condition: ConditionWatch = field(default_factory=ConditionWatch)


@dataclass(frozen=True, slots=True, eq=False)
class Healthy:
    """The severities of healthy snapshots, on which the limits were set.

    Attributes:
        logs: natural logarithms, (snapshots, components) float32.
        middle: their medians, (components,).
        wander: their standard deviations, (components,).
        learned: end of the baseline, in microseconds since 1970 UTC; errors up to it are lower than health's.
        latent: latent positions, (snapshots, dimensions) float32; empty without a variational network.
    """

    logs: NDArray[np.float32]
    middle: NDArray[np.float64]
    wander: NDArray[np.float32]
    learned: int
    latent: NDArray[np.float32]


def healthy_severities(
    logs: NDArray[np.float32], learned: int, latent: NDArray[np.float32] | None = None
) -> Healthy:
    """Return the statistics of (snapshots, components) logarithms of healthy severities."""
    places = np.zeros((0, 0), np.float32) if latent is None else latent
    return Healthy(logs, median(logs, 0), logs.std(axis=0, ddof=1), learned, places)


@dataclass(frozen=True, slots=True, eq=False)
class ScoredSnapshot:
    """One running snapshot, as the advisories see it.

    Attributes:
        moment: its name and time.
        scores: one a component.
        overtaken: for each component whether an alarm by the limit stands.
        followed: (components,), how far the usual residual has followed slow drift since the baseline.
        faint: from the baseline to this snapshot, where every channel is far below it; else None.
        usual: whether the levels are among those that the baseline went through: then no step is news.
    """

    moment: Moment
    scores: tuple[Score, ...]
    overtaken: tuple[bool, ...]
    followed: NDArray[np.float64]
    faint: CommonStep | None = None
    usual: bool = False


def advise(
    before: Advice, seen: ScoredSnapshot, healthy: Healthy, rules: AlarmSettings
) -> tuple[Advice, list[NewEvent]]:
    """Apply the rules of all advisories to one running snapshot.

    Args:
        before: the state so far, with the history up to this snapshot.
        seen: the snapshot.
        healthy: what health looks like.
        rules: persistence and patience.

    Returns:
        The state after it, and the events it decided.
    """
    trends, events = _watch_trends(before, seen, healthy, rules)
    now_drifted, drifts = _watch_drift(before, seen, healthy)
    events += drifts
    history = before.history
    step = None if seen.usual else common_step(history)
    condition, rung = watch_condition(
        before.condition,
        step,
        history.level[-1].tolist(),
        [score.component for score in seen.scores],
        seen.moment,
        rules,
        seen.faint,
    )
    moved, told = _watch_latent(before, seen, healthy)
    condition = replace(condition, moved=moved)
    events += told
    if step is not None:
        detail = {"snapshot": seen.moment.name, "level_ratio": step.ratio}
        events.append(NewEvent(EventKind.CONDITION, seen.moment.at, "machine", detail=detail))
        history = history.without_levels()
    return Advice(trends, now_drifted, history, condition), [*events, *rung]


def _watch_trends(
    before: Advice, seen: ScoredSnapshot, healthy: Healthy, rules: AlarmSettings
) -> tuple[tuple[Watch, ...], list[NewEvent]]:
    events: list[NewEvent] = []
    trends = []
    unlearned = before.history.after(healthy.learned)
    for index, score in enumerate(seen.scores):
        watch, overtaken = before.trends[index], seen.overtaken[index]
        if score.severity is not None:
            rise = None
            if not overtaken:
                rise = _rise(unlearned, index, float(healthy.wander[index]), score.severity)
            watch, rung = watch_trend(watch, rise, score.component, seen.moment, rules, overtaken)
            events += rung
        trends.append(watch)
    return tuple(trends), events


def _watch_drift(
    before: Advice, seen: ScoredSnapshot, healthy: Healthy
) -> tuple[tuple[bool, ...], list[NewEvent]]:
    by_severity = drifted(before.history, healthy.logs, healthy.middle, before.drifted)
    now_drifted = tuple(
        one or bool(far > FAR) for one, far in zip(by_severity, seen.followed.tolist(), strict=True)
    )
    events = []
    for index, score in enumerate(seen.scores):
        # While an alarm stands, the advice must not be to learn its fault as health.
        if now_drifted[index] and not before.drifted[index] and not seen.overtaken[index]:
            advice = "errors are above those of the baseline; learn again if the machine is healthy"
            detail = {"snapshot": seen.moment.name, "advice": advice}
            events.append(
                NewEvent(EventKind.DRIFTED, seen.moment.at, "component", score.component, detail=detail)
            )
    return now_drifted, events


def _watch_latent(before: Advice, seen: ScoredSnapshot, healthy: Healthy) -> tuple[bool, list[NewEvent]]:
    """Report once that the latent positions lie apart from the baseline's, until half of that is undone."""
    moved = before.condition.moved
    if not healthy.latent.size:
        return moved, []
    shift = latent_shift(before.history.after(healthy.learned).latent, healthy.latent)
    if shift is None:
        return moved, []
    if moved:
        return shift.share > APART / 2, []
    # While an alarm stands, the advice must not be to learn its fault as health.
    if not shift.clear or any(seen.overtaken):
        return False, []
    return True, [NewEvent(EventKind.DRIFTED, seen.moment.at, "machine", detail=_told(seen.moment, shift))]


def _told(moment: Moment, shift: LatentShift) -> dict[str, object]:
    return {
        "snapshot": moment.name,
        "advice": "latent positions differ from those of the baseline; learn again if the machine is healthy",
        "latent_distance": shift.distance,
        "latent_bound": shift.bound,
        "latent_share": shift.share,
    }


def _rise(history: History, component: int, wander: float, severity: float) -> Rise | None:
    """Return the rise of a component's error whose limit is within sight, None for none."""
    if severity < LOWEST_SEVERITY or len(history) < FEWEST:
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
    forecast = TrendForecast(
        times=float(np.exp(trend.rise)),
        seconds_to_limit=until.expected,
        earliest=until.earliest,
        latest=until.latest if np.isfinite(until.latest) else None,
    )
    return Rise(severity, forecast)
