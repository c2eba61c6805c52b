"""Decides what rings: counts running snapshots above and below, and says raised, escalated, cleared.

Pure: the counters after a snapshot follow from those before it and what the snapshot shows. Operators have
no part in it, so that a live, a repeated and a restarted run ring alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.config.sections import AlarmSettings
from engine.records.assessment import Moment, Quality
from engine.records.events import Cause, EventKind, NewEvent, Priority

PROMOTED_AT = 0.5
"""Of the leader's severity: a neighbour that reaches so much has a fault of its own, as far as is known."""

SURFACE_KEPT = 24
"""Running snapshots for which a named surface stands though its lines are not seen: defects wear smooth
for hours and come back."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Counters of one source of alarms, in running snapshots, and the alarm that stands, if any.

    `above`, `lasting`, `severe`, `below` and `apart` count snapshots in a row; `alarm` is the key of the
    standing alarm or "", `carried_from` the component that explains it or "", `peak` the highest severity
    since its raise.
    `surface` is the one named, `speaks_for` the one that the last snapshots spoke for, `spoken` how often
    in a row, `unheard` for how long the named one has not been.
    """

    above: int = 0
    lasting: int = 0
    severe: int = 0
    below: int = 0
    apart: int = 0
    alarm: str = ""
    priority: str = ""
    carried_from: str = ""
    peak: float = 0.0
    surface: str = ""
    speaks_for: str = ""
    spoken: int = 0
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class Leader:
    """The worst other component with an alarm of its own: its failure may explain a neighbour's."""

    component: str
    severity: float
    surface: str = ""


