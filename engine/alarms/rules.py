"""The alarm rules: count running snapshots above and below, then raise, escalate or clear.

Pure: the counters after a snapshot follow from those before it and from the snapshot. Operators do not
influence them, so that live, repeated and restarted runs raise the same alarms.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.alarms.causes import CAUSES
from engine.config.sections.core import AlarmSettings
from engine.records.assessment import Moment
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.payloads import Cleared, Diagnosed, Ring, RingEvidence, SurfaceEvidence, TrendForecast

SURFACE_KEPT = 24
"""Running snapshots for which a named surface stands without its lines: defects wear smooth for hours and
come back."""

LIFTED = 1.0
"""Healthy standard deviations in the patient average from which a band is above the baseline: 3.5 of such an
average's own at the shipped weight."""

FEW_BANDS = 0.25
"""Largest share of bands that a localised fault lifts: a group whose worst is judged has as many."""

NO_EXCESS: NDArray[np.float32] = np.zeros(0, np.float32)
"""For a component whose alarm returns by its severity alone."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Counters of one source of alarms, in running snapshots, and the alarm that stands, if any.

    `above`, `lasting`, `severe`, `below` and `apart` count snapshots in a row. `alarm` is the key of the
    standing alarm, `carried_from` the component that explains it; "" for none. `peak` is the highest severity
    since its raise. `surface` is the one named, `unheard` counts the snapshots since it was last seen.
    `speaks_for` is the surface that the last snapshots point to, `spoken` counts those in a row. `bands` are
    those that the raise was localised on, from 0: the alarm returns only once they are back. The names of
    these fields are stored.
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
    bands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rise:
    """A rising error below the limit: its severity at the newest snapshot, and when it would reach 1.0."""

    severity: float
    forecast: TrendForecast


@dataclass(frozen=True, slots=True)
class Leader:
    """The strongest other component with an alarm of its own: its failure may explain a neighbour's.

    `strength` is its excess power: severities compare badly, because each component has its own limit.
    """

    component: str
    severity: float
    surface: str = ""
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One running snapshot of one component, as the rules for its limit see it.

    Attributes:
        component: its name.
        moment: the snapshot.
        severity: of the component, finite.
        exceeds: whether the quick average and the error of this very snapshot are above the limit. Without
            the latter a single odd snapshot would count for as long as the average remembers it.
        lasts: whether the patient average is above its limit.
        evidence: called for the evidence to freeze, only if this snapshot rings.
        leader: the strongest component with an alarm of its own, if that is another one.
        own_sign: what the leader's failure does not explain of this component, in words, or "".
        strength: of the component, as of its leader.
        excess: (bands,), patient average in healthy standard deviations; empty where severity alone decides
            on a return.
    """

    component: str
    moment: Moment
    severity: float
    exceeds: bool
    lasts: bool
    evidence: Callable[[], RingEvidence]
    leader: Leader | None = None
    own_sign: str = ""
    strength: float = 0.0
    excess: NDArray[np.float32] = field(default_factory=lambda: NO_EXCESS, compare=False)


def localised(excess: NDArray[np.float32]) -> tuple[int, ...]:
    """Return the bands above the baseline, (bands,) given; none where they are too many for one fault."""
    lifted = np.flatnonzero(excess >= LIFTED)
    return tuple(lifted.tolist()) if len(lifted) <= FEW_BANDS * len(excess) else ()


def remain_lifted(excess: NDArray[np.float32], bands: tuple[int, ...]) -> bool:
    """Return whether some bands are above the baseline still, by their mean.

    Wear smooths a defect, and severity falls although the bearing is not better.
    """
    if not bands or bands[-1] >= len(excess):
        return False
    return float(excess[list(bands)].mean()) >= LIFTED


