"""The layout of a machine's channels, in arrays for the engine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.config.slow_sensors import is_process, roles_of, symptoms_of

if TYPE_CHECKING:
    # A process that examines recordings needs no settings, which take long to load.
    from engine.config.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The channels of a machine.

    Attributes:
        components: names, in display order.
        channels: of each component, counted from 1.
        watched: bool (columns,), False for a column that no component names.
        sensitivity: float32 (columns,), recorded number per unit.
        units: one a column, "" for one that is not watched.
        offset: float32 (columns,), or (1,) for all, recorded number at a value of zero.
        conditions: bool (columns,), columns of slow sensors that explain the others; None for a machine
            without slow sensors.
        slow: names of slow sensors beside vibration; `slow_units` are their units.
        symptoms: of each component, the slow sensors that judge it, counted from 0; others are conditions.
        low, high: float32 (columns,), range of valid values of slow sensors; (1,) for all.
        names: of the columns in the recordings, empty where these name none.
        slow_low, slow_high: the same of slow sensors beside vibration; empty for no bounds.
    """

    components: tuple[str, ...]
    channels: tuple[tuple[int, ...], ...]
    watched: NDArray[np.bool_]
    sensitivity: NDArray[np.float32]
    units: tuple[str, ...]
    offset: NDArray[np.float32] = field(default_factory=lambda: np.zeros(1, np.float32))
    conditions: NDArray[np.bool_] | None = None
    low: NDArray[np.float32] = field(default_factory=lambda: np.full(1, -np.inf, np.float32))
    high: NDArray[np.float32] = field(default_factory=lambda: np.full(1, np.inf, np.float32))
    slow: tuple[str, ...] = ()
    slow_units: tuple[str, ...] = ()
    symptoms: tuple[tuple[int, ...], ...] = ()
    names: tuple[str, ...] = ()
    slow_low: tuple[float, ...] = ()
    slow_high: tuple[float, ...] = ()

    @property
    def explaining(self) -> tuple[int, ...]:
        """Return the slow sensors beside vibration that are conditions, counted from 0."""
        judged = {number for own in self.symptoms for number in own}
        return tuple(number for number in range(len(self.slow)) if number not in judged)

    def slow_owner(self, number: int) -> str:
        """Return the component that a slow sensor beside vibration judges; "" for a condition."""
        for name, own in zip(self.components, self.symptoms, strict=False):
            if number in own:
                return name
        return ""

    def slow_range(self, number: int) -> tuple[float, float]:
        """Return the lowest and the highest valid value of a slow sensor beside vibration."""
        low = self.slow_low[number] if self.slow_low else -math.inf
        return low, self.slow_high[number] if self.slow_high else math.inf

    def slow_values(self, recorded: Sequence[float]) -> tuple[float, ...]:
        """Return the values of the slow sensors of a recording; NaN beyond their range."""
        found = []
        for number, value in enumerate(recorded):
            low, high = self.slow_range(number)
            found.append(value if low <= value <= high else math.nan)
        return tuple(found)

    @property
    def is_process(self) -> bool:
        """Return whether the machine is watched by rows of slow sensors."""
        return self.conditions is not None

    def values(self, recorded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the values in units, float32 (rows, columns), of the recorded numbers.

        Values of slow sensors beyond their range are NaN.
        """
        if self.offset.any():
            recorded = recorded - self.offset
        values = recorded / self.sensitivity
        if not self.is_process:
            return values
        return np.where((values >= self.low) & (values <= self.high), values, np.float32(np.nan))

    def owner(self, column: int) -> str:
        """Return the component of a column, counted from 0; "" if there is none."""
        for name, own in zip(self.components, self.channels, strict=True):
            if column + 1 in own:
                return name
        return ""


def layout_of(settings: "Settings") -> Layout:
    """Return the layout of the channels in the settings."""
    watched = np.zeros(settings.columns, np.bool_)
    sensitivity = np.ones(settings.columns, np.float32)
    offset = np.zeros(settings.columns, np.float32)
    units = [""] * settings.columns
    conditions = np.zeros(settings.columns, np.bool_)
    low, high = np.full((2, settings.columns), [[-np.inf], [np.inf]], np.float32)
    for part in settings.components:
        of_channels = zip(part.channels, part.unit, part.sensitivity, part.offset, strict=True)
        for channel, unit, factor, zero in of_channels:
            watched[channel - 1] = True
            sensitivity[channel - 1] = factor
            offset[channel - 1] = zero
            units[channel - 1] = unit
        own = np.array(part.channels) - 1
        conditions[own] = [role == "condition" for role in roles_of(part)]
        if part.low:
            low[own] = part.low
        if part.high:
            high[own] = part.high
    return Layout(
        components=tuple(part.name for part in settings.components),
        channels=tuple(part.channels for part in settings.components),
        watched=watched,
        sensitivity=sensitivity,
        offset=offset,
        units=tuple(units),
        conditions=conditions if is_process(settings.components) else None,
        low=low,
        high=high,
        slow=settings.slow.channels if settings.slow.rows else (),
        slow_units=settings.slow.units if settings.slow.rows else (),
        symptoms=symptoms_of(settings.slow, settings.components),
        names=settings.recording.names,
        slow_low=settings.slow.low if settings.slow.rows else (),
        slow_high=settings.slow.high if settings.slow.rows else (),
    )
