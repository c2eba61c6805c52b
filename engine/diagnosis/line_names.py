"""Likely names of spectral lines: fault lines of a bearing, orders of the shaft, mains harmonics."""

from dataclasses import dataclass

from engine.diagnosis.fault_lines import SLIP
from engine.records.stored_settings import StoredSettings
from engine.signals.bearing import Geometry, Surface, fault_frequencies

MARKS = {Surface.OUTER: "BPFO", Surface.INNER: "BPFI", Surface.ROLLER: "BSF", Surface.CAGE: "FTF"}
"""The field's letters for the frequency of each surface."""

FAULT_ORDERS, SHAFT_ORDERS, MAINS_ORDERS = 8, 20, 10
"""Harmonics that get a name; higher ones lie so close together that every peak would have one."""

SIDEBANDS = 2
"""Sidebands on either side of a fault line that get a name."""


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line by its name and frequency [Hz].

    `slips` if a rolling bearing's slip may move it; `sideband` if it lies beside a fault line.
    """

    name: str
    hertz: float
    slips: bool = False
    sideband: bool = False


def named_lines(
    settings: StoredSettings, component: int, shaft: float | None = None
) -> tuple[NamedLine, ...]:
    """Return the lines that may appear in the spectra of a component, in order of likelihood.

    Args:
        settings: of the assessment; nothing that is unknown has a line.
        component: its index, from 0.
        shaft: rotation in the snapshot [Hz]; None for that of the settings.
    """
    machine = settings.machine
    if machine is None:
        return ()
    shaft = machine.shaft_speed / 60 if shaft is None else shaft
    mains = machine.mains_frequency
    found = [NamedLine(f"{order}× shaft", order * shaft) for order in range(1, SHAFT_ORDERS + 1) if shaft > 0]
    found += [
        NamedLine(f"{order}× mains", order * mains) for order in range(1, MAINS_ORDERS + 1) if mains > 0
    ]
    known = settings.parts[component].geometry if component < len(settings.parts) else None
    if known is not None and shaft > 0:
        found = [*_fault_lines(Geometry(*known), shaft), *found]
    return tuple(found)


def _fault_lines(geometry: Geometry, shaft: float) -> list[NamedLine]:
    frequencies = fault_frequencies(geometry, shaft)
    spacing = {Surface.INNER: ("shaft", shaft), Surface.ROLLER: ("FTF", frequencies[Surface.CAGE])}
    lines = []
    for surface, hertz in frequencies.items():
        for order in range(1, FAULT_ORDERS + 1):
            name = mark_of(surface, order)
            lines.append(NamedLine(name, order * hertz, slips=True))
            word, apart = spacing.get(surface, ("", 0.0))
            for number in range(1, SIDEBANDS + 1) if word and order <= 3 else ():
                for sign, side in (("−", -number), ("+", number)):
                    text = f"{name} {sign} {f'{number}×' if number > 1 else ''}{word}"
                    lines.append(NamedLine(text, order * hertz + side * apart, slips=True, sideband=True))
    return [line for line in lines if line.hertz > 0]


def mark_of(surface: Surface, order: int) -> str:
    """Return the mark of a harmonic: BPFO, 2×BPFO; those of a roller are even multiples of its spin."""
    if surface is Surface.ROLLER:
        return f"{2 * order}×BSF"
    return f"{order}×{MARKS[surface]}" if order > 1 else MARKS[surface]


def reach_of(line: NamedLine, resolution: float) -> float:
    """Return how far from a line a peak may lie and still have its name [Hz]."""
    return max(resolution, SLIP * line.hertz) if line.slips else resolution


def likely_name(lines: tuple[NamedLine, ...], hertz: float, resolution: float) -> str:
    """Return the name of the nearest line within reach, "" where there is none.

    A line of shaft or mains within the resolution comes before a fault line, which is searched more widely.

    Args:
        lines: from `named_lines`.
        hertz: frequency of a peak [Hz].
        resolution: of the spectrum [Hz].
    """
    fixed = [line for line in lines if not line.slips and abs(line.hertz - hertz) <= resolution]
    exact = [line for line in lines if line.slips and abs(line.hertz - hertz) <= resolution]
    near = [line for line in lines if abs(line.hertz - hertz) <= reach_of(line, resolution)]
    for group in ([*fixed, *exact], near):
        if group:
            return min(group, key=lambda line: abs(line.hertz - hertz)).name
    return ""


def nearest_line(lines: tuple[NamedLine, ...], hertz: float) -> NamedLine | None:
    """Return the nearest fault line, else the nearest line of shaft or mains; None for none."""
    faults = [line for line in lines if line.slips and not line.sideband] or list(lines)
    return min(faults, key=lambda line: abs(line.hertz - hertz), default=None)
