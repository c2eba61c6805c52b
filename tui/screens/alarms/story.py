"""The story of an alarm: state, advice, severity, evidence and events."""

from datetime import tzinfo

from engine.alarms.alarm import Alarm
from engine.alarms.episodes import stories_of
from engine.clock import microseconds
from engine.explanation.action import instruction
from engine.explanation.explain import explain_alarm
from engine.explanation.sentence import Topic
from engine.explanation.story.events import event_text
from engine.explanation.story.evidence import evidence_texts
from engine.explanation.wording import severity_table
from engine.records.events import Event
from engine.records.outcome import AlarmOutcome
from tui.data.frame import Frame, record_at, situation_of
from tui.draw.alarm_rows import standing
from tui.draw.format import (
    RINGING_ROLES,
    alarm_glyph,
    reason,
    short_time,
    since_texts,
    subject,
)
from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title

LABEL = 10
"""Cells of a label and the blank after it."""

SEVERITY_LABEL = 12

EXPLAINED = (
    Topic.GROWTH,
    Topic.COMPONENT,
    Topic.SURFACE,
    Topic.VIBRATION,
    Topic.AGAINST,
)
"""The topics of the explanation that the story shows; state, severity, notes and events have other rows."""

MOST_ROWS = 8
"""Rows that one item may take; a note may be long, the story goes on."""


def story_lines(
    width: int, height: int, frame: Frame, alarm: Alarm | None, zone: tzinfo, first: int = 0
) -> Lines:
    """Return the part of the story that fits.

    Args:
        width: cells.
        height: lines.
        frame: the record as of the playhead.
        alarm: whose story; None where none is selected.
        zone: of the times shown.
        first: how many rows to scroll down.
    """
    if alarm is None:
        return [title("Story", width), (Span(fit("   no alarm is selected", width), Role.DIM),)][:height]
    rows = story_rows(width, frame, alarm, zone)
    first = min(max(first, 0), max(len(rows) + 1 - height, 0))
    more = len(rows) - first - (height - 1)
    heading = title(
        f"{subject(alarm)}: {reason(alarm, frame.playhead.at)}",
        width,
        f"PgDn: {more} more" if more > 0 else "the whole story",
    )
    return [heading, *rows[first : first + height - 1]][:height]


def story_rows(width: int, frame: Frame, alarm: Alarm, zone: tzinfo) -> Lines:
    """Return every row of the story."""
    rows: list[Line] = []
    loud = alarm.needs_acknowledgement
    told = f"{alarm_glyph(alarm)} {alarm.priority} priority, {standing(alarm, zone)[0]}"
    since, _ = since_texts(alarm, lambda at: short_time(at, zone))
    rows += _item(width, "state", f"{told}, {since}", RINGING_ROLES[alarm.priority] if loud else Role.STRONG)
    if alarm.shelved_for:
        rows += _item(width, "shelf", alarm.shelved_for)
    if alarm.retired is not None:
        rows += _item(width, "service", str(alarm.retired.detail.get("reason", "")))
    advice = instruction(situation_of(frame, alarm), lambda at: short_time(at, zone).strip()).sentence.text
    # An alarm that is over needs only its acknowledgement.
    if advice and alarm.stands:
        rows += _item(width, "do", advice, Role.STRONG)
    table = severity_table(alarm, frame.peak(alarm), lambda at: short_time(at, zone))
    for number, (label, value, when) in enumerate(table):
        text = f"{label:<{SEVERITY_LABEL}}{value:>5}  {when}"
        head = Span(f" {('severity', 'limit 1.0', '')[number]:<{LABEL - 1}} ", Role.DIM)
        rows.append((head, Span(fit(text, max(width - LABEL - 1, 8)).rstrip())))
    rows += explanation_rows(width, frame, alarm, zone)
    if alarm.count > 1:
        rows += _item(width, "count", f"raised {alarm.count} times, taken for one alarm")
    evidence = evidence_texts(events_of(frame, alarm), alarm, lambda at: short_time(at, zone))
    for number, text in enumerate(evidence):
        rows += _item(width, "" if number else "evidence", text)
    if alarm.closed is not None:
        by = clean(str(alarm.closed.detail.get("by", "")))
        found = AlarmOutcome.from_detail(alarm.closed.detail).sentence()
        rows += _item(width, "outcome", f"{found} ({by}, {short_time(alarm.closed.at, zone)})")
    for number, note in enumerate(alarm.notes):
        by = clean(str(note.detail.get("by", "")))
        text = f"{by}, {short_time(note.at, zone)}: {note.detail.get('text', '')}"
        rows += _item(width, "" if number else "notes", text)
    for number, event in enumerate(events_of(frame, alarm)):
        role = (
            Role.DIM
            if frame.playhead.at is not None and microseconds(event.at) > frame.playhead.at
            else Role.PLAIN
        )
        later = " (later)" if role is Role.DIM else ""
        text = f"{short_time(event.at, zone)} {event_text(event)}{later}"
        rows += _item(width, "" if number else "events", text, role)
    return rows


def explanation_rows(width: int, frame: Frame, alarm: Alarm, zone: tzinfo) -> Lines:
    """Return the sentences of the alarm that the other rows do not say: growth, grounds, doubts."""
    rows: Lines = []
    last: Topic | None = None
    for sentence in explain_alarm(record_at(frame), alarm, lambda at: short_time(at, zone).strip()):
        topic = sentence.topic
        if topic not in EXPLAINED:
            continue
        rows += _item(width, "" if topic is last or topic is None else topic.value, sentence.text)
        last = topic
    return rows


def events_of(frame: Frame, alarm: Alarm) -> list[Event]:
    """Return the engine's events of an alarm up to the playhead, and all of its operators' acts."""
    rules = frame.view.assessment.settings.fold
    stories, by_episode = stories_of(frame.view.events, rules.chatter)
    story = stories.get(alarm.key)
    at = frame.playhead.at
    if story is None or at is None:
        return []
    said = {event.seq for event in story.events}
    return [
        event
        for event in frame.view.events
        if (event.seq in said and microseconds(event.at) <= at)
        or (event.seq not in said and event.alarm and by_episode.get(event.alarm) is story)
    ]


def _item(width: int, label: str, text: str, role: Role = Role.PLAIN) -> Lines:
    room = max(width - LABEL - 1, 8)
    rows = wrapped(text, room, MOST_ROWS)
    return [
        (Span(f" {'' if number else label:<{LABEL - 1}} ", Role.DIM), Span(fit(row, room).rstrip(), role))
        for number, row in enumerate(rows)
    ]
