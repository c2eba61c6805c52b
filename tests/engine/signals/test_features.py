"""Windows cover the whole recording, spectra put power into the right band, figures are exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.features import band_borders, band_power, centred, figures, window_length, window_starts
from tests.engine.rigs import noise

ROWS = st.integers(min_value=2, max_value=30_000)


# Windows


@given(ROWS)
def test_window_is_the_largest_power_of_two_up_to_2048_and_the_rows(rows: int) -> None:
    length = window_length(rows)
    assert length & (length - 1) == 0
    assert length <= min(2048, rows)
    assert 2 * length > min(2048, rows)


@given(ROWS)
def test_windows_cover_every_row_half_overlapped_with_the_last_right_aligned(rows: int) -> None:
    length = window_length(rows)
    starts = window_starts(rows, length)
    assert starts[0] == 0
    assert starts[-1] + length == rows
    steps = np.diff(starts)
    assert (steps[:-1] == length // 2).all()
    assert ((steps > 0) & (steps <= length // 2)).all()


def test_ims_recording_has_19_windows_and_loses_no_row() -> None:
    assert window_length(20480) == 2048
    assert window_starts(20480, 2048).tolist() == [*range(0, 18433, 1024)]


def test_recording_shorter_than_a_window_is_an_error_that_says_both() -> None:
    with pytest.raises(ValueError, match="63 rows are fewer than one window of 64"):
        window_starts(63, 64)


# Bands


@given(st.sampled_from([16, 64, 256, 1024, 2048]), st.integers(min_value=1, max_value=400))
def test_bands_border_on_one_another_from_the_first_bin_to_the_last(length: int, bands: int) -> None:
    borders = band_borders(length, bands)
    assert borders[0] == 1
    assert borders[-1] == length // 2 + 1
    assert (np.diff(borders) > 0).all()
    assert len(borders) - 1 <= bands
    assert np.diff(borders).max() - np.diff(borders).min() <= 1


def test_band_power_of_noise_sums_to_its_variance() -> None:
    signal = noise(np.random.default_rng(1), 40_960, 3, level=0.2).astype(np.float32)
    power = band_power(signal, 2048, band_borders(2048, 64))
    assert power.shape == (39, 3, 64)
    assert power.sum(axis=-1).mean(axis=0) == pytest.approx(signal.var(axis=0), rel=0.03)


def test_mean_of_a_channel_is_no_part_of_its_power() -> None:
    signal = noise(np.random.default_rng(2), 4096, 1).astype(np.float32)
    borders = band_borders(2048, 64)
    offset = band_power(signal + np.float32(0.5), 2048, borders)
    assert offset == pytest.approx(band_power(signal, 2048, borders), rel=1e-2, abs=1e-6)


@pytest.mark.parametrize("frequency", [100.0, 1000.0, 3333.0, 9000.0])
def test_sine_falls_into_its_own_band_and_keeps_its_power(frequency: float) -> None:
    rate, rows = 20_480.0, 20_480
    signal = 2.0 * np.sin(2 * np.pi * frequency * np.arange(rows) / rate)
    borders = band_borders(2048, 64)
    power = band_power(signal[:, None].astype(np.float32), 2048, borders).mean(axis=0)[0]
    edges = borders * (rate / 2048)
    band = int(np.searchsorted(edges, frequency, side="right")) - 1
    assert power[max(0, band - 1) : band + 2].sum() == pytest.approx(2.0, rel=0.02)
    assert int(power.argmax()) == band


# Figures


def test_figures_of_a_sine_are_the_textbook_ones() -> None:
    time = np.arange(20_480) / 20_480
    signal = (0.5 + 3.0 * np.sin(2 * np.pi * 50 * time)).astype(np.float32)
    deviation, peak, crest, kurtosis = figures(centred(signal[:, None]))[0]
    assert deviation == pytest.approx(3.0 / np.sqrt(2), rel=1e-4)
    assert peak == pytest.approx(3.0, rel=1e-4)
    assert crest == pytest.approx(np.sqrt(2), rel=1e-4)
    assert kurtosis == pytest.approx(1.5, rel=1e-4)


def test_kurtosis_of_gaussian_noise_is_3_and_of_impulses_far_above() -> None:
    rng = np.random.default_rng(3)
    signal = rng.normal(size=(20_480, 2)).astype(np.float32)
    signal[::1000, 1] += 20
    kurtosis = figures(centred(signal))[:, 3]
    assert kurtosis[0] == pytest.approx(3.0, abs=0.15)
    assert kurtosis[1] > 10


@pytest.mark.parametrize("value", [0.0, 0.1, -0.09, 1e-3, 1 / 3])
def test_constant_channel_has_figures_of_zero_and_no_nan(value: float) -> None:
    assert figures(centred(np.full((20_480, 1), value, np.float32))).tolist() == [[0.0] * 4]


@given(st.floats(min_value=1e-3, max_value=1e3), st.floats(min_value=-10, max_value=10))
def test_scale_moves_deviation_and_peak_and_offset_moves_nothing(scale: float, offset: float) -> None:
    signal = np.random.default_rng(4).normal(size=(512, 1))
    plain = figures(centred(signal.astype(np.float32)))[0]
    moved = figures(centred((scale * (signal + offset)).astype(np.float32)))[0]
    assert moved[:2] == pytest.approx(scale * plain[:2], rel=1e-3)
    assert moved[2:] == pytest.approx(plain[2:], rel=1e-3)
