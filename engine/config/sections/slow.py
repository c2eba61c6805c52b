"""The table [slow] of config.toml: rows of slow sensors beside the recordings of vibration."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from engine.config.bounds import CHANNELS, FolderName, Name, RangeEnd, Seconds, Unit
from engine.config.sections.core import ComponentSettings, Table, several
from replay.recording import SlowRows

LONGEST_AGE = 31_536_000.0
"""Seconds of a year."""


class SlowSettings(Table):
    """Rows beside vibration: their place, channels, units and valid ranges; age and wait in seconds."""

    rows: FolderName
    channels: Annotated[tuple[Name, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
    unit: Annotated[tuple[Unit, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
    low: Annotated[tuple[RangeEnd, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
    high: Annotated[tuple[RangeEnd, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
    speed: Annotated[str, Field(max_length=100)]
    age: Annotated[float, Field(gt=0, le=LONGEST_AGE)]
    wait: Seconds

    def form(self) -> SlowRows | None:
        """Return the place for the reader of recordings; None where no rows stand beside them."""
        return (
            SlowRows(self.rows, self.channels, self.speed, self.age, self.wait, self.low, self.high)
            if self.rows
            else None
        )

    @property
    def units(self) -> tuple[str, ...]:
        """Return the unit of each channel, "" where it is not set."""
        return self.unit or ("",) * len(self.channels)


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
    for key in ("unit", "low", "high"):
        given = len(getattr(slow, key))
        if given and given != len(slow.channels):
            return ("slow", key), (
                f"slow.{key} lists {given} for {len(slow.channels)} channels; give one for each, or none"
            )
    for name, low, high in zip(slow.channels, slow.low, slow.high, strict=False):
        if low >= high:
            return ("slow", "low"), f"slow.low of '{name}' is not below its slow.high"
    if slow.speed and slow.speed not in slow.channels:
        return ("slow", "speed"), f"slow.speed is '{slow.speed}', which slow.channels does not name"
    if slow.speed in owners:
        return ("slow", "speed"), f"slow.speed is '{slow.speed}', which is a symptom of {owners[slow.speed]}"
    return (), ""
