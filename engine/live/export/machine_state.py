"""The state of a machine as a plant's system reads it: one JSON object. Pure functions.

A value that is not current is None: a reader that looks at nothing but `severity` sees no frozen health.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.alarms.alarm import Alarm
from engine.clock import moment
from engine.records.assessment import Assessment
from engine.records.events import Cause, Priority
from engine.records.plants.newest import Newest
from engine.records.progress import Heartbeat, Phase

VALID_SECONDS = 90
"""Seconds after `sent_at` until which a state counts; a living engine sends another one long before."""

DEAD = "engine dead"
"""State in the last will: the broker publishes it when the engine is gone without a word."""

SILENT, ENDED, NO_DATA, NO_DATA_YET = "engine silent", "engine ended", "no data", "no data yet"
FAILED, UNWATCHED = "engine failed", "not watched"

NOT_CURRENT: Mapping[Phase, str] = {
    Phase.FAILED: FAILED,
    Phase.ENDED: ENDED,
    Phase.REMOVED: UNWATCHED,
    Phase.PAUSED: Phase.PAUSED.value,
    Phase.NO_FOLDER: Phase.NO_FOLDER.value,
    Phase.HOLDING: Phase.HOLDING.value,
    Phase.READING: "learning",
    Phase.GATHERING: "learning",
    Phase.LEARNING: "learning",
}
"""States of an engine that judges nothing now, by the phase of its heartbeat."""


@dataclass(frozen=True, slots=True)
class Known:
    """The facts about a machine at an instant of the wall clock.

    Attributes:
        assessment: its live record.
        heartbeat: the last one of its engine, None without one.
        newest: the end of the record.
        came: when that snapshot came, by the wall clock; None where it is unknown.
        alarms: as of now.
        events_to: seq of the newest event that was published.
        ended: whether the engine ends now.
    """

    assessment: Assessment
    heartbeat: Heartbeat | None
    newest: Newest
    came: datetime | None
    alarms: tuple[Alarm, ...]
    events_to: int
    ended: bool = False


def state_of(known: Known, now: datetime) -> dict[str, Any]:
    """Return the state of a machine in JSON types; `now` is the wall clock."""
    word = _word(known, now)
    is_current = word in ("normal", "advisory", "alarm", "stopped")
    open_alarms = [one for one in known.alarms if one.stands or one.needs_acknowledgement]
    beat = known.heartbeat
    came = known.came
    return {
        "machine": known.assessment.machine,
        "state": word,
        "priority": _worst(known.alarms),
        "current": is_current,
        "message": beat.message if beat is not None else "",
        "time": moment(int(known.newest.at[-1])).isoformat() if len(known.newest) else None,
        "age_seconds": None if came is None else round(max((now - came).total_seconds(), 0.0), 1),
        "sent_at": now.isoformat(),
        "valid_seconds": VALID_SECONDS,
        "components": _components(known, is_current),
        "alarms": [_alarm(one) for one in open_alarms],
        "events_to": known.events_to,
    }


def will_of(machine: str) -> dict[str, Any]:
    """Return the state that replaces every other when the engine of a machine is gone without a word."""
    return {
        "machine": machine,
        "state": DEAD,
        "priority": None,
        "current": False,
        "message": "the connection of the engine broke: nothing is known of the machine now",
        "time": None,
        "age_seconds": None,
        "sent_at": None,
        "valid_seconds": None,
        "components": {},
        "alarms": [],
        "events_to": None,
    }


def changes_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a state that does not change by the clock alone."""
    return {key: value for key, value in state.items() if key not in ("age_seconds", "sent_at")}


def _word(known: Known, now: datetime) -> str:
    beat = known.heartbeat
    word = _without_judgement(known, beat, now)
    if word:
        return word
    standing = [one for one in known.alarms if one.stands and not one.put_away]
    if any(one.priority > Priority.LOW for one in standing):
        return "alarm"
    if all(quality == "stopped" for quality in known.newest.quality):
        return "stopped"
    return "advisory" if standing else "normal"


def _without_judgement(known: Known, beat: Heartbeat | None, now: datetime) -> str:
    """Return why nothing judges the machine now, "" where its newest snapshot is judged."""
    if known.ended:
        return FAILED if beat and beat.phase is Phase.FAILED else ENDED
    if beat is not None and beat.phase in (Phase.FAILED, Phase.ENDED, Phase.REMOVED):
        return NOT_CURRENT[beat.phase]
    if beat is None or beat.is_silent(now):
        return SILENT
    if beat.phase in NOT_CURRENT:
        return NOT_CURRENT[beat.phase]
    if any(one.stands and one.cause in (Cause.NO_DATA, Cause.REFUSED) for one in known.alarms):
        return NO_DATA
    return "" if len(known.newest) else NO_DATA_YET


def _worst(alarms: Iterable[Alarm]) -> str | None:
    """Return the highest priority of an alarm that stands and is not put away."""
    found = [one.priority for one in alarms if one.stands and not one.put_away]
    return max(found).value if found else None


def _components(known: Known, is_current: bool) -> dict[str, dict[str, Any]]:
    newest = known.newest
    found: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(known.assessment.components):
        if not len(newest):
            found[name] = {"severity": None, "last_severity": None, "quality": None}
            continue
        severity = float(newest.severity[number])
        last = round(severity, 4) if math.isfinite(severity) else None
        quality = str(newest.quality[number])
        found[name] = {"severity": last if is_current else None, "last_severity": last, "quality": quality}
    return found


def _alarm(alarm: Alarm) -> dict[str, Any]:
    answer = alarm.acknowledgement
    return {
        "key": alarm.key,
        "state": alarm.state.value,
        "stands": alarm.stands,
        "component": alarm.component or None,
        "cause": alarm.cause,
        "priority": alarm.priority.value,
        "severity": alarm.severity,
        "surface": alarm.surface or None,
        "raised_at": alarm.raised.at.isoformat(),
        "ring": alarm.ring.seq,
        "rang_at": alarm.ring.at.isoformat(),
        "acknowledged": not alarm.unanswered,
        "acknowledged_by": None if answer is None else answer.detail.get("by"),
    }
