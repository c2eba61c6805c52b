"""Motor currents: exact on signals whose frequency, sequences, ellipse and harmonics are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.motors.currents import (
    TURN,
    harmonics,
    mains_frequency,
    park_unbalance,
    phase_delays,
    total_distortion,
    true_rms,
    unbalance_nema,
)


def currents(
    rate: float, seconds: float, hertz: float, three: np.ndarray, extra: dict[int, float] | None = None
) -> np.ndarray:
    """Return three phases from their peak phasors, with harmonics as shares of each phase's fundamental."""
    angle = 2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate
    signal = np.real(np.exp(1j * angle)[:, None] * three)
    for order, share in (extra or {}).items():
        signal += share * np.abs(three) * np.cos(order * (angle[:, None] + np.angle(three)))
    return signal


def phases(positive: complex, negative: complex = 0, zero: complex = 0) -> np.ndarray:
    return zero + positive * np.array([1, TURN**2, TURN]) + negative * np.array([1, TURN, TURN**2])


@given(
    st.floats(40, 70),
    st.sampled_from([1000.0, 5000.0, 13_000.0]),
    st.floats(0, 2 * np.pi),
    st.booleans(),
)
def test_the_mains_frequency_is_found_in_any_rotation(
    hertz: float, rate: float, begin: float, reverse: bool
) -> None:
    three = phases(5 * np.exp(1j * begin))
    found = mains_frequency(currents(rate, 1.0, hertz, three[::-1] if reverse else three), rate)
    assert found.hertz == pytest.approx(hertz, abs=0.005)
    assert found.drift == pytest.approx(0, abs=0.02)


def test_a_mains_frequency_that_wanders_has_a_drift() -> None:
    rate, seconds = 2000.0, 8.0
    time = np.arange(round(rate * seconds)) / rate
    angle = 2 * np.pi * (50 * time + 0.5 * 0.02 * time**2)
    signal = np.real(np.exp(1j * angle)[:, None] * phases(1))
    found = mains_frequency(signal, rate)
    assert found.drift == pytest.approx(0.02 * seconds, rel=0.1)
    assert found.hertz == pytest.approx(50.08, abs=0.01)


@pytest.mark.parametrize("rows", [1, 2, 50])
def test_a_recording_without_three_cycles_has_no_mains_frequency(rows: int) -> None:
    with pytest.raises(ValueError, match=r"cycles|no current"):
        mains_frequency(currents(1000, rows / 1000, 50, phases(1)), 1000)


@given(st.floats(0, 0.5), st.floats(-np.pi, np.pi), st.floats(0.2, 1.0))
def test_the_unbalance_is_the_one_put_in_whatever_part_of_a_turn_the_recording_ends_with(
    share: float, angle: float, seconds: float
) -> None:
    signal = currents(10_000, seconds, 50, phases(7, 7 * share * np.exp(1j * angle)))
    assert abs(park_unbalance(signal)) == pytest.approx(share, abs=1e-3)


def test_the_angle_of_the_unbalance_moves_by_120_degrees_with_the_phase() -> None:
    angles = []
    for phase in range(3):
        three = phases(1)
        three[phase] *= 1.2
        angles.append(np.angle(park_unbalance(currents(10_000, 1, 50, three))))
    apart = np.mod(np.diff([*angles, angles[0]]) + np.pi, 2 * np.pi) - np.pi
    assert np.abs(apart) == pytest.approx([2 * np.pi / 3] * 3, abs=0.01)


def test_the_harmonics_and_their_sum_are_those_put_in() -> None:
    signal = currents(10_000, 1, 50, phases(10), {5: 0.04, 7: 0.03})
    assert harmonics(signal, 10_000, 50, (5, 7, 11)) == pytest.approx(
        np.array([[0.04, 0.03, 0]] * 3), abs=1e-3
    )
    assert total_distortion(signal, 10_000, 50) == pytest.approx([0.05] * 3, abs=1e-3)
    assert np.isnan(harmonics(signal, 10_000, 50, (100,))).all()


def test_the_true_rms_holds_harmonics_and_no_offset() -> None:
    signal = currents(10_000, 1, 50, phases(10), {5: 0.5}) + 1000
    assert true_rms(signal) == pytest.approx([np.sqrt(50 + 12.5)] * 3, rel=1e-6)


def test_the_nema_unbalance_is_the_largest_deviation_over_the_mean() -> None:
    assert unbalance_nema([100, 105, 95]) == pytest.approx(0.05)
    assert unbalance_nema([0, 0, 0]) == 0


def test_balanced_phases_follow_after_a_third_of_a_cycle() -> None:
    for three in (phases(1), phases(1)[[0, 2, 1]]):
        assert phase_delays(three, 50) == pytest.approx([1 / 150] * 3)


@pytest.mark.parametrize("rate", [2000.0, 15_900.0, 16_000.0, 50_000.0, 102_400.0])
def test_the_mains_is_found_at_any_rate(rate: float) -> None:
    time = np.arange(round(2.0 * rate)) / rate
    turn = np.exp(2j * np.pi * 59.93 * time)[:, None] * np.exp(-2j * np.pi * np.arange(3) / 3)
    noise = 0.05 * np.random.default_rng(1).normal(size=turn.shape)
    assert mains_frequency(turn.real + noise, rate).hertz == pytest.approx(59.93, abs=0.002)
