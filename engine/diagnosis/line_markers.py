"""Where a bearing's fault lines lie in an envelope spectrum, and how strong they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.fault_lines import LINES, line_search
from engine.signals.bearing import Surface, fault_frequencies

if TYPE_CHECKING:
    from engine.signals.bearing import Geometry


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """One line of a surface.

    `expected` is where the geometry puts it, `found` where the highest bin near it lies, in Hz;
    `times_floor` is how many times it stands above its neighbourhood, `times_baseline` how many times above
    what it was on the baseline, NaN where that is not known. A `masked` line cannot be told from shaft or
    mains, or lies beyond the spectrum, and has none of the three.
    """

    surface: Surface
    order: int
    sideband: int
    expected: float
    found: float
    times_floor: float
    times_baseline: float
    masked: bool


@dataclass(frozen=True, slots=True)
class Marking:
    """What there is to mark in one envelope spectrum.

    `why_not` is a sentence where no line can be named. `shaft` and `mains` are in Hz as set, 0 where not
    known; from `shaft` and `geometry` come the frequencies expected.
    """

    lines: tuple[MarkedLine, ...] = ()
    shaft: float = 0.0
    mains: float = 0.0
    why_not: str = ""
    geometry: "Geometry | None" = None


def marking(
    settings: Mapping[str, object],
    component: int,
    envelope: NDArray[np.float32],
    step: float,
    usual: NDArray[np.float32] | None = None,
) -> Marking:
    """Mark the lines of a component.

    Args:
        settings: of the assessment, in plain types.
        component: counted from 0.
        envelope: (bins,) of one of its channels.
        step: Hz from one bin to the next.
        usual: (surfaces, lines) natural logarithms of what is usual in this band of this channel on the
            baseline; None where the bundle is not at hand.
    """
    machine = settings.get("machine")
    parts = settings.get("component")
    if not isinstance(machine, Mapping) or not isinstance(parts, list | tuple) or component >= len(parts):
        return Marking(why_not="the settings of this assessment do not tell the bearing's geometry")
    shaft, mains = float(machine.get("shaft_speed", 0.0)) / 60, float(machine.get("mains_frequency", 0.0))
    geometry = _geometry(parts[component])
    if geometry is None:
        return Marking(
            (), shaft, mains, "no geometry is set for this bearing ([[component]] rollers and so on)"
        )
    if shaft <= 0:
        return Marking((), shaft, mains, "the shaft's speed is not set (machine.shaft_speed)")
    if not len(envelope) or step <= 0:
        return Marking((), shaft, mains, "there is no envelope spectrum of this snapshot")
    frequencies = fault_frequencies(geometry, shaft)
    search = line_search(frequencies, shaft, mains, step, len(envelope))
    strengths = search.strengths(envelope)
    known = usual is not None and usual.shape == strengths.shape
    spacing = {Surface.INNER: shaft, Surface.ROLLER: frequencies[Surface.CAGE]}
    lines = []
    for number, surface in enumerate(search.surfaces):
        for place, (order, sideband) in enumerate(LINES):
            if sideband and surface not in spacing:
                continue
            heard, strength = bool(search.heard[number, place]), float(strengths[number, place])
            above = strength - float(usual[number, place]) if known and usual is not None else np.nan
            lines.append(
                MarkedLine(
                    surface,
                    order,
                    sideband,
                    expected=order * frequencies[surface] + sideband * spacing.get(surface, 0.0),
                    found=search.found_at(envelope, number, place) if heard else np.nan,
                    times_floor=float(np.exp(strength)) if heard else np.nan,
                    times_baseline=float(np.exp(above)) if heard else np.nan,
                    masked=not heard,
                )
            )
    return Marking(tuple(lines), shaft, mains, geometry=geometry)


def _geometry(part: object) -> "Geometry | None":
    # It comes with all of the settings' machinery, which a screen does without until it marks its first line.
    from engine.signals.bearing import Geometry

    if not isinstance(part, Mapping):
        return None
    numbers = [part.get(name) for name in ("rollers", "roller_diameter", "pitch_diameter", "contact_angle")]
    if not all(isinstance(value, int | float) for value in numbers):
        return None
    rollers, roller, pitch, angle = (float(value) for value in numbers if isinstance(value, int | float))
    return Geometry(int(rollers), roller, pitch, angle)
