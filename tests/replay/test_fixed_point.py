"""Numbers with a fixed count of decimals, parsed exactly as pandas parses them."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.fixed_point import parse_fixed_point


def by_pandas(text: str, separator: str) -> bytes:
    """Return the bytes of the columns as pandas parses them."""
    import pandas as pd

    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        header=None,
        dtype=np.float32,
        engine="c",
        na_filter=False,
        quoting=csv.QUOTE_NONE,
    )
    return np.asfortranarray(frame.to_numpy()).tobytes(order="F")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], str]:
    """Draw rows of numbers by one format, and a separator."""
    decimals, columns = draw(st.integers(0, 13)), draw(st.integers(1, 4))
    largest = 10 ** draw(st.integers(decimals + 1, 16)) - 1
    numbers = st.integers(0, largest).map(lambda n: str(n).rjust(decimals + 1, "0"))
    cells = st.tuples(st.sampled_from(["", "-"]), st.sampled_from(["", "0", "00"]), numbers).map(
        lambda c: c[0] + c[1] + (f"{c[2][:-decimals]}.{c[2][-decimals:]}" if decimals else c[2])
    )
    rows = draw(st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=1, max_size=8))
    return rows, draw(st.sampled_from("\t,; |"))


@given(tables(), st.booleans())
def test_numbers_of_one_format_are_those_of_pandas_bit_for_bit(
    table: tuple[list[list[str]], str], ends: bool
) -> None:
    rows, separator = table
    text = "\n".join(separator.join(row) for row in rows) + "\n" * ends
    signal = parse_fixed_point(text.encode(), separator, len(rows), len(rows[0]))
    digits = [len(cell.lstrip("-").replace(".", "")) for row in rows for cell in row]
    if max(digits) <= 15:
        assert signal is not None
    if signal is not None:
        assert signal.shape == (len(rows), len(rows[0]))
        assert signal.tobytes(order="F") == by_pandas(text, separator)


@pytest.mark.parametrize("digits", range(4, 11))
def test_many_numbers_of_each_length_are_those_of_pandas_bit_for_bit(digits: int) -> None:
    numbers = np.random.default_rng(digits).integers(10 ** (digits - 1), 10**digits, 5000)
    text = "".join(f"{number // 1000}.{number % 1000:03d}\n" for number in numbers)
    signal = parse_fixed_point(text.encode(), ",", len(numbers), 1)
    assert signal is not None
    assert signal.tobytes() == by_pandas(text, ",")


@given(tables(), st.data())
def test_one_wrong_character_is_never_read_as_another_number(
    table: tuple[list[list[str]], str], data: st.DataObject
) -> None:
    rows, separator = table
    text = "\n".join(separator.join(row) for row in rows) + "\n"
    place = data.draw(st.integers(0, len(text) - 2))
    changed = text[:place] + data.draw(st.sampled_from("0-+.eE\t,; \nx\r")) + text[place + 1 :]
    signal = parse_fixed_point(changed.encode(), separator, len(rows), len(rows[0]))
    if signal is not None:
        assert signal.tobytes(order="F") == by_pandas(changed, separator)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "1.0\t2.00\n",
        "+1.0\t2.0\n",
        "1.0\t-\n",
        "1.0\t.5\n",
        "1.0\t--1.0\n",
        "1.0\t1-1.0\n",
        "1e1\t2.0\n",
    ],
)
def test_anything_else_is_left_to_pandas(text: str) -> None:
    assert parse_fixed_point(text.encode(), "\t", 1, 2) is None


def test_another_shape_is_refused() -> None:
    assert parse_fixed_point(b"1.0\t2.0\n3.0\t4.0\n", "\t", 1, 4) is None
    assert parse_fixed_point(b"1.0\t2.0\n", "\t", 2, 2) is None
