"""Values whose arrays are pickled apart come back equal, and their arrays lie where NumPy reads them best."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.system.processes.arrays_apart import ALIGNED, put_together, taken_apart

ARRAYS = st.lists(
    st.tuples(st.sampled_from(["?", "u1", "f4", "f8", "c8"]), st.integers(0, 70)), min_size=0, max_size=6
)


def laid(value: object) -> tuple[bytes, tuple[tuple[int, int], ...], memoryview]:
    apart = taken_apart(value)
    memory = bytearray(apart.size)
    for (start, end), array in zip(apart.spans, apart.arrays, strict=True):
        memory[start:end] = array
    return apart.plain, apart.spans, memoryview(memory)


@given(ARRAYS)
def test_arrays_of_any_length_come_back_aligned(kinds: list[tuple[str, int]]) -> None:
    values = [np.arange(count).astype(kind) for kind, count in kinds]
    found = put_together(*laid(("words", values)))
    assert found[0] == "words"
    for before, after in zip(values, found[1], strict=True):
        assert np.array_equal(before, after)
        assert after.dtype == before.dtype


def test_an_array_behind_three_bytes_begins_at_a_whole_word() -> None:
    flags, numbers = np.array([True, False, True]), np.arange(5, dtype=np.float64)
    _, spans, _ = laid([flags, numbers])
    assert [start % ALIGNED for start, _ in spans] == [0, 0]
    assert put_together(*laid([flags, numbers]))[1].flags.aligned


def test_value_without_an_array_needs_no_memory() -> None:
    plain, spans, memory = laid({"a": 1})
    assert (spans, len(memory)) == ((), 0)
    assert put_together(plain, spans, memory) == {"a": 1}


@pytest.mark.parametrize("order", ["C", "F"])
def test_order_of_an_array_is_kept(order: str) -> None:
    whole = np.asarray(np.arange(12.0).reshape(3, 4), order="C" if order == "C" else "F")
    found = put_together(*laid(whole))
    assert np.array_equal(found, whole)
    assert found.flags.f_contiguous == whole.flags.f_contiguous
