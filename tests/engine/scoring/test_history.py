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


def test_forgetting_severities_of_a_component_keeps_those_of_others() -> None:
    history = grown([np.ones((2, 3))] * 4).without_severities([1])
    assert np.isnan(history.severity[:, 1]).all()
    assert history.severity[:, [0, 2]].tolist() == [[1.0] * 2] * 4


def test_latent_positions_come_back_from_json_and_follow_the_snapshots() -> None:
    history = empty_history(2)
    for number in range(LENGTH + 5):
        history = history.extended(number, *np.zeros((2, 2)), np.full(3, number, np.float32))
    back = unpack_history(json.loads(json.dumps(history.pack())), 2)
    assert back.latent.tolist() == history.latent.tolist()
    assert back.after(LENGTH).latent[:, 0].tolist() == [64.0 + one for one in range(1, 5)]
    assert back.without_levels().latent.tolist() == history.latent.tolist()


def test_history_of_an_earlier_release_has_no_positions_for_its_snapshots() -> None:
    earlier = unpack_history(grown([np.zeros((2, 3))] * 4).pack(), 3)
    history = earlier.extended(99, *np.zeros((2, 3)), np.ones(5, np.float32))
    assert np.isnan(history.latent[:4]).all()
    assert history.latent[4].tolist() == [1.0] * 5


def test_model_without_latent_space_keeps_the_form_of_its_state() -> None:
    assert set(grown([np.zeros((2, 3))]).pack()) == {"at", "severity", "level"}