def watch_severity(
    watch: Watch, seen: Observation, rules: AlarmSettings
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Apply the rules of the limit to one running snapshot after the baseline.

    Args:
        watch: the counters so far.
        seen: the snapshot.
        rules: persistence, hysteresis and the severe threshold.

    Returns:
        The counters after it, and the events it decided.
    """
    watch = _counted_severity(watch, seen, rules)
    if not watch.alarm:
        if watch.above < rules.persistence and watch.lasting < rules.patience:
            return watch, ()
        return _raised(watch, seen, rules)
    if watch.below >= rules.clear_after:
        payload = Cleared(snapshot=seen.moment.name, severity=seen.severity, peak=watch.peak)
        return Watch(), (_component_event(EventKind.CLEARED, seen, watch.alarm, payload),)
    if watch.carried_from and (watch.apart < rules.persistence or seen.severity < 1.0):
        # What has fallen below its limit is on its way back, and rings no more.
        return watch, ()
    priority = _priority(watch, rules)
    if priority <= Priority(watch.priority):
        return watch, ()
    why = (seen.own_sign or "its earlier explanation no longer holds") if watch.carried_from else ""
    ring = _ring(seen, priority, promoted=why)
    escalated = _component_event(EventKind.ESCALATED, seen, watch.alarm, ring)
    return replace(watch, priority=priority.value, carried_from=""), (escalated,)


def _counted_severity(watch: Watch, seen: Observation, rules: AlarmSettings) -> Watch:
    explained = seen.leader is not None and not seen.own_sign
    severe = seen.severity >= rules.severe and seen.exceeds
    below = seen.severity < rules.clear_below and not remain_lifted(seen.excess, watch.bands)
    return counted(
        watch,
        above=watch.above + 1 if seen.exceeds else 0,
        lasting=watch.lasting + 1 if seen.lasts else 0,
        severe=watch.severe + 1 if severe else 0,
        below=min(watch.below + 1, rules.clear_after) if below else 0,
        apart=0 if explained else min(watch.apart + 1, rules.persistence),
        peak=max(watch.peak, seen.severity) if watch.alarm else 0.0,
    )


def _raised(watch: Watch, seen: Observation, rules: AlarmSettings) -> tuple[Watch, tuple[NewEvent, ...]]:
    key = f"{seen.component}/{Cause.LIMIT}/{seen.moment.name}"
    priority, carried_from = _priority(watch, rules), ""
    if seen.leader is not None and watch.apart < rules.persistence:
        priority, carried_from = Priority.LOW, seen.leader.component
    payload = _ring(seen, priority, surface="", carried_from=carried_from)
    raised = _component_event(EventKind.RAISED, seen, key, payload)
    after = replace(
        watch,
        alarm=key,
        priority=priority.value,
        carried_from=carried_from,
        peak=seen.severity,
        bands=localised(seen.excess),
    )
    return after, (raised,)


def _ring(
    seen: Observation,
    priority: Priority,
    *,
    surface: str | None = None,
    carried_from: str | None = None,
    promoted: str = "",
) -> Ring:
    ring = Ring(
        cause=Cause.LIMIT.value,
        priority=priority,
        snapshot=seen.moment.name,
        severity=seen.severity,
        surface=surface,
        carried_from=carried_from,
        promoted=promoted,
        evidence=seen.evidence(),
    )
    if seen.leader is None or seen.leader.strength <= seen.strength or carried_from:
        return ring
    # Even if it is promoted: the worse one should be inspected first.
    worse = seen.leader.severity if seen.leader.severity > seen.severity else None
    return replace(ring, beside=seen.leader.component, beside_severity=worse)


def _component_event(kind: EventKind, seen: Observation, alarm: str, payload: Ring | Cleared) -> NewEvent:
    return NewEvent(kind, seen.moment.at, "component", seen.component, alarm, detail=payload.to_detail())


def counted(watch: Watch, **counters: Any) -> Watch:
    """Return the watch with new counters; the same object where nothing changes, as on most days."""
    for name, value in counters.items():
        if getattr(watch, name) != value:
            return replace(watch, **counters)
    return watch


def _priority(watch: Watch, rules: AlarmSettings) -> Priority:
    return Priority.HIGH if watch.severe >= rules.persistence else Priority.MEDIUM


def is_echo(found: SurfaceEvidence | None, strength: float, leader: Leader | None) -> bool:
    """Whether a component shows the surface of a stronger one.

    The lines may be its own or come through the housing: the signals cannot distinguish these.
    """
    return bool(found and leader and leader.strength > strength and found.surface == leader.surface)


def watch_surface(
    watch: Watch,
    found: SurfaceEvidence | None,
    component: str,
    moment: Moment,
    rules: AlarmSettings,
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Count the snapshots that point to a surface; name it after enough of them in a row.

    Args:
        watch: the counters so far.
        found: the evidence for a surface; None if the snapshot shows none.
        component: its name.
        moment: the snapshot.
        rules: persistence.
    """
    surface = found.surface if found else ""
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

    def event(payload: Diagnosed) -> NewEvent:
        detail = payload.to_detail()
        return NewEvent(EventKind.DIAGNOSED, moment.at, "component", component, watch.alarm, detail=detail)

    if found and surface != watch.surface and watch.spoken >= rules.persistence:
        named = Diagnosed(snapshot=moment.name, surface=surface, evidence=found)
        return replace(watch, surface=surface, unheard=0), (event(named),)
    if watch.surface and watch.unheard >= SURFACE_KEPT:
        withdrawn = Diagnosed(snapshot=moment.name, withdrawn=watch.surface)
        return replace(watch, surface="", unheard=0), (event(withdrawn),)
    return watch, ()


def watch_trend(
    watch: Watch,
    trend: Rise | None,
    component: str,
    moment: Moment,
    rules: AlarmSettings,
    overtaken: bool,
) -> tuple[Watch, tuple[NewEvent, ...]]:
    """Count the snapshots with a rising error; raise and clear its advisory.

    Args:
        watch: the counters so far.
        trend: the rise, None if there is none.
        component: its name.
        moment: the snapshot.
        rules: persistence on the way up, patience on the way down.
        overtaken: whether an alarm by the limit stands, which ends the advisory.
    """
    rises = trend is not None and not overtaken
    watch = counted(
        watch,
        above=watch.above + 1 if rises else 0,
        below=0 if rises else min(watch.below + 1, rules.clear_after),
    )
    if trend is not None and rises and not watch.alarm and watch.above >= rules.persistence:
        key = f"{component}/{Cause.TREND}/{moment.name}"
        priority = CAUSES[Cause.TREND].priority
        ring = Ring(
            cause=Cause.TREND.value,
            priority=priority,
            snapshot=moment.name,
            severity=trend.severity,
            forecast=trend.forecast,
        )
        raised = NewEvent(EventKind.RAISED, moment.at, "component", component, key, detail=ring.to_detail())
        return replace(watch, alarm=key, priority=priority.value), (raised,)
    if watch.alarm and (overtaken or watch.below >= rules.clear_after):
        detail = Cleared(snapshot=moment.name, overtaken=overtaken).to_detail()
        cleared = NewEvent(EventKind.CLEARED, moment.at, "component", component, watch.alarm, detail=detail)
        return Watch(), (cleared,)
    return watch, ()
