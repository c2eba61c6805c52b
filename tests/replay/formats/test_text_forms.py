"""Texts with labels, arrows or rules beside their numbers become plain cells, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.formats.text_forms import form_of_lines, has_several_series, tidied
from replay.formats.text_layout import layout_of_text

NUMBERS = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=4)


@given(NUMBERS, st.sampled_from([":", ": ", "=", " = "]), st.sampled_from([" ", ", ", ",", "; ", "\t"]))
def test_labelled_numbers_become_cells(values: list[float], mark: str, between: str) -> None:
    line = between.join(f"acc_{'xyzw'[place]}{mark}{value:.4f}" for place, value in enumerate(values))
    form = form_of_lines([line] * 5)
    assert form is not None
    assert form.names == tuple(f"acc_{one}" for one in "xyzw"[: len(values)])
    assert form.plain(line).split("\t") == [f"{value:.4f}" for value in values]


@pytest.mark.parametrize(
    "line",
    ["0.5,0.7", "1;2", "2024-03-01 08:00:00,0.5", "08:00:01.5\t0.5", "pump A", "Max: none", "1'234.5;2", ""],
)
def test_a_plain_table_has_no_form(line: str) -> None:
    assert form_of_lines([line] * 5) is None
    assert tidied(line) == line


def test_a_line_of_another_form_stays_as_it_is() -> None:
    form = form_of_lines(["x:1 y:2"] * 5)
    assert form is not None
    for line in ("x:1 y:", "x:1", "y:1 x:2", "ready"):
        assert form.plain(line) == line


def test_labels_with_decimal_commas_are_read() -> None:
    layout = layout_of_text(b"x:1,5 y:2,25\n" * 20)
    assert layout is not None
    assert (layout.decimal, layout.names, layout.signal_columns) == (",", ("x", "y"), (1, 2))


def test_line_protocol_of_several_series_is_known() -> None:
    lines = [f"vib,rig={'ab'[place % 2]} x={place} 1710019800000000000" for place in range(20)]
    assert has_several_series(lines)
    assert form_of_lines(lines) is None


def test_rules_are_blank_and_missing_values_are_no_rules() -> None:
    assert tidied("a | b\n---+---\n1 | 2\n|:--|--:|") == "a | b\n\n1 | 2\n"
    assert tidied("--;--\n--\t--") == "--;--\n--\t--"
