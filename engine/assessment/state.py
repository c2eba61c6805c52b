"""The engine's running state: everything that the next snapshot needs of those before it.

It is stored with the snapshot, so a restarted engine goes on as if it had never stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

import numpy as np

from engine.alarms.condition import ConditionWatch
from engine.alarms.rules import Watch
from engine.alarms.slow_sensors import SlowWatch, pack_slow_watches, unpack_slow_watches
from engine.config.channels import Layout
from engine.diagnosis.line_memory import LineMemory, unpack_line_memory
from engine.scoring.history import History, empty_history, unpack_history
from engine.scoring.severity import Smoothing, at_rest, unpack_smoothing
from engine.scoring.transfer import Transfer, no_transfer, unpack_transfer

T = TypeVar("T")

WATCH_FIELDS = tuple(one.name for one in fields(Watch))


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The engine's running state after a snapshot.

    Attributes:
        smoothing: averages of residuals.
        components: a watch of each component.
        trends: a watch of the trend of each component.
        sensors: a watch of each column.
        drifted: for each component whether its errors drifted from the baseline's.
        stopped: whether the machine stood still.
        history: the last running snapshots.
        transfer: the paths from the leading component.
        stopped_alarm: key of the alarm of a stop, "" for none.
        silent: snapshots in a row in which every channel was constant.
        condition: the last step of all levels together.
        notes: keys of the notes on each component's sensors.
        own: whether the machine's snapshots include one that the bundle was learned from.
        lines: averages of fault lines of the components in question.
        slow: the quick and the patient average of each symptom beside vibration; empty before the first.
        slow_watches: a watch of each slow sensor beside vibration, and one of all of them.
        marks: checksum of each column's figures in the newest snapshot.
    """

    smoothing: Smoothing
    components: tuple[Watch, ...]
    trends: tuple[Watch, ...]
    sensors: tuple[Watch, ...]
    drifted: tuple[bool, ...]
    stopped: bool
    history: History
    transfer: Transfer
    stopped_alarm: str = ""
    silent: int = 0
    condition: ConditionWatch = field(default_factory=ConditionWatch)
    notes: tuple[tuple[str, ...], ...] = ()
    own: bool = False
    lines: LineMemory = field(default_factory=LineMemory)
    slow: tuple[tuple[float, ...], ...] = ()
    slow_watches: tuple[SlowWatch, ...] = ()
    marks: tuple[int, ...] = ()

    def pack(self) -> dict[str, object]:
        """Return it in plain JSON types; floats keep every bit."""
        return {
            "smoothing": self.smoothing.pack(),
            "components": list(map(_packed, self.components)),
            "trends": list(map(_packed, self.trends)),
            "sensors": list(map(_packed, self.sensors)),
            "drifted": list(self.drifted),
            "stopped": self.stopped,
            "stopped_alarm": self.stopped_alarm,
            "silent": self.silent,
            "condition": {
                **asdict(self.condition),
                "before": list(self.condition.before),
                "steps": list(self.condition.steps),
            },
            "history": self.history.pack(),
            "transfer": self.transfer.pack(),
            **({"notes": [list(own) for own in self.notes]} if any(self.notes) else {}),
            **({"own": True} if self.own else {}),
            **({"lines": self.lines.pack()} if self.lines.excess else {}),
            **({"slow": [list(one) for one in self.slow]} if self.slow else {}),
            **({"slow_watches": pack_slow_watches(self.slow_watches)} if self.slow_watches else {}),
            **({"marks": list(self.marks)} if self.marks else {}),
        }


