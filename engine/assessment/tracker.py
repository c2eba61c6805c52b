"""Follows one machine from snapshot to snapshot: smooth, score, apply the alarm rules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.alarms.advisories import Advice, ScoredSnapshot, advise, healthy_severities
from engine.alarms.condition import watch_stop
from engine.alarms.rules import (
    NO_EXCESS,
    Leader,
    Observation,
    Watch,
    is_echo,
    watch_severity,
    watch_surface,
)
from engine.alarms.sensors import sensor_fault, watch_sensor
from engine.alarms.slow_sensors import troubles_of, watch_slow
from engine.assessment.motors import Named, motor_findings, sensor_notes
from engine.assessment.neighbours import Housing, Neighbours, calm_channels, in_question
from engine.assessment.ring_evidence import Judged, RingFacts
from engine.assessment.state import State
from engine.clock import microseconds
from engine.config.settings import Settings
from engine.diagnosis.demodulation import NOTHING_HEARD, Heard, Listener, envelope_view
from engine.diagnosis.line_memory import LineMemory
from engine.diagnosis.motor_view import kept_figures
from engine.models.mixed import used_features
from engine.records.assessment import Moment, Quality, Score
from engine.records.events import EventKind, NewEvent
from engine.records.picture import Picture
from engine.scoring.attribution import (
    band_shares,
    component_shares,
    part_shares,
)
from engine.scoring.condition_change import usual_levels
from engine.scoring.errors import component_errors, component_windows, errors_of, running_channels
from engine.scoring.history import History, component_levels
from engine.scoring.method import METHODS
from engine.scoring.process import FOLLOWED
from engine.scoring.scorer import Examination, Scorer
from engine.scoring.severity import Smoothing, follow, smoothed
from engine.scoring.slow import SlowVerdict, plain
from engine.scoring.transfer import Transfer
from engine.signals.quality import component_quality, marks_of, repeated, stands_still
from engine.signals.statistics import log_errors

CALM = 0.75
"""Severity below which the usual residual follows slow drift; nearer to the limit it waits for what comes."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """The result of one snapshot."""

    scores: tuple[Score, ...]
    events: tuple[NewEvent, ...]
    picture: Picture


class Tracker:
    """Scores snapshots of one assessment; holds what does not change between them."""

    def __init__(self, scorer: Scorer, settings: Settings) -> None:
        """Follow the machine that the scorer examines."""
        self.bundle, self.layout, self.slow = scorer.bundle, scorer.layout, scorer.slow
        self.edges, self.diagnostician = scorer.model.edges, scorer.diagnostician
        self.marks = frozenset(self.bundle.baseline.marks)
        self.method = METHODS[scorer.bundle.scoring]
        self.used = used_features(scorer.model)
        self.followed = FOLLOWED if self.layout.is_process else self.method.followed
        unit, motors = scorer.model.feature_unit(scorer.bundle.scaling), self.diagnostician.motors
        self.housing = Housing(self.bundle, self.layout, unit, self.edges.tolist(), motors.columns)
        rate, bands = scorer.bundle.sample_rate, scorer.diagnostician.bands
        self.listener = Listener(rate, bands, self.edges)
        self.view = envelope_view(rate, scorer.bundle.rows, scorer.diagnostician.highest, bands)
        borders = np.arange(bands + 1) * np.float32(self.listener.width)
        self.carriers = np.stack([borders[:-1], borders[1:]], axis=1).astype(np.float32)
        watched = np.flatnonzero(self.layout.watched).tolist()
        self.owners = {column: self.layout.owner(column) for column in watched}
        self.limits, self.rules = settings.limits, settings.alarms
        self.weights = (self.limits.quick, self.limits.patient)
        self.evidence = RingFacts(scorer, settings.recording.names)
        usual, end = self.bundle.calibration, microseconds(self.bundle.baseline.end)
        self.healthy = healthy_severities(usual.calm, end, usual.latent)
        self.levels = usual_levels(usual.level, usual.reach, self.layout.watched, self.layout.channels)

    def step(self, state: State, seen: Examination, moment: Moment, mark: str = "") -> tuple[State, Verdict]:
        """Score one snapshot and apply the alarm rules to it.

        Args:
            state: after the snapshot before.
            seen: the snapshot by itself.
            moment: its name and time.
            mark: beginning of its signal's digest.

        Returns:
            The state after it, and its scores and events.

        Raises:
            ArithmeticError: an error or severity is not finite where the snapshot runs.
        """
        # A window of slow sensors may equal the one before.
        marks = () if self.layout.is_process else marks_of(seen.figures)
        repeats = repeated(state.marks, marks, seen.running)
        if repeats:
            seen = replace(seen, repeats=repeats)
        stopped = stands_still(seen.quality, self.layout.watched)
        smoothing = smoothed(state.smoothing, seen.residual, seen.running, self.limits)
        bands = band_shares(smoothing.quick, seen.running)
        error, limit, vibration = self._errors(seen, smoothing)
        habits = self.bundle.calibration.habits
        slow_watches, troubles = troubles_of(state.slow_watches, seen.slow, habits, self.layout)
        faults = [one.value if one else "" for one in troubles]
        averages, slow = self.slow.judge(state.slow, seen.slow, vibration, self.weights, faults)
        # Times can be those of another run: many recorders and public data sets begin at the same one.
        own = state.own or mark in self.marks or not self.marks
        baseline = self.bundle.baseline
        learned = own and baseline.start <= moment.at <= baseline.end
        charts = slow.joined
        scores = self._scores(seen, error, limit, charts, bands, moment, learned=learned)
        history = state.history
        if seen.running.any():
            places = seen.position(self.layout.watched)
            history = history.extended(microseconds(moment.at), *self._remembered(scores, seen), places)
        events = list(self._machine_events(state, stopped, moment))
        notes, noted = sensor_notes(state.notes, seen, self.diagnostician.motors, self.bundle.lines, moment)
        events += noted
        learning = own and baseline.first_seen <= moment.at <= baseline.end
        silent = min(state.silent + 1, self.rules.persistence) if seen.silent else 0
        stopped_alarm, halted = watch_stop(state.stopped_alarm, stopped, silent, learning, moment, self.rules)
        events += halted
        asked = in_question(state.components, scores) - slow.by_symptoms_alone(CALM)
        heard = self._heard(seen, bands, asked)
        found, lines = ({}, state.lines) if learning else self._found(seen, heard, asked, state.lines)
        now = replace(
            state,
            smoothing=smoothing,
            history=history,
            stopped=stopped,
            stopped_alarm=stopped_alarm,
            silent=silent,
            notes=notes,
            own=own,
            slow=averages,
            slow_watches=slow_watches,
            lines=lines,
            marks=marks,
        )
        if not learning:
            judged = Judged(seen, moment, scores, charts, bands, found, slow, troubles)
            now, rung = self._watched(now, judged)
            events += rung
        return now, Verdict(scores, tuple(events), self._picture(seen, bands, heard, slow))

    def _heard(self, seen: Examination, bands: NDArray[np.float32], asked: set[int]) -> Heard:
        """Return the envelopes of the components in question; `bands` as from `band_shares`."""
        if self.layout.is_process:
            return NOTHING_HEARD
        channels = {channel - 1 for index in asked for channel in self.layout.channels[index]}
        return self.listener.hear(seen.spectrum, bands, channels, seen.course)

    def _found(
        self, seen: Examination, heard: Heard, asked: set[int], memory: LineMemory
    ) -> tuple[dict[int, Named], LineMemory]:
        """Return the findings by the component in question, and the averages of fault lines after them."""
        usual = {index: lines for index, lines in self.bundle.lines.items() if index in asked}
        searches = self.diagnostician.at_speed(seen.spectrum, seen.speed) if usual else None
        surfaces, lines = self.diagnostician.findings(heard, usual, memory, searches)
        return {**surfaces, **motor_findings(seen, self.diagnostician.motors, usual)}, lines

    def _watched(self, now: State, judged: Judged) -> tuple[State, list[NewEvent]]:
        """Apply the rules of every alarm to a snapshot after the baseline."""
        seen, moment = judged.seen, judged.moment
        components, transfer, events = self._watch_components(now, judged)
        advice = Advice(now.trends, now.drifted, now.history, now.condition)
        smoothing, slow_watches = now.smoothing, now.slow_watches
        if seen.running.any():
            # Windows of slow sensors overlap, and tests of trends take snapshots for independent.
            if not self.layout.is_process:
                advice, rung = advise(
                    advice, self._scored_snapshot(now, components, judged), self.healthy, self.rules
                )
                events += rung
            free = seen.running & calm_channels(components, judged.scores, self.layout, CALM)
            smoothing = follow(smoothing, seen.residual, free, self.limits.adaptation, self.followed)
        sensors, rung = self._watch_sensors(now.sensors, seen, moment)
        history = self._mended(advice.history, rung)
        events += rung
        if not now.stopped:
            slow_watches, rung = watch_slow(slow_watches, judged.troubles, self.layout, moment, self.rules)
            events += rung
        after = replace(
            now,
            components=components,
            transfer=transfer,
            trends=advice.trends,
            drifted=advice.drifted,
            history=history,
            condition=advice.condition,
            smoothing=smoothing,
            sensors=sensors,
            slow_watches=slow_watches,
        )
        return after, events

    def _scored_snapshot(self, now: State, components: tuple[Watch, ...], judged: Judged) -> ScoredSnapshot:
        """Return a snapshot as the advisories see it; `components` are the watches after it."""
        level = now.history.level[-1]
        return ScoredSnapshot(
            judged.moment,
            judged.scores,
            tuple(bool(watch.alarm) for watch in components),
            self._wandered(now.smoothing),
            self.levels.step_to(level) if judged.seen.faint else None,
            self.levels.include(level),
        )

    def _picture(
        self, seen: Examination, bands: NDArray[np.float32], heard: Heard, slow: SlowVerdict
    ) -> Picture:
        """Return what the console draws of a snapshot; `bands` as from `band_shares`."""
        return Picture(
            self.edges,
            seen.insight.spectrum,
            seen.insight.reconstruction,
            bands,
            part_shares(seen.insight.window_errors, seen.running),
            self.view.of(heard.envelopes[: len(heard.leading)], seen.running[: len(heard.leading)]),
            self.view.step,
            self.carriers[heard.leading],
            {number: kept_figures(reading) for number, reading in seen.motors.items()},
            tuple(map(plain, slow.values)),
        )

    def _errors(
        self, seen: Examination, smoothing: Smoothing
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return error and limit (components,), and severity by each average (2, components)."""
        usual, channels = self.bundle.calibration, self.layout.channels
        if self.limits.mode == "plain":
            windows = np.where(seen.running, seen.insight.window_errors, np.float32(np.nan))
            by_window = component_windows(windows, running_channels(channels, seen.running))
            error = by_window.mean(axis=0).astype(np.float64)
            limit = usual.window_limit.astype(np.float64)
            # There is no patient average: the quick one alone decides.
            return error, limit, np.stack([error / limit, np.where(np.isnan(error), np.nan, 0.0)])
        residuals = np.array([seen.residual, smoothing.quick, smoothing.patient])
        error, *averages = errors_of(residuals, seen.running, channels, self.method.group, self.used)
        return error, usual.limit[0].astype(np.float64), averages / usual.limit

    def _scores(
        self,
        seen: Examination,
        error: NDArray[np.float64],
        limit: NDArray[np.float64],
        charts: NDArray[np.float64],
        bands: NDArray[np.float32],
        moment: Moment,
        *,
        learned: bool,
    ) -> tuple[Score, ...]:
        layout = self.layout
        errors, limits, severities = error.tolist(), limit.tolist(), charts.max(axis=0).tolist()
        shares = component_shares(bands, layout.channels).tolist()
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
                    baseline=learned,
                    error=errors[index] if scored else None,
                    limit=limits[index],
                    severity=severities[index] if scored else None,
                    share=shares[index] if scored else None,
                )
            )
        return tuple(scores)

    def _watch_components(
        self, state: State, judged: Judged
    ) -> tuple[tuple[Watch, ...], Transfer, list[NewEvent]]:
        """Apply the rules to each scored component, the strongest first: it may explain the others.

        What is not in question explains nothing and needs no explanation: its strength does not matter.
        """
        now = list(state.components)
        scores, moment = judged.scores, judged.moment
        events: list[NewEvent] = []
        beside = self.housing.neighbours(judged.seen, state.smoothing, state.transfer)
        asked = in_question(now, scores)
        severity = {index: one.severity for index, one in enumerate(scores) if one.severity is not None}
        order = sorted(asked & severity.keys(), key=lambda one: (-beside.strength[one], -severity[one], one))
        for index in [*order, *(index for index in severity if index not in asked)]:
            found = judged.found[index].payload() if index in judged.found else None
            leader, own_sign = None, ""
            # Power passes through a housing; temperature and pressure do not.
            if index in asked and not self.layout.is_process:
                leading = beside.leader(now, scores, index)
                if leading is not None:
                    leader = beside.as_leader(leading, now[leading], scores[leading])
                    own_sign = beside.own_sign(index, leading, leader, found)
            observation = self._observation(
                judged, index, beside if index in asked else None, leader, own_sign
            )
            now[index], rung = watch_severity(now[index], observation, self.rules)
            events += rung
            own = None if is_echo(found, observation.strength, leader) else found
            now[index], named = watch_surface(now[index], own, scores[index].component, moment, self.rules)
            events += named
        return tuple(now), beside.learned(beside.leader(now, scores, -1)), events

    def _observation(
        self, judged: Judged, index: int, beside: Neighbours | None, leader: Leader | None, own_sign: str
    ) -> Observation:
        """Return a component as its rules see it; `beside` is None where it is not in question."""
        score, charts, slow = judged.scores[index], judged.charts, judged.slow
        above_limit = (score.error or 0.0) >= (score.limit or np.inf)
        by_vibration = above_limit and slow.vibration[0, index] >= 1.0
        returns = self.method.returns and not self.layout.is_process
        return Observation(
            component=score.component,
            moment=judged.moment,
            severity=score.severity or 0.0,
            strength=0.0 if beside is None else beside.strength[index],
            exceeds=bool(by_vibration or slow.charts[0, index] >= 1.0),
            lasts=bool(charts[1, index] >= 1.0),
            evidence=partial(self.evidence.of, score, index, judged),
            leader=leader,
            own_sign=own_sign,
            excess=NO_EXCESS if beside is None or not returns else beside.excess(index),
        )

    def _watch_sensors(
        self, watches: tuple[Watch, ...], seen: Examination, moment: Moment
    ) -> tuple[tuple[Watch, ...], list[NewEvent]]:
        """Ask the rules of each watched channel, but for those that say nothing since the machine stopped."""
        now = list(watches)
        events: list[NewEvent] = []
        for column, owner in self.owners.items():
            quality = seen.quality[column]
            if quality is not Quality.STOPPED and column not in seen.unjudged:
                now[column], rung = watch_sensor(
                    now[column],
                    quality,
                    owner,
                    column + 1,
                    moment,
                    self.rules,
                    fault=sensor_fault(seen, column),
                    name=self.layout.names[column] if column < len(self.layout.names) else "",
                )
                events += rung
        return tuple(now), events

    def _mended(self, history: History, rung: Sequence[NewEvent]) -> History:
        """Return the history without the severities that sensors measured until now, whose alarms return."""
        mended = {event.component for event in rung if event.kind is EventKind.CLEARED}
        parts = [index for index, name in enumerate(self.layout.components) if name in mended]
        return history.without_severities(parts) if parts else history

    def _wandered(self, smoothing: Smoothing) -> NDArray[np.float64]:
        """Return how far the usual residual of each component has moved, root mean square."""
        watched, channels = self.layout.watched, self.layout.channels
        return component_errors(smoothing.followed, watched, channels, used=self.used)

    def _remembered(
        self, scores: tuple[Score, ...], seen: Examination
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the logarithms of severity and level of each component; NaN where it does not run."""
        severity = np.array([np.nan if score.severity is None else score.severity for score in scores])
        # The first figure of vibration is its level; a temperature has none.
        loud = seen.running & (not self.layout.is_process)
        usual = self.bundle.calibration.level
        levels = self.slow.usual_loudness(seen.figures[:, 0], seen.slow)
        return log_errors(severity), component_levels(levels, loud, self.layout.channels, usual)

    def _machine_events(self, state: State, stopped: bool, moment: Moment) -> tuple[NewEvent, ...]:
        if stopped == state.stopped:
            return ()
        kind = EventKind.STOPPED if stopped else EventKind.RESTARTED
        return (NewEvent(kind, moment.at, "machine", detail={"snapshot": moment.name}),)
