"""Attribution: shares of the error sum to one; band patterns distinguish two components."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.scoring.attribution import band_shares, component_shares, part_shares

BOTH = np.array([True, True])
RESIDUALS = arrays(np.float32, (2, 5), elements=st.floats(-50, 50, width=32))
SHARES = arrays(np.float32, (2, 6), elements=st.floats(0, 1, width=32))


@given(RESIDUALS)
def test_shares_sum_to_one_or_there_is_nothing_to_share(residual: np.ndarray) -> None:
    shares = band_shares(residual, BOTH)
    assert shares.shape == (2, 4)
    assert (shares >= 0).all()
    squares = np.square(np.maximum(residual[:, :-1], 0.0).astype(np.float64))
    assert shares.sum() == pytest.approx(1.0 if squares.sum() > 0 else 0.0, abs=1e-5)


def test_channel_that_does_not_run_has_no_share() -> None:
    shares = band_shares(np.ones((2, 5), np.float32), np.array([False, True]))
    assert shares[0].tolist() == [0.0] * 4
    assert shares[1].sum() == pytest.approx(1.0)


def test_component_has_the_shares_of_its_channels() -> None:
    bands = np.array([[0.1, 0.1], [0.2, 0.2], [0.3, 0.1]], np.float32)
    assert component_shares(bands, ((1, 3), (2,))) == pytest.approx([0.6, 0.4])


@given(
    arrays(np.float32, (7, 2), elements=st.floats(0, 99, width=32)), st.tuples(st.booleans(), st.booleans())
)
def test_parts_of_a_snapshot_share_the_error_of_its_running_channels(
    windows: np.ndarray, running: tuple[bool, bool]
) -> None:
    shares = part_shares(windows, np.array(running))
    assert shares.shape == (2, 7)
    assert shares.sum() == pytest.approx(1.0 if windows[:, list(running)].any() else 0.0, abs=1e-5)
    assert not shares[~np.array(running)].any()


def test_window_with_all_of_the_error_has_all_of_the_share() -> None:
    windows = np.zeros((4, 2), np.float32)
    windows[2, 1] = 7.0
    assert part_shares(windows, BOTH).tolist() == [[0.0] * 4, [0.0, 0.0, 1.0, 0.0]]
