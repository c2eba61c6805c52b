"""Severity in words: its number, its arrow, and the values that an alarm reached."""

import math
from collections.abc import Callable
from datetime import datetime

from engine.alarms.alarm import Alarm
from engine.alarms.peak import Peak
from engine.records.events import RINGS
from engine.records.payloads import Ring


def severity_text(severity: float | None) -> str:
    """Return a severity in at most 4 characters, rounded down: 1.00 is never below the limit."""
    if severity is None or not math.isfinite(severity):
        return "–"
    if severity >= 999:
        return ">999"
    if severity >= 100:
        return f"{int(severity)}"
    scale = 10 if severity >= 10 else 100
    return f"{math.floor(severity * scale + 1e-9) / scale:.{1 if severity >= 10 else 2}f}"


def severities_text(alarm: Alarm, peak: Peak, told: Callable[[datetime], str]) -> str:
    """Return the severity of an alarm when raised, at its latest ring and at its peak, each with its time.

    Args:
        alarm: as of the playhead.
        peak: its highest severity.
        told: writes an instant.
    """
    parts = []
    first = Ring.from_detail(alarm.raised.detail).severity
    if first is not None:
        parts.append(f"{severity_text(first)} when raised {told(alarm.raised.at)}")
    if alarm.severity is not None and alarm.ring is not alarm.raised:
        # A ring at the end of a shelf has no severity.
        when = (
            f"at its latest ring {told(alarm.ring.at)}" if alarm.ring.kind in RINGS else "when it last rang"
        )
        parts.append(f"{severity_text(alarm.severity)} {when}")
    if peak.severity is not None:
        when = "" if peak.at is None else f" {told(peak.at)}"
        parts.append(f"peak {severity_text(peak.severity)}{when}")
    return ", ".join(parts)
