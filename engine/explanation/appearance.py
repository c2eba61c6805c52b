"""How bad an alarm is, where it comes from and since when, each in a sentence."""

import math
from collections.abc import Iterable

from engine.alarms.alarm import Alarm
from engine.explanation.sentence import NOTHING, Sentence, Write
from engine.explanation.situation import Situation
from engine.explanation.wording import (
    PRIORITY_WORDS,
    acknowledged_by,
    duration,
    frequency,
    limit_due,
    percent,
    severity_text,
)
from engine.records.events import Cause, Event, Priority
from engine.records.payloads import FaultLine, Ring, SurfaceEvidence
from replay.recording import clean_text as clean

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
        value = situation.severity
        return Sentence(f"{severity_text(value)} × limit", (("severity", value),))
    peak = situation.peak.severity
    if peak is not None:
        return Sentence(f"peak {severity_text(peak)} × limit", (("peak", peak),))
    return NOTHING


def direction(situation: Situation) -> Sentence:
    """Return whether severity rises, falls or is steady, and in which time it doubles or halves."""
    if situation.severity is None or not math.isfinite(situation.severity):
        return NOTHING
    growth, trend = situation.growth, situation.trend
    if growth is not None and trend * growth.slope >= 0:
        numbers = (("slope", growth.slope), ("doubling_seconds", growth.doubling))
        span = duration(growth.doubling)
        text = f"rising, doubles in {span}" if growth.rises else f"falling, halves in {span}"
        return Sentence(text, numbers)
    return Sentence({1: "rising", -1: "falling"}.get(trend, "steady"))


def since_when(situation: Situation, told: Write) -> Sentence:
    """Return since when: above the limit, alarm raised, priority reached, returned."""
    alarm = situation.alarm
    parts, events = [], [alarm.raised.seq]
    if situation.began is not None and situation.began < alarm.raised.at:
        parts.append(f"above the limit since {told(situation.began)}")
    parts.append(f"alarm raised {told(alarm.raised.at)}")
    if alarm.reached is not alarm.raised:
        parts.append(f"{PRIORITY_WORDS[alarm.priority]} since {told(alarm.reached.at)}")
        events.append(alarm.reached.seq)
    if alarm.cleared is not None:
        parts.append(f"returned {told(alarm.cleared.at)}")
        events.append(alarm.cleared.seq)
    return Sentence(_joined(parts), (), tuple(events))


def since_briefly(situation: Situation, told: Write) -> Sentence:
    """Return since when in fewer words: since it is above the limit or raised, and its priority."""
    alarm = situation.alarm
    began = situation.began if situation.began is not None else alarm.raised.at
    text, events = f"Since {told(min(began, alarm.raised.at))}", [alarm.raised.seq]
    if alarm.reached is not alarm.raised:
        text += f", {PRIORITY_WORDS[alarm.priority]} since {told(alarm.reached.at)}"
        events.append(alarm.reached.seq)
    return Sentence(text, (), tuple(events))


def origin(situation: Situation) -> Sentence:
    """Return what the alarm points to and the evidence for it, in a few words."""
    alarm = situation.alarm
    if alarm.surface:
        found = surface_evidence(situation.events, alarm)
        if found is None:
            return Sentence(clean(alarm.surface), (), (alarm.ring.seq,))
        event, evidence = found
        return _surface(alarm, event, evidence)
    if alarm.carried_from:
        return Sentence(f"probably heard from {clean(alarm.carried_from)}", (), (alarm.ring.seq,))
    if alarm.beside:
        return _beside(alarm)
    ring = Ring.from_detail(alarm.ring.detail)
    due = limit_due(alarm)
    if due is not None:
        left = (due - situation.at).total_seconds()
        text = (
            f"rising; the limit is forecast in {duration(left)}"
            if left > 0
            else "the limit was forecast by now"
        )
        return Sentence(text, (("seconds_to_limit", left),), (alarm.ring.seq,))
    if ring.message:
        return Sentence(f"{clean(alarm.cause)}: {clean(ring.message)}", (), (alarm.ring.seq,))
    bands = _bands(alarm)
    if bands:
        return bands
    where = f", channel {ring.channel}" if ring.channel is not None else ""
    words = PLAIN_CAUSES.get(alarm.cause, clean(alarm.cause))
    return Sentence(f"{words}{where}", (), (alarm.ring.seq,))


def answered(alarm: Alarm, told: Write) -> Sentence:
    """Return who acknowledged the alarm and when, or that nobody did."""
    if alarm.needs_acknowledgement:
        return Sentence("NOT ACKNOWLEDGED", (), (alarm.ring.seq,))
    given = alarm.acknowledgement
    if given is None:
        return NOTHING
    later = " later" if alarm.acknowledged_later else ""
    return Sentence(f"acknowledged{later} by {acknowledged_by(alarm)}, {told(given.at)}", (), (given.seq,))


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


def _surface(alarm: Alarm, event: Event, evidence: SurfaceEvidence) -> Sentence:
    lines = [line for line in evidence.lines if _known(line)]
    direct = [line for line in lines if not line.sideband] or lines
    first = min(direct, key=lambda line: line.order or 99, default=None)
    if first is None or first.found_at is None:
        return Sentence(clean(alarm.surface), (), (event.seq,))
    times = first.times_baseline or math.nan
    text = f"{clean(alarm.surface)}, {first.found_at:.0f} Hz ×{times:.0f} baseline"
    others = sorted({line.order for line in direct if line is not first and line.order is not None})
    if others:
        text += f", harmonic{'s' * (len(others) > 1)} {' and '.join(map(str, others))}"
    return Sentence(text, (("found_at", first.found_at), ("times_baseline", times)), (event.seq,))


def _known(line: FaultLine) -> bool:
    return all(value is not None and math.isfinite(value) for value in (line.found_at, line.times_baseline))


def _beside(alarm: Alarm) -> Sentence:
    worse, own = alarm.beside_severity, alarm.severity
    text = f"signs of its own, but {clean(alarm.beside)} is worse"
    if worse is None or own is None:
        return Sentence(text, (), (alarm.ring.seq,))
    text += f" ({severity_text(worse)} against {severity_text(own)})"
    return Sentence(text, (("severity", own), ("beside_severity", worse)), (alarm.ring.seq,))


def _bands(alarm: Alarm) -> Sentence:
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    found = [] if evidence is None else [one for one in evidence.bands if all(map(math.isfinite, one))]
    if not found or alarm.priority is Priority.LOW:
        return NOTHING
    texts = [
        f"{frequency(low, high)} ({percent(share)} of its error)" for low, high, share in found[:TOP_BANDS]
    ]
    numbers = tuple((f"share_{number}", share) for number, (_, _, share) in enumerate(found[:TOP_BANDS], 1))
    return Sentence(f"surface not clear; mostly {' and '.join(texts)}", numbers, (alarm.ring.seq,))


def _joined(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
