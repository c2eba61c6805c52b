"""Follows one machine from snapshot to snapshot: smooths, scores, and asks the rules what rings."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.alarms.advisories import Advice, advise, calm_of
from engine.alarms.rules import (
    Leader,
    Watch,
    is_echo,
    watch_sensor,
    watch_severity,
    watch_stop,
    watch_surface,
)
from engine.assessment.state import State
from engine.clock import microseconds
from engine.config.settings import Settings
from engine.diagnosis.demodulation import Listener, envelope_view
from engine.diagnosis.surface import Evidence
from engine.records.assessment import Moment, Quality, Score
from engine.records.events import EventKind, NewEvent
from engine.records.picture import Picture
from engine.scoring.attribution import (
    band_shares,
    component_shares,
    latent_share,
    part_shares,
    pattern_likeness,
)
from engine.scoring.errors import component_errors, component_windows, running_channels
from engine.scoring.scorer import Examination, Scorer
from engine.scoring.severity import Smoothing, follow, severities, smoothed
from engine.signals.quality import component_quality, stands_still
from engine.signals.statistics import log_errors

EVIDENCE_BANDS = 5
"""Bands of the largest share that are frozen with an alarm."""

CALM = 0.75
"""Severity below which the usual residual follows slow drift; nearer to the limit it waits for what comes."""

UNLIKE = 0.5
"""Likeness of two components' band patterns (cosine) below which one does not explain the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What one snapshot came to."""

    scores: tuple[Score, ...]
    events: tuple[NewEvent, ...]
    picture: Picture


