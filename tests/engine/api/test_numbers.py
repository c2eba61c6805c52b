import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")

from engine.api.faults import FaultError
from engine.api.numbers import json_object, raw_rows, rows_of

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(arrays(np.float32, st.tuples(st.integers(1, 20), st.integers(1, 5)), elements=FLOATS))
def test_numbers_arrive_bit_for_bit(rows: np.ndarray) -> None:
    body = json.dumps({"rows": rows.tolist()}).encode()
    found = rows_of(json_object(body)["rows"], "rows", rows.shape[1])
    assert found.dtype == np.float32
    assert np.array_equal(found, rows)
    assert np.array_equal(raw_rows(rows.astype("<f4").tobytes(), rows.shape[1]), rows)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "rows"),
        ([], "rows"),
        ({}, "rows"),
        ([1, 2], "rows[0]"),
        ([[1, 2], [3]], "rows[1]"),
        ([[1, 2, 3]], "rows[0]"),
        ([[1, "2"]], "rows[0][1]"),
        ([[1, None]], "rows[0][1]"),
        ([[1, True]], "rows[0][1]"),
        ([[1, [2]]], "rows[0][1]"),
        ([[1, 1e300]], "rows[0][1]"),
        ([[1, float("inf")]], "rows[0][1]"),
        ([[1, 10**400]], "rows[0][1]"),
    ],
)
def test_the_field_at_fault_is_named(value: object, field: str) -> None:
    with pytest.raises(FaultError) as caught:
        rows_of(value, "rows", 2)
    assert (caught.value.status, caught.value.field) == (422, field)


def test_one_column_may_be_a_flat_list() -> None:
    assert rows_of([1, 2.5], "rows", 1).tolist() == [[1.0], [2.5]]


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"5", b"{", b'{"a": NaN}', b"\xff", b'{"a": Infinity}', b"[" * 5000]
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(FaultError):
        json_object(body)


@pytest.mark.parametrize("body", [b"", b"123", b"\0" * 12, np.array([1, np.nan], "<f4").tobytes()])
def test_raw_numbers_must_be_whole_finite_rows(body: bytes) -> None:
    with pytest.raises(FaultError):
        raw_rows(body, 2)
