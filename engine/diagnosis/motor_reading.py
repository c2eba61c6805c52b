"""The reading of one motor recording: fitness, and figures to compare with those of the baseline."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.records.assessment import Quality
from engine.signals.motors.cage import SMALLEST_SLIP
from engine.signals.motors.claims import Claim, Fault, Fitness, Note
from engine.signals.motors.currents import mains_frequency
from engine.signals.motors.fitness import fitness
from engine.signals.motors.pairs import Lines, RotorFacts, lines_of
from engine.signals.motors.power import PhaseFigures
from engine.signals.motors.running import Part, running_part
from engine.signals.motors.signature import BESIDE_MAINS, Signature, signature, three_phases
from engine.signals.quality import is_clipped

USUAL_MAINS = 50.0
"""Frequency of the supply where neither the recording nor the settings tell it [Hz]."""

NEAR_MAINS = 0.2
"""Share of the mains frequency on either side within which its line is sought once more."""

FIGURES = (
    "unbalance_real",
    "unbalance_imaginary",
    "level",
    "sway",
    "cage",
    "swing",
    "eccentricity",
    "outer race",
    "inner race",
    "rolling element",
    "cage of the bearing",
    "slip",
    "supply_real",
    "supply_imaginary",
)
"""Figures of a motor whose usual value and scatter the baseline holds. Unbalances are complex ratios of
negative to positive sequence; `level` is the natural logarithm of the RMS; lines are in dB re the mains."""

LINES = slice(FIGURES.index("cage"), FIGURES.index("slip"))
"""Places of the figures of lines beside the mains."""

LOWEST = -75.0
"""Height of lines [dB re the mains] below which they are noise: how far below says nothing of the motor."""

IDLE = 0.15
"""Share of the rated slip below which the bars carry too little current to show a break."""

IDLE_SLIP = 0.005
"""The same slip where the rated one is unknown: motors below 100 kW have 1 % and more at their rated load."""

SOUND_CAGE = -54.0
"""Height of sidebands [dB re the mains] that sound cages do not exceed; see `motor_lines.SEVERITY`."""

RAW = 12
"""Numbers after the figures: means and RMS of three phases, then sequences of current and voltage, and the
spread of the sensors' scales."""

SCALES = len(FIGURES) + 11
"""Place of the natural logarithm of the largest over the smallest gain at which the currents sum to zero."""


@dataclass(frozen=True, slots=True, eq=False)
class MotorReading:
    """The reading of one motor recording.

    Attributes:
        fit: its fitness by claim.
        figures: (len(FIGURES) + RAW,) float32, NaN where a claim is withheld.
        mains: frequency of the supply [Hz], NaN where it is not found.
        lines: the lines beside the mains, None where the spectrum is withheld.
        power: impedance and power by phase, None without voltages or a clock.
        part: the rows that are judged, None for all of them.
    """

    fit: Fitness
    figures: NDArray[np.float32]
    mains: float
    lines: Lines | None = None
    power: PhaseFigures | None = None
    part: Part | None = None

    @property
    def stopped(self) -> bool:
        """Return whether the motor is off, in whole or in part."""
        return self.fit.has(Fault.STOPPED) or self.fit.has(Fault.NO_CURRENT)

    @property
    def carries_nothing(self) -> bool:
        """Return whether no claim about the motor has a basis."""
        return not self.stopped and all(claim in self.fit.withheld for claim in Claim)

    def figure(self, name: str) -> float:
        """Return a figure by its name."""
        return float(self.figures[FIGURES.index(name)])


@dataclass(frozen=True, slots=True)
class Sequences:
    """Forward and backward sequence of voltage and current, turned so that the forward voltage is real."""

    volts: complex
    back_volts: complex
    amperes: complex
    back_amperes: complex


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPhases:
    """The steady part of a recording of currents, with the claims that it carries.

    Attributes:
        part: of the recording.
        phases: (rows, recorded phases) of the part.
        three: (rows, 3), of which recorded phases give the others.
        mains: frequency of the supply [Hz], NaN where it is not found.
        fit: fitness, its claim on sidebands judged by the slip.
        signature: spectrum about the mains line, None where it is withheld.
        lines: beside the mains, None where they are withheld.
    """

    part: Part
    phases: NDArray[np.float64]
    three: NDArray[np.float64]
    mains: float
    fit: Fitness
    signature: Signature | None = None
    lines: Lines | None = None


