"""Events in JSON types: for `--json`, the HTTP interface, reports, and the export."""

from typing import Any

from engine.records.events import Event


def event_record(event: Event) -> dict[str, Any]:
    """Return an event in JSON types."""
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "source": event.source,
        "component": event.component or None,
        "alarm": event.alarm or None,
        "ring": event.ring,
        "detail": dict(event.detail),
    }
