"""The engine's history of the last snapshots is exact and bounded."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.scoring.history import LENGTH, History, empty_history, unpack_history

ROW = arrays(np.float64, (2, 3), elements=st.floats(-50, 50) | st.just(np.nan))


def grown(rows: list[np.ndarray]) -> History:
    history = empty_history(3)
    for number, (severity, level) in enumerate(rows):
        history = history.extended(1_000_000 * number, severity, level)
    return history


def bits(history: History) -> tuple[bytes, ...]:
    return history.at.tobytes(), history.severity.tobytes(), history.level.tobytes()


@given(st.lists(ROW, max_size=12))
def test_history_comes_back_from_json_bit_for_bit(rows: list[np.ndarray]) -> None:
    history = grown(rows)
    back = unpack_history(json.loads(json.dumps(history.pack())), 3)
    assert bits(back) == bits(history)
    assert back.severity.shape == history.severity.shape == (len(rows), 3)
    assert bits(back.extended(99, *np.ones((2, 3)))) == bits(history.extended(99, *np.ones((2, 3))))


@pytest.mark.parametrize("count", [0, 1, LENGTH - 1, LENGTH, LENGTH + 20])
def test_only_the_last_snapshots_are_remembered_oldest_first(count: int) -> None:
    history = grown([np.full((2, 3), float(number)) for number in range(count)])
    kept = list(range(max(0, count - LENGTH), count))
    assert len(history) == len(kept)
    assert history.at.tolist() == [1_000_000 * number for number in kept]
    assert history.severity[:, 0].tolist() == kept
    assert history.level[:, 2].tolist() == kept


def test_forgetting_levels_keeps_severities() -> None:
    history = grown([np.ones((2, 3))] * 4).without_levels()
    assert np.isnan(history.level).all()
    assert history.severity.tolist() == [[1.0] * 3] * 4
