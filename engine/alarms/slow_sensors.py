"""Alarms of slow sensors beside vibration: a value that is missing, out of its range, or stuck."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.alarms.causes import CAUSES
from engine.alarms.rules import Watch
from engine.config.channels import Layout
from engine.config.sections.core import AlarmSettings
from engine.records.assessment import Moment
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.payloads import Cleared, Ring

STUCK = 1e-6
"""Chance of a healthy run of equal values below which a sensor counts as stuck."""

USUALLY_KNOWN = 0.5
"""Share of the baseline's recordings in which a sensor must be known, for its absence to be a fault."""

ROWS = "rows of slow sensors"
"""Name of the watch of all sensors together."""


class Trouble(StrEnum):
    """A fault of a slow sensor at one recording."""

    MISSING = "missing"
    RANGE = "out of its range"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class SlowWatch:
    """The alarm rule of one slow sensor, its last known value, and the recordings in a row that have it."""

    watch: Watch = field(default_factory=Watch)
    value: float | None = None
    same: int = 0


def troubles_of(
    before: Sequence[SlowWatch], values: Sequence[float], habits: NDArray[np.float32], layout: Layout
) -> tuple[tuple[SlowWatch, ...], tuple[Trouble | None, ...]]:
    """Return the watches with the values of a recording counted, and the fault of each sensor.

    Args:
        before: one for each sensor and one for all together; none before the first recording.
        values: of the sensors, as recorded; NaN where not known.
        habits: from `habits_of`; empty for a bundle of an earlier release, which knows of no habits.
        layout: of the machine.
    """
    if not values or not layout.slow:
        return tuple(before), ()
    watches = list(before) or [SlowWatch()] * (len(layout.slow) + 1)
    found: list[Trouble | None] = []
    for number, value in enumerate(values):
        one = watches[number]
        if not math.isfinite(value):
            is_odd = not habits.size or habits[1, number] >= USUALLY_KNOWN
            found.append(Trouble.MISSING if is_odd else None)
            continue
        same = one.same + 1 if value == one.value else 1
        watches[number] = replace(one, value=value, same=same)
        low, high = layout.slow_range(number)
        still = (1.0 - float(habits[0, number])) ** (same - 1) if habits.size else 1.0
        if not low <= value <= high:
            found.append(Trouble.RANGE)
        else:
            found.append(Trouble.STUCK if still < STUCK else None)
    return tuple(watches), tuple(found)


def watch_slow(
    watches: tuple[SlowWatch, ...],
    troubles: Sequence[Trouble | None],
    layout: Layout,
    moment: Moment,
    rules: AlarmSettings,
) -> tuple[tuple[SlowWatch, ...], list[NewEvent]]:
    """Apply the alarm rules to the slow sensors of one recording after the baseline.

    Where no sensor is known at all, their rows are missing: that raises one alarm, and none for each.

    Args:
        watches: from `troubles_of`.
        troubles: the fault of each sensor.
        layout: of the machine.
        moment: the recording.
        rules: persistence, and recordings before the return.
    """
    if not troubles:
        return watches, []
    silent = len(troubles) > 1 and all(one is Trouble.MISSING for one in troubles)
    now = list(watches)
    events: list[NewEvent] = []
    for number, name in enumerate((*layout.slow, ROWS)):
        is_all = number == len(troubles)
        trouble = (Trouble.MISSING if silent else None) if is_all else troubles[number]
        if silent and not is_all:
            continue
        asked = Asked(name, layout.slow_owner(number), _words(number, now[number], trouble, layout))
        watch, rung = _watched(now[number].watch, asked, moment, rules)
        now[number] = replace(now[number], watch=watch)
        events += rung
    return tuple(now), events


@dataclass(frozen=True, slots=True)
class Asked:
    """A slow sensor for the alarm rule: its name, the component that it judges, its fault in words or ""."""

    name: str
    component: str
    words: str


