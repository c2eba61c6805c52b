"""What is kept of an envelope: of each channel the band that carries its error, up to the fault lines."""

import numpy as np
import pytest

from engine.envelope import envelope_spectra, whole_spectrum
from engine.portrait import MOST_BINS, envelope_view

RATE, ROWS = 20_480, 20_480
EDGES = np.linspace(0, RATE / 2, 65).astype(np.float32)


def knocking(every: float, carrier: float) -> np.ndarray:
    """(rows, 2): noise, and on the second channel a ring at `carrier` Hz struck every so many Hz."""
    rng = np.random.default_rng(1)
    time = np.arange(ROWS) / RATE
    signal = rng.normal(size=(ROWS, 2))
    since = time % (1 / every)
    signal[:, 1] += 20 * np.exp(-since * 800) * np.sin(2 * np.pi * carrier * since)
    return signal.astype(np.float32)


def error_at(hertz: float) -> np.ndarray:
    error = np.full((2, 64), 0.001, np.float32)
    error[1, np.searchsorted(EDGES, hertz) - 1] = 0.8
    return error


def test_the_line_of_the_impacts_stands_out_in_the_band_that_carries_the_error() -> None:
    view = envelope_view(RATE, ROWS, 297.0, EDGES)
    envelope, carriers = view.of(
        whole_spectrum(knocking(236.0, 4500.0)), np.ones(2, np.bool_), error_at(4500.0)
    )
    assert carriers[1].tolist() == [3840.0, 5120.0]
    assert abs(int(envelope[1, 50:].argmax()) + 50 - 236) <= 1
    assert envelope[1, 236] > 10 * np.median(envelope[1])


def test_it_is_the_spectrum_by_which_surfaces_are_named() -> None:
    signal = knocking(236.0, 4500.0)
    view = envelope_view(RATE, ROWS, 297.0, EDGES)
    envelope, _ = view.of(whole_spectrum(signal), np.ones(2, np.bool_), error_at(4500.0))
    exact = envelope_spectra(whole_spectrum(signal), view.bands, [3])[:, 0, : view.bins]
    np.testing.assert_allclose(envelope[1], exact[1], rtol=1e-3, atol=1e-6)


def test_a_channel_that_does_not_run_is_left_empty() -> None:
    view = envelope_view(RATE, ROWS, 297.0, EDGES)
    signal = knocking(236.0, 4500.0)
    signal[:, 0] = 0.0
    envelope, _ = view.of(whole_spectrum(signal), np.array([False, True]), error_at(4500.0))
    assert not envelope[0].any()
    assert envelope[1].any()


@pytest.mark.parametrize(
    ("rate", "rows", "highest"), [(51_200, 512_000, 900.0), (25_600, 2560, 0.0), (8, 64, 0.0)]
)
def test_any_recorder_leaves_a_spectrum_of_bounded_size(rate: int, rows: int, highest: float) -> None:
    edges = np.linspace(0, rate / 2, 9).astype(np.float32)
    view = envelope_view(rate, rows, highest, edges)
    signal = np.random.default_rng(2).normal(size=(rows, 2)).astype(np.float32)
    envelope, _ = view.of(whole_spectrum(signal), np.ones(2, np.bool_), np.ones((2, 8), np.float32))
    assert 1 <= envelope.shape[1] <= MOST_BINS
    assert np.isfinite(envelope).all()
    assert view.step * view.bins <= view.width + view.step
    if highest:
        assert view.step * view.bins >= 3 * highest