def without_component(state: State, component: int, channels: Sequence[int]) -> tuple[State, tuple[str, ...]]:
    """Return the state with one component as before its first snapshot, and its alarms that stood.

    What is known of the other components, the machine and every sensor stays.

    Args:
        state: after the newest snapshot.
        component: its index, counted from 0.
        channels: its channels, counted from 1.

    Returns:
        The state, and the keys of the alarms.
    """
    rows = [number - 1 for number in channels]
    standing = tuple(one[component].alarm for one in (state.components, state.trends) if one[component].alarm)

    averages = np.stack([state.smoothing.quick, state.smoothing.patient, state.smoothing.followed])
    averages[:, rows] = 0.0
    severity, level = state.history.severity.copy(), state.history.level.copy()
    severity[:, component] = level[:, component] = np.nan
    return (
        replace(
            state,
            smoothing=Smoothing(*averages),
            components=_instead(state.components, component, Watch()),
            trends=_instead(state.trends, component, Watch()),
            drifted=_instead(state.drifted, component, False),
            history=replace(
                state.history,
                severity=severity,
                level=level,
                # A latent position is the whole machine's.
                latent=np.full_like(state.history.latent, np.nan),
            ),
            transfer=no_transfer(state.transfer.most.shape),
            lines=state.lines.without(component),
        ),
        standing,
    )


def _instead(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def first_state(layout: Layout, features: tuple[int, int]) -> State:
    """Return the state before the first snapshot; `features` is the shape (channels, features)."""
    components, columns = len(layout.components), len(layout.watched)
    watches = (Watch(),) * components
    return State(
        smoothing=at_rest(features),
        components=watches,
        trends=watches,
        sensors=(Watch(),) * columns,
        drifted=(False,) * components,
        stopped=False,
        history=empty_history(components),
        transfer=no_transfer((features[0], features[1] - 1)),
    )


def unpack_state(
    data: Mapping[str, Any], layout: Layout | None = None, features: tuple[int, int] | None = None
) -> State:
    """Rebuild what `State.pack` returned.

    Args:
        data: the packed state.
        layout: of the machine it must fit; any where None.
        features: shape (channels, features) of a residual that it must fit; any where None.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is damaged, or of another machine.
    """
    smoothing = unpack_smoothing(data["smoothing"])
    rows, columns = smoothing.quick.shape
    state = State(
        smoothing=smoothing,
        components=tuple(map(_watch, data["components"])),
        trends=tuple(map(_watch, data["trends"])),
        sensors=tuple(map(_watch, data["sensors"])),
        drifted=tuple(map(bool, data["drifted"])),
        stopped=bool(data["stopped"]),
        stopped_alarm=str(data.get("stopped_alarm", "")),
        silent=int(data.get("silent", 0)),
        condition=_condition(data.get("condition", {})),
        history=unpack_history(data["history"], len(data["components"])),
        transfer=unpack_transfer(data.get("transfer", {}), (rows, columns - 1)),
        notes=tuple(tuple(map(str, own)) for own in data.get("notes", ())),
        own=bool(data.get("own", False)),
        lines=unpack_line_memory(data.get("lines", ())),
        slow=tuple(tuple(map(float, one)) for one in data.get("slow", ())),
        slow_watches=unpack_slow_watches(data.get("slow_watches", ())),
        marks=tuple(map(int, data.get("marks", ()))),
    )
    counts = [len(one) for one in (state.components, state.trends, state.sensors, state.drifted)]
    if layout is not None and counts != [
        len(layout.components),
        len(layout.components),
        len(layout.watched),
        len(layout.components),
    ]:
        raise ValueError("the state is of another machine")
    if layout is not None and state.slow_watches and len(state.slow_watches) != len(layout.slow) + 1:
        raise ValueError("the state is of other slow sensors")
    if features is not None and state.smoothing.quick.shape != features:
        raise ValueError("the state is of another model")
    if not len(state.history.at) == len(state.history.severity) == len(state.history.level):
        raise ValueError("the state contradicts itself")
    return state


def _packed(watch: Watch) -> dict[str, object]:
    return {name: getattr(watch, name) for name in WATCH_FIELDS} | {"bands": list(watch.bands)}


def _watch(data: Mapping[str, Any]) -> Watch:
    """Rebuild the counters of one source; JSON has lists for tuples. Earlier releases stored no bands."""
    return Watch(**{**data, "bands": tuple(map(int, data.get("bands", ())))})


def _condition(data: Mapping[str, Any]) -> ConditionWatch:
    """Rebuild a condition; JSON has lists for tuples. Earlier releases stored none."""
    if not data:
        return ConditionWatch()
    return ConditionWatch(**{**data, "before": tuple(data["before"]), "steps": tuple(data["steps"])})
