"""The error of a component: its whole, or its worst group of adjacent bands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.scoring.errors import component_errors

BOTH = np.ones(2, np.bool_)
RESIDUALS = arrays(np.float32, (2, 33), elements=st.floats(-9, 9, width=32))


@given(RESIDUALS, st.integers(1, 40))
def test_a_group_never_makes_an_error_smaller(residual: np.ndarray, group: int) -> None:
    whole = component_errors(residual, BOTH, ((1, 2),))
    assert component_errors(residual, BOTH, ((1, 2),), group) >= whole


@given(RESIDUALS)
def test_without_groups_the_whole_alone_counts(residual: np.ndarray) -> None:
    expected = np.sqrt((np.maximum(residual.astype(np.float64), 0) ** 2).mean(axis=1))
    np.testing.assert_allclose(
        component_errors(residual, BOTH, ((1,), (2,))), expected, rtol=1e-5, atol=1e-12
    )


@pytest.mark.parametrize("first", [0, 7, 24])
def test_a_fault_in_a_few_bands_is_not_diluted_by_the_others(first: int) -> None:
    residual = np.zeros((2, 33), np.float32)
    residual[0, first : first + 8] = 4.0
    assert component_errors(residual, BOTH, ((1,),), 8) == pytest.approx([4.0])
    assert component_errors(residual, BOTH, ((1,),))[0] < 2.0


def test_the_level_belongs_to_no_group() -> None:
    residual = np.zeros((1, 33), np.float32)
    residual[0, -1] = 5.0
    alone = component_errors(residual, BOTH[:1], ((1,),))
    assert component_errors(residual, BOTH[:1], ((1,),), 8) == alone


def test_a_channel_that_does_not_run_has_no_worst_group() -> None:
    residual = np.zeros((2, 33), np.float32)
    residual[0] = 9.0
    running = np.array([False, True])
    assert component_errors(residual, running, ((1, 2),), 8).tolist() == [0.0]
    assert np.isnan(component_errors(residual, running, ((1,),), 8)).all()