def _watched(
    watch: Watch, asked: Asked, moment: Moment, rules: AlarmSettings
) -> tuple[Watch, tuple[NewEvent, ...]]:
    bad = bool(asked.words)
    watch = replace(
        watch,
        above=min(watch.above + 1, rules.persistence) if bad else 0,
        below=0 if bad else min(watch.below + 1, rules.clear_after),
    )
    source = "channel" if asked.component else "machine"
    if bad and not watch.alarm and watch.above >= rules.persistence:
        # A symptom is not judged any more. Without a condition, vibration is judged as without load.
        cause = Cause.SENSOR_DEAD
        priority = CAUSES[cause].priority if asked.component or asked.name == ROWS else Priority.LOW
        key = f"{_place(asked.component, asked.name)}/{cause}/{moment.name}"
        ring = Ring(cause=cause.value, priority=priority, snapshot=moment.name, message=asked.words)
        event = NewEvent(EventKind.RAISED, moment.at, source, asked.component, key, detail=ring.to_detail())
        return replace(watch, alarm=key, priority=priority.value), (event,)
    if watch.alarm and watch.below >= rules.clear_after:
        detail = Cleared(snapshot=moment.name, message=f"{asked.name} measures again").to_detail()
        event = NewEvent(EventKind.CLEARED, moment.at, source, asked.component, watch.alarm, detail=detail)
        return Watch(), (event,)
    return watch, ()


def _place(component: str, name: str) -> str:
    """Return the beginning of the keys of a slow sensor's alarms."""
    return f"{component or 'machine'} {name}"


def restored(layout: Layout, standing: Iterable[tuple[str, Watch]]) -> tuple[SlowWatch, ...]:
    """Return the watches of slow sensors whose alarms stand; none where none of them does.

    Args:
        layout: of the machine.
        standing: key and watch of each standing alarm.
    """
    names = (*layout.slow, ROWS)
    places = {
        f"{_place(layout.slow_owner(number), name)}/{Cause.SENSOR_DEAD}/": number
        for number, name in enumerate(names)
    }
    found = [SlowWatch()] * len(names)
    for key, watch in standing:
        for begin, number in places.items():
            if key.startswith(begin):
                found[number] = SlowWatch(watch)
    return tuple(found) if any(one.watch.alarm for one in found) else ()


def _words(number: int, one: SlowWatch, trouble: Trouble | None, layout: Layout) -> str:
    """Return the fault of a sensor as a sentence without its stop; "" for none."""
    if trouble is None:
        return ""
    if number == len(layout.slow):
        return "no slow sensor is known: rows are missing, or older than slow.age"
    name, unit = layout.slow[number], layout.slow_units[number]
    if trouble is Trouble.MISSING:
        return f"{name} is not known: its value is missing, or its row is older than slow.age"
    said = f"{one.value:.6g} {unit}".rstrip() if one.value is not None else ""
    if trouble is Trouble.RANGE:
        low, high = layout.slow_range(number)
        return f"{name} is {said}, out of its range ({low:.6g} to {high:.6g} {unit}".rstrip() + ")"
    return f"{name} is stuck at {said}, for {one.same} recordings"


def pack_slow_watches(watches: Sequence[SlowWatch]) -> list[dict[str, object]]:
    """Return watches in plain JSON types."""
    return [{**asdict(one), "watch": {**asdict(one.watch), "bands": []}} for one in watches]


def unpack_slow_watches(data: Sequence[Mapping[str, Any]]) -> tuple[SlowWatch, ...]:
    """Rebuild the result of `pack_slow_watches`.

    Raises:
        ValueError, KeyError, TypeError: it is damaged.
    """
    return tuple(
        SlowWatch(
            # A slow sensor has no bands; JSON has a list for them.
            Watch(**{**one["watch"], "bands": ()}),
            None if one["value"] is None else float(one["value"]),
            int(one["same"]),
        )
        for one in data
    )
