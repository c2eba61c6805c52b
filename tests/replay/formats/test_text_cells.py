"""Cells of text: numbers with marks between thousands."""

import pytest

from replay.formats.text_cells import is_number, value_of, with_minus_before, without_groups


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1.234,5", ",", 1234.5),
        ("-12.345.678,25", ",", -12345678.25),
        ("1.234", ",", 1234.0),
        ("1,234.5", ".", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("1\u202f234,5", ",", 1234.5),
        ("1\u00a0234,5", ",", 1234.5),
    ],
)
def test_marks_between_thousands_are_no_decimal_signs(cell: str, decimal: str, value: float) -> None:
    assert value_of(cell, decimal) == value
    plain = without_groups(f"{cell}\t{cell}".encode(), decimal, "\t").decode()
    assert plain.replace(decimal, ".") == f"{value:.15g}\t{value:.15g}"


@pytest.mark.parametrize(
    ("cell", "decimal"),
    [("1.23,4", ","), ("1.2345,1", ","), ("12,34.5", "."), ("1,2,3", ","), ("1.2.3", ",")],
)
def test_other_marks_are_no_number(cell: str, decimal: str) -> None:
    assert not is_number(cell, decimal)


@pytest.mark.parametrize(
    ("row", "decimal", "separator"),
    [
        ("1,234,5,678", ".", ","),
        ("0.123\t1.234", ".", "\t"),
        ("1.5;2,5", ",", ";"),
        ("1.2345;1,0", ",", ";"),
        ("0,123;1,234", ",", ";"),
    ],
)
def test_rows_without_such_marks_stay_as_they_are(row: str, decimal: str, separator: str) -> None:
    assert without_groups(row.encode(), decimal, separator).decode() == row


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [("12.5-", ".", -12.5), ("0,25-", ",", -0.25), ("123-", ".", -123.0), ("1.234,5-", ",", -1234.5)],
)
def test_a_minus_may_stand_behind_a_number(cell: str, decimal: str, value: float) -> None:
    assert value_of(cell, decimal) == value
    body = without_groups(f"{cell};{cell}\n{cell};7\n8;{cell}".encode(), decimal, ";")
    rows = with_minus_before(body, b";").decode().replace(",", ".").split("\n")
    written = f"{value:g}"
    assert rows == [f"{written};{written}", f"{written};7", f"8;{written}"]


@pytest.mark.parametrize("row", ["2024-03-09;-", "-5;--", "1e-5;a-", "-;-"])
def test_other_dashes_stay_as_they_are(row: str) -> None:
    assert with_minus_before(row.encode(), b";").decode() == row
