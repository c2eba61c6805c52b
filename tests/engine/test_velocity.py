"""Velocity RMS: exact for a pure tone, silent outside its range, told only of an acceleration."""

import numpy as np
import pytest

from engine.velocity import velocity_rms

RATE = 20_480


def tone(hertz: float, amplitude: float) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)


@pytest.mark.parametrize("hertz", [20.0, 160.0, 900.0])
def test_a_tone_has_the_velocity_that_integration_gives(hertz: float) -> None:
    expected = 1000 * 3.0 / (2 * np.pi * hertz) / np.sqrt(2)
    assert velocity_rms(tone(hertz, 3.0), RATE, "m/s2") == pytest.approx(expected, rel=0.01)
    assert velocity_rms(tone(hertz, 3.0), RATE, "g") == pytest.approx(9.80665 * expected, rel=0.01)


def test_outside_ten_to_a_thousand_hertz_nothing_counts() -> None:
    inside = velocity_rms(tone(100.0, 1.0), RATE, "g")
    outside = velocity_rms(tone(3000.0, 1.0), RATE, "g")
    assert inside is not None
    assert outside is not None
    assert outside < 0.001 * inside


@pytest.mark.parametrize("unit", ["V", "", "mm/s", "um"])
def test_of_another_unit_nothing_is_told(unit: str) -> None:
    assert velocity_rms(tone(100.0, 1.0), RATE, unit) is None


def test_a_recording_too_short_for_ten_hertz_is_not_told() -> None:
    assert velocity_rms(tone(100.0, 1.0)[:4000], RATE, "g") is None
    assert velocity_rms(np.zeros(0, np.float32), RATE, "g") is None
