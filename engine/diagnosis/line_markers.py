"""Line markers: positions and strengths of a bearing's fault lines in an envelope spectrum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.fault_lines import LINES, NEWEST_RULE, SEARCH_RULES, line_search
from engine.records.stored_settings import StoredSettings
from engine.signals.bearing import Geometry, Surface, fault_frequencies


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """One line of a surface.

    `expected` is its frequency by geometry, `found` that of the highest bin near it [Hz]. `times_floor` is
    the ratio to its neighbourhood, `times_baseline` the ratio to its strength on the baseline, NaN if
    unknown. A `masked` line is too near to shaft or mains, or beyond the spectrum; it has none of the three.
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
    """The marked lines of one envelope spectrum.

    `why_not` is the reason why no line can be named, a sentence. `shaft` and `mains` are the settings [Hz], 0
    if unknown; `shaft` and `geometry` give the expected frequencies.
    """

    lines: tuple[MarkedLine, ...] = ()
    shaft: float = 0.0
    mains: float = 0.0
    why_not: str = ""
    geometry: Geometry | None = None


def marking(
    settings: StoredSettings,
    component: int,
    envelope: NDArray[np.float32],
    step: float,
    usual: NDArray[np.float32] | None = None,
) -> Marking:
    """Return the marked lines of a component.

    Args:
        settings: of the assessment.
        component: its index, from 0.
        envelope: (bins,) of one of its channels.
        step: distance of two bins [Hz].
        usual: (surfaces, lines) natural logarithms of the strengths in this band of this channel on the
            baseline; None without the bundle.
    """
    machine, parts = settings.machine, settings.parts
    if machine is None or component >= len(parts):
        return Marking(why_not="the settings of this assessment do not tell the bearing's geometry")
    shaft, mains = machine.shaft_speed / 60, machine.mains_frequency
    known_geometry = parts[component].geometry
    if known_geometry is None:
        return Marking(
            (), shaft, mains, "no geometry is set for this bearing ([[component]] rollers and so on)"
        )
    if shaft <= 0:
        return Marking((), shaft, mains, "the shaft's speed is not set (machine.shaft_speed)")
    if not len(envelope) or step <= 0:
        return Marking((), shaft, mains, "there is no envelope spectrum of this snapshot")
    geometry = Geometry(*known_geometry)
    frequencies = fault_frequencies(geometry, shaft)
    # The baseline of an older bundle was searched by an older rule, with fewer lines.
    newest = usual is None or usual.shape[-1] == len(NEWEST_RULE.lines)
    rule = NEWEST_RULE if newest else SEARCH_RULES[1]
    search = line_search(frequencies, shaft, mains, step, len(envelope), rule)
    strengths = search.strengths(envelope)
    known = usual is not None and usual.shape == strengths.shape
    spacing = {Surface.INNER: shaft, Surface.ROLLER: frequencies[Surface.CAGE]}
    lines = []
    for number, surface in enumerate(search.surfaces):
        for place, (order, sideband) in enumerate(rule.lines):
            if (order, sideband) not in LINES or (sideband and surface not in spacing):
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
