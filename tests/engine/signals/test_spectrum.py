"""Spectra for an analyst: amplitudes, units, axes, envelope, cepstrum, autocorrelation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.envelope import envelope_spectra, whole_spectrum
from engine.signals.features import centred
from engine.signals.spectrum import (
    GRAVITY,
    AxisUnit,
    Quantity,
    Scale,
    Spectrum,
    amplitude_spectrum,
    autocorrelation,
    averaged,
    cepstrum,
    converted,
    crest_factor,
    envelope_of,
    obstacle_to,
    per_hertz,
    relative_envelope,
    repetition,
    scaled,
)


def tone(rate: float, rows: int, hertz: float, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(rows) / rate + 0.3)


@given(
    rate=st.sampled_from([1000.0, 12_800.0, 20_480.0, 51_200.0]),
    rows=st.integers(64, 5000),
    share=st.floats(0.1, 0.4),
    amplitude=st.floats(1e-3, 1e3),
    mean=st.floats(-5, 5),
)
def test_a_sine_on_a_line_shows_its_own_amplitude_at_any_rate_and_length(
    rate: float, rows: int, share: float, amplitude: float, mean: float
) -> None:
    line = int(share * rows)
    found = amplitude_spectrum(mean + tone(rate, rows, line * rate / rows, amplitude), rate, "g")
    assert found.step == pytest.approx(rate / rows)
    assert len(found.amplitude) == rows // 2 + 1
    assert found.amplitude[line] == pytest.approx(amplitude, rel=1e-6)
    assert int(np.argmax(found.amplitude)) == line
    assert found.amplitude[0] == pytest.approx(0.0, abs=1e-9 * max(amplitude, 1))


def test_a_sine_half_way_between_two_lines_is_at_most_the_known_loss_too_low() -> None:
    found = amplitude_spectrum(tone(1000.0, 1000, 100.5, 2.0), 1000.0, "g")
    loss = 20 * math.log10(found.amplitude.max() / 2.0)
    assert loss == pytest.approx(-1.42, abs=0.02)


def test_the_power_of_all_lines_over_the_noise_bandwidth_is_that_of_the_signal() -> None:
    signal = np.random.default_rng(1).normal(0, 0.7, 8192)
    found = amplitude_spectrum(signal, 8192.0, "V")
    power = np.sum(scaled(found.amplitude, Scale.RMS)[1:-1] ** 2) / 1.5
    assert power == pytest.approx(0.49, rel=0.05)


def test_averaging_is_by_power_and_leaves_out_what_does_not_fit() -> None:
    one = Spectrum(1.0, np.array([0.0, 3.0, 0.0]), "g")
    other = Spectrum(1.0, np.array([0.0, 4.0, 0.0]), "g")
    longer = Spectrum(0.5, np.ones(9), "g")
    broken = Spectrum(1.0, np.full(3, np.nan), "g")
    mean = averaged([one, other, longer, broken])
    assert mean.amplitude[1] == pytest.approx(math.sqrt(12.5))
    assert mean.averages == 2
    assert averaged([broken]) is broken
    with pytest.raises(ValueError, match="no spectrum"):
        averaged([])


# Units and axes.


@pytest.mark.parametrize(
    ("unit", "metres"), [("g", GRAVITY), ("m/s2", 1.0), (" m/s² ", 1.0), ("mm/s2", 1e-3)]
)
def test_velocity_is_the_acceleration_over_two_pi_f(unit: str, metres: float) -> None:
    found = converted(amplitude_spectrum(tone(2000.0, 2000, 160.0, 3.0), 2000.0, unit), Quantity.VELOCITY)
    assert found.unit == "mm/s"
    assert found.amplitude[160] == pytest.approx(1000 * 3.0 * metres / (2 * math.pi * 160), rel=1e-6)
    assert found.amplitude[:4].max() == 0.0


def test_acceleration_is_in_g_and_of_a_velocity_sensor_differentiated() -> None:
    found = converted(Spectrum(10.0, np.full(20, 2.0), "mm/s"), Quantity.ACCELERATION)
    assert found.unit == "g"
    assert found.amplitude[8] == pytest.approx(0.002 * 2 * math.pi * 80 / GRAVITY)
    back = converted(found, Quantity.VELOCITY)
    assert back.amplitude[8] == pytest.approx(2.0)


@pytest.mark.parametrize("unit", ["V", "", "bar"])
def test_a_unit_without_a_quantity_is_named_in_a_sentence(unit: str) -> None:
    assert obstacle_to(Quantity.RECORDED, unit) == ""
    assert (unit or "not set") in obstacle_to(Quantity.VELOCITY, unit)
    with pytest.raises(ValueError, match="no velocity"):
        converted(Spectrum(1.0, np.ones(4), unit), Quantity.VELOCITY)


def test_scales_are_peak_rms_and_decibels_of_the_rms() -> None:
    amplitude = np.array([math.sqrt(2), 0.0])
    assert scaled(amplitude, Scale.PEAK) is amplitude
    assert scaled(amplitude, Scale.RMS)[0] == pytest.approx(1.0)
    decibels = scaled(amplitude, Scale.DECIBEL)
    assert decibels[0] == pytest.approx(0.0)
    assert decibels[1] == pytest.approx(-240.0)


def test_axes_are_in_hertz_cpm_or_orders_of_a_known_speed() -> None:
    assert per_hertz(AxisUnit.HERTZ, 0.0) == 1.0
    assert per_hertz(AxisUnit.CPM, 0.0) == 60.0
    assert 50.0 * per_hertz(AxisUnit.ORDERS, 25.0) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="shaft"):
        per_hertz(AxisUnit.ORDERS, 0.0)


# Envelope.


@pytest.mark.parametrize("rows", [20_480, 20_481, 8000])
def test_the_envelope_of_a_modulated_carrier_has_the_modulation_in_the_unit(rows: int) -> None:
    rate = 20_480.0
    time = np.arange(rows) / rate
    line = 80 * rate / rows
    signal = (2.0 + 0.5 * np.cos(2 * np.pi * line * time)) * np.sin(2 * np.pi * 4000 * time)
    found = envelope_of(signal, rate, "g", (3000.0, 5000.0))
    assert found.unit == "g"
    assert int(np.argmax(found.amplitude)) == 80
    assert found.amplitude[80] == pytest.approx(0.5, rel=0.02)
    assert found.hertz[-1] <= 2000.0


@pytest.mark.parametrize(("rows", "bands"), [(20_480, 8), (8192, 3), (4097, 2)])
def test_the_relative_envelope_is_the_one_that_is_kept_of_every_snapshot(rows: int, bands: int) -> None:
    rate = 20_480.0
    signal = np.random.default_rng(6).normal(0, 1, rows) * (1 + np.sin(np.arange(rows) / 50))
    whole = whole_spectrum(centred(signal[:, None].astype(np.float32)))
    kept = envelope_spectra(whole, bands)[0]
    width = (whole.shape[1] - 1) // bands
    for number in range(1, bands):
        band = (number * width * rate / rows, (number + 1) * width * rate / rows)
        found = relative_envelope(signal, rate, band)
        np.testing.assert_allclose(found.amplitude[: kept.shape[1]], kept[number], atol=2e-3)


def test_a_band_beyond_the_spectrum_has_no_envelope() -> None:
    with pytest.raises(ValueError, match="band"):
        envelope_of(np.ones(100), 100.0, "g", (60.0, 80.0))
    with pytest.raises(ValueError, match="band"):
        relative_envelope(np.ones(100), 100.0, (60.0, 80.0))
    assert not relative_envelope(np.ones(100), 100.0, (10.0, 20.0)).amplitude.any()


# Time.


def test_a_family_of_lines_is_one_peak_of_the_cepstrum() -> None:
    rate, rows = 10_000.0, 20_000
    impacts = np.zeros(rows)
    impacts[::125] = 1.0
    noisy = impacts + np.random.default_rng(4).normal(0, 0.01, rows)
    step, values = cepstrum(noisy, rate)
    first = int(0.004 / step)
    assert (int(np.argmax(values[first : 4 * first])) + first) * step == pytest.approx(0.0125)
    assert values[0] == 0.0


def test_a_repetition_is_found_by_the_autocorrelation_and_noise_has_none() -> None:
    rate, rows = 10_000.0, 10_000
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 1, rows)
    assert repetition(autocorrelation(noise), rate) is None
    beats = noise.copy()
    for start in range(0, rows - 20, 100):
        beats[start : start + 20] += 6 * np.exp(-np.arange(20) / 5)
    found = repetition(autocorrelation(beats), rate, 0.002)
    assert found is not None
    assert found[0] * 100 == pytest.approx(round(found[0] * 100), abs=0.03)


def test_a_constant_signal_has_neither_crest_factor_nor_autocorrelation() -> None:
    assert math.isnan(crest_factor(np.full(50, 3.0)))
    assert not autocorrelation(np.full(50, 3.0)).any()
    assert crest_factor(tone(1000.0, 1000, 50.0, 4.0)) == pytest.approx(math.sqrt(2), rel=0.01)


@pytest.mark.parametrize("rows", [4, 5, 7, 33])
def test_the_shortest_recordings_are_transformed(rows: int) -> None:
    signal = np.random.default_rng(rows).normal(0, 1, rows)
    assert len(amplitude_spectrum(signal, 100.0, "g").amplitude) == rows // 2 + 1
    assert len(autocorrelation(signal)) == rows // 2
    assert len(cepstrum(signal, 100.0)[1]) == rows // 2
    for transform in (lambda: amplitude_spectrum(signal[:3], 1.0, "g"), lambda: cepstrum(signal[:3], 1.0)):
        with pytest.raises(ValueError, match="at least four rows"):
            transform()
