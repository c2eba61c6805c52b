"""Peaks of a spectrum: found between lines with their own amplitude, compared with floor and baseline."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.spectral_peaks import peaks_of
from engine.signals.spectrum import Spectrum, amplitude_spectrum

RATE, ROWS = 8192.0, 8192


def recording(*tones: tuple[float, float], noise: float = 0.01) -> np.ndarray:
    time = np.arange(ROWS) / RATE
    signal = np.random.default_rng(7).normal(0, noise, ROWS)
    for hertz, amplitude in tones:
        signal += amplitude * np.sin(2 * np.pi * hertz * time + 1.0)
    return signal


@given(offset=st.floats(-0.5, 0.5), amplitude=st.floats(0.5, 50))
def test_frequency_and_amplitude_of_a_sine_are_right_between_two_lines(
    offset: float, amplitude: float
) -> None:
    spectrum = amplitude_spectrum(recording((236.0 + offset, amplitude), noise=1e-6), RATE, "g")
    peak = peaks_of(spectrum)[0]
    assert peak.hertz == pytest.approx(236.0 + offset, abs=0.01)
    assert peak.amplitude == pytest.approx(amplitude, rel=0.005)


def test_peaks_are_sorted_by_amplitude_and_noise_alone_has_hardly_any() -> None:
    found = peaks_of(amplitude_spectrum(recording((100.0, 1.0), (700.0, 3.0), (1500.0, 2.0)), RATE, "g"))
    assert [round(peak.hertz) for peak in found[:3]] == [700, 1500, 100]
    assert all(peak.times_floor > 100 for peak in found[:3])
    assert len(peaks_of(amplitude_spectrum(recording(), RATE, "g"))) <= 2


def test_the_ratio_to_the_baseline_is_that_of_the_lines_about_the_peak() -> None:
    healthy = amplitude_spectrum(recording((236.0, 0.2)), RATE, "g").amplitude
    now = amplitude_spectrum(recording((236.0, 1.0)), RATE, "g")
    assert peaks_of(now, healthy)[0].times_baseline == pytest.approx(5.0, rel=0.05)
    assert math.isnan(peaks_of(now, healthy[:-1])[0].times_baseline)


def test_no_more_peaks_are_listed_than_asked_for() -> None:
    spectrum = amplitude_spectrum(recording((100.0, 1.0), (700.0, 3.0)), RATE, "g")
    assert [round(peak.hertz) for peak in peaks_of(spectrum, most=1)] == [700]


@pytest.mark.parametrize("amplitude", [[], [1.0], [0.0] * 9, [float("nan")] * 9, [1.0] * 9])
def test_a_spectrum_without_a_peak_has_none(amplitude: list[float]) -> None:
    assert peaks_of(Spectrum(1.0, np.array(amplitude), "g")) == ()
