"""The motors of a machine: read from a recording, compared with the baseline, and their faults named."""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import UsualLines
from engine.config.motors import MotorColumns, motors_of
from engine.diagnosis.motor_faults import MotorEvidence, fault_of
from engine.diagnosis.motor_reading import (
    FIGURES,
    LINES,
    LOWEST,
    RAW,
    SCALES,
    MotorReading,
    judged_phases,
    sequences_in,
)
from engine.signals.motors.claims import Claim, Note
from engine.signals.motors.currents import PHASES, park_unbalance, phasors, true_rms
from engine.signals.motors.fitness import CONSTRAINED, offset_drift, three_wire_gains
from engine.signals.motors.pairs import RotorFacts
from engine.signals.motors.power import fit_admittances, phase_figures
from engine.signals.motors.signature import three_phases

if TYPE_CHECKING:
    # A process that examines recordings needs no settings, which take long to load.
    from engine.config.settings import Settings


class MotorDiagnostician:
    """Reads the motors of a machine, and names their faults; made once for an assessment."""

    def __init__(self, settings: "Settings") -> None:
        """Prepare the motors among the components."""
        self.columns = motors_of(settings.components)
        self.parts = {number: settings.components[number] for number in self.columns}
        self.rate = settings.machine.sample_rate
        self.nominal = settings.machine.mains_frequency
        speed = settings.machine.shaft_speed / 60
        self.facts = {
            number: RotorFacts.of(part.pole_pairs, speed, self.nominal, part.geometry)
            for number, part in self.parts.items()
        }

    def read(
        self, signal: NDArray[np.float32], recorded: NDArray[np.float32] | None = None
    ) -> dict[int, MotorReading]:
        """Return the reading of each motor.

        Args:
            signal: (rows, columns), in units.
            recorded: (rows, columns), as the file holds it; shows where a converter clips.
        """
        return {number: self._read(number, own, signal, recorded) for number, own in self.columns.items()}

    def _read(
        self,
        number: int,
        own: MotorColumns,
        signal: NDArray[np.float32],
        recorded: NDArray[np.float32] | None,
    ) -> MotorReading:
        columns = list(own.currents)
        raw = None if recorded is None else recorded[:, columns]
        currents = signal[:, columns].astype(np.float64)
        seen = judged_phases(currents, self.rate, self.facts[number], self.nominal, raw)
        part, three, mains, fit, lines = seen.part, seen.three, seen.mains, seen.fit, seen.lines
        figures = np.full(len(FIGURES) + RAW, np.nan, np.float32)
        load = math.log(max(true_rms(three).mean(), 1e-12))
        if fit.carries(Claim.PARK):
            unbalance = park_unbalance(three)
            figures[:3] = unbalance.real, unbalance.imag, load
        if lines is not None:
            figures[2:12] = load, *lines.figures()
        offset = len(FIGURES)
        figures[offset : offset + len(columns)] = part.of(signal)[:, columns].mean(axis=0)
        figures[offset + 3] = float(np.median(true_rms(seen.phases)))
        if len(columns) == PHASES and fit.carries(Claim.PARK):
            gains, residue = three_wire_gains(three)
            if residue <= CONSTRAINED:
                figures[SCALES] = math.log(np.abs(gains).max() / max(np.abs(gains).min(), 1e-12))
        power = None
        if own.voltages and fit.carries(Claim.PARK) and math.isfinite(mains):
            voltages = part.of(signal)[:, own.voltages].astype(np.float64)
            self._add_voltages(figures, three, voltages, mains)
            if fit.carries(Claim.HARMONICS) and seen.phases.shape == voltages.shape:
                power = phase_figures(voltages, seen.phases, self.rate, mains)
        return MotorReading(fit, figures, mains, lines, power, part)

    def _add_voltages(
        self,
        figures: NDArray[np.float32],
        three: NDArray[np.float64],
        voltages: NDArray[np.float64],
        mains: float,
    ) -> None:
        """Write the supply's unbalance, and the sequences turned so that the voltage is at angle 0."""
        volts = phasors(three_phases(voltages), self.rate, mains)
        amperes = phasors(three, self.rate, mains)
        forwards, backwards = _sequences(volts)
        current, back_current = _sequences(amperes)
        if abs(backwards) > abs(forwards):
            forwards, backwards, current, back_current = backwards, forwards, back_current, current
        if abs(forwards) == 0 or abs(current) == 0:
            return
        # Turned so that the forward voltage is real, which leaves the time of the recording out.
        turn = np.exp(-1j * np.angle(forwards))
        supply = backwards * turn / abs(forwards)
        figures[12:14] = supply.real, supply.imag
        found = (abs(forwards), backwards * turn, current * turn, back_current * turn)
        numbers = [found[0], *(part for one in found[1:] for part in (one.real, one.imag))]
        figures[len(FIGURES) + 4 : len(FIGURES) + 4 + len(numbers)] = numbers

    def usual(self, readings: NDArray[np.float32]) -> UsualLines:
        """Return the usual figures of a motor over its baseline, and the fitted equivalent circuit.

        Args:
            readings: (snapshots, figures) of healthy recordings.

        Returns:
            Centre and scatter of each figure; after the raw numbers of the centre two complex admittances.
        """
        readings = readings.copy()
        readings[:, LINES] = np.maximum(readings[:, LINES], LOWEST)
        known = np.isfinite(readings)
        count = known.sum(axis=0)
        filled = np.where(known, readings, 0.0).astype(np.float64)
        mean = filled.sum(axis=0) / np.maximum(count, 1)
        spread = np.sqrt((np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / np.maximum(count - 1, 1))
        centre = np.where(count > 0, mean, np.nan)
        scatter = np.where(count > 1, spread, np.nan)
        fitted = _fitted(readings)
        return UsualLines(
            np.concatenate([centre, fitted]).astype(np.float32),
            np.concatenate([scatter, np.full(len(fitted), np.nan)]).astype(np.float32),
        )

    def notes(self, reading: MotorReading, usual: UsualLines | None) -> tuple[Note, ...]:
        """Return the notes on a recording's sensors; offsets are compared with the baseline's."""
        notes = list(reading.fit.notes)
        start = len(FIGURES)
        offsets = reading.figures[start : start + PHASES]
        if usual is not None and np.isfinite(offsets).all() and not reading.stopped:
            centre = usual.centre[start : start + 4]
            if np.isfinite(centre).all():
                drift = offset_drift(offsets, centre[:PHASES], float(centre[3]))
                notes += [drift] if drift is not None else []
        return tuple(notes)

    def finding(
        self, component: int, reading: MotorReading, usual: UsualLines | None
    ) -> MotorEvidence | None:
        """Return the fault with the most evidence in a recording, None without any.

        Args:
            component: its index.
            reading: of the recording.
            usual: of the baseline.
        """
        return fault_of(reading, usual, self.parts[component])


def _sequences(three: NDArray[np.complex128]) -> tuple[complex, complex]:
    turn = np.exp(2j * np.pi / 3)
    return complex(three @ np.array([1, turn, turn**2])) / 3, complex(
        three @ np.array([1, turn**2, turn])
    ) / 3


def _phasors(forwards: complex, backwards: complex) -> NDArray[np.complex128]:
    """Return the three phasors that have these sequences."""
    turn = np.exp(2j * np.pi / 3) ** -np.arange(3)
    return np.asarray(forwards * turn + backwards * np.conj(turn))


def _fitted(readings: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the admittances of the circuit that healthy recordings fit, four numbers; NaN without any."""
    pairs = []
    for one in readings:
        found = sequences_in(one)
        if found is not None:
            volts, amperes = (found.volts, found.back_volts), (found.amperes, found.back_amperes)
            pairs.append((_phasors(*volts), _phasors(*amperes)))
    try:
        circuit = fit_admittances(pairs)
    except ValueError:
        return np.full(4, np.nan)
    return np.array(
        [circuit.negative.real, circuit.negative.imag, circuit.coupling.real, circuit.coupling.imag]
    )
