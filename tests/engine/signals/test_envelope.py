"""Envelope spectra: a modulation shows as a line only in the band of its carrier."""

import numpy as np
import pytest

from engine.signals.envelope import HARMONICS, envelope_bands, envelope_spectra, whole_spectrum
from engine.signals.features import centred
from tests.engine.rigs import noise

RATE, ROWS, BANDS = 20_480.0, 20_480, 8


def modulated(carrier: float, hertz: float, depth: float, rows: int = ROWS) -> np.ndarray:
    """Return an amplitude-modulated carrier, (rows, 1)."""
    time = np.arange(rows) / RATE
    swing = 1 + depth * np.cos(2 * np.pi * hertz * time)
    return (swing * np.sin(2 * np.pi * carrier * time))[:, None].astype(np.float32)


def spectra_of(signal: np.ndarray, bands: int = BANDS) -> np.ndarray:
    """Return the envelope spectra of all bands of a signal (rows, channels)."""
    return envelope_spectra(whole_spectrum(centred(signal)), bands)


@pytest.mark.parametrize("hertz", [15, 236, 297, 500])
@pytest.mark.parametrize(("carrier", "band"), [(640, 0), (1920, 1), (4480, 3), (9600, 7)])
def test_modulation_shows_at_its_frequency_in_the_band_of_its_carrier(
    carrier: float, band: int, hertz: int
) -> None:
    spectra = spectra_of(modulated(carrier, hertz, 0.4))
    assert spectra.shape[:2] == (1, BANDS)
    assert int(spectra[0, band].argmax()) == hertz
    # The square of 1 + m cos x is 1 + m²/2 + 2 m cos x + ..., and the envelope is relative to its mean.
    assert spectra[0, band, hertz] == pytest.approx(2 * 0.4 / (1 + 0.4**2 / 2), rel=0.01)


def test_bin_is_a_frequency_whatever_the_length_of_the_snapshot() -> None:
    rows = 5 * ROWS // 2
    spectra = spectra_of(modulated(4480, 236, 0.4, rows))
    assert int(spectra[0, 3].argmax()) * RATE / rows == pytest.approx(236)


def test_steady_carrier_has_no_lines() -> None:
    assert spectra_of(modulated(4480, 236, 0.0))[0, 3].max() < 0.01


def test_loudness_and_offset_change_nothing() -> None:
    signal = noise(np.random.default_rng(11), ROWS, 2).astype(np.float32)
    plain, louder = spectra_of(signal), spectra_of(64 * signal + np.float32(0.5))
    assert louder == pytest.approx(plain, abs=1e-3)


def test_channels_do_not_hear_one_another() -> None:
    signal = noise(np.random.default_rng(12), ROWS, 2).astype(np.float32)
    alone = spectra_of(signal[:, 1:])
    assert spectra_of(signal)[1] == pytest.approx(alone[0], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("value", [0.0, -0.09])
def test_channel_that_says_nothing_has_an_empty_spectrum_and_no_nan(value: float) -> None:
    assert spectra_of(np.full((4096, 1), value, np.float32), 4).max() == 0.0


def test_three_harmonics_of_the_highest_line_of_the_ims_rig_fit_into_a_band() -> None:
    highest = 296.9
    bands = envelope_bands(RATE, highest)
    bins = spectra_of(np.ones((ROWS, 1), np.float32), bands).shape[-1]
    assert bins * RATE / ROWS > HARMONICS * highest


@pytest.mark.parametrize(("rate", "highest", "bands"), [(51_200.0, 300.0, 8), (1000.0, 900.0, 1)])
def test_there_are_one_to_eight_bands(rate: float, highest: float, bands: int) -> None:
    assert envelope_bands(rate, highest) == bands
