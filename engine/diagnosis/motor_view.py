"""A motor's recording as a console shows it: lines, harmonics, Park ellipse, figures by phase (pure)."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.motor_reading import FIGURES, MotorReading, judged_phases
from engine.records.motor_figures import MotorFigures
from engine.signals.motors.claims import Claim, Fitness, why_withheld
from engine.signals.motors.currents import (
    harmonics,
    park_unbalance,
    park_vector,
    phase_delays,
    phasors,
    total_distortion,
    true_rms,
    unbalance_nema,
)
from engine.signals.motors.pairs import Lines, RotorFacts
from engine.signals.motors.power import PhaseFigures, phase_figures
from engine.signals.motors.signature import Signature

ORDERS = tuple(range(2, 26))
"""Harmonics that are shown: those of converters and of saturation lie below."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MotorView:
    """A motor's recording, analysed.

    Attributes:
        rate: rows a second [Hz].
        phases: (rows, recorded phases), in the unit of the currents.
        vector: (rows,) complex, the Park vector of the judged rows; empty for one phase alone.
        mains: frequency of the supply [Hz], NaN where it is not found.
        fit: fitness of the recording.
        unbalance: of the currents, from `park_unbalance`; None where it is withheld.
        signature: spectrum about the mains line, None where it is withheld.
        lines: pairs of lines beside the mains, None where they are withheld.
        harmonics: (phases, orders) over the fundamental; no columns where they are withheld.
        distortion: (phases,) total harmonic distortion; empty where it is withheld.
        rms: (phases,) true RMS.
        nema: unbalance by NEMA MG 1, NaN where it is withheld.
        delays: (3,) of each phase after the one before [s]; empty where they are withheld.
        power: impedance and power by phase, None without voltages.
    """

    rate: float
    phases: Floats
    vector: NDArray[np.complex128]
    mains: float
    fit: Fitness
    unbalance: complex | None = None
    signature: Signature | None = None
    lines: Lines | None = None
    harmonics: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    distortion: Floats = field(default_factory=lambda: np.zeros(0))
    rms: Floats = field(default_factory=lambda: np.zeros(0))
    nema: float = math.nan
    delays: Floats = field(default_factory=lambda: np.zeros(0))
    power: PhaseFigures | None = None

    def why(self, claim: Claim) -> str:
        """Return the reason why a claim is withheld, "" where the recording carries it."""
        return why_withheld(self.fit, claim)


def motor_view(
    currents: NDArray[np.floating],
    rate: float,
    facts: RotorFacts,
    *,
    voltages: NDArray[np.floating] | None = None,
    raw: NDArray[np.floating] | None = None,
    nominal: float = 0.0,
) -> MotorView:
    """Analyse a recording of a motor.

    Args:
        currents: (rows, phases), one to three.
        rate: rows a second [Hz].
        facts: of the rotor.
        voltages: (rows, phases) [V], as many, or None.
        raw: (rows, phases), the numbers of the converter.
        nominal: frequency of the supply by the settings [Hz], 0 where unknown.
    """
    recorded = np.asarray(currents, np.float64)
    seen = judged_phases(recorded, rate, facts, nominal, raw)
    phases, three, mains, fit = seen.phases, seen.three, seen.mains, seen.fit
    found: dict[str, object] = {"rms": true_rms(phases), "signature": seen.signature, "lines": seen.lines}
    if fit.carries(Claim.PARK):
        found["unbalance"] = park_unbalance(three)
        found["nema"] = unbalance_nema(true_rms(three))
    if fit.carries(Claim.PARK) and fit.carries(Claim.HARMONICS) and math.isfinite(mains):
        found["delays"] = phase_delays(phasors(three, rate, mains), mains)
    if fit.carries(Claim.HARMONICS) and math.isfinite(mains):
        found["harmonics"] = harmonics(phases, rate, mains, ORDERS)
        found["distortion"] = total_distortion(phases, rate, mains)
    if voltages is not None and not fit.withheld & {Claim.PARK, Claim.HARMONICS} and math.isfinite(mains):
        volts = seen.part.of(np.asarray(voltages, np.float64))
        found["power"] = phase_figures(volts, phases, rate, mains)
    vector = park_vector(three) if recorded.shape[1] > 1 else np.zeros(0, np.complex128)
    return MotorView(rate, recorded, vector, mains, fit, **found)  # type: ignore[arg-type]


def kept_figures(reading: MotorReading) -> MotorFigures:
    """Return the figures of a reading as the picture of its snapshot keeps them."""
    numbers = dict(zip(FIGURES, reading.figures.astype(float).tolist(), strict=False))
    numbers["mains"] = reading.mains
    numbers |= {} if reading.power is None else reading.power.numbers()
    known = {name: one for name, one in numbers.items() if math.isfinite(one)}
    return MotorFigures(
        known, {claim.value: why_withheld(reading.fit, claim) for claim in reading.fit.withheld}
    )
