"""The handover of a shift as plain text for a shell."""

from collections.abc import Iterator, Sequence

from engine.alarms.alarm import Alarm
from engine.records.events import Event, EventKind
from engine.records.outcome import AlarmOutcome
from engine.records.payloads import Ring
from engine.reports.shift import Shift
from replay.recording import clean_text as clean
from tui.draw.format import reason, subject
from tui.draw.severity import severity_text
from tui.output.alarm_table import figure_rows, state_text

MOST = 40
"""Lines of one section; a flood is counted, not listed."""


def shift_text(shift: Shift) -> str:
    """Return the handover, one section for each question of the next shift."""
    lines = [
        f"{clean(shift.machine)}: shift from {_time(shift.begin)} to {_time(shift.end)}",
        *_section("stands", [_standing(one) for one in shift.standing], "nothing"),
        *_section("put away", [_standing(one) for one in shift.put_away], "nothing"),
        *_section(
            "not watched", [f"{clean(one.name)}: {clean(one.why)}" for one in shift.unwatched], "nothing"
        ),
        *_section("rang", [_ring(*one) for one in shift.rings], "nothing"),
        *_section("returned", [f"{_time(one.at)}  {_about(one)}" for one in shift.returns], "nothing"),
        *_section("done", [_deed(one) for one in shift.deeds], "nothing"),
        *_section("machine", [_told(one) for one in shift.told], "nothing"),
    ]
    if shift.failing:
        lines += _section("messages", [f"FAIL: {clean(one)}" for one in shift.failing], "")
    lines.append("  alarm system")
    lines += [f"    {name:<20}  {text}" for name, text in figure_rows(shift.figures)]
    return "\n".join(lines)


def _section(name: str, rows: Sequence[str], none: str) -> Iterator[str]:
    yield f"  {name}: {len(rows) or none}"
    yield from (f"    {row}" for row in rows[:MOST])
    if len(rows) > MOST:
        yield f"    and {len(rows) - MOST} more (raceway alarms --all lists them)"


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
    """Return component or source and cause of the alarm of an event."""
    name = clean(event.component or event.source)
    parts = event.alarm.split("/")
    return f"{name}, {clean(parts[-2])}" if len(parts) > 2 else name


def _time(when: object) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
