"""Words about slow sensors beside vibration: symptoms of a component, and the conditions it ran in."""

import math
from collections.abc import Iterator, Mapping

from engine.alarms.alarm import Alarm
from engine.explanation.facts import severity_fact, text_fact
from engine.explanation.process.words import value_fact, value_text
from engine.explanation.sentence import NOTHING, Sentence, joined, say
from engine.records.payloads import Ring, RingEvidence

NAMED_FROM = 0.5
"""Severity from which a symptom is named beside an alarm that vibration raised."""


def slow_origin(evidence: RingEvidence | None) -> Sentence:
    """Return the symptoms beside vibration, and the conditions outside the learned range, in a few words."""
    told = [] if evidence is None else [one for one in map(_told, evidence.slow) if one]
    return joined(*told) if told else NOTHING


def slow_reason(alarm: Alarm) -> Sentence:
    """Return the symptoms of an alarm that vibration did not raise; nothing for any other."""
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    by_vibration = evidence is None or (evidence.vibration or 0.0) >= 1.0
    return NOTHING if by_vibration else slow_origin(evidence)


def slow_sentences(evidence: RingEvidence | None) -> Iterator[Sentence]:
    """Yield a sentence about each slow sensor beside vibration when an alarm last rang."""
    for one in evidence.slow if evidence is not None else ():
        name, unit = text_fact(str(one.get("name", "")), "sensor"), str(one.get("unit") or "")
        measured, expected, severity = (_number(one, key) for key in ("measured", "expected", "severity"))
        if one.get("fault") and measured is not None:
            fault = text_fact(str(one["fault"]), "fault")
            yield say(
                "{} was {} ({}), and was not judged.", name, value_fact(measured, unit, "measured"), fault
            )
        elif measured is None:
            yield say("{} was not known at that time.", name)
        elif expected is not None and severity is not None:
            yield say(
                "{} was {} (expected {}), {} × limit.",
                name,
                value_fact(measured, unit, "measured"),
                value_fact(expected, unit, "expected"),
                severity_fact(severity, "severity"),
            )
        elif expected is None:
            yield _condition(one, measured, unit)


def slow_value_text(one: Mapping[str, object]) -> str:
    """Return a slow sensor of a snapshot in a few words: "Temp 62 °C (expected 55 °C)"."""
    name, unit = str(one.get("name", "")), str(one.get("unit") or "").strip("?")
    measured, expected = _number(one, "measured"), _number(one, "expected")
    if measured is None:
        return f"{name} not known"
    said = f"{name} {value_text(measured, unit, 3)}"
    if one.get("fault"):
        return f"{said} ({one['fault']})"
    if one.get("outside"):
        return f"{said} (outside the learned range)"
    return said if expected is None else f"{said} (expected {value_text(expected, unit, 3)})"


def _condition(one: Mapping[str, object], measured: float, unit: str) -> Sentence:
    """Return the value of a condition beside its range over the baseline."""
    low, high = _number(one, "low"), _number(one, "high")
    name = text_fact(str(one.get("name", "")), "condition")
    if low is None or high is None:
        return say("The condition {} was {}.", name, value_fact(measured, unit, "measured"))
    outside = ", outside the learned range" if one.get("outside") else ""
    return say(
        f"The condition {{}} was {{}}{outside} ({{}} to {{}} in the baseline).",
        name,
        value_fact(measured, unit, "measured"),
        value_fact(low, unit, "lowest"),
        value_fact(high, unit, "highest"),
    )


def _told(one: Mapping[str, object]) -> Sentence:
    measured, expected, severity = (_number(one, key) for key in ("measured", "expected", "severity"))
    if measured is None:
        return NOTHING
    unit = str(one.get("unit") or "")
    name, value = text_fact(str(one.get("name", "")), "sensor"), value_fact(measured, unit, "measured")
    if one.get("outside"):
        return say("{} {}, outside the learned range", name, value)
    if expected is None or severity is None or severity < NAMED_FROM:
        return NOTHING
    return say("{} {} (expected {})", name, value, value_fact(expected, unit, "expected"))


def _number(one: Mapping[str, object], key: str) -> float | None:
    value = one.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
