"""Alarms and alarm metrics as plain text for a shell."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len

from engine.alarms.alarm import Alarm
from engine.alarms.metrics import AlarmFigures
from engine.alarms.peak import Peak
from engine.explanation.wording import cause_words
from engine.records.outcome import AlarmOutcome
from engine.reports.alarm_words import by_whom, figure_rows, state_text, utc_time
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
    head = f"{clean_text(machine)}, as of {utc_time(at)}"
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
            lines.append(f"  {alarm.priority} priority since {utc_time(alarm.reached.at)}")
        severities = severities_text(alarm, peak, utc_time)
        if severities:
            lines.append(f"  severity: {severities}")
        lines += [
            f"  note by {by_whom(event)}: {clean_text(str(event.detail['text']))}" for event in alarm.notes
        ]
        if alarm.closed is not None:
            found = AlarmOutcome.from_detail(alarm.closed.detail).sentence()
            lines.append(f"  outcome by {by_whom(alarm.closed)}: {clean_text(found)}")
        if words and alarm.stands:
            lines.append(f"  do: {clean_text(words)}")
    return "\n".join(lines)


def figures_text(machine: str, figures: AlarmFigures) -> str:
    """Return the metrics, one a line, each with the manageable value of the standards."""
    told = figure_rows(figures)
    worst = [
        f"  {source.rings:>5}  {source.share:>4.0%}  {clean_text(source.name)}, {source.cause}"
        for source in figures.worst
    ]
    width = max(len(name) for name, _ in told)
    lines = [f"{clean_text(machine)}, {utc_time(figures.begin)} to {utc_time(figures.end)}"]
    lines += [f"  {name:<{width}}  {text}" for name, text in told]
    return "\n".join([*lines, *(["worst sources", *worst] if worst else [])])


def _row(alarm: Alarm, peak: Peak) -> tuple[str, ...]:
    cause = cause_words(alarm)
    if alarm.surface:
        cause = f"{alarm.cause}, {alarm.surface}"
    elif alarm.carried_from:
        cause = f"{alarm.cause}, heard from {alarm.carried_from}"
    return (
        str(alarm.ring.seq),
        utc_time(alarm.raised.at),
        clean_text(alarm.component or alarm.source),
        clean_text(cause) + (f" x{alarm.count}" if alarm.count > 1 else ""),
        alarm.priority.value,
        "" if peak.severity is None else severity_text(peak.severity),
        state_text(alarm),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
