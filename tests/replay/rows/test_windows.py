"""Windows of rows, and where a gap ends them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from replay.recording import RecordingFormat
from replay.rows.windows import stretch_starts, stride_of, window_ends

SECOND = 1_000_000


def form(rows: int, stride: int) -> RecordingFormat:
    return RecordingFormat("m", 1.0, 1, rows, overlap=1 - stride / rows, table=True)


def times(*apart: float) -> NDArray[np.int64]:
    return np.cumsum([0, *apart]).astype(np.float64).__mul__(SECOND).astype(np.int64)


@pytest.mark.parametrize("rows", [2, 3, 7, 20, 30, 100, 999])
def test_a_stride_survives_its_overlap(rows: int) -> None:
    assert [stride_of(form(rows, stride)) for stride in range(1, rows + 1)] == list(range(1, rows + 1))


def test_windows_end_a_stride_apart() -> None:
    assert window_ends(times(*[1] * 12), form(5, 3)).tolist() == [4, 7, 10]


@pytest.mark.parametrize("interval", [0.01, 1, 60, 86_400])
def test_no_window_spans_a_gap(interval: float) -> None:
    stamps = times(*[interval] * 5, 11 * interval, *[interval] * 5)
    assert stretch_starts(stamps).tolist() == [0, 6]
    assert window_ends(stamps, form(5, 1)).tolist() == [4, 5, 10, 11]


def test_rows_that_lag_a_little_are_no_gap() -> None:
    assert stretch_starts(times(1, 2, 1, 3, 1, 5, 1, 1)).tolist() == [0]


@given(
    st.lists(st.floats(0.1, 100), min_size=1, max_size=60),
    st.integers(2, 9),
    st.integers(1, 9),
    st.integers(1, 60),
)
def test_later_rows_change_no_earlier_window(apart: list[float], rows: int, stride: int, part: int) -> None:
    stamps, one = times(*apart), form(rows, min(stride, rows))
    whole = window_ends(stamps, one)
    assert window_ends(stamps[:part], one).tolist() == whole[whole < part].tolist()