class Tracker:
    """What stays the same from snapshot to snapshot of an assessment."""

    def __init__(self, scorer: Scorer, settings: Settings) -> None:
        """Follow the machine that the scorer examines."""
        self.bundle, self.layout = scorer.bundle, scorer.layout
        self.edges = scorer.model.edges
        self.diagnostician = scorer.diagnostician
        rate, bands = scorer.bundle.sample_rate, scorer.diagnostician.bands
        self.listener = Listener(rate, bands, self.edges)
        self.view = envelope_view(rate, scorer.bundle.rows, scorer.diagnostician.highest, bands)
        self.limits = settings.limits
        self.rules = settings.alarms
        self.calm = calm_of(self.bundle.calibration.calm)

    def step(self, state: State, seen: Examination, moment: Moment) -> tuple[State, Verdict]:
        """Take in one snapshot.

        Raises:
            ArithmeticError: an error or severity is not finite where the snapshot runs.
        """
        layout, running = self.layout, seen.running
        stopped = stands_still(seen.quality, layout.watched)
        smoothing = smoothed(state.smoothing, seen.residual, running, self.limits)
        bands = band_shares(smoothing.quick, running)
        error, limit, charts = self._judged(seen, smoothing)
        scores = self._scores(seen, error, limit, charts, bands, moment)
        history = state.history
        if running.any():
            history = history.extended(microseconds(moment.at), *self._remembered(scores, seen))
        silent = min(state.silent + 1, self.rules.persistence) if seen.silent else 0
        now = replace(state, smoothing=smoothing, history=history, stopped=stopped, silent=silent)
        events = list(self._machine_events(state, stopped, moment))
        baseline = self.bundle.baseline
        learning = baseline.first_seen <= moment.at <= baseline.end
        stopped_alarm, halted = watch_stop(state.stopped_alarm, stopped, silent, learning, moment, self.rules)
        now = replace(now, stopped_alarm=stopped_alarm)
        events += halted
        asked = _in_question(state.components, scores)
        channels = {channel - 1 for index in asked for channel in layout.channels[index]}
        heard = self.listener.hear(seen.spectrum, bands, channels)
        if not learning:
            usual = {index: lines for index, lines in self.bundle.lines.items() if index in asked}
            found = self.diagnostician.findings(heard, usual)
            components, rung = self._watch_components(
                state.components, scores, charts, seen, bands, found, moment
            )
            now = replace(now, components=components)
            events += rung
            if running.any():
                advice, told = advise(
                    Advice(state.trends, state.drifted, history),
                    scores,
                    tuple(bool(watch.alarm) for watch in components),
                    self.calm,
                    self._wandered(smoothing),
                    microseconds(baseline.end),
                    moment,
                    self.rules,
                )
                now = replace(now, trends=advice.trends, drifted=advice.drifted, history=advice.history)
                events += told
                free = running & self._calm(components, charts)
                now = replace(now, smoothing=follow(smoothing, seen.residual, free, self.limits.adaptation))
            sensors, rung = self._watch_sensors(state.sensors, seen, moment)
            now = replace(now, sensors=sensors)
            events += rung
        carriers = np.stack([heard.leading, heard.leading + 1], axis=1) * np.float32(self.listener.width)
        picture = Picture(
            self.edges,
            seen.insight.spectrum,
            seen.insight.reconstruction,
            bands,
            part_shares(seen.insight.window_errors, running),
            self.view.of(heard.envelopes[: len(running)], running),
            self.view.step,
            carriers.astype(np.float32),
        )
        return now, Verdict(scores, tuple(events), picture)

    def _judged(
        self, seen: Examination, smoothing: Smoothing
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Error and limit of each component, (components,), and severity by each average, (2, components)."""
        usual, channels = self.bundle.calibration, self.layout.channels
        if self.limits.mode == "plain":
            windows = np.where(seen.running, seen.insight.window_errors, np.float32(np.nan))
            error = (
                component_windows(windows, running_channels(channels, seen.running))
                .mean(axis=0)
                .astype(np.float64)
            )
            limit = usual.window_limit.astype(np.float64)
            # There is no patient average: the quick one alone decides.
            return error, limit, np.stack([error / limit, np.where(np.isnan(error), np.nan, 0.0)])
        error = component_errors(seen.residual, seen.running, channels)
        charts = severities(smoothing, seen.running, channels, usual.limit)
        return error, usual.limit[0].astype(np.float64), charts

    def _scores(
        self,
        seen: Examination,
        error: NDArray[np.float64],
        limit: NDArray[np.float64],
        charts: NDArray[np.float64],
        bands: NDArray[np.float32],
        moment: Moment,
    ) -> tuple[Score, ...]:
        layout = self.layout
        errors, limits, severities = error.tolist(), limit.tolist(), charts.max(axis=0).tolist()
        shares = component_shares(bands, layout.channels).tolist()
        in_baseline = self.bundle.baseline.start <= moment.at <= self.bundle.baseline.end
        scores = []
        for index, name in enumerate(layout.components):
            quality = component_quality(seen.quality, layout.channels[index])
            scored = quality is Quality.RUNNING
            if scored and not (math.isfinite(errors[index]) and math.isfinite(severities[index])):
                raise ArithmeticError(f"{moment.name}: the error of {name} is not a finite number")
            scores.append(
                Score(
                    component=name,
                    quality=quality,
                    baseline=in_baseline,
                    error=errors[index] if scored else None,
                    limit=limits[index],
                    severity=severities[index] if scored else None,
                    share=shares[index] if scored else None,
                )
            )
        return tuple(scores)

    def _watch_components(
        self,
        watches: tuple[Watch, ...],
        scores: tuple[Score, ...],
        charts: NDArray[np.float64],
        seen: Examination,
        bands: NDArray[np.float32],
        findings: Mapping[int, Evidence],
        moment: Moment,
    ) -> tuple[tuple[Watch, ...], list[NewEvent]]:
        """Ask the rules of each scored component, the worst first: the others' alarms may be its doing."""
        now = list(watches)
        events: list[NewEvent] = []
        likeness: NDArray[np.float64] | None = None
        scored = [(score.severity, index) for index, score in enumerate(scores) if score.severity is not None]
        for severity, index in sorted(scored, key=lambda one: (-one[0], one[1])):
            name, channels = scores[index].component, self.layout.channels[index]
            above_limit = (scores[index].error or 0.0) >= (scores[index].limit or np.inf)
            exceeds, lasts = bool(above_limit and charts[0, index] >= 1.0), bool(charts[1, index] >= 1.0)
            leading = _leader(now, scores, index)
            found = findings[index].plain() if index in findings else None
            evidence = partial(self._evidence, scores[index], channels, seen, bands)
            leader, own_sign = None, ""
            if leading is not None:
                leader = Leader(
                    scores[leading].component, scores[leading].severity or 0.0, now[leading].surface
                )
                if likeness is None:
                    likeness = pattern_likeness(bands, self.layout.channels)
                own_sign = _own_sign(now[leading], found, float(likeness[leading, index]))
            now[index], rung = watch_severity(
                now[index], severity, exceeds, lasts, name, moment, self.rules, evidence, leader, own_sign
            )
            events += rung
            own = None if is_echo(found, severity, leader) else found
            now[index], told = watch_surface(now[index], own, name, moment, self.rules)
            events += told
        return tuple(now), events

    def _evidence(
        self, score: Score, channels: tuple[int, ...], seen: Examination, bands: NDArray[np.float32]
    ) -> dict[str, object]:
        """What is frozen with a ring."""
        evidence: dict[str, object] = {
            "error": score.error,
            "limit": score.limit,
            "share": score.share,
            "bands": self._leading_bands(bands, channels),
        }
        insight = seen.insight
        if insight.latent > 0:
            evidence["latent"] = latent_share(insight.window_errors, seen.running, insight.latent)
        return evidence

    def _watch_sensors(
        self, watches: tuple[Watch, ...], seen: Examination, moment: Moment
    ) -> tuple[tuple[Watch, ...], list[NewEvent]]:
        """Ask the rules of each watched channel, but for those that say nothing since the machine stopped."""
        now = list(watches)
        events: list[NewEvent] = []
        for column, quality in enumerate(seen.quality):
            if self.layout.watched[column] and quality is not Quality.STOPPED:
                now[column], rung = watch_sensor(
                    now[column], quality, self.layout.owner(column), column + 1, moment, self.rules
                )
                events += rung
        return tuple(now), events

    def _calm(self, watches: tuple[Watch, ...], charts: NDArray[np.float64]) -> NDArray[np.bool_]:
        """The channels, (channels,), of components that are not in question."""
        calm = np.ones(len(self.layout.watched), np.bool_)
        for watch, severity, channels in zip(watches, charts.max(axis=0), self.layout.channels, strict=True):
            if watch.alarm or severity >= CALM:
                calm[[number - 1 for number in channels]] = False
        return calm

    def _wandered(self, smoothing: Smoothing) -> NDArray[np.float64]:
        """How far the usual residual of each component has been followed, root mean square."""
        return component_errors(smoothing.followed, self.layout.watched, self.layout.channels)

    def _remembered(
        self, scores: tuple[Score, ...], seen: Examination
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Logarithms of severity and level of each component; NaN where it does not run."""
        severity = np.array([np.nan if score.severity is None else score.severity for score in scores])
        levels = np.where(seen.running, np.log(np.where(seen.running, seen.figures[:, 0], 1.0)), np.nan)
        loud: list[float] = levels.tolist()
        level = []
        for own in self.layout.channels:
            heard = [number for number in own if not math.isnan(loud[number - 1])]
            mean = sum(loud[number - 1] for number in heard) / len(heard) if heard else np.nan
            if len(heard) < len(own):
                # A channel that fell silent is no step of the machine, however loud it used to be.
                mean += self._usual_level(own) - self._usual_level(heard)
            level.append(mean)
        return log_errors(severity), np.array(level)

    def _usual_level(self, channels: Sequence[int]) -> float:
        """Mean natural logarithm of what is usual of some channels, as far as it is known."""
        usual = [float(self.bundle.calibration.level[number - 1]) for number in channels]
        known = [math.log(one) for one in usual if one > 0]
        return sum(known) / len(known) if known else math.nan

    def _machine_events(self, state: State, stopped: bool, moment: Moment) -> tuple[NewEvent, ...]:
        if stopped == state.stopped:
            return ()
        kind = EventKind.STOPPED if stopped else EventKind.RESTARTED
        return (NewEvent(kind, moment.at, "machine", detail={"snapshot": moment.name}),)

    def _leading_bands(self, bands: NDArray[np.float32], channels: tuple[int, ...]) -> list[list[float]]:
        """The bands of a component that hold most of its error, as [from Hz, to Hz, share of the whole]."""
        own = bands[[number - 1 for number in channels]].sum(axis=0)
        order = np.argsort(own)[::-1][:EVIDENCE_BANDS]
        return [
            [float(self.edges[band]), float(self.edges[band + 1]), float(own[band])]
            for band in order
            if own[band] > 0
        ]


def _own_sign(leader: Watch, found: Mapping[str, object] | None, likeness: float) -> str:
    """What tells a component's trouble from the leader's, or ""."""
    if found and leader.surface and found["surface"] != leader.surface:
        return f"a fault line of its own ({found['surface']})"
    return "another band pattern" if likeness < UNLIKE else ""


def _in_question(watches: tuple[Watch, ...], scores: tuple[Score, ...]) -> set[int]:
    """Components whose surface is asked for: an alarm of them stands, or they are above their limit."""
    return {
        index
        for index, (watch, score) in enumerate(zip(watches, scores, strict=True))
        if watch.alarm or (score.severity or 0.0) >= 1.0
    }


def _leader(watches: list[Watch], scores: tuple[Score, ...], besides: int) -> int | None:
    """The worst other component that is above its limit with an alarm of its own."""
    own = [
        (score.severity, index)
        for index, (watch, score) in enumerate(zip(watches, scores, strict=True))
        if index != besides
        and watch.alarm
        and not watch.carried_from
        and score.severity is not None
        and score.severity >= 1.0
    ]
    return max(own)[1] if own else None
