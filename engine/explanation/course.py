"""The course of an alarm in sentences: what it is, since when, how bad, and how fast it grows."""

import math

import numpy as np

from engine.alarms.alarm import Alarm
from engine.clock import seconds_span, shifted
from engine.explanation.facts import (
    channel_fact,
    count_fact,
    priority_fact,
    severity_fact,
    span_fact,
    text_fact,
    time_fact,
)
from engine.explanation.record import Record
from engine.explanation.sentence import NOTHING, Fact, Sentence, Write, capital, joined, say
from engine.explanation.situation import Situation
from engine.explanation.wording import limit_due
from engine.records.assessment import Quality
from engine.records.events import Cause, Priority
from engine.records.payloads import Ring, TrendForecast
from engine.scoring.ahead import HELD
from engine.scoring.growth import FEWEST
from replay.recording import clean_text

STANDING = {
    Cause.LIMIT.value: "{} is above its limit ({} alarm).",
    Cause.TREND.value: "{} rises towards its limit ({} alarm).",
}
OVER = {
    Cause.LIMIT.value: "{} was above its limit ({} alarm); the alarm has returned.",
    Cause.TREND.value: "{} rose towards its limit ({} alarm); the alarm has returned.",
}
"""The first sentence by cause; other causes are named with their message."""

UNKNOWN = {
    Quality.STOPPED: "the machine is stopped",
    Quality.DEAD: "the sensor gives no signal",
    Quality.CLIPPED: "the sensor is at the end of its range",
    Quality.INVALID: "the last snapshot holds impossible numbers",
    Quality.RUNNING: "the last snapshot has no severity",
}
"""Why a severity is not known."""


def what(alarm: Alarm) -> Sentence:
    """Return the alarm and its priority, and the surface or the neighbour that it points to."""
    priority, rests = priority_fact(alarm.priority), _rests(alarm)
    name = text_fact(alarm.component, "component")
    if not alarm.component:
        # An alarm of a channel, the machine or the engine.
        name = Fact("source", alarm.source, f"The {clean_text(alarm.source)}")
    templates = STANDING if alarm.cleared is None else OVER
    if alarm.cause in templates:
        first = say(templates[alarm.cause], name, priority, events=rests)
        if alarm.surface:
            points = say("It points to the {}.", text_fact(alarm.surface, "surface"), events=[alarm.ring.seq])
            return joined(first, points, by=" ")
        return first
    state = "has an alarm" if alarm.cleared is None else "had an alarm that has returned"
    cause = text_fact(alarm.cause, "cause")
    ring = Ring.from_detail(alarm.raised.detail)
    if ring.channel is None:
        return say(f"{{}} {state}: {{}} ({{}}).", name, cause, priority, events=rests)
    return say(
        f"{{}} {state}: {{}} on {{}} ({{}}).",
        name,
        cause,
        channel_fact(ring.channel, ring),
        priority,
        events=rests,
    )


def message(alarm: Alarm) -> Sentence:
    """Return the message of the engine about the alarm, without one nothing."""
    text = Ring.from_detail(alarm.ring.detail).message
    if not text:
        return NOTHING
    return say("The engine reports: {}.", text_fact(text.rstrip("."), "message"), events=[alarm.ring.seq])


def times_raised(alarm: Alarm) -> Sentence:
    """Return how often the alarm was raised, where that was more than once."""
    if alarm.count < 2:
        return NOTHING
    count = count_fact(alarm.count, "count")
    return say("It was raised {} times, and counts as one alarm.", count, events=_rests(alarm))


def how_bad_now(record: Record, situation: Situation, told: Write) -> Sentence:
    """Return the severity at the instant against its limit and its peak, or why it is not known."""
    component = record.component(situation.alarm)
    if component is None:
        return NOTHING
    peak = _peak(situation, told)
    if situation.severity is not None and math.isfinite(situation.severity):
        now = time_fact(record.at, told, "at")
        text = (
            "Severity is {} times its limit on {}"
            if situation.severity >= 1
            else "Severity is {} of its limit on {}"
        )
        return (
            joined(say(text, severity_fact(situation.severity), now), peak, by="; ")
            if peak
            else say(f"{text}.", severity_fact(situation.severity), now)
        )
    reason = Sentence(f"Severity is not known now: {_why_unknown(record, component)}")
    return joined(reason, peak, by="; ") if peak else capital(reason, ".")


