"""Fault frequencies of a rolling bearing: the rates of impacts on its surfaces."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

HARMONICS = 3
"""Number of harmonics in the search for a fault line."""


class Surface(StrEnum):
    """A part of a bearing that can fail."""

    OUTER = "outer race"
    INNER = "inner race"
    ROLLER = "rolling element"
    CAGE = "cage"


def fault_frequencies(geometry: "Geometry", shaft: float) -> dict[Surface, float]:
    """Return BPFO, BPFI, 2 x BSF and FTF for a fixed outer race and pure rolling.

    A roller's defect meets both races in one turn, hence twice its spin.

    Args:
        geometry: of the bearing.
        shaft: rotation [Hz].

    Returns:
        Frequencies [Hz]; slip moves the real ones by a percent or two.

    Source:
        Randall and Antoni (2011), Rolling element bearing diagnostics, a tutorial, section 2.
    """
    ratio = (
        geometry.roller_diameter / geometry.pitch_diameter * math.cos(math.radians(geometry.contact_angle))
    )
    spin = shaft * geometry.pitch_diameter / (2 * geometry.roller_diameter) * (1 - ratio**2)
    return {
        Surface.OUTER: geometry.rollers / 2 * (1 - ratio) * shaft,
        Surface.INNER: geometry.rollers / 2 * (1 + ratio) * shaft,
        Surface.ROLLER: 2 * spin,
        Surface.CAGE: (1 - ratio) / 2 * shaft,
    }


@dataclass(frozen=True, slots=True)
class Geometry:
    """A rolling bearing's dimensions: diameters in one common unit, contact angle in degrees."""

    rollers: int
    roller_diameter: float
    pitch_diameter: float
    contact_angle: float
