"""Velocity RMS: exact for a pure tone, zero outside its range, only for accelerations."""

import numpy as np
import pytest

from engine.signals.envelope import whole_spectrum
from engine.signals.features import centred
from engine.signals.velocity import VelocityMeter, obstacle
from tests.engine.rigs import noise

RATE = 20_480


def tone(hertz: float, amplitude: float) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)


def velocities(units: tuple[str, ...], *channels: np.ndarray) -> list[float]:
    signal = np.stack(channels, axis=1)
    found = VelocityMeter(RATE, len(signal), units).read(whole_spectrum(centred(signal)))
    assert found is not None
    return found.tolist()


@pytest.mark.parametrize("hertz", [20.0, 160.0, 900.0])
def test_a_tone_has_the_velocity_that_integration_gives(hertz: float) -> None:
    expected = 1000 * 3.0 / (2 * np.pi * hertz) / np.sqrt(2)
    signal = tone(hertz, 3.0)
    assert velocities(("m/s2", "g", "mm/s²"), signal, signal, signal) == pytest.approx(
        [expected, 9.80665 * expected, expected / 1000], rel=0.002
    )


def test_it_is_that_of_a_signal_integrated_in_double_precision_under_a_hann_window() -> None:
    signal = noise(np.random.default_rng(3), RATE, 1)[:, 0].astype(np.float32) + np.float32(0.5)
    window = np.hanning(RATE)
    spectrum = np.fft.rfft((signal - signal.mean(dtype=np.float64)) * window)
    hertz = np.fft.rfftfreq(RATE, 1 / RATE)
    heard = (hertz >= 10) & (hertz <= 1000)
    squares = np.abs(spectrum[heard] * 9806.65 / (2 * np.pi * hertz[heard])) ** 2
    expected = np.sqrt(2 * squares.sum() / (RATE * np.sum(window**2)))
    assert velocities(("g",), signal) == pytest.approx([expected], rel=1e-3)


def test_outside_ten_to_a_thousand_hertz_nothing_counts() -> None:
    inside, above, below = velocities(("g",) * 3, tone(100.0, 1.0), tone(3000.0, 1.0), tone(4.0, 1.0))
    assert above < 0.001 * inside
    assert below < 0.001 * inside


@pytest.mark.parametrize("unit", ["V", "", "mm/s", "um"])
def test_a_channel_of_another_unit_has_none_and_does_not_disturb_its_neighbour(unit: str) -> None:
    alone = velocities(("g",), tone(100.0, 1.0))
    assert velocities((unit, "g"), tone(100.0, 9.0), tone(100.0, 1.0)) == pytest.approx(
        [np.nan, *alone], nan_ok=True
    )
    assert "Set unit" in obstacle(unit, RATE, RATE)


@pytest.mark.parametrize(
    ("unit", "rows", "rate"), [("V", RATE, RATE), ("g", 4000, RATE), ("g", 100_000, 2000), ("g", 64, 8)]
)
def test_where_no_channel_can_tell_it_nothing_is_told(unit: str, rows: int, rate: int) -> None:
    assert obstacle(unit, rows, rate)
    signal = np.ones((rows, 2), np.float32)
    assert VelocityMeter(rate, rows, (unit, unit)).read(whole_spectrum(centred(signal))) is None


def test_a_recording_sampled_just_fast_enough_is_told() -> None:
    assert obstacle("g", 8004, 2001) == ""
    spectrum = whole_spectrum(centred(np.ones((8004, 1), np.float32)))
    assert VelocityMeter(2001, 8004, ("g",)).read(spectrum) is not None