def judged_phases(
    currents: NDArray[np.float64],
    rate: float,
    facts: RotorFacts,
    nominal: float,
    raw: NDArray[np.floating] | None = None,
) -> JudgedPhases:
    """Return the part of a recording that can be judged, and its lines beside the mains.

    Args:
        currents: (rows, phases), one to three.
        rate: rows a second [Hz].
        facts: of the rotor.
        nominal: frequency of the supply by the settings [Hz], 0 where unknown.
        raw: (rows, phases), the numbers of the converter.
    """
    part = running_part(three_phases(currents), rate)
    phases = part.of(currents)
    three = three_phases(phases)
    try:
        mains = mains_frequency(three, rate).hertz
    except ValueError:
        mains = math.nan
    fit = fitness(
        three,
        rate,
        mains if math.isfinite(mains) else nominal or USUAL_MAINS,
        raw=None if raw is None else part.of(raw),
        recorded=currents.shape[1],
        nominal=nominal,
        part=part,
    )
    if not (fit.carries(Claim.SPECTRUM) and math.isfinite(mains)):
        return JudgedPhases(part, phases, three, mains, fit)
    found = signature(phases, rate, (1 - NEAR_MAINS) * mains, (1 + NEAR_MAINS) * mains)
    lines = lines_of(found, facts)
    fit = by_slip(fit, lines, facts, mains, len(phases) / rate)
    return JudgedPhases(part, phases, three, mains, fit, found, lines)


def by_slip(fit: Fitness, lines: Lines, facts: RotorFacts, mains: float, seconds: float) -> Fitness:
    """Return the fitness with its claim on sidebands judged by the slip that the current shows.

    Args:
        fit: of the recording, for the smallest slip that is usual.
        lines: beside the mains.
        facts: of the rotor.
        mains: frequency of the supply [Hz].
        seconds: length of the recording.
    """
    rest = tuple(note for note in fit.notes if note.fault is not Fault.SHORT)
    carried = replace(fit, notes=rest, withheld=fit.withheld - {Claim.SIDEBANDS})
    if lines.cage.stands_out and lines.cage.decibels >= SOUND_CAGE:
        return carried
    if lines.slip is None:
        return fit
    slip, percent = lines.slip.slip, f"{100 * lines.slip.slip:.2g} %"
    # The rotor's line is known to half a bin.
    error = lines.slip.pole_pairs / (2 * seconds * mains)
    smallest, idle = max(slip - error, SMALLEST_SLIP), IDLE * facts.rated or IDLE_SLIP
    needed = BESIDE_MAINS / (2 * smallest * mains)
    if slip < idle or (smallest < idle and error < idle):
        words = f"no load: at a slip of {percent} the bars carry no current and cannot be judged"
        note = Note(Fault.NO_LOAD, 0, words)
    elif seconds < needed:
        words = f"{seconds:.3g} s are too short for sidebands at {percent} slip: {needed:.3g} s"
        note = Note(Fault.SHORT, 0, words)
    else:
        return carried
    return replace(fit, notes=(*rest, note), withheld=fit.withheld | {Claim.SIDEBANDS})


def quality_while_running(
    quality: Sequence[Quality],
    columns: NDArray[np.float32],
    readings: Mapping[int, MotorReading],
    channels: Sequence[Sequence[int]],
) -> tuple[Quality, ...]:
    """Return the quality of channels; a motor's channel that clips in its start alone is not clipped.

    Args:
        quality: of each channel, over the whole recording.
        columns: (channels, rows).
        readings: of the motors, by their component.
        channels: of each component, counted from 1.
    """
    found = list(quality)
    for number, reading in readings.items():
        part = reading.part
        if part is None or part.is_whole or part.is_stopped:
            continue
        for column in (channel - 1 for channel in channels[number]):
            if found[column] is Quality.CLIPPED and not is_clipped(part.of(columns[column])):
                found[column] = Quality.RUNNING
    return tuple(found)


def sequences_in(figures: NDArray[np.float32]) -> Sequences | None:
    """Return the sequences of a reading, None where no voltages were measured."""
    raw = figures[len(FIGURES) + 4 : len(FIGURES) + 11].astype(float).tolist()
    if not np.isfinite(raw).all() or raw[3:5] == [0.0, 0.0]:
        return None
    return Sequences(complex(raw[0]), complex(*raw[1:3]), complex(*raw[3:5]), complex(*raw[5:7]))
