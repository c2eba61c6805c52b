"""The synthetic motor: its figures follow from its circuit and from the size of its faults."""

import numpy as np
import pytest

from engine.signals.motors.currents import park_unbalance, true_rms
from engine.signals.motors.signature import pair_at, rotor_slip, signature
from replay.synthetic.motor import BARS, POLE_PAIRS, Motor, cage_sideband, recording

RATE = 2000.0


def test_a_seed_gives_the_same_recording_and_another_a_different_one() -> None:
    first, again, other = (recording(Motor(), 1.0, RATE, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_voltages_are_appended() -> None:
    assert recording(Motor(), 0.5, RATE, 0, voltages=True).shape == (1000, 6)


def test_more_load_draws_more_current() -> None:
    low, high = (true_rms(recording(Motor(load=load), 1.0, RATE, 0)).mean() for load in (0.2, 1.0))
    assert high > 1.2 * low


@pytest.mark.parametrize("bars", [1.0, 2.0, 4.0])
def test_broken_bars_have_the_sideband_of_their_number(bars: float) -> None:
    motor = Motor(broken_bars=bars, wander=0.0)
    found = signature(recording(motor, 8.0, RATE, 3), RATE)
    pair = pair_at(found, 2 * motor.slip * motor.hertz, 0.5)
    assert cage_sideband(bars) == pytest.approx(bars / (2 * BARS - bars * POLE_PAIRS))
    assert pair.lower == pytest.approx(20 * np.log10(cage_sideband(bars)), abs=2.0)


@pytest.mark.parametrize(("hertz", "load"), [(50.0, 0.3), (60.0, 1.0), (35.0, 0.7)])
def test_the_rotor_s_lines_lie_where_slip_and_poles_put_them(hertz: float, load: float) -> None:
    motor = Motor(hertz=hertz, load=load, wander=0.0)
    found = rotor_slip(signature(recording(motor, 8.0, RATE, 4), RATE))
    assert found is not None
    assert found.pole_pairs == POLE_PAIRS
    assert found.rotor == pytest.approx(hertz * (1 - motor.slip) / POLE_PAIRS, abs=0.3)


def test_shorted_turns_and_the_supply_unbalance_the_current() -> None:
    shapes = [
        abs(park_unbalance(recording(motor, 1.0, RATE, 5)))
        for motor in (Motor(), Motor(shorted=0.03), Motor(voltage_unbalance=0.02))
    ]
    assert shapes[1] > shapes[0] + 0.04
    assert shapes[2] > shapes[0] + 0.08
