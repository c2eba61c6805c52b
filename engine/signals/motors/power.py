"""Voltages and currents together: impedance and power by phase, and a fitted model of both (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.currents import TURN, Signal, centred_phases, phasors

_FEWEST = 3
"""Least recordings to fit the admittances: two of each sequence are unknown, and one more shows scatter."""


@dataclass(frozen=True, slots=True, eq=False)
class PhaseFigures:
    """Impedance [ohm, complex], active power [W] and power factor of each phase, (3,) each."""

    impedance: NDArray[np.complex128]
    power: NDArray[np.float64]
    factor: NDArray[np.float64]

    def numbers(self) -> dict[str, float]:
        """Return the figures by name and phase, as in `impedance_1`; angles in degrees."""
        columns = {
            "impedance": np.abs(self.impedance),
            "angle": np.degrees(np.angle(self.impedance)),
            "power": self.power,
            "factor": self.factor,
        }
        found = {
            f"{name}_{number}": float(one)
            for name, column in columns.items()
            for number, one in enumerate(column.tolist(), start=1)
        }
        return {name: one for name, one in found.items() if np.isfinite(one)}


@dataclass(frozen=True, slots=True)
class Admittances:
    """A motor's equivalent circuit in steady state, seen from its terminals.

    `negative` is the admittance of the negative sequence [S]; `coupling` the part of the positive-sequence
    current that appears as negative sequence in an unbalanced winding or in unequal sensors.
    """

    negative: complex
    coupling: complex

    def residual(self, voltages: NDArray[np.complex128], currents: NDArray[np.complex128]) -> float:
        """Return the negative-sequence current that the supply does not explain, over the positive one.

        Args:
            voltages: (3,) phasors.
            currents: (3,) phasors.
        """
        forwards, backwards = _rotations(currents)
        _, supply = _rotations(voltages)
        left = backwards - self.negative * supply - self.coupling * forwards
        return float(abs(left) / abs(forwards))


def phase_figures(voltage: Signal, current: Signal, rate: float, hertz: float) -> PhaseFigures:
    """Return impedance and power by phase.

    Args:
        voltage: (rows, 3) [V], phase to neutral.
        current: (rows, 3) [A].
        rate: rows a second [Hz].
        hertz: the mains frequency.

    Source:
        IEEE 1459: active power is the mean product; the power factor is it over the product of true RMS.
    """
    volts, amperes = centred_phases(voltage), centred_phases(current)
    power = (volts * amperes).mean(axis=0)
    apparent = np.sqrt(np.square(volts).mean(axis=0) * np.square(amperes).mean(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        impedance = phasors(voltage, rate, hertz) / phasors(current, rate, hertz)
        factor = np.where(apparent > 0, power / apparent, 0.0)
    return PhaseFigures(np.asarray(impedance), np.asarray(power), np.asarray(factor))


def fit_admittances(
    pairs: Sequence[tuple[NDArray[np.complex128], NDArray[np.complex128]]],
) -> Admittances:
    """Fit the negative-sequence admittance of a healthy motor, by least squares.

    The negative sequence meets a rotor at a slip of almost 2 whatever the load, so that its admittance is
    constant; the positive sequence changes with the load and is not a part of the fit.

    Args:
        pairs: (voltages, currents) of healthy recordings, (3,) phasors each.

    Raises:
        ValueError: there are fewer than three.

    Source:
        Kliman et al. (1996), A new approach to on-line turn fault detection in AC motors, IEEE IAS meeting.
    """
    if len(pairs) < _FEWEST:
        raise ValueError(f"the fit needs {_FEWEST} healthy recordings or more, not {len(pairs)}")
    rows, right = [], []
    for voltages, currents in pairs:
        forwards, backwards = _rotations(currents)
        _, supply = _rotations(voltages)
        rows.append((supply / abs(forwards), forwards / abs(forwards)))
        right.append(backwards / abs(forwards))
    negative, coupling = np.linalg.lstsq(np.array(rows), np.array(right), rcond=None)[0]
    return Admittances(complex(negative), complex(coupling))


def _rotations(three: NDArray[np.complex128]) -> tuple[complex, complex]:
    """Return the forward and the backward sequence of three phasors, complex."""
    forwards = complex(three @ np.array([1, TURN, TURN**2]) / 3)
    backwards = complex(three @ np.array([1, TURN**2, TURN]) / 3)
    return forwards, backwards
