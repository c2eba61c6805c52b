"""Values of several nodes become rows and recordings, whatever their order; what is missing is a gap."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.recorder.opcua.assembly import (
    GRACE,
    MOST_WAITING,
    ArrayAssembly,
    Assembled,
    RowAssembly,
    Value,
)
from replay.recorder.sources import Piece

RATE = 100.0


def values(rows: range, nodes: int = 2, *, apart: float = 0.0, start: float = 1e9) -> list[Value]:
    """Return values of rows: each has its row's number and its node's; nodes are `apart` seconds apart."""
    return [
        Value(node, start + row / RATE + node * apart, row + node / 10)
        for row in rows
        for node in range(nodes)
    ]


def text(pieces: list[Piece]) -> str:
    return b"".join(piece.data for piece in pieces).decode()


def expected(rows: range) -> str:
    return "".join(f"{row}.0,{row + 0.1!r}\n" for row in rows)


def breaks(pieces: list[Piece]) -> list[str]:
    return [piece.broken for piece in pieces if piece.broken]


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=6),
    st.floats(0.0, 0.4),
    st.floats(-2e-4, 2e-4),
    st.booleans(),
)
def test_rows_come_out_whole_and_in_order_whatever_the_portions(
    portions: list[int], apart: float, drift: float, by_node: bool
) -> None:
    assembly, found = RowAssembly(2, RATE), []
    done = 0
    for count in portions:
        own = values(range(done, done + count), apart=apart / RATE)
        # A clock that is a little fast or slow.
        own = [Value(one.node, 1e9 + (one.at - 1e9) * (1 + drift), one.value) for one in own]
        if by_node:
            own.sort(key=lambda one: one.node)
        found += assembly.add(own)
        done += count
    assert text(found) == expected(range(done))
    assert breaks(found) == []


def test_the_time_of_a_piece_is_the_end_of_its_last_row() -> None:
    (piece,) = RowAssembly(2, RATE).add(values(range(5)))
    assert piece.at == pytest.approx(1e9 + 5 / RATE)


def test_missing_rows_break_the_stream_between_the_rows_around_them() -> None:
    found = RowAssembly(2, RATE).add([*values(range(3)), *values(range(7, 9))])
    assert [piece.data.decode() or piece.broken for piece in found] == [
        expected(range(3)),
        "4 rows are missing",
        expected(range(7, 9)),
    ]


def test_a_value_that_never_comes_breaks_the_stream_after_a_while() -> None:
    assembly = RowAssembly(2, RATE)
    some = values(range(6))
    del some[5]
    found = assembly.add(some)
    assert text(found) == expected(range(2))
    later = assembly.add(values(range(6, round(GRACE * RATE) + 6)))
    assert breaks(later) == ["a row lacks 1 of its 2 values"]
    assert text(later) == expected(range(3, round(GRACE * RATE) + 6))
    assert assembly.add([Value(1, 1e9 + 10 / RATE, 2.1)]) == [], "it comes too late"


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf"), "text", [1.0]])
def test_a_bad_value_breaks_the_stream(bad: object) -> None:
    some = values(range(3))
    some[2] = Value(0, some[2].at, bad)
    found = RowAssembly(2, RATE).add(some)
    assert breaks(found) == ["a value is bad"]
    assert text(found) == expected(range(1)) + expected(range(2, 3))


def test_values_that_come_twice_count_once_and_a_full_queue_is_a_gap() -> None:
    assembly = RowAssembly(2, RATE)
    assert text([*assembly.add(values(range(3))), *assembly.add(values(range(3)))]) == expected(range(3))
    lost = [Value(one.node, one.at, one.value, lost=True) for one in values(range(9, 10))]
    assert breaks(assembly.add(lost)) == ["6 rows are missing, the server's queue was full"]


def test_a_restart_begins_a_new_stretch_without_a_gap_of_its_own() -> None:
    assembly = RowAssembly(2, RATE)
    assembly.add([*values(range(3)), values(range(3, 4))[0]])
    assembly.restart()
    found = assembly.add(values(range(2000, 2003)))
    assert (text(found), breaks(found)) == (expected(range(2000, 2003)), [])


def test_a_clock_that_is_set_back_begins_a_new_stretch() -> None:
    assembly = RowAssembly(2, RATE)
    assembly.add(values(range(3)))
    found = assembly.add(values(range(3, 6), start=1e9 - 3600))
    assert (text(found), breaks(found)) == (expected(range(3, 6)), ["the server's clock went back"])


# Arrays

SHAPES = {
    "flat": lambda whole: [whole.ravel().tolist()],
    "rows": lambda whole: [whole.tolist()],
    "channels": lambda whole: [whole.T.tolist()],
    "a node each": lambda whole: [column.tolist() for column in whole.T],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_arrays_of_every_shape_become_rows_and_columns(shape: str) -> None:
    whole = np.arange(12, dtype=float).reshape(4, 3)
    arrays = SHAPES[shape](whole)
    assembly = ArrayAssembly(len(arrays), 4, 3, RATE)
    found = [made for node, array in enumerate(arrays) for made in assembly.add(Value(node, 5.0, array))]
    (made,) = found
    assert isinstance(made, Assembled)
    assert made.at == 5.0
    np.testing.assert_array_equal(made.values, whole)


def test_nodes_of_several_recordings_come_in_any_order() -> None:
    assembly, dice = ArrayAssembly(3, 4, 3, RATE), random.Random(0)
    some = [
        Value(node, turn * 0.04 + node * 0.001, [float(turn)] * 4) for turn in range(2) for node in range(3)
    ]
    for _ in range(20):
        dice.shuffle(some)
        found = [made for one in some for made in assembly.add(one)]
        kept = [made for made in found if isinstance(made, Assembled)]
        assert kept, "at least the newer one"
        assert all(len(set(made.values.ravel().tolist())) == 1 for made in kept), "no recording of two times"
        assembly.restart()


def test_a_recording_that_lacks_a_node_is_a_reason_when_the_next_one_is_whole() -> None:
    assembly = ArrayAssembly(2, 2, 2, RATE)
    assert assembly.add(Value(0, 1.0, [1.0, 2.0])) == []
    assert assembly.add(Value(0, 2.0, [1.0, 2.0])) == []
    reason, made = assembly.add(Value(1, 2.0, [1.0, 2.0], lost=False))
    assert reason == "a recording lacks 1 of its nodes"
    assert isinstance(made, Assembled)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        ([1.0] * 7, "it has 7 numbers, not 4 rows of 3"),
        (None, "calls an array bad"),
        (["a"] * 12, "not a number"),
        ([float("nan")] * 12, "not finite"),
        ([[1.0], [1.0, 2.0]], "not a number"),
    ],
)
def test_an_array_that_is_no_recording_is_a_reason(array: object, words: str) -> None:
    (reason,) = ArrayAssembly(1, 4, 3, RATE).add(Value(0, 1.0, array))
    assert isinstance(reason, str)
    assert words in reason


def test_a_node_that_sends_nothing_is_told_and_does_not_fill_the_memory() -> None:
    assembly = ArrayAssembly(2, 3, 2, 1.0)
    told = [one for second in range(0, 1000, 10) for one in assembly.add(Value(0, 1e9 + second, [1, 2, 3]))]
    assert told == ["a recording lacks 1 of its nodes"] * (100 - MOST_WAITING)
    assert len(assembly._waiting) == MOST_WAITING
