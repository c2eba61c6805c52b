"""The signature of a current: lines beside the mains, whatever the supply does and however many phases."""

import numpy as np
import pytest

from engine.signals.motors.signature import Signature, best_pair, rotor_slip, signature, three_phases
from replay.synthetic.motor import Motor, Supply, recording


@pytest.mark.parametrize("rate", [1000.0, 2560.0, 10_000.0, 50_000.0])
@pytest.mark.parametrize("hertz", [49.9, 60.0])
def test_a_broken_bar_shows_at_any_rate(rate: float, hertz: float) -> None:
    motor = Motor(hertz=hertz, broken_bars=1.0)
    pair = best_pair(signature(recording(motor, 6.0, rate, 1), rate), 0.5, 8.0)
    assert pair.stands_out
    assert pair.offset == pytest.approx(2 * motor.slip * hertz, rel=0.1)


@pytest.mark.parametrize("phases", [1, 2, 3])
@pytest.mark.parametrize("hertz", [25.0, 50.0])
def test_one_two_and_three_phases_show_it(phases: int, hertz: float) -> None:
    motor = Motor(hertz=hertz, broken_bars=1.0, supply=Supply.INVERTER, offset=2.0)
    found = signature(recording(motor, 8.0, 2000.0, 2)[:, :phases], 2000.0)
    pair = best_pair(found, 0.4, 6.0)
    assert found.mains == pytest.approx(hertz, abs=0.1)
    assert pair.stands_out
    assert pair.offset == pytest.approx(2 * motor.slip * hertz, rel=0.15)


def test_a_slip_below_one_hertz_is_seen_beside_a_wandering_mains() -> None:
    motor = Motor(load=0.05, broken_bars=2.0, wander=0.04)
    found = signature(recording(motor, 30.0, 1000.0, 3), 1000.0)
    pair = best_pair(found, 0.15, 8.0)
    assert 2 * motor.slip * motor.hertz < 1.0
    assert pair.offset == pytest.approx(2 * motor.slip * motor.hertz, abs=0.12)


@pytest.mark.parametrize("seconds", [1.0, 4.0, 30.0])
def test_a_step_of_the_load_is_no_line(seconds: float) -> None:
    found = signature(recording(Motor(load_step=-0.4), seconds, 2000.0, 4), 2000.0)
    assert not best_pair(found, 0.3, 8.0).stands_out
    assert found.sway > 0.01


def test_a_direct_current_is_no_rotor() -> None:
    time = np.arange(8000) / 1000.0
    angle = 2 * np.pi * 50 * time
    turns = np.stack([np.cos(angle - 2 * np.pi * number / 3) for number in range(3)], axis=1)
    noise = 0.001 * np.random.default_rng(0).normal(size=turns.shape)
    found: Signature = signature(turns + np.array([0.3, -0.1, 0.2]) + noise, 1000.0)
    assert rotor_slip(found) is None


def test_two_phases_determine_the_third() -> None:
    whole = recording(Motor(), 1.0, 2000.0, 5).astype(np.float64)
    centred = whole - whole.mean(axis=0)
    assert np.abs(three_phases(whole[:, :2]) - centred).max() < 0.05 * centred.max()


@pytest.mark.parametrize("seed", range(4))
def test_the_flank_of_a_line_is_no_rotor(seed: int) -> None:
    # In 1 s the rotor's line lies within a bin of the place of two pole pairs at no slip.
    found = signature(recording(Motor(load=0.1), 1.0, 2000.0, seed), 2000.0, 40.0, 60.0)
    slip = rotor_slip(found, (2,))
    assert slip is None or slip.slip < 0.03
