"""Made-up alarms in situations."""

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.alarms.alarm import Alarm
from engine.alarms.peak import Peak
from engine.explanation.sentence import Sentence
from engine.explanation.situation import Situation
from engine.records.events import Event, EventKind, Priority
from engine.scoring.growth import Growth

AT = datetime(2004, 2, 16, 3, 42, tzinfo=UTC)


def raised(
    seq: int = 7,
    kind: EventKind = EventKind.RAISED,
    at: datetime = AT,
    component: str = "Bearing 1",
    detail: Mapping[str, object] | None = None,
) -> Event:
    held = {"cause": "limit", "priority": "medium", **(detail or {})}
    return Event(seq, kind, at, AT, "component", component, "key", None, "", held)


def alarm_of(
    *,
    priority: Priority = Priority.MEDIUM,
    cause: str = "limit",
    component: str = "Bearing 1",
    raised_at: datetime = AT,
    detail: Mapping[str, object] | None = None,
    surface: str = "",
    carried_from: str = "",
    beside: str = "",
    beside_severity: float | None = None,
    severity: float | None = 2.0,
    cleared: Event | None = None,
    acknowledgement: Event | None = None,
) -> Alarm:
    ring = raised(at=raised_at, component=component, detail={"cause": cause, **(detail or {})})
    return Alarm(
        key="key",
        source="component" if component else "machine",
        component=component,
        cause=cause,
        priority=priority,
        surface=surface,
        severity=severity,
        raised=ring,
        reached=ring,
        ring=ring,
        cleared=cleared,
        acknowledgement=acknowledgement,
        carried_from=carried_from,
        beside=beside,
        beside_severity=beside_severity,
        peak=severity,
    )


def situation(
    *,
    at: datetime = AT,
    severity: float | None = 2.0,
    trend: int = 0,
    growth: Growth | None = None,
    began: datetime | None = None,
    severe: float | None = None,
    advice: Mapping[str, str] | None = None,
    events: tuple[Event, ...] = (),
    **alarm: object,
) -> Situation:
    return Situation(
        alarm=alarm_of(severity=severity, **alarm),  # type: ignore[arg-type]  # fields of an alarm
        at=at,
        severity=severity,
        trend=trend,
        growth=growth,
        began=began,
        peak=Peak(severity),
        severe=severe,
        advice=advice or {},
        events=events,
    )


def facts_of(sentence: Sentence) -> dict[str, float | str]:
    return {fact.name: fact.value for fact in sentence.facts}
