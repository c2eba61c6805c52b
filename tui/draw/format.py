"""The wording of numbers, times and states, the same on every screen."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from engine.alarms.alarm import Alarm, AlarmState
from engine.clock import in_zone, moment, seconds_span, shifted
from engine.records.assessment import Quality
from engine.records.events import Priority
from engine.records.payloads import TrendForecast
from tui.data.frame import Condition
from tui.draw.text import Role, clean

QUALITIES = {
    Quality.STOPPED: ("■", "stopped", Role.DIM),
    Quality.DEAD: ("✕", "sensor dead", Role.WARNING),
    Quality.CLIPPED: ("✕", "clipped", Role.WARNING),
    Quality.INVALID: ("✕", "invalid", Role.WARNING),
}

STANDING = {Priority.LOW: "advisory", Priority.MEDIUM: "ALARM", Priority.HIGH: "SEVERE"}

SHELVED, RETIRED = "◁", "□"
"""Glyphs of shelved alarms and of components out of service."""


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
            return State("▲", f"{word} UNACK", Role.RINGING)
        later = " later" if alarm.acknowledged_later else ""
        return State("△", f"{word} acked{later}", Role.WARNING)
    if alarm is not None:
        return State("▽", "returned UNACK", Role.WARNING)
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
        return State("◆", "above limit", Role.WARNING)
    return State("●", "normal", Role.GOOD)


def since_texts(alarm: Alarm, told: Callable[[datetime], str]) -> tuple[str, str]:
    """Return the times of an alarm in words: of raise and escalation, and a shorter wording.

    Args:
        alarm: as of the playhead.
        told: writes an instant.
    """
    raised = f"raised {told(alarm.raised.at)}"
    if alarm.cleared is not None:
        return f"{raised}, returned {told(alarm.cleared.at)}", raised
    if alarm.reached is not alarm.raised:
        return f"{raised}, {STANDING[alarm.priority]} since {told(alarm.reached.at)}", raised
    return (f"since {told(alarm.raised.at)}",) * 2


def percent(share: float) -> str:
    """Return a share of 0 to 1 in percent."""
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"


def frequency(low: float, high: float) -> str:
    """Return a frequency band, given in Hz, in kHz."""
    return f"{low / 1000:.2f}–{high / 1000:.2f} kHz"


def short_time(when: datetime | int, zone: tzinfo) -> str:
    """Return month, day, hour and minute: 02-16 03:52."""
    return _local(when, zone).strftime("%m-%d %H:%M")


def long_time(when: datetime | int, zone: tzinfo) -> str:
    """Return date, time to the second and zone: 2004-02-16 03:52:39 UTC."""
    local = _local(when, zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {clean(local.tzname() or '')}".rstrip()


def wall_time(when: datetime, zone: tzinfo) -> str:
    """Return a time of the wall clock and its zone, which can differ from that of the recording."""
    local = _local(when, zone)
    return f"{local:%H:%M:%S} {clean(local.tzname() or '')}".rstrip()


def acknowledged_by(alarm: Alarm) -> str:
    """Return the operator who acknowledged the latest ring, "" if nobody did."""
    given = alarm.acknowledgement
    return "" if given is None else clean(str(given.detail.get("by", "somebody")))


def subject(alarm: Alarm) -> str:
    """Return the subject of an alarm: its component, or else its source."""
    return clean(alarm.component or alarm.source)


def reason(alarm: Alarm, at: int | None = None) -> str:
    """Return the reason of an alarm, and how often it was raised if more than once.

    Args:
        alarm: as of the playhead.
        at: the playhead; without it nothing is said of how far off the limit is.
    """
    return reasons(alarm, at)[0]


def written_times(at: int, zone: tzinfo) -> tuple[str, str]:
    """Return a recording time as it is written in words: 17 Feb 2004 12:00:39 UTC; 17 Feb 2004 12:00."""
    local = _local(at, zone)
    brief = f"{local.day} {local:%b %Y %H:%M}"
    return f"{brief}:{local:%S} {clean(local.tzname() or '')}".rstrip(), brief


def reasons(alarm: Alarm, at: int | None = None) -> tuple[str, ...]:
    """Return the reason of an alarm, as `reason`, from the longest wording to the shortest."""
    count = f" ×{alarm.count}" if alarm.count > 1 else ""
    return tuple(f"{clean(one)}{count}" for one in _origins(alarm, at))


def _origins(alarm: Alarm, at: int | None) -> tuple[str, ...]:
    """Return the surface, a worse component, the forecast of the limit, or else the cause."""
    if alarm.surface:
        return (alarm.surface,)
    if alarm.carried_from:
        name = alarm.carried_from
        return f"probably heard from {name}", f"heard from {name}", f"from {name}"
    if alarm.beside:
        return f"own signs, but {alarm.beside} is worse", f"{alarm.beside} is worse", f"{alarm.beside} worse"
    due = limit_due(alarm)
    if due is not None and at is not None and alarm.cleared is None:
        left = (due - moment(at)).total_seconds()
        if left > 0:
            return (f"limit in {duration(left)}",)
        return "rising; forecast to be over the limit by now", "limit forecast by now", "limit by now"
    # "engine: failed" says as much as "engine: engine failed".
    return (alarm.cause.removeprefix(f"{subject(alarm)} "),)


def limit_due(alarm: Alarm) -> datetime | None:
    """Return the time for which the latest ring forecast the limit, None if it forecast nothing."""
    for event in (alarm.ring, alarm.raised):
        forecast = TrendForecast.from_detail(event.detail)
        if forecast is not None:
            return shifted(event.at, seconds_span(forecast.seconds_to_limit))
    return None


def duration(seconds: float) -> str:
    """Return a span of time in its largest fitting unit: 40 min, 12 h, 3 d."""
    fitting = [(size, unit) for size, unit in ((86_400, "d"), (3_600, "h")) if seconds >= 2 * size]
    size, unit = fitting[0] if fitting else (60, "min")
    return f"{max(seconds / size, 1):.0f} {unit}"


def _local(when: datetime | int, zone: tzinfo) -> datetime:
    return in_zone(when if isinstance(when, datetime) else moment(when), zone)
