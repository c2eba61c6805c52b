"""The faults of motors by name, and the figures of a motor as the picture of a snapshot keeps them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MotorFault(StrEnum):
    """A fault of a motor, or a cause outside of it, by its name."""

    STATOR = "stator unbalance"
    CAGE = "broken rotor bars"
    ECCENTRICITY = "eccentricity"
    SUPPLY = "supply unbalance"
    LOAD = "load change"
    OPEN = "open phase"


NO_SPEED = "No line shows the speed of the rotor; pole_pairs and machine.shaft_speed narrow its search."
"""Reason why claims that need the slip are withheld, with the settings that help."""


@dataclass(frozen=True, slots=True)
class MotorFigures:
    """Numbers of a motor, and the claims that its recording cannot carry.

    Attributes:
        numbers: by name, as in `engine.diagnosis.motor_reading.FIGURES`, and `mains` [Hz]; a figure that is
            not known is missing.
        withheld: the reason in words, by the name of the claim.
    """

    numbers: Mapping[str, float] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)

    @property
    def unbalance(self) -> complex | None:
        """Return the negative over the positive sequence, complex; None where it is withheld."""
        real, imaginary = (self.numbers.get(f"unbalance_{part}") for part in ("real", "imaginary"))
        return None if real is None or imaginary is None else complex(real, imaginary)

    def plain(self) -> dict[str, object]:
        """Return it in plain JSON types: five digits of each number."""
        known = {name: one for name, one in self.numbers.items() if math.isfinite(one)}
        numbers = {name: float(f"{one:.5g}") for name, one in known.items()}
        return {"numbers": numbers, "withheld": dict(self.withheld)}


def motors_plain(motors: Mapping[int, MotorFigures]) -> dict[str, object]:
    """Return the figures of a machine's motors in plain JSON types, by component counted from 0."""
    return {str(number): one.plain() for number, one in motors.items()}


def motors_from(value: object) -> dict[int, MotorFigures]:
    """Return the figures that `motors_plain` wrote; parts of another kind are left out."""
    found = {}
    for key, one in value.items() if isinstance(value, Mapping) else ():
        if str(key).isdecimal() and len(str(key)) < 6 and isinstance(one, Mapping):
            found[int(key)] = MotorFigures(_numbers(one.get("numbers")), _texts(one.get("withheld")))
    return found


def _numbers(value: object) -> dict[str, float]:
    entries = value.items() if isinstance(value, Mapping) else ()
    return {
        str(name): float(one)
        for name, one in entries
        if isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
    }


def _texts(value: object) -> dict[str, str]:
    entries = value.items() if isinstance(value, Mapping) else ()
    return {str(name): one for name, one in entries if isinstance(one, str)}
