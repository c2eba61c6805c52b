"""The handover of a shift in words: a section for each question of the next shift."""

from dataclasses import dataclass

from engine.alarms.alarm import Alarm
from engine.alarms.shelving import words_of
from engine.explanation.wording import reason, severity_text, subject
from engine.records.events import Event, EventKind
from engine.records.outcome import AlarmOutcome
from engine.records.payloads import Ring
from engine.reports.alarm_words import figure_rows, state_text
from engine.reports.shift import Shift
from replay.recording import clean_text as clean


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading; a section without rows says "nothing"."""

    name: str
    rows: tuple[str, ...]


def title_of(shift: Shift) -> str:
    """Return the span of the shift in words."""
    return f"shift from {_time(shift.begin)} to {_time(shift.end)}"


def sections_of(shift: Shift) -> tuple[Section, ...]:
    """Return the sections of a handover, in the order in which the next shift asks."""
    return (
        Section("active", tuple(map(_standing, shift.standing))),
        Section("shelved", tuple(map(_standing, shift.put_away))),
        Section("not watched", tuple(f"{clean(one.name)}: {clean(one.why)}" for one in shift.unwatched)),
        Section("rang", tuple(_ring(*one) for one in shift.rings)),
        Section("returned", tuple(f"{_time(one.at)}  {_about(one)}" for one in shift.returns)),
        Section("done", tuple(map(_deed, shift.deeds))),
        Section("machine", tuple(map(_told, shift.told))),
        *(
            [Section("messages", tuple(f"FAIL: {clean(one)}" for one in shift.failing))]
            if shift.failing
            else []
        ),
    )


def metrics_of(shift: Shift) -> list[tuple[str, str]]:
    """Return the metrics of the alarm system over the span, each a name and its value."""
    return figure_rows(shift.figures)


def _standing(alarm: Alarm) -> str:
    what = f"{subject(alarm)}, {reason(alarm)}, since {_time(alarm.raised.at)}"
    return f"{alarm.priority.value.upper():<6}  {what}, {state_text(alarm)}"


def _ring(ring: Event, alarm: Alarm | None) -> str:
    told = Ring.from_detail(ring.detail)
    severity = "" if told.severity is None else f", severity {severity_text(told.severity)}"
    state = "" if alarm is None else f"; {state_text(alarm)}"
    word = "" if ring.kind is EventKind.RAISED else " escalated"
    return (
        f"{_time(ring.at)}  {told.priority.value.upper():<6}  {_about(ring)}{word}{severity}"
        f" (ring {ring.seq}){state}"
    )


def _deed(event: Event) -> str:
    detail = event.detail
    words = detail.get("comment") or detail.get("text") or detail.get("reason") or ""
    what = event.kind.value
    if event.kind is EventKind.CLOSED:
        what, words = "closed", AlarmOutcome.from_detail(detail).sentence()
    if event.kind is EventKind.SHELVED:
        what = f"shelved until {str(detail.get('until', ''))[:16].replace('T', ' ')}"
    said = f": {clean(str(words))}" if words else ""
    return f"{_time(event.at)}  {clean(str(detail.get('by', 'somebody')))}: {_about(event)}, {what}{said}"


def _told(event: Event) -> str:
    words = event.detail.get("message") or event.detail.get("by") or ""
    name = f"{clean(event.component)}, " if event.component else ""
    return f"{_time(event.at)}  {name}{event.kind.value}{f': {clean(str(words))}' if words else ''}"


def _about(event: Event) -> str:
    """Return the source and cause of the alarm of an event; what it is about where it names no alarm."""
    return clean(words_of(event.alarm) if event.alarm else event.component or event.source)


def _time(when: object) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
