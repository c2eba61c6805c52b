"""Current signature analysis: sidebands in dB, the severity of the cage, slip and rotor speed."""

import numpy as np
import pytest

from engine.signals.motors.currents import TURN
from engine.signals.motors.lines import (
    bearing_lines,
    broken_bar_lines,
    broken_bars,
    cage_decibels,
    cage_severity,
    current_spectrum,
    eccentricity_lines,
    line_at,
    rotor_speed,
    shortest_for_slip,
)

RATE, SECONDS, MAINS = 5000, 10.0, 50.0


def currents(lines: dict[float, float], seed: int = 0, noise: float = 1e-3) -> np.ndarray:
    """Return three phases with lines of the Park vector: frequency (negative: backwards) to amplitude."""
    time = np.arange(round(RATE * SECONDS)) / RATE
    vector = sum(size * np.exp(2j * np.pi * hertz * time) for hertz, size in lines.items())
    three = np.real(vector[:, None] * np.array([1, TURN**2, TURN]))
    return three + noise * np.random.default_rng(seed).normal(size=three.shape)


@pytest.mark.parametrize("slip", [0.01, 0.025, 0.04])
@pytest.mark.parametrize("decibels", [35.0, 45.0, 55.0])
def test_the_sidebands_of_a_broken_bar_have_the_height_put_in(slip: float, decibels: float) -> None:
    lower, upper = broken_bar_lines(MAINS, slip, 1)
    size = 10 ** (-decibels / 20)
    spectrum = current_spectrum(currents({MAINS: 1, lower: size, upper: size}), RATE)
    found = [line_at(spectrum, hertz, 0.2) for hertz in (lower, upper)]
    assert all(line is not None and line.stands_out for line in found)
    # A line between two bins of a Hann window is up to 1.4 dB low.
    assert cage_decibels(*found) == pytest.approx(decibels, abs=1.5)


@pytest.mark.parametrize(
    ("decibels", "words"),
    [(60, "none"), (54, "none"), (50, "watch"), (45, "a cracked or broken bar"), (30, "broken bars")],
)
def test_the_severity_of_the_cage_follows_its_scale(decibels: float, words: str) -> None:
    assert cage_severity(decibels) == words


def test_more_broken_bars_make_a_higher_line() -> None:
    counts = [broken_bars(decibels, 28, 2) for decibels in (55, 45, 35)]
    assert counts == sorted(counts)
    assert broken_bars(35, 28, 2) == pytest.approx(56 / (10**1.75 + 2))


@pytest.mark.parametrize("seed", range(10))
def test_noise_holds_no_sideband(seed: int) -> None:
    spectrum = current_spectrum(currents({MAINS: 1}, seed), RATE)
    for hertz in (*broken_bar_lines(MAINS, 0.03), *eccentricity_lines(MAINS, 24.2)):
        line = line_at(spectrum, hertz, 0.3)
        assert line is not None
        assert not line.stands_out


def test_a_line_within_the_mains_line_is_not_judged() -> None:
    spectrum = current_spectrum(currents({MAINS: 1}), RATE)
    assert line_at(spectrum, MAINS + 0.1, 0.0) is None
    assert line_at(spectrum, RATE, 0.0) is None


def test_reversed_phases_have_the_same_sidebands() -> None:
    signal = currents({MAINS: 1, 47.0: 0.01})
    line = line_at(current_spectrum(signal[:, [0, 2, 1]], RATE), 47.0, 0.1)
    assert line is not None
    assert line.decibels == pytest.approx(-40, abs=1.5)


@pytest.mark.parametrize("pole_pairs", [1, 2, 3])
@pytest.mark.parametrize("slip", [0.01, 0.033])
def test_the_rotor_speed_is_found_by_its_eccentricity(pole_pairs: int, slip: float) -> None:
    turn = MAINS * (1 - slip) / pole_pairs
    lower, upper = eccentricity_lines(MAINS, turn, 1)
    rotor = rotor_speed(
        current_spectrum(currents({MAINS: 1, lower: 0.01, upper: 0.01}), RATE), MAINS, pole_pairs
    )
    assert rotor is not None
    assert rotor.hertz == pytest.approx(turn, abs=0.06)
    assert rotor.slip == pytest.approx(slip, abs=0.004)


def test_a_perfect_rotor_has_no_speed_in_the_current() -> None:
    assert rotor_speed(current_spectrum(currents({MAINS: 1}), RATE), MAINS, 2) is None


def test_lines_of_a_bearing_lie_on_both_sides_of_the_mains() -> None:
    assert bearing_lines(50, 80, 1) == (-30, 130)


def test_small_slips_need_long_recordings() -> None:
    assert shortest_for_slip(50, 0.01) == pytest.approx(4.0)
