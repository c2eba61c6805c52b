"""A shift that most bands share is the machine's level; a fault's excess is left as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.level import FARTHER, SMALLEST_WANDER, level_reach, levelled

CENTRE = np.zeros((2, 9), np.float32)
UNIT = np.full((2, 9), 0.1, np.float32)
REACH = np.full(2, 0.5, np.float32)
DECIBELS = 10 / np.log(10)


@given(st.floats(-0.5, 0.5))
def test_a_common_shift_within_reach_leaves_nothing(shift: float) -> None:
    features = CENTRE + np.float32(shift / 0.1)
    np.testing.assert_allclose(levelled(features, CENTRE, UNIT, REACH, falls=True), 0, atol=1e-4)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_shift_beyond_reach_counts_for_the_rest(sign: int) -> None:
    left = levelled(CENTRE + sign * 8.0, CENTRE, UNIT, REACH, falls=True)
    np.testing.assert_allclose(left, sign * 3.0, rtol=1e-5)


@given(st.floats(-5.0, 0.0), st.integers(1, 4))
def test_a_fall_gives_no_excess_to_bands_that_keep_their_height(shift: float, kept: int) -> None:
    features = CENTRE + np.float32(shift / 0.1)
    features[:, :kept] = 0.0
    np.testing.assert_array_equal(levelled(features, CENTRE, UNIT, REACH, falls=False), features)


@given(st.floats(0.0, 0.5))
def test_a_rise_is_taken_away_whether_or_not_falls_are(shift: float) -> None:
    features = CENTRE + np.float32(shift / 0.1)
    both = [levelled(features, CENTRE, UNIT, REACH, falls=falls) for falls in (True, False)]
    np.testing.assert_array_equal(*both)


@given(st.integers(1, 3), st.floats(1, 1e3))
def test_a_fault_in_fewer_than_half_of_the_bands_keeps_its_size(bands: int, size: float) -> None:
    features = CENTRE.copy()
    features[0, :bands] = size
    np.testing.assert_array_equal(levelled(features, CENTRE, UNIT, REACH, falls=True), features)


def test_each_channel_has_its_own_level() -> None:
    features = CENTRE.copy()
    features[1] = 3.0
    left = levelled(features, CENTRE, UNIT, REACH, falls=True)
    np.testing.assert_array_equal(left[0], 0)
    np.testing.assert_allclose(left[1], 0, atol=1e-5)


def test_many_snapshots_at_once_give_what_each_gives() -> None:
    features = np.random.default_rng(1).normal(0, 5, (7, 2, 9)).astype(np.float32)
    together = levelled(features, CENTRE, UNIT, REACH, falls=True)
    for one, alone in zip(together, features, strict=True):
        np.testing.assert_array_equal(one, levelled(alone, CENTRE, UNIT, REACH, falls=True))


def test_bundles_without_a_reach_are_scored_as_before() -> None:
    features = CENTRE + 3.0
    assert levelled(features, CENTRE, UNIT, np.zeros(0, np.float32), falls=True) is features


def test_reach_follows_the_wander_of_the_level_and_not_one_loud_snapshot() -> None:
    chance = np.random.default_rng(2)
    level = chance.normal(0, 0.2, (200, 1, 1)) * DECIBELS
    spectra = np.concatenate([level + np.zeros((1, 1, 9)), np.zeros((200, 1, 9))], axis=1).astype(np.float32)
    wide, steady = level_reach(spectra)
    assert wide == pytest.approx(FARTHER * 0.2, rel=0.2)
    assert steady == pytest.approx(SMALLEST_WANDER)
    spectra[3] += 60.0
    assert level_reach(spectra)[0] == pytest.approx(wide, rel=0.05)
