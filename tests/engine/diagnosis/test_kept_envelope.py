"""The kept part of an envelope shows the fault lines and fits into a picture."""

import numpy as np
import pytest

from engine.diagnosis.demodulation import MOST_BINS, envelope_view
from engine.signals.envelope import envelope_bands

RATE, ROWS, BANDS = 20_480, 20_480, 8


def test_three_harmonics_and_a_half_of_the_highest_line_are_kept_bin_by_bin() -> None:
    view = envelope_view(RATE, ROWS, 297.0, BANDS)
    envelopes = np.random.default_rng(1).random((2, 1281)).astype(np.float32)
    kept = view.of(envelopes, np.ones(2, np.bool_))
    assert view.step == 1.0
    assert kept.shape[1] == int(3.5 * 297) + 1
    assert kept.tolist() == envelopes[:, : kept.shape[1]].tolist()


def test_of_neighbours_that_are_put_together_the_highest_is_kept() -> None:
    view = envelope_view(RATE, 10 * ROWS, 297.0, BANDS)
    assert view.together == 10
    envelopes = np.zeros((1, 12_801), np.float32)
    envelopes[0, 2364] = 1.0
    assert np.flatnonzero(view.of(envelopes, np.ones(1, np.bool_))[0]).tolist() == [236]


def test_a_channel_that_does_not_run_is_left_empty() -> None:
    view = envelope_view(RATE, ROWS, 297.0, BANDS)
    kept = view.of(np.ones((2, 1281), np.float32), np.array([False, True]))
    assert not kept[0].any()
    assert kept[1].all()


@pytest.mark.parametrize(
    ("rate", "rows", "highest"), [(51_200, 512_000, 900.0), (25_600, 2560, 0.0), (8, 64, 0.0)]
)
def test_any_recorder_leaves_a_spectrum_of_bounded_size(rate: int, rows: int, highest: float) -> None:
    bands = envelope_bands(rate, highest)
    view = envelope_view(rate, rows, highest, bands)
    kept = view.of(np.ones((2, rows // 2 // bands + 1), np.float32), np.ones(2, np.bool_))
    assert kept.shape[1] == view.bins
    assert 1 <= view.bins <= MOST_BINS
    width = rate / 2 / bands
    assert view.step * view.bins <= width + view.step
    if highest:
        assert view.step * view.bins >= 3 * highest
