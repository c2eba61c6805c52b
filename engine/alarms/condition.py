"""Alarms of the machine as a whole: it stopped, or its operating condition changed.

A change of condition explains and never mutes: no other alarm, score or limit depends on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from engine.alarms.causes import CAUSES
from engine.config.sections.core import AlarmSettings
from engine.records.assessment import Moment
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.payloads import Cleared, LevelStep, Ring
from engine.scoring.condition_change import CommonStep
from engine.scoring.history import LENGTH

HELD = 0.5
"""Share of the step above which the levels count as still changed: half way back is neither."""

SETTLED = LENGTH
"""Running snapshots after which the new levels are the usual ones: the engine remembers no more."""


FAINT = "faults are seen late: check unit, gain and sensors, or learn again if the machine is to run so"


@dataclass(frozen=True, slots=True)
class ConditionWatch:
    """A step of all levels, from the snapshot that showed it until its advisory is cleared.

    Attributes:
        before: natural logarithm of each component's level before the step; empty where there was none.
        steps: the step of each, in the same units.
        held: running snapshots in a row that still differ from before.
        back: running snapshots in a row that do not.
        alarm: key of the standing advisory, or "".
        moved: whether the latent positions were reported to lie apart from the baseline's.
    """

    before: tuple[float, ...] = ()
    steps: tuple[float, ...] = ()
    held: int = 0
    back: int = 0
    alarm: str = ""
    moved: bool = False


def watch_condition(
    watch: ConditionWatch,
    found: CommonStep | None,
    level: Sequence[float],
    components: Sequence[str],
    moment: Moment,
    rules: AlarmSettings,
    faint: CommonStep | None = None,
) -> tuple[ConditionWatch, tuple[NewEvent, ...]]:
    """Raise the advisory once a step lasts; clear it when the levels are back, or have become usual.

    A further step while the advisory stands restarts the count of `SETTLED` and raises no second one. Levels
    far below the baseline never become usual, because faults stay below the limits.

    Args:
        watch: the state so far.
        found: the step that this running snapshot shows, None for none.
        level: natural logarithm of each component's level in this snapshot, NaN where it does not run.
        components: their names.
        moment: the snapshot.
        rules: persistence on the way up, `clear_after` on the way back.
        faint: from the baseline to this snapshot, where every channel is far below it; else None.

    Returns:
        The state after the snapshot, and the events it decided.
    """
    began = found or faint
    if not watch.before and began is not None:
        watch = ConditionWatch(before=began.before, steps=began.steps)
    if not watch.before or not all(map(math.isfinite, level)):
        return watch, ()
    changes = [now - usual for now, usual in zip(level, watch.before, strict=True)]
    differs = median(change / step for change, step in zip(changes, watch.steps, strict=True)) >= HELD
    held = (1 if found else watch.held + 1) if differs else 0
    watch = ConditionWatch(watch.before, watch.steps, held, 0 if differs else watch.back + 1, watch.alarm)
    if not watch.alarm:
        if not differs:
            return ConditionWatch(), ()
        return (
            _raised(watch, changes, components, moment, faint) if held >= rules.persistence else (watch, ())
        )
    if watch.back >= rules.clear_after:
        return _cleared(watch, moment, "the levels have returned to those before the step")
    if watch.held >= SETTLED and faint is None:
        return _cleared(watch, moment, f"the new levels have lasted for {SETTLED} snapshots")
    return watch, ()


def _raised(
    watch: ConditionWatch,
    changes: Sequence[float],
    components: Sequence[str],
    moment: Moment,
    faint: CommonStep | None,
) -> tuple[ConditionWatch, tuple[NewEvent, ...]]:
    rule = CAUSES[Cause.CONDITION]
    key = f"{rule.source}/{Cause.CONDITION}/{moment.name}"
    ratios = {name: math.exp(change) for name, change in zip(components, changes, strict=True)}
    mean = math.exp(fmean(changes))
    span = f"{min(ratios.values()):.2f} to {max(ratios.values()):.2f}"
    words = (
        f"the vibration levels of all {len(ratios)} components stepped together to {mean:.2f} times ({span})"
    )
    if faint is not None:
        words = f"all vibration levels fell to {mean:.2f} times ({span}); {FAINT}"
    ring = Ring(
        cause=Cause.CONDITION.value,
        priority=rule.priority,
        snapshot=moment.name,
        message=words,
        step=LevelStep(mean, ratios),
    )
    raised = NewEvent(EventKind.RAISED, moment.at, rule.source, alarm=key, detail=ring.to_detail())
    return ConditionWatch(watch.before, watch.steps, watch.held, watch.back, key), (raised,)


def _cleared(watch: ConditionWatch, moment: Moment, why: str) -> tuple[ConditionWatch, tuple[NewEvent, ...]]:
    payload = Cleared(snapshot=moment.name, message=why)
    source = CAUSES[Cause.CONDITION].source
    cleared = NewEvent(EventKind.CLEARED, moment.at, source, alarm=watch.alarm, detail=payload.to_detail())
    return ConditionWatch(), (cleared,)


STOPPED_OR_UNPLUGGED = (
    "no channel measures the machine: it is stopped, or the sensors lost their supply, a cable or their gain;"
    " acknowledge it if the machine is stopped, else check the sensors"
)


def watch_stop(
    alarm: str, stopped: bool, silent: int, learning: bool, moment: Moment, rules: AlarmSettings
) -> tuple[str, tuple[NewEvent, ...]]:
    """Raise or clear the alarm of a machine that is stopped, or whose sensors may all be dead.

    Sensors that work measure some noise of a stopped machine. Constant channels leave it open whether
    anything is measured: an advisory asks a person.

    Args:
        alarm: key of the standing alarm, or "".
        stopped: whether the machine is stopped in this snapshot.
        silent: snapshots in a row in which every channel was constant.
        learning: whether the snapshot belongs to the baseline, which raises nothing.
        moment: the snapshot.
        rules: whether a stop rings, and the persistence.

    Returns:
        The key of the alarm that now stands, or "", and what rings.
    """
    if stopped and not alarm and not learning and (rules.stopped_rings or silent >= rules.persistence):
        key = f"machine/{Cause.STOPPED}/{moment.name}"
        rule = CAUSES[Cause.STOPPED]
        ring = Ring(
            cause=Cause.STOPPED.value,
            priority=rule.priority if rules.stopped_rings else Priority.LOW,
            snapshot=moment.name,
            message=STOPPED_OR_UNPLUGGED if silent else "",
        )
        return key, (NewEvent(EventKind.RAISED, moment.at, rule.source, alarm=key, detail=ring.to_detail()),)
    if alarm and not stopped:
        # Sensors that measure again have answered the advisory.
        detail = Cleared(snapshot=moment.name, settled=not rules.stopped_rings).to_detail()
        return "", (NewEvent(EventKind.CLEARED, moment.at, "machine", alarm=alarm, detail=detail),)
    return alarm, ()
