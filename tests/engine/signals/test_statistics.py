"""Robust statistics, and the comparison of two samples."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.statistics import chance_of_larger, median

# Small integers give ties, far apart ones none.
VALUES = st.lists(st.integers(-20, 20) | st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(VALUES, VALUES)
def test_chance_of_larger_values_is_that_of_scipy(sample: list[float], other: list[float]) -> None:
    from scipy.stats import mannwhitneyu

    one, two = np.array(sample, np.float32), np.array(other, np.float32)
    # SciPy counts ties of single precision in single precision.
    wide = one.astype(np.float64), two.astype(np.float64)
    expected = mannwhitneyu(*wide, alternative="greater").pvalue
    assert chance_of_larger(one, two) == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_samples_far_apart_have_a_chance_near_nothing() -> None:
    low = np.arange(100, dtype=np.float32)
    assert chance_of_larger(low[:32] + 1000, low) < 1e-15
    assert chance_of_larger(low, low[:32] + 1000) == pytest.approx(1.0)


def test_equal_values_leave_it_certain_that_none_is_larger() -> None:
    assert chance_of_larger(np.zeros(32, np.float32), np.zeros(40, np.float32)) == 1.0


def test_value_that_is_not_known_leaves_no_chance() -> None:
    sample = np.array([*range(31), math.nan], np.float32)
    assert math.isnan(chance_of_larger(sample, np.zeros(32, np.float32)))


def test_common_sizes_do_without_the_library_of_statistics() -> None:
    code = (
        "import sys, numpy as np; from engine.signals.statistics import chance_of_larger;"
        "chance_of_larger(np.ones(32, 'f'), np.arange(50, dtype='f'));"
        "print('scipy.stats' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=1, max_size=9))
def test_median_is_that_of_numpy(values: list[float]) -> None:
    array = np.array(values, np.float32)
    assert median(array, 0) == pytest.approx(np.median(array.astype(np.float64)), nan_ok=True)