def how_fast(record: Record, situation: Situation) -> Sentence:
    """Return how fast severity grows, or that it is steady, or why its growth is not known."""
    component = record.component(situation.alarm)
    if component is None or situation.severity is None:
        return NOTHING
    growth = situation.growth
    if growth is not None:
        template = (
            "Severity doubles every {} over the last {}."
            if growth.rises
            else "Severity halves every {} over the last {}."
        )
        return say(
            template,
            span_fact(growth.doubling, "doubling_seconds"),
            span_fact(growth.seconds, "measured_seconds"),
        )
    known = int(np.isfinite(record.severities(component)).sum())
    if known < FEWEST:
        few = count_fact(known, "snapshots"), count_fact(FEWEST, "fewest")
        return say("Its growth is not known: {} snapshots have a severity; {} are needed.", *few)
    return Sentence("Severity neither rises nor falls steadily.")


def outlook(situation: Situation, told: Write) -> Sentence:
    """Return when high priority or the limit is reached at the present growth."""
    alarm = situation.alarm
    due = limit_due(alarm)
    if due is not None and alarm.cleared is None:
        return _forecast(alarm, situation, told)
    growth, severe, severity = situation.growth, situation.severe, situation.severity
    if alarm.cleared is not None or growth is None or severe is None or severity is None:
        return NOTHING
    seconds = growth.seconds_until(severity, severe)
    if seconds is None or alarm.priority is Priority.HIGH or alarm.carried_from or alarm.beside:
        return NOTHING
    at = time_fact(shifted(situation.at, seconds_span(seconds)), told, "severe_at")
    return say(
        "If this continues, it reaches {} priority (severity {}) on {}.",
        priority_fact(Priority.HIGH),
        severity_fact(severe, "severe"),
        at,
    )


def ahead(situation: Situation) -> Sentence:
    """Return the severity that is expected soon, with its interval; an advisory has a forecast of its own."""
    found = situation.ahead if limit_due(situation.alarm) is None else None
    if found is None or situation.alarm.cleared is not None or situation.severity is None:
        return NOTHING
    return say(
        "In {} its severity is expected at {}, between {} and {} ({} % of {} earlier forecasts erred less).",
        span_fact(found.seconds, "ahead_seconds"),
        severity_fact(found.severity, "ahead"),
        severity_fact(found.low, "ahead_low"),
        severity_fact(found.high, "ahead_high"),
        count_fact(round(100 * HELD), "held_percent"),
        count_fact(found.past, "forecasts"),
    )


def _forecast(alarm: Alarm, situation: Situation, told: Write) -> Sentence:
    due = limit_due(alarm)
    if due is None:
        return NOTHING
    rests = [alarm.ring.seq]
    at = time_fact(due, told, "limit_at")
    if due <= situation.at:
        return say("The limit was forecast for {}.", at, events=rests)
    forecast = TrendForecast.from_detail(alarm.ring.detail)
    early, late = (None, None) if forecast is None else (forecast.earliest, forecast.latest)
    if early is None or late is None or not (math.isfinite(early) and math.isfinite(late)):
        return say("If this continues, it reaches its limit on {}.", at, events=rests)
    span = span_fact(early, "earliest_seconds"), span_fact(late, "latest_seconds")
    return say(
        "If this continues, it reaches its limit on {} (forecast: {} to {} after the ring).",
        at,
        *span,
        events=rests,
    )


def _peak(situation: Situation, told: Write) -> Sentence:
    peak = situation.peak
    if peak.severity is None or not math.isfinite(peak.severity):
        return NOTHING
    value = severity_fact(peak.severity, "peak")
    if peak.at is None:
        return say("its peak was {}.", value)
    return say("its peak was {} on {}.", value, time_fact(peak.at, told, "peak_at"))


def _why_unknown(record: Record, component: int) -> str:
    quality = record.quality(component)
    if quality is None:
        return "no snapshot was judged yet"
    return "no snapshot has arrived for several intervals" if record.silent else UNKNOWN[quality]


def _rests(alarm: Alarm) -> list[int]:
    last = [] if alarm.cleared is None else [alarm.cleared.seq]
    return [alarm.raised.seq, alarm.reached.seq, *last]
