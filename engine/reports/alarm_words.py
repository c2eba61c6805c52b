"""Alarm metrics and the state of an alarm in words, for shells and reports."""

from collections.abc import Sequence
from datetime import datetime

from engine.alarms.alarm import Alarm
from engine.alarms.metrics import AlarmFigures
from engine.alarms.shelving import words_of
from engine.records.events import Event
from replay.recording import clean_text


def figure_rows(figures: AlarmFigures) -> list[tuple[str, str]]:
    """Return the metrics, each a name and its value with the manageable one of the standards."""
    priorities = ", ".join(f"{count} {name}" for name, count in figures.by_priority.items())
    return [
        ("rings", f"{figures.rings}{f' ({priorities})' if priorities else ''}"),
        ("a day", f"{figures.per_day:.2f} (manageable: about 150)"),
        (
            "in 10 minutes",
            f"{figures.per_10_minutes:.4f} on average (1), {figures.most_in_10_minutes} at most",
        ),
        (
            "floods",
            f"{len(figures.floods)}, {figures.flood_share:.1%} of the time (more than 10 in 10 minutes)",
        ),
        ("chattering", _names(figures.chattering)),
        ("standing now", _names(figures.standing)),
        ("stale", f"{_names(figures.stale)} (standing for more than 24 h)"),
        ("suppressed", f"{_names(figures.put_away)} (shelved or out of service)"),
        ("time to acknowledge", _delay(figures)),
        ("outcomes", outcomes_text(figures)),
    ]


def outcomes_text(figures: AlarmFigures) -> str:
    """Return the counts of the outcomes and the share of alarms that were right."""
    if figures.right_share is None:
        return "no alarm was closed with an outcome"
    counts = ", ".join(f"{count} {clean_text(name)}" for name, count in sorted(figures.outcomes.items()))
    return f"{counts}; {figures.right_share:.0%} of {sum(figures.outcomes.values())} alarms were right"


def state_text(alarm: Alarm) -> str:
    """Return the state of an alarm, and who brought it there."""
    if alarm.retired is not None:
        return f"{alarm.state.value}, by {by_whom(alarm.retired)}"
    if alarm.shelf is not None and alarm.shelved_until is not None:
        why = f": {clean_text(alarm.shelved_for)}"
        return f"shelved by {clean_text(alarm.shelved_by)} until {utc_time(alarm.shelved_until)}{why}"
    by = "" if alarm.acknowledgement is None else f", acknowledged by {by_whom(alarm.acknowledgement)}"
    return f"{'stands' if alarm.stands else 'returned'}{by or ', UNACKNOWLEDGED' * alarm.unanswered}"


def _names(keys: Sequence[str]) -> str:
    names = "; ".join(clean_text(words_of(key)) for key in keys)
    return f"{len(keys)}{': ' + names if names else ''}"


def _delay(figures: AlarmFigures) -> str:
    if figures.median_seconds is None or figures.ninetieth_seconds is None:
        return "not known (measured for live records only)"
    return (
        f"median {figures.median_seconds / 60:.1f} min, 90th percentile"
        f" {figures.ninetieth_seconds / 60:.1f} min, of {figures.acknowledged} rings"
    )


def by_whom(event: Event) -> str:
    """Return the operator of an event."""
    return clean_text(str(event.detail.get("by", "")))


def utc_time(when: datetime) -> str:
    """Return an instant to the second, in UTC."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
