"""The instruction for an alarm: an action, and the time by which it is due."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.alarms.advice import advice_for
from engine.clock import seconds_span, shifted
from engine.explanation.facts import priority_fact, severity_fact, span_fact, text_fact, time_fact
from engine.explanation.sentence import NOTHING, Sentence, Write, joined, say
from engine.explanation.situation import Situation
from engine.explanation.wording import limit_due
from engine.records.events import Priority
from replay.recording import clean_text as clean

SPANS = {
    "hour": timedelta(hours=1),
    "shift": timedelta(hours=8),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}

NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "ten": 10}

WITHIN = re.compile(r"\bwithin (?:the )?(?:next )?(\d{1,4}|[a-z]+) (hour|shift|day|week|month)s?\b")
TODAY = re.compile(r"\b(?:today|on this shift|this shift)\b")
NOW = re.compile(r"\b(?:now|at once|immediately)\b")
FORECAST = re.compile(r"\bthe stated time to the limit\b")

NEIGHBOUR = re.compile(r"\bthe (?:failing|worse) neighbour\b")
"""How the default advice names another component; the component's own name says more."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """An action for an operator.

    Attributes:
        sentence: the instruction, the time by which it is due included.
        due: that time, None where no time is stated.
        urgent: whether it is due now.
    """

    sentence: Sentence
    due: datetime | None = None
    urgent: bool = False


NO_INSTRUCTION = Instruction(NOTHING)


def instruction(situation: Situation, told: Write) -> Instruction:
    """Return what to do about an alarm, and by when.

    The action is the text of [advice]. The time counts from the ring that brought the present priority, and
    it is moved forward where severity grows so fast that the alarm reaches high priority before it.

    Args:
        situation: the alarm and its facts.
        told: writes an instant.
    """
    alarm = situation.alarm
    rests = (alarm.reached.seq,)
    if not alarm.stands:
        text = "It is over. Find its cause, and acknowledge it." if alarm.unanswered else ""
        return Instruction(Sentence(text, (), rests if text else ()))
    text = clean(advice_for(alarm, situation.advice))
    if not text:
        return NO_INSTRUCTION
    worse = alarm.carried_from or alarm.beside
    if worse:
        text = NEIGHBOUR.sub(clean(worse).replace("\\", r"\\"), text, count=1)
    text = text[:1].upper() + text[1:]
    span = time_allowed(text)
    urgent = span == timedelta(0)
    due = limit_due(alarm) if FORECAST.search(text.lower()) else None
    if span is not None and not urgent:
        due = shifted(alarm.reached.at, span)
    sooner = _sooner(situation, due)
    if sooner is not None:
        due, why = sooner
        text = re.compile(f"{WITHIN.pattern}|{TODAY.pattern}", re.IGNORECASE).sub("by then", text, count=1)
        lead = say("By {}, ", time_fact(due, told, "due"), events=rests)
        return Instruction(joined(lead, why, say(": {}", text_fact(text, "advice")), by=""), due)
    if due is None:
        return Instruction(say("{}", text_fact(text, "advice"), events=rests), None, urgent)
    lead_words = "By {}: {}" if due > situation.at else "Due since {}: {}"
    facts = (time_fact(due, told, "due"), text_fact(text, "advice"))
    return Instruction(say(lead_words, *facts, events=rests), due)


def time_allowed(text: str) -> timedelta | None:
    """Return the time that a text of advice allows, by the span that it names first; None for none."""
    low = text.lower()
    found: list[tuple[int, timedelta]] = []
    for match in WITHIN.finditer(low):
        count = int(match[1]) if match[1].isdigit() else NUMBERS.get(match[1])
        if count is not None:
            found.append((match.start(), count * SPANS[match[2]]))
    for match in TODAY.finditer(low):
        found.append((match.start(), SPANS["shift"] if "shift" in match[0] else SPANS["day"]))
    found += [(match.start(), timedelta(0)) for match in NOW.finditer(low)]
    return min(found)[1] if found else None


def _sooner(situation: Situation, due: datetime | None) -> tuple[datetime, Sentence] | None:
    """Return when a medium alarm becomes high at its present growth, if that is before it is due."""
    alarm, growth, severe, severity = (
        situation.alarm,
        situation.growth,
        situation.severe,
        situation.severity,
    )
    if alarm.priority is not Priority.MEDIUM or alarm.carried_from or alarm.beside:
        return None
    if growth is None or severe is None or severity is None:
        return None
    seconds = growth.seconds_until(severity, severe)
    if seconds is None:
        return None
    reached = shifted(situation.at, seconds_span(seconds))
    if due is not None and reached >= due:
        return None
    why = say(
        "when it becomes {} ({}) if it keeps doubling every {}",
        priority_fact(Priority.HIGH),
        severity_fact(severe, "severe"),
        span_fact(growth.doubling, "doubling_seconds"),
    )
    return reached, why
