"""Alarms and alarm metrics as plain text for a shell."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len

from engine.alarms.alarm import Alarm
from engine.alarms.metrics import AlarmFigures
from engine.alarms.peak import Peak
from engine.records.events import Event
from engine.records.outcome import AlarmOutcome
from replay.recording import clean_text
from tui.draw.severity import severities_text, severity_text

HEADINGS = ("ring", "raised", "what", "cause", "priority", "peak", "state")


def alarm_text(
    machine: str, at: datetime, alarms: Sequence[Alarm], advice: Sequence[str], peaks: Sequence[Peak]
) -> str:
    """Return the alarm list: one row for each alarm, and below it its key, severities, notes and advice.

    Args:
        machine: its name.
        at: the playhead.
        alarms: in order of urgency.
        advice: one for each alarm, "" for none.
        peaks: one for each alarm.
    """
    head = f"{clean_text(machine)}, as of {_time(at)}"
    if not alarms:
        return f"{head}: no alarm is open"
    waiting = sum(alarm.needs_acknowledgement for alarm in alarms)
    rows = [HEADINGS, *(_row(alarm, peak) for alarm, peak in zip(alarms, peaks, strict=True))]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [f"{head}: {waiting} unacknowledged", _line(HEADINGS, widths)]
    for row, alarm, words, peak in zip(rows[1:], alarms, advice, peaks, strict=True):
        lines.append(_line(row, widths))
        lines.append(f"  key: {clean_text(alarm.key)}")
        if alarm.reached is not alarm.raised:
            lines.append(f"  {alarm.priority} priority since {_time(alarm.reached.at)}")
        severities = severities_text(alarm, peak, _time)
        if severities:
            lines.append(f"  severity: {severities}")
        lines += [f"  note by {_by(event)}: {clean_text(str(event.detail['text']))}" for event in alarm.notes]
        if alarm.closed is not None:
            found = AlarmOutcome.from_detail(alarm.closed.detail).sentence()
            lines.append(f"  outcome by {_by(alarm.closed)}: {clean_text(found)}")
        if words and alarm.stands:
            lines.append(f"  do: {clean_text(words)}")
    return "\n".join(lines)


def figure_rows(figures: AlarmFigures) -> list[tuple[str, str]]:
    """Return the metrics, each a name and its value with the manageable one of the standards."""
    priorities = ", ".join(f"{count} {name}" for name, count in sorted(figures.by_priority.items()))
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
        ("put away", _names(figures.put_away)),
        ("time to acknowledge", _delay(figures)),
        ("outcomes", outcomes_text(figures)),
    ]


def figures_text(machine: str, figures: AlarmFigures) -> str:
    """Return the metrics, one a line, each with the manageable value of the standards."""
    told = figure_rows(figures)
    worst = [
        f"  {source.rings:>5}  {source.share:>4.0%}  {clean_text(source.name)}, {source.cause}"
        for source in figures.worst
    ]
    width = max(len(name) for name, _ in told)
    lines = [f"{clean_text(machine)}, {_time(figures.begin)} to {_time(figures.end)}"]
    lines += [f"  {name:<{width}}  {text}" for name, text in told]
    return "\n".join([*lines, *(["worst sources", *worst] if worst else [])])


def outcomes_text(figures: AlarmFigures) -> str:
    """Return the counts of the outcomes and the share of alarms that were right."""
    if figures.right_share is None:
        return "no alarm was closed with one"
    counts = ", ".join(f"{count} {clean_text(name)}" for name, count in sorted(figures.outcomes.items()))
    return f"{counts}; {figures.right_share:.0%} of {sum(figures.outcomes.values())} alarms were right"


def _row(alarm: Alarm, peak: Peak) -> tuple[str, ...]:
    cause = f"{alarm.cause}, {alarm.surface}" if alarm.surface else alarm.cause
    return (
        str(alarm.ring.seq),
        _time(alarm.raised.at),
        clean_text(alarm.component or alarm.source),
        clean_text(cause) + (f" x{alarm.count}" if alarm.count > 1 else ""),
        alarm.priority.value,
        "" if peak.severity is None else severity_text(peak.severity),
        state_text(alarm),
    )


def state_text(alarm: Alarm) -> str:
    """Return the state of an alarm, and who brought it there."""
    if alarm.retired is not None:
        return f"{alarm.state.value}, by {_by(alarm.retired)}"
    if alarm.shelf is not None and alarm.shelved_until is not None:
        why = f": {clean_text(alarm.shelved_for)}"
        return f"shelved by {clean_text(alarm.shelved_by)} until {_time(alarm.shelved_until)}{why}"
    by = "" if alarm.acknowledgement is None else f", acknowledged by {_by(alarm.acknowledgement)}"
    return f"{'stands' if alarm.stands else 'returned'}{by or ', UNACKNOWLEDGED' * alarm.unanswered}"


def _by(event: Event) -> str:
    return clean_text(str(event.detail.get("by", "")))


def _names(keys: Sequence[str]) -> str:
    return f"{len(keys)}{': ' + ', '.join(map(clean_text, keys)) if keys else ''}"


def _delay(figures: AlarmFigures) -> str:
    if figures.median_seconds is None or figures.ninetieth_seconds is None:
        return "not known (measured for a live record alone)"
    return (
        f"median {figures.median_seconds / 60:.1f} min, 90th percentile"
        f" {figures.ninetieth_seconds / 60:.1f} min, of {figures.acknowledged} rings"
    )


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
