"""Where a bearing's defects are heard: the frequencies at which its surfaces are struck."""

import math
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.config.sections import Geometry

HARMONICS = 3
"""Harmonics of a fault line that are searched for."""


class Surface(StrEnum):
    """A part of a bearing that can fail."""

    OUTER = "outer race"
    INNER = "inner race"
    ROLLER = "rolling element"
    CAGE = "cage"


def fault_frequencies(geometry: "Geometry", shaft: float) -> dict[Surface, float]:
    """BPFO, BPFI, 2 x BSF and FTF for a fixed outer race and pure rolling.

    Randall and Antoni (2011), Rolling element bearing diagnostics, a tutorial, section 2. A roller's
    defect meets both races in one turn, hence twice its spin.

    Args:
        geometry: of the bearing.
        shaft: rotation in Hz.

    Returns:
        Frequencies in Hz; slip moves the real ones by a percent or two.
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
