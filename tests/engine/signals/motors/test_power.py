"""Voltage and current: impedance and power of known circuits; the residual that the supply cannot explain."""

import numpy as np
import pytest

from engine.signals.motors.currents import TURN
from engine.signals.motors.power import fit_admittances, phase_figures

RATE, MAINS = 6000.0, 50.0
FORWARDS, BACKWARDS = np.array([1, TURN**2, TURN]), np.array([1, TURN, TURN**2])
NEGATIVE = 0.2 - 0.35j
"""Admittance of the negative sequence in the made-up motor [S]."""


def wave(three: np.ndarray) -> np.ndarray:
    angle = 2 * np.pi * MAINS * np.arange(3000) / RATE
    return np.real(np.exp(1j * angle)[:, None] * three)


def pair(supply: complex, fault: complex = 0, load: complex = 0.05 - 0.03j) -> tuple[np.ndarray, np.ndarray]:
    voltages = 325 * FORWARDS + supply * BACKWARDS
    forwards = 325 * load
    currents = forwards * FORWARDS + (NEGATIVE * supply + fault * forwards) * BACKWARDS
    return voltages, currents


def test_the_impedance_and_power_of_a_phase_are_those_of_its_circuit() -> None:
    voltages, impedance = 325 * FORWARDS, 20 * np.exp(1j * np.pi / 6)
    figures = phase_figures(wave(voltages), wave(voltages / impedance), RATE, MAINS)
    assert figures.impedance == pytest.approx([impedance] * 3)
    assert figures.factor == pytest.approx([np.cos(np.pi / 6)] * 3)
    assert figures.power == pytest.approx([325**2 / 2 / 20 * np.cos(np.pi / 6)] * 3)


def test_the_fit_parts_an_unbalanced_supply_from_an_unbalanced_motor() -> None:
    healthy = [pair(supply, load=load) for supply, load in ((2, 0.05 - 0.03j), (1 + 3j, 0.03), (-2j, 0.06))]
    motor = fit_admittances(healthy)
    assert motor.negative == pytest.approx(NEGATIVE)
    assert motor.residual(*pair(9 + 4j)) == pytest.approx(0, abs=1e-9)
    assert motor.residual(*pair(2, fault=0.05)) == pytest.approx(0.05)


def test_a_fit_of_too_few_recordings_is_refused() -> None:
    with pytest.raises(ValueError, match="3 healthy recordings"):
        fit_admittances([pair(1), pair(2)])
