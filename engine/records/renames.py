"""Components with new names: earlier events, and the engine's state, are read under the names of today.

Pure. Stored events keep the names that they were written with. A reader translates each event by the renames
that came after it, so that one alarm has one key before and after a rename.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.records.events import Event

NAMED = ("carried_from", "beside")
"""Details of a ring that name another component."""

NAMED_EACH = ("level_ratios",)
"""Details with a value for each component, by its name."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A rename: the seq of its event, and the new name of each component that got one, by its old name."""

    seq: int
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewNames:
    """New component names of a live record.

    Attributes:
        names: the new name of each component that gets one, by its old name.
        components: all names after the rename, in display order.
        key: of the record after the rename.
        settings: with the new names, in JSON types.
    """

    names: Mapping[str, str]
    components: tuple[str, ...]
    key: str
    settings: Mapping[str, object]


def after(seq: int, renames: Iterable[Rename]) -> tuple[Mapping[str, str], ...]:
    """Return the names to apply in order to an event with this seq."""
    return tuple(one.names for one in renames if one.seq > seq)


def renamed_key(alarm: str, component: str, names: Mapping[str, str]) -> str:
    """Return the key of a component's alarm under new names; any other key as it is."""
    if component and alarm.startswith(component):
        return names.get(component, component) + alarm.removeprefix(component)
    return alarm


def renamed_detail(detail: Mapping[str, object], names: Mapping[str, str]) -> Mapping[str, object]:
    """Return an event's details under new names; the same object where they name no such component."""
    changed: dict[str, object] = {}
    for field in NAMED:
        name = detail.get(field)
        if isinstance(name, str) and name in names:
            changed[field] = names[name]
    for field in NAMED_EACH:
        each = detail.get(field)
        if isinstance(each, Mapping):
            changed[field] = {names.get(str(name), name): value for name, value in each.items()}
    return {**detail, **changed} if changed else detail


def renamed_events(events: Sequence[Event], renames: Sequence[Rename]) -> list[Event]:
    """Return events under the names of today, in the same order."""
    return [_renamed(event, after(event.seq, renames)) for event in events] if renames else list(events)


def _renamed(event: Event, steps: Iterable[Mapping[str, str]]) -> Event:
    for names in steps:
        event = replace(
            event,
            component=names.get(event.component, event.component),
            alarm=renamed_key(event.alarm, event.component, names),
            detail=renamed_detail(event.detail, names),
        )
    return event


def renamed_state(
    packed: Mapping[str, Any],
    components: Sequence[str],
    channels: Sequence[Sequence[int]],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return an engine's packed state under new names: keys of standing alarms, and what explains them.

    Args:
        packed: by `State.pack`.
        components: names before the rename, in display order.
        channels: of each component, from 1.
        names: the new name of each component that gets one, by its old name.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: the state is damaged.
    """
    owner = {
        number - 1: name for name, numbers in zip(components, channels, strict=True) for number in numbers
    }
    columns = [owner.get(column, "") for column in range(len(packed["sensors"]))]
    watches = {
        field: [
            _renamed_watch(watch, owned, names) for watch, owned in zip(packed[field], owners, strict=True)
        ]
        for field, owners in (("components", components), ("trends", components), ("sensors", columns))
    }
    return {**packed, **watches}


def _renamed_watch(watch: Mapping[str, Any], owner: str, names: Mapping[str, str]) -> dict[str, Any]:
    explained = watch.get("carried_from", "")
    return {
        **watch,
        "alarm": renamed_key(watch["alarm"], owner, names),
        "carried_from": names.get(explained, explained),
    }
