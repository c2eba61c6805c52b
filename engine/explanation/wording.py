"""Words for priorities, numbers, spans of time and alarms, the same everywhere."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from engine.alarms.alarm import Alarm, AlarmState
from engine.alarms.peak import Peak
from engine.clock import largest_unit, moment, seconds_span, shifted
from engine.explanation.sentence import Write
from engine.records.events import RINGS, Cause, Priority
from engine.records.payloads import Ring, TrendForecast
from replay.recording import clean_text as clean

PRIORITY_WORDS: Mapping[Priority, str] = MappingProxyType(
    {Priority.LOW: "low", Priority.MEDIUM: "MEDIUM", Priority.HIGH: "HIGH"}
)
"""The word of a priority; what must be acted on is in capitals."""


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


def severities_text(alarm: Alarm, peak: Peak, told: Write) -> str:
    """Return the severity of an alarm when raised, at its latest ring and at its peak, each with its time.

    Args:
        alarm: as of the playhead.
        peak: its highest severity.
        told: writes an instant.
    """
    phrases = {"raised": "when raised", "latest ring": "at its latest ring", "last rang": "when it last rang"}
    parts = []
    for label, value, when in severity_table(alarm, peak, told):
        words = f"{phrases[label]} {when}" if label in phrases else when
        head = f"peak {value}" if label == "peak" else value
        parts.append(f"{head} {words}".strip())
    return ", ".join(parts)


def severity_table(alarm: Alarm, peak: Peak, told: Write) -> list[tuple[str, str, str]]:
    """Return the severities of an alarm as rows: a label, the severity, its time; "" where that is not known.

    The parameters are those of `severities_text`.
    """
    rows = []
    first = Ring.from_detail(alarm.raised.detail).severity
    if first is not None:
        rows.append(("raised", severity_text(first), told(alarm.raised.at)))
    if alarm.severity is not None and alarm.ring is not alarm.raised:
        # A ring at the end of a shelf has no severity, and its time is not that of the one shown.
        rings = alarm.ring.kind in RINGS
        label, when = ("latest ring", told(alarm.ring.at)) if rings else ("last rang", "")
        rows.append((label, severity_text(alarm.severity), when))
    if peak.severity is not None:
        rows.append(("peak", severity_text(peak.severity), "" if peak.at is None else told(peak.at)))
    return rows


def percent(share: float) -> str:
    """Return a share of 0 to 1 in percent."""
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"


def frequency(low: float, high: float) -> str:
    """Return a frequency band, given in Hz, in kHz."""
    return f"{low / 1000:.2f}–{high / 1000:.2f} kHz"


def duration(seconds: float) -> str:
    """Return a span of time in the largest unit that it has twice, at least 1 min: 40 min, 12 h, 3 d."""
    number, unit = largest_unit(seconds)
    return f"{max(seconds / 60, 1):.0f} min" if unit == "s" else f"{number:.0f} {unit}"


def named(items: Sequence[str], most: int = 3) -> str:
    """Return names in a list, "Bearing 1, Bearing 2 and 3 more"."""
    shown = [clean(one) for one in items[:most]]
    rest = len(items) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def subject(alarm: Alarm) -> str:
    """Return the subject of an alarm: its component, or else its source."""
    return clean(alarm.component or alarm.source)


def sensor_fault(ring: Ring) -> str:
    """Return the fault of a sensor in words, with the name of one beside vibration; "" for other alarms."""
    return clean(ring.message) if ring.cause == Cause.SENSOR_DEAD else ""


def sensor_name(ring: Ring) -> str:
    """Return the name of the sensor of an alarm, else "channel 3"; "" where no channel rang."""
    if ring.channel is None:
        return ""
    return clean(ring.sensor) or f"channel {ring.channel}"


def cause_words(alarm: Alarm) -> str:
    """Return the cause of an alarm, with its sensor and the fault of that."""
    ring = Ring.from_detail(alarm.ring.detail)
    place = ", ".join(filter(None, (alarm.cause, sensor_name(ring))))
    return ": ".join(filter(None, (place, sensor_fault(ring))))


def acknowledged_by(alarm: Alarm) -> str:
    """Return the operator who acknowledged the latest ring, "" if nobody did."""
    given = alarm.acknowledgement
    return "" if given is None else clean(str(given.detail.get("by", "somebody")))


def since_texts(alarm: Alarm, told: Write) -> tuple[str, str]:
    """Return the times of an alarm in words: of raise and escalation, and a shorter wording.

    Args:
        alarm: as of the playhead.
        told: writes an instant.
    """

    def brief(at: datetime) -> str:
        # Times of a table are padded; within a sentence that is a double blank.
        return told(at).strip()

    raised = f"raised {brief(alarm.raised.at)}"
    if alarm.cleared is not None:
        return f"{raised}, returned {brief(alarm.cleared.at)}", raised
    if alarm.reached is not alarm.raised:
        return f"{raised}, {PRIORITY_WORDS[alarm.priority]} since {brief(alarm.reached.at)}", raised
    return (f"since {brief(alarm.raised.at)}",) * 2


def reason(alarm: Alarm, at: int | None = None) -> str:
    """Return the reason of an alarm, and how often it was raised if more than once.

    Args:
        alarm: as of the playhead.
        at: the playhead; without it nothing is said of how far off the limit is.
    """
    return reasons(alarm, at)[0]


def reasons(alarm: Alarm, at: int | None = None) -> tuple[str, ...]:
    """Return the reason of an alarm, as `reason`, from the longest wording to the shortest."""
    count = f" ×{alarm.count}" if alarm.count > 1 else ""
    return tuple(f"{clean(one)}{count}" for one in _origins(alarm, at))


def limit_due(alarm: Alarm) -> datetime | None:
    """Return the time for which the latest ring forecast the limit, None if it forecast nothing."""
    for event in (alarm.ring, alarm.raised):
        forecast = TrendForecast.from_detail(event.detail)
        if forecast is not None:
            return shifted(event.at, seconds_span(forecast.seconds_to_limit))
    return None


def standing(alarm: Alarm, told: Write) -> tuple[str, ...]:
    """Return the state of an alarm in words, from the longest wording to the shortest.

    Args:
        alarm: as of the playhead.
        told: writes an instant.
    """
    if alarm.state is AlarmState.OUT_OF_SERVICE and alarm.retired is not None:
        by = clean(str(alarm.retired.detail.get("by", "")))
        return (f"out of service, by {by}", "out of service", "out")
    if alarm.state is AlarmState.SHELVED and alarm.shelved_until is not None:
        by, later = clean(alarm.shelved_by), " later" if alarm.shelved_later else ""
        until = f"until {told(alarm.shelved_until)}"
        return (f"shelved{later} {until}, by {by}", f"shelved{later} {until}", f"shelved{later}", "shelved")
    if alarm.acknowledgement is None and not alarm.needs_acknowledgement:
        return ("overtaken by an alarm", "overtaken", "over")
    if alarm.acknowledgement is None:
        return ("UNACK",) if alarm.stands else ("UNACK, returned", "UNACK rtn")
    by = acknowledged_by(alarm)
    if alarm.acknowledged_later:
        return (f"acknowledged later, by {by}", f"acked later, by {by}", "acked later")
    if alarm.stands:
        return (f"acknowledged by {by}", f"acked by {by}", f"acked {by}", "acked")
    return (
        f"returned, acknowledged by {by}",
        f"returned, acked by {by}",
        f"rtn acked by {by}",
        f"rtn acked {by}",
        "rtn acked",
    )


def _origins(alarm: Alarm, at: int | None) -> tuple[str, ...]:
    """Return the surface, a worse component, the forecast of the limit, or else the cause."""
    if alarm.surface:
        return (alarm.surface,)
    if alarm.carried_from:
        name = alarm.carried_from
        shortest = f"from {name.replace('Bearing ', 'B')}"
        return f"probably heard from {name}", f"heard from {name}", f"from {name}", shortest
    if alarm.beside:
        return f"own signs, but {alarm.beside} is worse", f"{alarm.beside} is worse", f"{alarm.beside} worse"
    due = limit_due(alarm)
    if due is not None and at is not None and alarm.cleared is None:
        left = (due - moment(at)).total_seconds()
        if left > 0:
            return (f"limit in {duration(left)}",)
        return "rising; forecast to be over the limit by now", "limit forecast by now", "limit by now"
    ring = Ring.from_detail(alarm.ring.detail)
    name, fault = sensor_name(ring), sensor_fault(ring)
    if name:
        brief = name.replace("channel ", "ch ")
        told = (f"{name}: {fault}",) if fault else ()
        return (*told, f"{alarm.cause}, {name}", f"{alarm.cause}, {brief}", alarm.cause)
    if fault:
        return fault, alarm.cause
    # "engine: failed" says as much as "engine: engine failed".
    return (alarm.cause.removeprefix(f"{subject(alarm)} "),)
