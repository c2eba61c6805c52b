"""The doubts about an alarm in sentences: stored facts that speak against it."""

from collections.abc import Iterator
from datetime import timedelta

from engine.alarms.alarm import Alarm
from engine.explanation.facts import (
    channel_fact,
    count_fact,
    number_fact,
    severity_fact,
    text_fact,
    time_fact,
)
from engine.explanation.record import Record
from engine.explanation.sentence import NOTHING, Sentence, Write, joined, listed, say
from engine.records.events import Cause, Event, EventKind
from engine.records.payloads import LevelStep, Ring

BEFORE = timedelta(days=1)
"""How long before the raise a change of condition or a trouble of a sensor may explain an alarm."""

SHORT_BASELINE = 50
"""Snapshots below which a baseline is called short: scatter of the limit then exceeds about a tenth.

Source:
    The relative deviation of a standard deviation from n values is 1 / sqrt(2 (n - 1)).
"""


def against(record: Record, alarm: Alarm, told: Write) -> Iterator[Sentence]:
    """Yield the facts that speak against an alarm of a component; without any, what was looked at."""
    component = record.component(alarm)
    if component is None:
        return
    found = [
        *_neighbours(record, component),
        *_machine_alarms(record, alarm, told),
        *_sensors(record, alarm, component, told),
        *_baseline(record, alarm, told),
    ]
    found = [one for one in found if one]
    if found:
        yield from found
    else:
        yield Sentence(
            "No stored fact speaks against it: no other component is above its limit, and there was no change"
            " of condition, no trouble of its sensors, and no doubt about the baseline."
        )


def _neighbours(record: Record, component: int) -> Iterator[Sentence]:
    names = record.assessment.components
    above = []
    for number, name in enumerate(names):
        severity = record.severity(number)
        if number != component and severity is not None and severity >= 1.0:
            above.append((severity, name))
    if not above:
        return
    above.sort(reverse=True)
    parts = [
        say("{} ({})", text_fact(name, "other"), severity_fact(one, "other_severity")) for one, name in above
    ]
    verb = "is" if len(above) == 1 else "are"
    yield joined(listed(*parts), Sentence(f" {verb} above the limit too."), by="")


def _machine_alarms(record: Record, alarm: Alarm, told: Write) -> Iterator[Sentence]:
    """Yield changes of condition and stops of the machine near the raise, the newest of each."""
    for event in _near(record, alarm):
        if event.kind is EventKind.RAISED and event.detail.get("cause") == Cause.CONDITION.value:
            step = LevelStep.from_detail(event.detail)
            at = time_fact(event.at, told, "condition_at")
            if step is None:
                yield say("The operating condition changed on {}.", at, events=[event.seq])
            else:
                ratio = number_fact(step.ratio, "level_ratio", 2)
                words = "The operating condition changed on {}: all levels stepped to {} times."
                yield say(words, at, ratio, events=[event.seq])
            break
    for event in _near(record, alarm):
        if event.kind is EventKind.RESTARTED:
            yield say(
                "The machine started again on {}.",
                time_fact(event.at, told, "restarted_at"),
                events=[event.seq],
            )
            break


def _sensors(record: Record, alarm: Alarm, component: int, told: Write) -> Iterator[Sentence]:
    causes = {Cause.SENSOR_DEAD.value, Cause.SENSOR_CLIPPED.value}
    seen = set()
    for event in _near(record, alarm):
        if event.kind is not EventKind.RAISED or event.detail.get("cause") not in causes:
            continue
        ring = Ring.from_detail(event.detail)
        if ring.channel is None or ring.channel not in record.assessment.channels[component]:
            continue
        if ring.channel in seen:
            continue
        seen.add(ring.channel)
        facts = (
            channel_fact(ring.channel, ring),
            text_fact(ring.cause, "cause"),
            time_fact(event.at, told, "at"),
        )
        yield say("Its {} had a sensor alarm: {} on {}.", *facts, events=[event.seq])


def _baseline(record: Record, alarm: Alarm, told: Write) -> Iterator[Sentence]:
    learned = next((one for one in record.past if one.kind is EventKind.LEARNED), None)
    drift = next(
        (one for one in record.past if one.kind is EventKind.DRIFTED and one.component == alarm.component),
        None,
    )
    if learned is not None:
        yield _doubted(learned)
        yield _short(learned)
        if not _accepted(record, learned):
            yield Sentence("Nobody has accepted the baseline yet.", (), (learned.seq,))
    if drift is not None and drift.at < alarm.raised.at:
        at = time_fact(drift.at, told, "drifted_at")
        yield say("Its errors had drifted from the baseline before, on {}.", at, events=[drift.seq])


def _short(learned: Event) -> Sentence:
    count = learned.detail.get("snapshots")
    if not isinstance(count, int) or count >= SHORT_BASELINE:
        return NOTHING
    return say("The baseline is short: {} snapshots.", count_fact(count, "snapshots"), events=[learned.seq])


def _doubted(learned: Event) -> Sentence:
    doubts = learned.detail.get("doubts")
    if not isinstance(doubts, list | tuple) or not doubts:
        return NOTHING
    words = "; ".join(str(one).rstrip(".") for one in doubts)
    return say("The baseline is in doubt: {}.", text_fact(words, "doubts"), events=[learned.seq])


def _accepted(record: Record, learned: Event) -> bool:
    bundle = learned.detail.get("bundle")
    return any(one.kind is EventKind.ACCEPTED and one.detail.get("bundle") == bundle for one in record.events)


def _near(record: Record, alarm: Alarm) -> Iterator[Event]:
    for event in record.past:
        if alarm.raised.at - BEFORE <= event.at <= (record.at if alarm.cleared is None else alarm.cleared.at):
            yield event
