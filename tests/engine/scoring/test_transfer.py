"""What a failing component's excess explains of its neighbours': ratios by band that stay the same."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.scoring.transfer import (
    AMPLIFIED,
    GROWN,
    Transfer,
    averaged,
    bounds_of_power,
    explained,
    likely_power,
    no_transfer,
    unpack_transfer,
    usual_power,
)

BANDS = 6
RUNNING = np.ones(2, np.bool_)
UNIT = np.full((2, BANDS), 0.08, np.float32)
USUAL = np.ones((2, BANDS))


def standard(power: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the residual, in healthy deviations, of an excess power over a usual power of 1."""
    return (np.log1p(power) / UNIT).astype(np.float32)


def followed(
    leader: list[list[float]], neighbour: list[list[float]], running: NDArray[np.bool_] = RUNNING
) -> list[NDArray[np.bool_]]:
    """Return which of the neighbour's bands are explained after each snapshot, each lasting 30 snapshots."""
    transfer, found = no_transfer((2, BANDS)), []
    for one, other in zip(leader, neighbour, strict=True):
        residual = standard(np.array([one, other]))
        for _ in range(30):
            transfer = averaged(transfer, residual, running)
            bounds = bounds_of_power(USUAL, transfer.slow, UNIT)
            transfer, inside = explained(transfer, bounds, 0, (1,), running)
        found.append(inside[1])
    return found


GROWING = [[size] * BANDS for size in (0.5, 2.0, 8.0, 30.0)]


@given(st.floats(0.01, 0.8 * AMPLIFIED))
def test_a_ratio_that_stays_the_same_is_explained_however_large_the_excess(ratio: float) -> None:
    heard = [[ratio * size for size in sizes] for sizes in GROWING]
    assert all(inside.all() for inside in followed(GROWING, heard))


@given(st.integers(0, BANDS - 1))
def test_a_band_that_the_leader_lacks_is_not_explained(band: int) -> None:
    leader = [[0.0 if place == band else 5.0 for place in range(BANDS)]]
    neighbour = [[5.0 if place == band else 0.5 for place in range(BANDS)]]
    (inside,) = followed(leader, neighbour)
    assert np.flatnonzero(~inside).tolist() == [band]


def test_a_ratio_that_grows_beyond_any_path_is_not_explained() -> None:
    leader = [[20.0] * BANDS] * 2
    before, after = followed(leader, [[0.2] * BANDS, [0.2] * (BANDS - 1) + [0.2 * 4 * GROWN]])
    assert before.all()
    assert np.flatnonzero(~after).tolist() == [BANDS - 1]


def test_a_leader_that_was_worse_before_the_neighbour_rose_bounds_the_path() -> None:
    quiet, risen = followed([[20.0] * BANDS] * 2, [[0.0] * BANDS, [15.0] * BANDS])
    assert quiet.all()
    assert not risen.any()


def test_another_leader_begins_without_what_was_learned_of_the_first() -> None:
    learned = Transfer(1, np.full((2, BANDS), 1e-3, np.float32), np.full((2, BANDS), 20.0, np.float32))
    bounds = bounds_of_power(USUAL, learned.slow, UNIT)
    assert explained(learned, bounds, 0, (1,), RUNNING)[1].all()
    assert not explained(learned, bounds, 1, (2,), RUNNING)[1][0].any()


def test_a_leader_without_a_running_channel_explains_nothing() -> None:
    running = np.array([False, True])
    (inside,) = followed([[5.0] * BANDS], [[1.0] * BANDS], running)
    assert not inside.any()


@pytest.mark.parametrize("size", [0.0, 1.9, 2.1, 30.0, 1e6])
def test_power_is_bounded_from_both_sides_and_likely_only_where_significant(size: float) -> None:
    residual = np.full((2, BANDS), size, np.float32)
    likely, (least, most) = likely_power(USUAL, residual, UNIT), bounds_of_power(USUAL, residual, UNIT)
    assert np.isfinite(most).all()
    assert (least <= most).all()
    assert (likely > 0).all() == (size > 2.0)
    assert (likely <= most).all()


def test_usual_power_is_that_of_the_spectrum_without_its_excess() -> None:
    spectrum = np.full((2, BANDS), 10 * np.log10(8.0), np.float32)
    residual = np.full((2, BANDS), np.log(4.0) / 0.08, np.float32)
    np.testing.assert_allclose(usual_power(spectrum, residual, UNIT), 2.0, rtol=1e-5)
    assert (usual_power(np.full_like(spectrum, np.nan), residual, UNIT) == 0).all()


def test_nothing_is_forgotten_in_json() -> None:
    chance = np.random.default_rng(1)
    before = Transfer(1, *chance.normal(size=(2, 2, BANDS)).astype(np.float32))
    after = unpack_transfer(json.loads(json.dumps(before.pack())), (2, BANDS))
    assert after.leader == 1
    np.testing.assert_array_equal(after.most, before.most)
    np.testing.assert_array_equal(after.slow, before.slow)


def test_the_state_of_an_earlier_release_knows_no_path_and_a_damaged_one_is_refused() -> None:
    assert unpack_transfer({}, (2, BANDS)).leader == -1
    with pytest.raises(ValueError, match="reshape"):
        unpack_transfer(no_transfer((2, BANDS)).pack(), (3, BANDS))
