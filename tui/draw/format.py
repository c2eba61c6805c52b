"""The wording of numbers, times and states, the same on every screen."""

import math
from dataclasses import dataclass
from datetime import datetime, tzinfo

from engine.alarms.alarm import Alarm, AlarmState
from engine.clock import in_zone, moment
from engine.explanation.wording import PRIORITY_WORDS
from engine.explanation.wording import acknowledged_by as acknowledged_by
from engine.explanation.wording import duration as duration
from engine.explanation.wording import frequency as frequency
from engine.explanation.wording import limit_due as limit_due
from engine.explanation.wording import percent as percent
from engine.explanation.wording import reason as reason
from engine.explanation.wording import reasons as reasons
from engine.explanation.wording import since_texts as since_texts
from engine.explanation.wording import subject as subject
from engine.records.assessment import Quality
from engine.records.events import Priority
from tui.data.frame import Condition, Frame
from tui.draw.text import Role, clean

QUALITIES = {
    Quality.STOPPED: ("◌", "stopped", Role.DIM),
    Quality.DEAD: ("✕", "sensor dead", Role.WARNING),
    Quality.CLIPPED: ("✕", "clipped", Role.WARNING),
    Quality.INVALID: ("✕", "invalid", Role.WARNING),
}

STANDING = PRIORITY_WORDS

RUNNING = Quality.RUNNING.value

SHELVED, RETIRED = "◁", "⊘"
"""Glyphs of shelved alarms and of components out of service."""

PRIORITY_GLYPHS = {Priority.HIGH: "■□", Priority.MEDIUM: "◆◇", Priority.LOW: "▴▵"}
"""Glyphs of a standing alarm by priority: filled while nobody acknowledged it, then open."""

PRIORITY_ROLES = {Priority.HIGH: Role.HIGH, Priority.MEDIUM: Role.MEDIUM, Priority.LOW: Role.LOW}

RINGING_ROLES = {
    Priority.HIGH: Role.RINGING_HIGH,
    Priority.MEDIUM: Role.RINGING_MEDIUM,
    Priority.LOW: Role.RINGING_LOW,
}
"""Roles of an alarm that nobody acknowledged; without colour they are reversed."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of a component: glyph, words, and the role that colours them."""

    glyph: str
    word: str
    role: Role


def state_of(condition: Condition) -> State:
    """Return the state of a component; an alarm comes before anything else."""
    alarm = condition.alarm
    if condition.retired:
        return State(RETIRED, "out of service", Role.DIM if alarm is None else Role.WARNING)
    if alarm is not None and alarm.state is AlarmState.SHELVED:
        # The fault stays visible: severity and reason stand beside the state.
        loud = "" if alarm.priority is Priority.LOW else f"{STANDING[alarm.priority]} "
        later = " later" if alarm.shelved_later else ""
        return State(SHELVED, f"{loud}shelved{later}", Role.WARNING)
    if alarm is not None and alarm.stands:
        word = STANDING[alarm.priority]
        if alarm.needs_acknowledgement:
            return State(alarm_glyph(alarm), f"{word} UNACK", RINGING_ROLES[alarm.priority])
        later = " later" if alarm.acknowledged_later else ""
        return State(alarm_glyph(alarm), f"{word} acked{later}", PRIORITY_ROLES[alarm.priority])
    if alarm is not None:
        return State(alarm_glyph(alarm), "returned UNACK", PRIORITY_ROLES[alarm.priority])
    if condition.silent:
        return State("?", "NO DATA", Role.WARNING)
    if condition.quality is None:
        return State("○", "no score yet", Role.DIM)
    if condition.quality in QUALITIES:
        return State(*QUALITIES[condition.quality])
    if condition.baseline:
        return State("○", "baseline", Role.DIM)
    if not math.isfinite(condition.severity):
        return State("?", "no score", Role.WARNING)
    if condition.severity >= 1.0:
        return State("◐", "above limit", Role.WARNING)
    if condition.unwatched:
        return State("?", "was normal", Role.WARNING)
    return State("●", "normal", Role.GOOD)


def alarm_glyph(alarm: Alarm) -> str:
    """Return the glyph: by priority while it stands, ▽ returned unacknowledged, · over, ◁ ⊘ put away."""
    if alarm.put_away:
        return SHELVED if alarm.retired is None else RETIRED
    if alarm.stands:
        return PRIORITY_GLYPHS[alarm.priority][not alarm.needs_acknowledgement]
    return "▽" if alarm.needs_acknowledgement else "·"


def alarm_roles(alarm: Alarm) -> tuple[Role, Role]:
    """Return the role of an alarm's row, and that of its state in words."""
    if alarm.needs_acknowledgement:
        return PRIORITY_ROLES[alarm.priority], RINGING_ROLES[alarm.priority]
    if alarm.put_away or not alarm.stands:
        return Role.DIM, Role.DIM
    return (PRIORITY_ROLES[alarm.priority],) * 2


def short_time(when: datetime | int, zone: tzinfo) -> str:
    """Return day, month, hour and minute, in 12 cells: 16 Feb 03:52."""
    local = _local(when, zone)
    return f"{local.day:2d} {local:%b %H:%M}"


def sentence_time(when: datetime | int, zone: tzinfo) -> str:
    """Return day, month, hour and minute without the blank that a column needs: 9 Feb 03:52."""
    return short_time(when, zone).strip()


def picture_time(frame: Frame, zone: tzinfo) -> str:
    """Return the time of the snapshot that the picture belongs to, "" where that is not known.

    It arrives a moment after a step, and is that of the last running snapshot while the machine is at rest.
    """
    view = frame.view
    places = (view.series.positions == view.picture_position).nonzero()[0]
    if view.picture_position is None or not len(places):
        return ""
    place = int(places[0])
    told = short_time(int(view.series.at[place]), zone).strip()
    rests = frame.index >= 0 and not (view.series.quality[place + 1 : frame.index + 1] == RUNNING).any()
    return f"(last running {told})" if rests and place < frame.index else f"at {told}"


def long_time(when: datetime | int, zone: tzinfo) -> str:
    """Return date, time to the second and zone: 2004-02-16 03:52:39 UTC."""
    local = _local(when, zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {clean(local.tzname() or '')}".rstrip()


def wall_time(when: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """Return a time of the wall clock and its zone, which can differ from that of the recording.

    Args:
        when: the time.
        zone: of the reader.
        now: the present; a time of another day then has its day and month.
    """
    local = _local(when, zone)
    another = now is not None and local.date() != _local(now, zone).date()
    day = f"{local.day} {local:%b} " if another else ""
    return f"{day}{local:%H:%M:%S} {clean(local.tzname() or '')}".rstrip()


def written_times(at: int, zone: tzinfo) -> tuple[str, str]:
    """Return a recording time as it is written in words: 17 Feb 2004 12:00:39 UTC; 17 Feb 2004 12:00."""
    local = _local(at, zone)
    brief = f"{local.day} {local:%b %Y %H:%M}"
    return f"{brief}:{local:%S} {clean(local.tzname() or '')}".rstrip(), brief


def _local(when: datetime | int, zone: tzinfo) -> datetime:
    return in_zone(when if isinstance(when, datetime) else moment(when), zone)
