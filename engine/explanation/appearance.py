"""How bad an alarm is, where it comes from and since when, each in a sentence."""

import math
from collections.abc import Iterable

from engine.alarms.alarm import Alarm
from engine.explanation.facts import (
    band_fact,
    channel_fact,
    count_fact,
    number_fact,
    priority_fact,
    severity_fact,
    share_fact,
    span_fact,
    text_fact,
    time_fact,
)
from engine.explanation.sentence import NOTHING, Fact, Sentence, Write, capital, joined, say
from engine.explanation.situation import Situation
from engine.explanation.wording import acknowledged_by, limit_due
from engine.records.events import Cause, Event, Priority
from engine.records.payloads import FaultLine, Ring, SurfaceEvidence

PLAIN_CAUSES = {
    Cause.LIMIT.value: "above its limit; the failing surface is not clear",
    Cause.TREND.value: "rising towards its limit",
}
"""Words for causes that say too little by themselves."""

TOP_BANDS = 2
"""Bands named where no surface is."""


def how_bad(situation: Situation) -> Sentence:
    """Return the severity against its limit: "9.40 × limit"; the peak where there is no severity now."""
    if situation.severity is not None and math.isfinite(situation.severity):
        return say("{} × limit", severity_fact(situation.severity))
    peak = situation.peak.severity
    return NOTHING if peak is None else say("peak {} × limit", severity_fact(peak, "peak"))


def direction(situation: Situation) -> Sentence:
    """Return whether severity rises, falls or is steady, and in which time it doubles or halves."""
    if situation.severity is None or not math.isfinite(situation.severity):
        return NOTHING
    growth, trend = situation.growth, situation.trend
    if growth is not None and trend * growth.slope >= 0:
        template = "rising, doubles in {}" if growth.rises else "falling, halves in {}"
        return say(template, span_fact(growth.doubling, "doubling_seconds"))
    return Sentence({1: "rising", -1: "falling"}.get(trend, "steady"))


def since_when(situation: Situation, told: Write) -> Sentence:
    """Return since when: above the limit, alarm raised, priority reached, returned."""
    alarm = situation.alarm
    parts = []
    if situation.began is not None and situation.began < alarm.raised.at:
        parts.append(say("above the limit since {}", time_fact(situation.began, told, "began")))
    raised = time_fact(alarm.raised.at, told, "raised_at")
    parts.append(say("alarm raised {}", raised, events=[alarm.raised.seq]))
    if alarm.reached is not alarm.raised:
        parts.append(_priority_since(alarm, told))
    if alarm.cleared is not None:
        returned = time_fact(alarm.cleared.at, told, "cleared_at")
        parts.append(say("returned {}", returned, events=[alarm.cleared.seq]))
    return capital(joined(*parts))


def since_briefly(situation: Situation, told: Write) -> Sentence:
    """Return since when in fewer words: since it is above the limit or raised, and its priority."""
    alarm = situation.alarm
    began = situation.began if situation.began is not None else alarm.raised.at
    first = time_fact(min(began, alarm.raised.at), told, "began")
    since = say("Since {}", first, events=[alarm.raised.seq])
    return since if alarm.reached is alarm.raised else joined(since, _priority_since(alarm, told))


def origin(situation: Situation) -> Sentence:
    """Return what the alarm points to and the evidence for it, in a few words, of all its sources."""
    alarm = situation.alarm
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    if evidence is None or not evidence.slow:
        return _origin(situation)
    # The words of slow sensors and motors load for machines that have them: a console starts sooner.
    from engine.explanation.process.beside import slow_origin

    beside = slow_origin(evidence)
    if not beside:
        return _origin(situation)
    if (evidence.vibration or 0.0) < 1.0 and not alarm.surface:
        return beside
    return joined(_origin(situation), beside)


def _origin(situation: Situation) -> Sentence:
    alarm = situation.alarm
    rests = (alarm.ring.seq,)
    if alarm.surface:
        found = surface_evidence(situation.events, alarm)
        if found is None:
            return say("{}", text_fact(alarm.surface, "surface"), events=rests)
        event, evidence = found
        return _surface(alarm, event, evidence)
    if alarm.carried_from:
        return say("probably heard from {}", text_fact(alarm.carried_from, "carried_from"), events=rests)
    if alarm.beside:
        return _beside(alarm)
    ring = Ring.from_detail(alarm.ring.detail)
    due = limit_due(alarm)
    if due is not None and alarm.cleared is not None:
        return Sentence("rose towards its limit", (), rests)
    if due is not None:
        left = (due - situation.at).total_seconds()
        if left <= 0:
            return Sentence("the limit was forecast by now", (), rests)
        forecast = span_fact(left, "seconds_to_limit")
        return say("rising; the limit is forecast in {}", forecast, events=rests)
    # The cause itself, as it is stored, leads the engine's message.
    plain = alarm.cause if ring.message else PLAIN_CAUSES.get(alarm.cause, alarm.cause)
    cause = say("{}", text_fact(plain, "cause"), events=rests)
    if ring.channel is not None:
        cause = joined(cause, say("{}", channel_fact(ring.channel, ring)))
    if ring.message:
        return joined(cause, say("{}", text_fact(ring.message, "message")), by=": ")
    return _sensors(alarm) or _bands(alarm) or cause


