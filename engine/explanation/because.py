"""Why an alarm rang, in one sentence, and the alarms of a run in a few lines."""

from collections.abc import Sequence

from engine.alarms.alarm import Alarm
from engine.explanation.appearance import origin
from engine.explanation.process.beside import slow_reason
from engine.explanation.process.words import sensor_origin
from engine.explanation.sentence import Write
from engine.explanation.situation import Situation
from engine.explanation.wording import cause_words, severity_text, subject
from engine.records.events import Cause, Event, Priority
from engine.records.payloads import Ring
from replay.recording import clean_text as clean

MOST_LINES = 20
"""Alarms in a list; more are counted."""


def because(alarm: Alarm, events: Sequence[Event]) -> str:
    """Return why an alarm rang: its severity at the raise against the limit, and the evidence.

    Args:
        alarm: as of the last event.
        events: of the record, the newest first.
    """
    found = origin(Situation(alarm, alarm.ring.at, events=events)).text
    severity = Ring.from_detail(alarm.raised.detail).severity
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    if evidence is not None and evidence.witness is not None:
        found = f"{found}; seen by {'both' if evidence.witness >= 1.0 else 'one'}"
    if severity is None:
        return found
    return f"{severity_text(severity)} × limit when raised; {found}"


def what_rang(alarms: Sequence[Alarm], told: Write) -> tuple[str, ...]:
    """Return the alarms in lines, the most urgent first: "1 high: Bearing 1, outer race, since ...".

    Args:
        alarms: of one assessment.
        told: writes an instant.
    """
    if not alarms:
        return ("no alarm",)
    lines = []
    for priority in (Priority.HIGH, Priority.MEDIUM, Priority.LOW):
        these = sorted((one for one in alarms if one.priority is priority), key=lambda one: one.raised.seq)
        head = f"{len(these)} {priority.value}: "
        for alarm in these[:MOST_LINES]:
            lines.append(f"{head}{_briefly(alarm, told)}")
            head = " " * len(head)
        if len(these) > MOST_LINES:
            lines.append(f"{head}and {len(these) - MOST_LINES} more in alarms.csv")
    return tuple(lines)


def _briefly(alarm: Alarm, told: Write) -> str:
    """Return subject, reason and span of an alarm."""
    if alarm.surface:
        why = clean(alarm.surface)
    elif alarm.carried_from:
        why = f"probably heard from {clean(alarm.carried_from)}"
    elif alarm.cause == Cause.LIMIT:
        why = sensor_origin(alarm).text or slow_reason(alarm).text or "surface not clear"
    else:
        why = clean(cause_words(alarm))
    ended = "" if alarm.cleared is None else f", returned {told(alarm.cleared.at)}"
    return f"{subject(alarm)}, {why}, since {told(alarm.raised.at)}{ended}"
