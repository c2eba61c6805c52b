"""The events of an alarm in words: rings, the named surface, returns, and the acts of operators."""

import math

from engine.explanation.wording import severity_text
from engine.records.events import Event, EventKind
from engine.records.outcome import AlarmOutcome
from engine.records.payloads import Cleared, Diagnosed, Ring
from replay.recording import clean_text as clean


def event_text(event: Event) -> str:
    """Return an event of an alarm in words, without its time."""
    detail = event.detail
    by = clean(str(detail.get("by", "")))
    origin = f" from {clean(str(detail['from']))}" if detail.get("from") else ""
    match event.kind:
        case EventKind.RAISED | EventKind.ESCALATED:
            return _ring_text(event.kind, Ring.from_detail(detail))
        case EventKind.DIAGNOSED:
            return f"points to the {Diagnosed.from_detail(detail).surface}"
        case EventKind.CLEARED:
            return "overtaken by an alarm" if Cleared.from_detail(detail).overtaken else "returned"
        case EventKind.ACKNOWLEDGED:
            words = f": {detail['comment']}" if detail.get("comment") else ""
            return f"acknowledged by {by}{origin}{words}"
        case EventKind.NOTED:
            return f"noted by {by}{origin}"
        case EventKind.CLOSED:
            return f"closed by {by}{origin}: {AlarmOutcome.from_detail(detail).sentence()}"
        case EventKind.SHELVED:
            return f"shelved by {by}{origin}: {detail.get('reason', '')}"
        case EventKind.UNSHELVED:
            return f"unshelved by {by}{origin}"
        case _:
            return f"{event.kind.value}{f' by {by}' if by else ''}"


def _ring_text(kind: EventKind, ring: Ring) -> str:
    parts = [kind.value, ring.priority.value]
    if finite(ring.severity) is not None:
        parts.append(f"severity {severity_text(ring.severity or 0.0)}")
    worse, own = finite(ring.beside_severity), finite(ring.severity)
    if worse is not None and own is not None and ring.promoted.startswith("severity at least"):
        against = f"{severity_text(own)} against {severity_text(worse)}"
        parts.append(f"now more than half as bad as {clean(ring.beside)} ({against})")
    elif ring.promoted:
        parts.append(f"because of {ring.promoted}")
        if worse is not None:
            parts.append(f"while {clean(ring.beside)} was at {severity_text(worse)}")
    return ", ".join([*parts, ring.snapshot] if ring.snapshot else parts)


def finite(value: float | None) -> float | None:
    """Return a number, None where it is none."""
    return value if value is not None and math.isfinite(value) else None
