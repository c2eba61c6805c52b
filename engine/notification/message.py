"""The words of a message about alarms: a title and a body of plain text. Pure functions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.explanation.wording import severity_text
from replay.recording import clean_text

LISTED = 10
"""Alarms named in a summary; the rest are counted."""

ORDER = {"high": 0, "medium": 1, "low": 2}
HAPPENED = {
    "raised": "",
    "escalated": " escalated",
    "shelf ran out": " is active, its shelf has ended",
    "cleared": " returned",
    "acknowledged": " acknowledged",
    "unshelved": " unshelved",
    "closed": " closed",
}
"""Words for what happened to an alarm; a raise needs none."""


@dataclass(frozen=True, slots=True)
class Message:
    """The title and the body of a message."""

    title: str
    body: str


Told = Mapping[str, object]
"""An event with its alarm in JSON types, as the engine gives it to the process that sends."""


def message_of(
    machine: str, events: Sequence[Told], minutes: float = 0.0, explanation: Sequence[str] = ()
) -> Message:
    """Return the message about one event, or the summary of several.

    Args:
        machine: its name.
        events: at least one.
        minutes: without an acknowledgement after which it is told; 0 for the first level.
        explanation: sentences about the alarm; where there are none the facts of the event stand instead.
    """
    if len(events) > 1:
        return _summary(machine, events)
    (event,) = events
    name, word = _name(event), _text(event, "priority").upper()
    happened = HAPPENED.get(_text(event, "kind"), f" {_text(event, 'kind')}")
    title = f"{word} alarm{happened}: {name}, {_reason(event)} ({clean_text(machine)})"
    lines = []
    if minutes > 0:
        lines.append(f"Nobody acknowledged this alarm within {minutes:g} minutes.")
    by = _text(event, "by")
    if by:
        comment = _text(event, "comment")
        lines.append(f"By {by}{f': {comment}' if comment else ''}.")
    recording, clock = (_time(_text(event, key)) for key in ("at", "recorded_at"))
    lines.append(f"Time: {recording} (recording), {clock} (clock).")
    lines += [clean_text(one) for one in explanation] or _facts(event)
    lines.append(f"Alarm: {_text(event, 'alarm')}, ring {event.get('ring')}.")
    return Message(title, "\n".join(lines))


def check_message(machine: str) -> Message:
    """Return the message of `raceway notify test`."""
    return Message(
        f"Test message of Raceway ({clean_text(machine)})",
        "This address receives the alarms of this machine. Nothing has happened; no action is needed.",
    )


def _facts(event: Told) -> list[str]:
    """Return the facts of an event in sentences, where the store could not be asked for more."""
    lines = []
    severity, count, said = event.get("severity"), event.get("count"), event.get("detail")
    if isinstance(severity, int | float):
        lines.append(f"Severity: {severity_text(float(severity))}; the limit is 1.00.")
    if isinstance(count, int) and count > 1:
        lines.append(f"Raised {count} times; taken for one alarm.")
    if isinstance(said, Mapping) and said.get("message"):
        lines.append(clean_text(str(said["message"])))
    if _text(event, "advice") and _text(event, "kind") != "cleared":
        lines.append(f"Do: {_text(event, 'advice')}")
    return lines


def _summary(machine: str, events: Sequence[Told]) -> Message:
    worst = sorted(events, key=lambda one: (ORDER.get(_text(one, "priority"), 3), _text(one, "at")))
    counts = Counter(_text(one, "priority") for one in events)
    told = ", ".join(f"{counts[word]} {word}" for word in ORDER if counts[word])
    title = f"{len(events)} alarms rang: {told} ({clean_text(machine)})"
    lines = ["Many alarms rang at once; this message replaces the single ones. The most urgent come first."]
    for one in worst[:LISTED]:
        word, when = _text(one, "priority").upper(), _time(_text(one, "at"))
        lines.append(f"{word}: {_name(one)}, {_reason(one)}, {when}")
    if len(worst) > LISTED:
        lines.append(f"and {len(worst) - LISTED} more")
    return Message(title, "\n".join(lines))


def _name(event: Told) -> str:
    return _text(event, "component") or _text(event, "source")


def _reason(event: Told) -> str:
    return _text(event, "surface") or _text(event, "cause")


def _text(event: Told, key: str) -> str:
    value = event.get(key)
    return "" if value is None else clean_text(str(value))


def _time(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return text
