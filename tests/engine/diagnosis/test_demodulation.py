"""Demodulation: the leading band of each channel; for suspect channels every band with error."""

import numpy as np

from engine.diagnosis.demodulation import Listener
from engine.signals.envelope import envelope_spectra, whole_spectrum
from engine.signals.features import centred

RATE, ROWS, BANDS = 20_480, 20_480, 8
EDGES = np.linspace(0, RATE / 2, 65).astype(np.float32)
LISTENER = Listener(RATE, BANDS, EDGES)
SPECTRUM = whole_spectrum(centred(np.random.default_rng(1).normal(size=(ROWS, 2)).astype(np.float32)))


def error_in(*shares: tuple[int, float, float]) -> np.ndarray:
    """Return band shares (2, 64) from triples (channel, Hz, share)."""
    error = np.zeros((2, 64), np.float32)
    for channel, hertz, share in shares:
        error[channel, np.searchsorted(EDGES, hertz) - 1] += share
    return error


def test_the_band_with_most_of_the_error_leads_in_each_channel() -> None:
    heard = LISTENER.hear(SPECTRUM, error_in((0, 700.0, 0.3), (0, 900.0, 0.3), (1, 4500.0, 0.4)), ())
    assert heard.leading.tolist() == [0, 3]
    exact = envelope_spectra(SPECTRUM, BANDS)
    np.testing.assert_allclose(heard.envelopes, exact[[0, 1], [0, 3]], rtol=1e-4, atol=1e-6)
    assert heard.carrying == {}


def test_every_band_that_carries_a_tenth_is_looked_at_where_the_channel_is_in_question() -> None:
    error = error_in((1, 4500.0, 0.5), (1, 9000.0, 0.3), (1, 700.0, 0.15), (1, 2000.0, 0.05))
    heard = LISTENER.hear(SPECTRUM, error, {1})
    bands, rows = zip(*heard.carrying[1], strict=True)
    assert bands == (3, 7, 0)
    exact = envelope_spectra(SPECTRUM, BANDS)
    np.testing.assert_allclose(heard.envelopes[[*rows]], exact[1, [*bands]], rtol=1e-4, atol=1e-6)


def test_a_channel_without_error_gives_no_evidence() -> None:
    heard = LISTENER.hear(SPECTRUM, error_in((1, 4500.0, 1.0)), {0, 1})
    assert list(heard.carrying) == [1]
