"""The motors among a machine's components: which columns hold currents, which voltages, and the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.config.sections.core import ComponentSettings

MOTOR_MODEL = "motor"
"""The model of a machine whose components are all motors, unless the settings name one."""

MIXED_MODEL = "mixed"
"""The model of a machine with motors and bearings, unless the settings name one."""


@dataclass(frozen=True, slots=True)
class MotorColumns:
    """The columns of a motor, counted from 0: one to three currents, and as many voltages or none."""

    currents: tuple[int, ...]
    voltages: tuple[int, ...] = ()


def is_voltage(unit: str) -> bool:
    """Return whether a unit is one of voltage."""
    return unit.strip() in {"V", "kV", "mV"}


def columns_of(channels: Sequence[int], units: Sequence[str]) -> MotorColumns:
    """Return which columns of a motor are currents and which voltages.

    Up to three channels are currents, whatever their unit is: a clamp may give volts. With more channels,
    those in V are voltages; where all or none are in V, the first half are currents.

    Args:
        channels: of the component, counted from 1.
        units: one a channel.
    """
    numbers = [channel - 1 for channel in channels]
    if len(numbers) <= 3:
        return MotorColumns(tuple(numbers))
    volts = [number for number, unit in zip(numbers, units, strict=True) if is_voltage(unit)]
    if len(volts) in (0, len(numbers)):
        half = len(numbers) // 2
        return MotorColumns(tuple(numbers[:half]), tuple(numbers[half:]))
    return MotorColumns(tuple(number for number in numbers if number not in volts), tuple(volts))


def motors_of(components: "Sequence[ComponentSettings]") -> dict[int, MotorColumns]:
    """Return the columns of each motor, by the index of its component."""
    return {
        number: columns_of(part.channels, part.unit)
        for number, part in enumerate(components)
        if part.kind == "motor"
    }


def motors_in(plain: Mapping[str, object]) -> tuple[MotorColumns, ...]:
    """Return the columns of each motor from settings in plain types; () for no motor.

    Args:
        plain: settings as `Settings.plain` returns them and bundles keep them.
    """
    found = []
    parts = plain.get("component")
    for part in parts if isinstance(parts, list | tuple) else ():
        if isinstance(part, Mapping) and part.get("kind") == "motor":
            units = part.get("unit") or ("",) * len(part["channels"])
            found.append(columns_of(part["channels"], units))
    return tuple(found)
