"""The situation of an alarm: the alarm and the facts around it at an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.alarms.alarm import Alarm
from engine.alarms.peak import Peak
from engine.records.events import Event
from engine.scoring.ahead import Ahead
from engine.scoring.growth import Growth

UNKNOWN_PEAK = Peak()


@dataclass(frozen=True, slots=True)
class Situation:
    """An alarm and its facts at an instant.

    Attributes:
        alarm: as of the instant.
        at: the instant, in recording time.
        severity: of the component at the instant; None where it is not known.
        trend: 1 rising, -1 falling, 0 level over the last snapshots.
        growth: a steady rise or fall, None for neither.
        ahead: the severity ahead, None where it is not known.
        began: when severity rose above its limit, None where that is not known.
        peak: the highest severity of the alarm.
        severe: severity from which an alarm has high priority, None where unknown.
        advice: texts of [advice] by key.
        events: of the record up to the instant, the newest first.
    """

    alarm: Alarm
    at: datetime
    severity: float | None = None
    trend: int = 0
    growth: Growth | None = None
    ahead: Ahead | None = None
    began: datetime | None = None
    peak: Peak = UNKNOWN_PEAK
    severe: float | None = None
    advice: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Event] = ()
