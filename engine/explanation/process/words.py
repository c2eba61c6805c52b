"""Sentences about slow sensors: the deviations, what moved first, broken correlations, the conditions."""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from engine.alarms.alarm import Alarm
from engine.clock import microseconds, moment
from engine.explanation.facts import number_fact, share_fact, text_fact, time_fact
from engine.explanation.process.sensors import (
    MEASURED,
    Sensor,
    broken_pairs,
    first_to_move,
    name_of,
    sensors_at,
)
from engine.explanation.record import Record
from engine.explanation.sentence import NOTHING, Fact, Sentence, Write, joined, listed, say
from engine.records.payloads import Ring

MOST = 3
"""Sensors that a sentence names."""

LEAST_SHARE = 0.1
"""Share of the component's error from which a sensor is named beside the first."""


def sensor_origin(alarm: Alarm) -> Sentence:
    """Return the sensors with most of the error when an alarm rang, in a few words; nothing without one."""
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    told = [one for one in map(_told, evidence.sensors if evidence else ()) if one]
    if not told:
        return NOTHING
    return joined(Sentence("mostly ", (), (alarm.ring.seq,)), listed(*told[:MOST]), by="")


def _told(one: Mapping[str, object]) -> Sentence:
    measured, expected, share = (_number(one.get(key)) for key in ("measured", "expected", "share"))
    if measured is None or expected is None:
        return NOTHING
    unit = str(one.get("unit") or "")
    name = text_fact(str(one.get("name") or f"channel {one.get('channel')}"), "sensor")
    facts = [name, value_fact(measured, unit, "measured"), value_fact(expected, unit, "expected")]
    if share is None:
        return say("{} {} (expected {})", *facts)
    return say("{} {} (expected {}, {} of its error)", *facts, share_fact(share))


def sensor_sentences(record: Record, alarm: Alarm, component: int, told: Write) -> Iterator[Sentence]:
    """Yield the sentences about the sensors of a component at the latest ring of its alarm.

    Args:
        record: as of an instant.
        alarm: of the component.
        component: its index.
        told: writes an instant.
    """
    series = record.series
    ring = microseconds(alarm.ring.at)
    index = min(int(np.searchsorted(series.at, ring, side="right")), record.count) - 1
    if index < 0:
        return
    sensors = sensors_at(record.assessment, series, index, component)
    symptoms = [one.channel for one in sensors if not one.is_condition]
    far = [one for one in sensors if abs(one.excess) >= 1.0][:MOST]
    if far:
        parts = listed(*map(_deviation, far))
        yield joined(parts, Sentence(" when it last rang.", (), (alarm.ring.seq,)), by="")
    else:
        yield Sentence(
            "No sensor alone left its healthy range; all of them together did.", (), (alarm.ring.seq,)
        )
    yield _first(record, symptoms, index, told)
    for pair in broken_pairs(series, symptoms, index):
        one, other = (
            text_fact(name_of(record.assessment, number), "sensor") for number in (pair.one, pair.other)
        )
        yield say(
            "{} and {} no longer agree; their correlation over the baseline was {}.",
            one,
            other,
            number_fact(pair.correlation, "correlation", 2),
        )
    yield from (_condition(record, sensor) for sensor in sensors if sensor.is_condition)


def _deviation(one: Sensor) -> Sentence:
    side = "above" if one.excess > 0 else "below"
    return say(
        f"{{}} was {{}}, {{}} {side} its expectation (at most {{}} in health)",
        text_fact(one.name, "sensor"),
        value_fact(one.measured, one.unit, "measured"),
        value_fact(abs(one.measured - one.expected), one.unit, "deviation", 2),
        value_fact(one.allowed, one.unit, "allowed", 2),
    )


def _first(record: Record, symptoms: list[int], index: int, told: Write) -> Sentence:
    """Return which sensor moved first, where one did."""
    moved = first_to_move(record.series, symptoms, index)
    if len(moved) < 2:
        return NOTHING
    (channel, since), (other, later) = moved[:2]
    names = [text_fact(name_of(record.assessment, number), "sensor") for number in (channel, other)]
    if since == later:
        return say("{} and {} moved in the same window.", *names)
    times = [time_fact(moment(int(record.series.at[place])), told, "moved_at") for place in (since, later)]
    return say("{} moved first, on {}; {} followed on {}.", names[0], times[0], names[1], times[1])


def _condition(record: Record, one: Sensor) -> Sentence:
    """Return the value of a condition beside its range over the baseline."""
    healthy = record.series.figures[: record.count][record.series.baseline[: record.count], one.channel - 1]
    known = healthy[np.isfinite(healthy[:, MEASURED]), MEASURED]
    name = text_fact(one.name, "condition")
    if not len(known) or not math.isfinite(one.measured):
        return say("The condition {} was not measured.", name)
    low, high = float(known.min()), float(known.max())
    outside = "" if low <= one.measured <= high else ", which the baseline does not cover"
    return say(
        f"The condition {{}} was {{}} ({{}} to {{}} in the baseline){outside}.",
        name,
        value_fact(one.measured, one.unit, "measured"),
        value_fact(low, one.unit, "lowest"),
        value_fact(high, one.unit, "highest"),
    )


NO_UNIT = ("", "1", "?")
"""Units that are not written; a proposed file of settings has "?" where the unit is not known."""


def value_fact(value: float, unit: str, name: str, digits: int = 4) -> Fact:
    """Return a value with its unit: 26.3 °C.

    Args:
        value: the number.
        unit: of it, "" for none.
        name: of the fact.
        digits: that count.
    """
    return Fact(name, value, value_text(value, unit, digits))


def value_text(value: float, unit: str, digits: int = 4) -> str:
    """Return a value with its unit in so many digits."""
    if not math.isfinite(value):
        return "–"
    number = f"{value:.0f}" if 10.0**digits <= abs(value) < 1e7 else f"{value:.{digits}g}"
    return number if unit in NO_UNIT else f"{number} {unit}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
