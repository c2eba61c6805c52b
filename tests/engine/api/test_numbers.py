import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")

from engine.api import numbers
from engine.api.faults import FaultError
from engine.api.numbers import json_object, object_with_rows, raw_rows, rows_of

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


@given(
    arrays(np.float32, st.tuples(st.integers(1, 400), st.integers(1, 5)), elements=FLOATS),
    st.sampled_from([None, 0, 1, 3]),
    st.booleans(),
)
def test_rows_read_in_pieces_are_those_of_the_whole_body(
    rows: np.ndarray, indent: int | None, last: bool
) -> None:
    others = {"name": "2004.02.12 [1], {2}", "at": None}
    given = {**others, "rows": rows.tolist()} if last else {"rows": rows.tolist(), **others}
    found, read = object_with_rows(json.dumps(given, indent=indent).encode(), "rows", rows.shape[1])
    assert found == others
    assert np.array_equal(read, rows)


def test_a_long_list_of_rows_is_never_in_memory_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(40_000, dtype=np.float32).reshape(-1, 4)
    body = json.dumps({"rows": rows.tolist()}).encode()
    read: list[int] = []
    parse = numbers.from_json
    monkeypatch.setattr(numbers, "from_json", lambda text, **_: read.append(len(text)) or parse(text))
    assert np.array_equal(object_with_rows(body, "rows", 4)[1], rows)
    assert max(read) < 2 * numbers.PIECE
    assert sum(read) > len(body)


LONG = ", ".join(["[1.5, 2.5]"] * 3000)
"""Rows of several pieces."""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"rows": [LONG, [3]]}', "rows[3000]"),
        ('{"rows": [LONG, [3, true]]}', "rows[3000][1]"),
        ('{"rows": [LONG, [3, "4"]]}', "rows[3000][1]"),
        ('{"rows": [LONG, [3, [4]]]}', "rows[3000][1]"),
        ('{"rows": [LONG, 5]}', "rows[3000]"),
        ('{"rows": [LONG, {"a": [1]}]}', "rows[3000]"),
        ('{"rows": [LONG, [3, 1e300]]}', "rows[3000][1]"),
        ('{"rows": [LONG, [3, 1e999]]}', "rows[3000][1]"),
        ('{"rows": [LONG, [3, NaN]]}', "body"),
        ('{"rows": [LONG, ]}', "body"),
        ('{"rows": [LONG [3, 4]]}', "body"),
        ('{"rows": [LONG, [3, 4]}', "body"),
        ('{"rows": [LONG]]}', "body"),
        ('{"rows": [[LONG]]}', "rows[0]"),
        ('{"other": [LONG]}', "rows"),
        ('{"rows": [], "other": [LONG]}', "rows"),
        ('{"rows": [LONG], "rows": 5}', "rows"),
        ("[LONG]", "body"),
        ('"[LONG]"', "body"),
        ('{"rows": "[[1, 2]]"}', "rows"),
        ('{"rows": [[]]}', "rows[0]"),
        ("]][[", "body"),
    ],
)
def test_a_fault_behind_many_rows_is_found_where_it_is(body: str, field: str) -> None:
    with pytest.raises(FaultError) as caught:
        object_with_rows(body.replace("LONG", LONG).encode(), "rows", 2)
    assert (caught.value.status, caught.value.field) == (422, field)


def test_lists_beside_the_rows_do_no_harm() -> None:
    body = f'{{"tags": [[7, 8]], "rows": [{LONG}], "more": []}}'.encode()
    given, rows = object_with_rows(body, "rows", 2)
    assert given == {"tags": [[7, 8]], "more": []}
    assert rows.shape == (3000, 2)
