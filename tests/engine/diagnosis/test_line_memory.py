"""Averages of line strengths find what noise hides in single snapshots."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.diagnosis.line_memory import AVERAGED, LineMemory, unpack_line_memory

PLACE = (1, 0, 3)


def after(values: list[np.ndarray]) -> np.ndarray:
    memory = LineMemory()
    for value in values:
        memory = memory.with_snapshot({PLACE: value}, {1})
    return memory.excess[PLACE]


def test_average_of_noise_scatters_as_stated() -> None:
    chance = np.random.default_rng(1)
    ends = [after(list(chance.standard_normal((30, 2, 3)).astype(np.float32))) for _ in range(400)]
    assert np.std(ends) == pytest.approx(AVERAGED, rel=0.05)


def test_average_rises_to_a_lasting_excess_from_below() -> None:
    course = [float(after([np.ones((1, 1), np.float32)] * count)[0, 0]) for count in (1, 3, 30)]
    assert course == sorted(course)
    assert course[0] < 0.5 < course[1] < course[2] == pytest.approx(1.0, abs=1e-4)


def test_line_that_is_not_heard_counts_as_in_health() -> None:
    assert after([np.full((1, 1), np.nan, np.float32)])[0, 0] == 0.0


def test_average_ends_with_the_question_and_with_the_component() -> None:
    memory = LineMemory().with_snapshot({PLACE: np.ones((1, 1)), (2, 0, 0): np.ones((1, 1))}, {1, 2})
    assert set(memory.with_snapshot({}, {2}).excess) == {(2, 0, 0)}
    assert set(memory.without(2).excess) == {PLACE}


def test_band_without_evidence_in_a_snapshot_keeps_its_average() -> None:
    memory = LineMemory().with_snapshot({PLACE: np.ones((1, 1))}, {1})
    assert memory.with_snapshot({}, {1}).excess[PLACE] == memory.excess[PLACE]


@given(arrays(np.float32, (2, 3), elements=st.floats(-10, 10, width=32)))
def test_averages_come_back_from_json_to_the_bit(value: np.ndarray) -> None:
    memory = LineMemory().with_snapshot({PLACE: value}, {1})
    again = unpack_line_memory(json.loads(json.dumps(memory.pack())))
    assert again.excess.keys() == memory.excess.keys()
    assert again.excess[PLACE].tobytes() == memory.excess[PLACE].tobytes()
