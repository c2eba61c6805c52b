"""The table [slow] of config.toml: rows of slow sensors beside the recordings of vibration."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from engine.config.bounds import CHANNELS, FolderName, Name, Seconds, Unit
from engine.config.sections.core import ComponentSettings, Table, several
from replay.recording import SlowRows

LONGEST_AGE = 31_536_000.0
"""Seconds of a year."""


class SlowSettings(Table):
    """Rows beside vibration: their place, channels and units; age and wait in seconds."""

    rows: FolderName
    channels: Annotated[tuple[Name, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
    unit: Annotated[tuple[Unit, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
    speed: Annotated[str, Field(max_length=100)]
    age: Annotated[float, Field(gt=0, le=LONGEST_AGE)]
    wait: Seconds

    def form(self) -> SlowRows | None:
        """Return the place for the reader of recordings; None where no rows stand beside them."""
        return SlowRows(self.rows, self.channels, self.speed, self.age, self.wait) if self.rows else None

    @property
    def units(self) -> tuple[str, ...]:
        """Return the unit of each channel, "" where it is not set."""
        return self.unit or ("",) * len(self.channels)


def symptoms_of(slow: SlowSettings, components: Sequence[ComponentSettings]) -> tuple[tuple[int, ...], ...]:
    """Return the slow channels that each component is judged by, counted from 0."""
    if not slow.rows:
        return ((),) * len(components)
    return tuple(tuple(slow.channels.index(name) for name in part.symptoms) for part in components)


def fault_of_slow(
    slow: SlowSettings, components: Sequence[ComponentSettings]
) -> tuple[tuple[str | int, ...], str]:
    """Return the place and the fault of slow sensors beside vibration, in words; no words for none."""
    owners: dict[str, str] = {}
    for index, part in enumerate(components):
        for name in part.symptoms:
            place = ("component", index, "symptoms")
            if not slow.rows or name not in slow.channels:
                return place, f"{part.name} has the symptom '{name}', which slow.channels does not name"
            if name in owners:
                return place, f"the symptom '{name}' is used by {owners[name]} and by {part.name}"
            owners[name] = part.name
    if not slow.rows:
        return (), ""
    if any(part.kind == "process" for part in components):
        return ("slow", "rows"), 'slow.rows stands beside vibration, and a component has kind = "process"'
    if not slow.channels or len(set(slow.channels)) < len(slow.channels):
        return ("slow", "channels"), "slow.channels must name each channel of slow.rows once, at least one"
    if slow.unit and len(slow.unit) != len(slow.channels):
        return ("slow", "unit"), (
            f"slow.unit lists {len(slow.unit)} for {len(slow.channels)} channels; give one for each, or none"
        )
    if slow.speed and slow.speed not in slow.channels:
        return ("slow", "speed"), f"slow.speed is '{slow.speed}', which slow.channels does not name"
    if slow.speed in owners:
        return ("slow", "speed"), f"slow.speed is '{slow.speed}', which is a symptom of {owners[slow.speed]}"
    return (), ""
