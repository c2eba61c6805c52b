"""The slow sensors of a machine: which are judged, and which explain the others."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.config.sections.core import ComponentSettings
    from engine.config.sections.slow import SlowSettings


def roles_of(part: "ComponentSettings") -> tuple[str, ...]:
    """Return the role of each channel of a component."""
    return part.role or ("symptom",) * len(part.channels)


def is_process(components: "Sequence[ComponentSettings]") -> bool:
    """Return whether a machine is watched by rows of slow sensors."""
    return any(part.kind == "process" for part in components)


def conditions_of(plain: Mapping[str, object]) -> tuple[int, ...] | None:
    """Return the columns, from 0, that explain the others; None for a machine without slow sensors.

    Args:
        plain: settings as `Settings.plain` returns them and bundles keep them.
    """
    parts = plain.get("component")
    kinds, found = set(), []
    for part in parts if isinstance(parts, list | tuple) else ():
        if not isinstance(part, Mapping):
            continue
        kinds.add(part.get("kind"))
        roles = part.get("role") or ("symptom",) * len(part["channels"])
        found += [
            number - 1 for number, role in zip(part["channels"], roles, strict=False) if role == "condition"
        ]
    return tuple(found) if "process" in kinds else None


def symptoms_of(
    slow: "SlowSettings", components: "Sequence[ComponentSettings]"
) -> tuple[tuple[int, ...], ...]:
    """Return the slow channels that each component is judged by, counted from 0."""
    if not slow.rows:
        return ((),) * len(components)
    return tuple(tuple(slow.channels.index(name) for name in part.symptoms) for part in components)
