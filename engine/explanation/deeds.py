"""The deeds about an alarm in sentences: who acknowledged, noted, shelved or retired, and when."""

from collections.abc import Iterator

from engine.alarms.alarm import Alarm
from engine.explanation.facts import text_fact, time_fact
from engine.explanation.sentence import Fact, Sentence, Write, say
from engine.explanation.wording import acknowledged_by
from engine.records.events import Event
from engine.records.outcome import AlarmOutcome
from engine.records.stored_values import words


def done(alarm: Alarm, told: Write) -> Iterator[Sentence]:
    """Yield what was done about an alarm by whom, or that nobody has acknowledged it."""
    given = alarm.acknowledgement
    if given is not None:
        later = " later" if alarm.acknowledged_later else ""
        facts = [text_fact(acknowledged_by(alarm), "by"), time_fact(given.at, told, "acknowledged_at")]
        comment = words(given.detail.get("comment"))
        template = f"{{}} acknowledged it{later} on {{}}"
        if comment:
            template, facts = f"{template}: {{}}", [*facts, text_fact(comment.rstrip("."), "comment")]
        yield say(f"{template}.", *facts, events=[given.seq])
    elif alarm.unanswered:
        yield Sentence("Nobody has acknowledged it.", (), (alarm.ring.seq,))
    if alarm.shelf is not None and alarm.shelved_until is not None:
        facts = [_by(alarm.shelf), time_fact(alarm.shelved_until, told, "shelved_until")]
        yield _reasoned("{} shelved it until {}", facts, alarm.shelf)
    if alarm.retired is not None:
        facts = [_by(alarm.retired), time_fact(alarm.retired.at, told, "retired_at")]
        yield _reasoned("{} took the component out of service on {}", facts, alarm.retired)
    if alarm.closed is not None:
        found = text_fact(AlarmOutcome.from_detail(alarm.closed.detail).sentence().rstrip("."), "outcome")
        when = time_fact(alarm.closed.at, told, "closed_at")
        yield say("{} closed it on {}: {}.", _by(alarm.closed), when, found, events=[alarm.closed.seq])
    for note in alarm.notes:
        text = text_fact(words(note.detail.get("text")).rstrip("."), "note")
        yield say(
            "{} noted on {}: {}.", _by(note), time_fact(note.at, told, "noted_at"), text, events=[note.seq]
        )


def _reasoned(template: str, facts: list[Fact], event: Event) -> Sentence:
    reason = words(event.detail.get("reason"))
    if reason:
        template, facts = f"{template}: {{}}", [*facts, text_fact(reason.rstrip("."), "reason")]
    return say(f"{template}.", *facts, events=[event.seq])


def _by(event: Event) -> Fact:
    return text_fact(words(event.detail.get("by")) or "somebody", "by")
