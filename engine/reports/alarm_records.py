"""Alarms, events and alarm metrics in JSON types: for `--json`, for the HTTP interface and for reports."""

import math
from dataclasses import asdict
from typing import Any

from engine.alarms.alarm import Alarm
from engine.alarms.metrics import AlarmFigures
from engine.alarms.peak import Peak
from engine.explanation.sentence import Sentence
from engine.records.events import Event, event_record
from engine.records.outcome import AlarmOutcome
from engine.reports.shift import Shift
from replay.recording import clean_text


def alarm_record(alarm: Alarm, advice: str, peak: Peak) -> dict[str, Any]:
    """Return an alarm in JSON types: `severity` at `rang_at`, `priority` since `priority_at`.

    Args:
        alarm: the alarm.
        advice: what to do, "" for none.
        peak: its highest severity.
    """
    acknowledged = alarm.acknowledgement
    return {
        "key": alarm.key,
        "ring": alarm.ring.seq,
        "state": alarm.state.value,
        "stands": alarm.stands,
        "source": alarm.source,
        "component": alarm.component,
        "cause": alarm.cause,
        "priority": alarm.priority.value,
        "surface": alarm.surface,
        "severity": alarm.severity,
        "peak": peak.severity,
        "peak_at": None if peak.at is None else peak.at.isoformat(),
        "count": alarm.count,
        "raised_at": alarm.raised.at.isoformat(),
        "priority_at": alarm.reached.at.isoformat(),
        "rang_at": alarm.ring.at.isoformat(),
        "cleared_at": None if alarm.cleared is None else alarm.cleared.at.isoformat(),
        "acknowledged_by": None if acknowledged is None else acknowledged.detail.get("by"),
        "acknowledged_wall_at": None if acknowledged is None else acknowledged.recorded_at.isoformat(),
        "shelved_by": alarm.shelved_by or None,
        "shelved_for": alarm.shelved_for or None,
        "shelved_until": None if alarm.shelved_until is None else alarm.shelved_until.isoformat(),
        "notes": [
            {"by": clean_text(str(event.detail.get("by", ""))), "text": event.detail["text"]}
            for event in alarm.notes
        ],
        "outcome": None if alarm.closed is None else outcome_record(alarm.closed),
        "advice": advice,
    }


def outcome_record(closed: Event) -> dict[str, Any]:
    """Return the outcome of a closed alarm in JSON types."""
    outcome = AlarmOutcome.from_detail(closed.detail)
    return {
        "by": clean_text(str(closed.detail.get("by", ""))),
        "at": closed.at.isoformat(),
        "wall_at": closed.recorded_at.isoformat(),
        "finding": outcome.finding,
        "surface": outcome.surface or None,
        "size_mm": outcome.size,
        "photo": outcome.photo or None,
        "note": outcome.note or None,
        "replaced": outcome.replaced,
    }


def sentence_record(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence in JSON types, with its facts and events."""
    return {
        "topic": None if sentence.topic is None else sentence.topic.value,
        "text": sentence.text,
        "facts": [
            {"name": one.name, "value": _plain(one.value), "shown": one.shown} for one in sentence.facts
        ],
        "events": list(sentence.events),
    }


def _plain(value: float | str) -> float | str | None:
    """Return a value as JSON holds it; it has no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def figures_record(figures: AlarmFigures) -> dict[str, Any]:
    """Return the metrics in JSON types."""
    plain = asdict(figures)
    plain["begin"], plain["end"] = figures.begin.isoformat(), figures.end.isoformat()
    plain["floods"] = [
        {"begin": one.begin.isoformat(), "end": one.end.isoformat(), "rings": one.rings}
        for one in figures.floods
    ]
    return plain


def shift_record(shift: Shift) -> dict[str, Any]:
    """Return the handover of a shift in JSON types."""
    return {
        "machine": shift.machine,
        "begin": shift.begin.isoformat(),
        "end": shift.end.isoformat(),
        "rings": [event_record(ring) for ring, _ in shift.rings],
        "returns": [event_record(event) for event in shift.returns],
        "deeds": [event_record(event) for event in shift.deeds],
        "told": [event_record(event) for event in shift.told],
        "standing": [alarm_record(one, "", Peak(one.peak)) for one in shift.standing],
        "put_away": [alarm_record(one, "", Peak(one.peak)) for one in shift.put_away],
        "not_watched": [{"name": one.name, "why": one.why} for one in shift.unwatched],
        "messages_fail": list(shift.failing),
        "figures": figures_record(shift.figures),
    }