def answered(alarm: Alarm, told: Write) -> Sentence:
    """Return who acknowledged the alarm and when, or that nobody did."""
    if alarm.needs_acknowledgement:
        return Sentence("NOT ACKNOWLEDGED", (), (alarm.ring.seq,))
    given = alarm.acknowledgement
    if given is None:
        return NOTHING
    template = "acknowledged later by {}, {}" if alarm.acknowledged_later else "acknowledged by {}, {}"
    by = text_fact(acknowledged_by(alarm), "acknowledged_by")
    return say(template, by, time_fact(given.at, told, "acknowledged_at"), events=[given.seq])


def surface_evidence(events: Iterable[Event], alarm: Alarm) -> tuple[Event, SurfaceEvidence] | None:
    """Return the newest event that names the alarm's surface with its fault lines, None without one.

    Args:
        events: of the record, the newest first.
        alarm: whose surface.
    """
    for event in events:
        if event.component != alarm.component or not event.detail.get("lines"):
            continue
        evidence = SurfaceEvidence.from_detail(event.detail)
        if evidence is not None and evidence.surface == alarm.surface:
            return event, evidence
    return None


def direct_lines(evidence: SurfaceEvidence) -> list[FaultLine]:
    """Return the fault lines with a known frequency and ratio; without sidebands where a line is there."""
    lines = [line for line in evidence.lines if _known(line)]
    return [line for line in lines if not line.sideband] or lines


def _sensors(alarm: Alarm) -> Sentence:
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    if evidence is None or not evidence.sensors:
        return NOTHING
    from engine.explanation.process.words import sensor_origin

    return sensor_origin(alarm)


def _surface(alarm: Alarm, event: Event, evidence: SurfaceEvidence) -> Sentence:
    if evidence.figures:
        from engine.explanation.motor import motor_origin

        return motor_origin(alarm.surface, event, evidence)
    direct = direct_lines(evidence)
    surface = text_fact(alarm.surface, "surface")
    first = min(direct, key=lambda line: line.order or 99, default=None)
    if first is None or first.found_at is None:
        return say("{}", surface, events=[event.seq])
    template = "{}, {} Hz ×{} baseline"
    times = number_fact(first.times_baseline or math.nan, "times_baseline")
    found = [surface, number_fact(first.found_at, "found_at"), times]
    others = sorted({line.order for line in direct if line is not first and line.order is not None})
    if others:
        *before, last = ["{}"] * len(others)
        listed = f"{', '.join(before)} and {last}" if before else last
        template += f", harmonic{'s' * (len(others) > 1)} {listed}"
    return say(template, *found, *(count_fact(one, "harmonic") for one in others), events=[event.seq])


def _known(line: FaultLine) -> bool:
    return all(value is not None and math.isfinite(value) for value in (line.found_at, line.times_baseline))


def _priority_since(alarm: Alarm, told: Write) -> Sentence:
    reached = time_fact(alarm.reached.at, told, "priority_at")
    return say("{} since {}", priority_fact(alarm.priority), reached, events=[alarm.reached.seq])


def _beside(alarm: Alarm) -> Sentence:
    worse, own = alarm.beside_severity, alarm.severity
    beside, rests = text_fact(alarm.beside, "beside"), (alarm.ring.seq,)
    if worse is None or own is None:
        return say("signs of its own, but {} is worse", beside, events=rests)
    facts = (beside, severity_fact(worse, "beside_severity"), severity_fact(own))
    return say("signs of its own, but {} is worse ({} against {})", *facts, events=rests)


def _bands(alarm: Alarm) -> Sentence:
    if alarm.priority is Priority.LOW:
        return NOTHING
    found = top_bands(alarm)
    if not found:
        return NOTHING
    parts = [say("{} ({} of its error)", *facts) for facts in found]
    mostly = joined(*parts, by=" and ")
    return joined(Sentence("surface not clear; mostly ", (), (alarm.ring.seq,)), mostly, by="")


def top_bands(alarm: Alarm) -> list[tuple[Fact, Fact]]:
    """Return the bands with most of the error at the latest ring, each with its share of the component's."""
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    if evidence is None:
        return []
    # The event states shares of the machine's error.
    whole = evidence.share if evidence.share and 0 < evidence.share <= 1 else 1.0
    found = [one for one in evidence.bands if all(map(math.isfinite, one))]
    return [
        (band_fact(low, high), share_fact(min(share / whole, 1.0))) for low, high, share in found[:TOP_BANDS]
    ]