def watch_severity(
    watch: Watch,
    severity: float,
    exceeds: bool,
    lasts: bool,
    component: str,
    moment: Moment,
    rules: AlarmSettings,
    evidence: Callable[[], Mapping[str, object]],
    leader: Leader | None = None,
    own_sign: str = "",
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Take in the severity of one running snapshot after the baseline.

    Args:
        watch: the counters so far.
        severity: of the component, finite.
        exceeds: whether the quick average and the error of this very snapshot are above the limit. Without
            the latter a single odd snapshot would count for as long as the average remembers it.
        lasts: whether the patient average is above its own.
        component: its name.
        moment: the snapshot.
        rules: persistence, hysteresis and the severe threshold.
        evidence: asked for what to freeze in the event if this snapshot rings.
        leader: the worst component with an alarm of its own, if that is another one.
        own_sign: what tells this component's trouble from the leader's, in words, or "".
    """
    if leader is not None and severity >= PROMOTED_AT * leader.severity:
        own_sign = own_sign or f"severity at least {PROMOTED_AT:g} times that of {leader.component}"
    explained = leader is not None and not own_sign
    watch = _counted(
        watch,
        above=watch.above + 1 if exceeds else 0,
        lasting=watch.lasting + 1 if lasts else 0,
        severe=watch.severe + 1 if severity >= rules.severe and exceeds else 0,
        below=min(watch.below + 1, rules.clear_after) if severity < rules.clear_below else 0,
        apart=0 if explained else min(watch.apart + 1, rules.persistence),
        peak=max(watch.peak, severity) if watch.alarm else 0.0,
    )

    def event(kind: EventKind, alarm: str, **more: object) -> NewEvent:
        if leader is not None and leader.severity > severity and not more.get("carried_from"):
            # Though it is promoted: who goes to the machine should look at the worse one first.
            more |= {"beside": leader.component, "beside_severity": leader.severity}
        detail = {**more, "severity": severity, "snapshot": moment.name, **evidence()}
        return NewEvent(kind, moment.at, "component", component, alarm, detail=detail)

    cause = Cause.LIMIT.value
    if not watch.alarm:
        if watch.above < rules.persistence and watch.lasting < rules.patience:
            return watch, ()
        key = f"{component}/{cause}/{moment.name}"
        priority = _priority(watch, rules)
        carried_from = ""
        if leader is not None and watch.apart < rules.persistence:
            priority, carried_from = Priority.LOW, leader.component
        watch = replace(watch, alarm=key, priority=priority.value, carried_from=carried_from, peak=severity)
        raised = event(
            EventKind.RAISED,
            key,
            cause=cause,
            priority=priority.value,
            surface="",
            carried_from=carried_from,
        )
        return watch, (raised,)
    if watch.below >= rules.clear_after:
        detail = {"snapshot": moment.name, "severity": severity, "peak": watch.peak}
        cleared = NewEvent(EventKind.CLEARED, moment.at, "component", component, watch.alarm, detail=detail)
        return Watch(), (cleared,)
    if watch.carried_from and watch.apart < rules.persistence:
        return watch, ()
    priority = _priority(watch, rules)
    if priority > Priority(watch.priority):
        why = {"promoted": own_sign or "nothing explains it any more"} if watch.carried_from else {}
        rung = event(EventKind.ESCALATED, watch.alarm, cause=cause, priority=priority.value, **why)
        return replace(watch, priority=priority.value, carried_from=""), (rung,)
    return watch, ()


def _counted(watch: Watch, **counters: Any) -> Watch:
    """The watch with new counters; the same one where nothing changes, as on most days."""
    same = all(getattr(watch, name) == value for name, value in counters.items())
    return watch if same else replace(watch, **counters)


def _priority(watch: Watch, rules: AlarmSettings) -> Priority:
    return Priority.HIGH if watch.severe >= rules.persistence else Priority.MEDIUM


def is_echo(found: Mapping[str, object] | None, severity: float, leader: Leader | None) -> bool:
    """Whether a component shows the surface of a worse one.

    The same lines may be its own or be heard through the housing: nothing on record tells them apart.
    """
    return bool(found and leader and leader.severity > severity and found["surface"] == leader.surface)


def watch_surface(
    watch: Watch,
    found: Mapping[str, object] | None,
    component: str,
    moment: Moment,
    rules: AlarmSettings,
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Take in which surface one running snapshot speaks for; name it once enough of them in a row do.

    Args:
        watch: the counters so far.
        found: the evidence, with its "surface"; None if it speaks for none.
        component: its name.
        moment: the snapshot.
        rules: persistence.
    """
    surface = str(found["surface"]) if found else ""
    if not (surface or watch.speaks_for or watch.surface or watch.alarm):
        return watch, ()
    watch = replace(
        watch,
        speaks_for=surface,
        spoken=watch.spoken + 1 if surface and surface == watch.speaks_for else int(bool(surface)),
        unheard=0 if surface == watch.surface else watch.unheard + 1,
    )
    if not watch.alarm or watch.carried_from:
        return watch, ()

    def event(**detail: object) -> NewEvent:
        detail = {"snapshot": moment.name, **detail}
        return NewEvent(EventKind.DIAGNOSED, moment.at, "component", component, watch.alarm, detail=detail)

    if found and surface != watch.surface and watch.spoken >= rules.persistence:
        return replace(watch, surface=surface, unheard=0), (event(**found),)
    if watch.surface and watch.unheard >= SURFACE_KEPT:
        withdrawn = event(surface="", withdrawn=watch.surface)
        return replace(watch, surface="", unheard=0), (withdrawn,)
    return watch, ()


def watch_trend(
    watch: Watch,
    trend: Mapping[str, object] | None,
    component: str,
    moment: Moment,
    rules: AlarmSettings,
    overtaken: bool,
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Take in whether the error rises; raises an advisory of low priority, and takes it back by itself.

    Args:
        watch: the counters so far.
        trend: what is told of the rise, None if there is none.
        component: its name.
        moment: the snapshot.
        rules: persistence on the way up, patience on the way down.
        overtaken: whether an alarm by the limit stands, which says more.
    """
    rises = trend is not None and not overtaken
    watch = _counted(
        watch,
        above=watch.above + 1 if rises else 0,
        below=0 if rises else min(watch.below + 1, rules.clear_after),
    )
    if rises and not watch.alarm and watch.above >= rules.persistence:
        key = f"{component}/{Cause.TREND}/{moment.name}"
        detail = {
            "cause": Cause.TREND.value,
            "priority": Priority.LOW.value,
            "snapshot": moment.name,
            **(trend or {}),
        }
        raised = NewEvent(EventKind.RAISED, moment.at, "component", component, key, detail=detail)
        return replace(watch, alarm=key, priority=Priority.LOW.value), (raised,)
    if watch.alarm and (overtaken or watch.below >= rules.clear_after):
        detail = {"snapshot": moment.name, "overtaken": overtaken}
        cleared = NewEvent(EventKind.CLEARED, moment.at, "component", component, watch.alarm, detail=detail)
        return Watch(), (cleared,)
    return watch, ()


SENSOR_CAUSES = {
    Quality.DEAD: Cause.SENSOR_DEAD,
    Quality.CLIPPED: Cause.SENSOR_CLIPPED,
    Quality.INVALID: Cause.SENSOR_DEAD,
}


def watch_sensor(
    watch: Watch, quality: Quality, component: str, channel: int, moment: Moment, rules: AlarmSettings
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Take in the quality of one channel (counted from 1) while the machine is not stopped."""
    bad = quality in SENSOR_CAUSES
    watch = _counted(
        watch,
        above=watch.above + 1 if bad else 0,
        below=0 if bad else min(watch.below + 1, rules.clear_after),
    )
    detail: dict[str, object] = {"channel": channel, "snapshot": moment.name}
    if bad and not watch.alarm and watch.above >= rules.persistence:
        cause, priority = SENSOR_CAUSES[quality].value, Priority.MEDIUM.value
        key = f"{component} channel {channel}/{cause}/{moment.name}"
        detail |= {"cause": cause, "priority": priority}
        raised = NewEvent(EventKind.RAISED, moment.at, "channel", component, key, detail=detail)
        return replace(watch, alarm=key, priority=priority), (raised,)
    if watch.alarm and watch.below >= rules.clear_after:
        cleared = NewEvent(EventKind.CLEARED, moment.at, "channel", component, watch.alarm, detail=detail)
        return Watch(), (cleared,)
    return watch, ()


STOPPED_OR_UNPLUGGED = (
    "every channel is constant: the machine is stopped, or the supply of the sensors is lost;"
    " acknowledge it if the machine is stopped, else check the supply"
)


def watch_stop(
    alarm: str, stopped: bool, silent: int, learning: bool, moment: Moment, rules: AlarmSettings
) -> tuple[str, tuple[NewEvent, ...]]:
    """Take in whether the machine stands still; raise an alarm where it is to ring, or nobody can tell.

    Sensors that work measure some noise of a machine that stands still. Constant channels leave it open
    whether anything is measured: an advisory asks a person.

    Args:
        alarm: key of the standing alarm, or "".
        stopped: whether the machine stands still in this snapshot.
        silent: snapshots in a row in which every channel was constant.
        learning: whether the snapshot belongs to the baseline, which raises nothing.
        moment: the snapshot.
        rules: whether a stop rings, and the persistence.

    Returns:
        The key of the alarm that now stands, or "", and what rings.
    """
    detail: dict[str, object] = {"snapshot": moment.name}
    if stopped and not alarm and not learning and (rules.stopped_rings or silent >= rules.persistence):
        key = f"machine/{Cause.STOPPED}/{moment.name}"
        priority = Priority.MEDIUM if rules.stopped_rings else Priority.LOW
        words = {"message": STOPPED_OR_UNPLUGGED} if silent else {}
        detail = {"cause": Cause.STOPPED.value, "priority": priority.value, **words, **detail}
        return key, (NewEvent(EventKind.RAISED, moment.at, "machine", alarm=key, detail=detail),)
    if alarm and not stopped:
        if not rules.stopped_rings:
            # Sensors that measure again have answered the advisory.
            detail["settled"] = True
        return "", (NewEvent(EventKind.CLEARED, moment.at, "machine", alarm=alarm, detail=detail),)
    return alarm, ()
