"""The IMS reader accepts valid files and names the fault of others."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from replay.ims import read_ims
from replay.recording import RecordingError, RecordingFormat
from replay.recording_errors import ColumnCountError

NAME = "2004.02.12.10.32.39"
ROWS = [
    "-0.049\t-0.071\t-0.132",
    "-0.042\t-0.073\t-0.007",
    "0.015\t0.000\t0.007",
    "-0.051\t0.020\t-0.002",
    "-0.107\t0.010\t0.127",
    "0.020\t0.076\t-0.042",
]
VALUES = np.array([[float(field) for field in row.split("\t")] for row in ROWS], dtype=np.float32)


def file_of(*rows: str, end: str = "\n") -> bytes:
    return ("\n".join(rows) + end).encode()


def reason(data: bytes, form: RecordingFormat) -> str:
    with pytest.raises(RecordingError) as caught:
        read_ims(data, NAME, form)
    assert caught.value.name == NAME
    assert "\n" not in caught.value.reason
    return caught.value.reason


def with_row(number: int, row: str) -> bytes:
    """Return a valid file with one other line, counted from 1."""
    return file_of(*ROWS[: number - 1], row, *ROWS[number:])


def test_good_file_is_a_snapshot(form: RecordingFormat) -> None:
    snapshot = read_ims(file_of(*ROWS), NAME, form)
    assert (snapshot.machine, snapshot.name, snapshot.sample_rate) == ("rig", NAME, 1000.0)
    assert snapshot.time.isoformat() == "2004-02-12T10:32:39+00:00"
    assert snapshot.signal.dtype == np.float32
    assert not snapshot.signal.flags.writeable
    np.testing.assert_array_equal(snapshot.signal, VALUES)


@pytest.mark.parametrize(
    "data",
    [
        file_of(*ROWS, end=""),
        file_of(*ROWS).replace(b"\n", b"\r\n"),
        file_of(*ROWS, end="\r\n\r\n\n \n"),
        b"\xef\xbb\xbf" + file_of(*ROWS),
        file_of(*ROWS).replace(b"0.020", b" 0.02 "),
        file_of(*ROWS).replace(b"0.076", b"+7.6E-2"),
    ],
    ids=[
        "no last newline",
        "windows line ends",
        "blank lines at the end",
        "byte order mark",
        "blanks",
        "exponent",
    ],
)
def test_what_leaves_the_numbers_beyond_doubt_is_forgiven(data: bytes, form: RecordingFormat) -> None:
    np.testing.assert_array_equal(read_ims(data, NAME, form).signal, VALUES)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\n\r\n \n", "the file holds blank lines only"),
        (file_of(*ROWS[:5]), "it has 5 rows where 6 are expected"),
        (file_of(ROWS[0]), "it has 1 row where 6 are expected"),
        (file_of(*ROWS, ROWS[0]), "it has 7 rows where 6 are expected"),
        (with_row(3, "0.015\t0.000"), "line 3 has 2 columns where 3 are expected"),
        (with_row(1, "0.015\t0.000"), "line 1 has 2 columns where 3 are expected"),
        (with_row(3, "0.015\t0.000\t0.1\t0.2"), "line 3 has 4 columns where 3 are expected"),
        (with_row(6, "0.015\t0.000"), "line 6 has 2 columns where 3 are expected"),
        (with_row(4, ""), "line 4 is blank"),
        (file_of("", *ROWS), "line 1 is blank"),
        (file_of(*ROWS[:2], "", *ROWS[2:]), "line 3 is blank"),
        (file_of(*(row + "\t" for row in ROWS)), "line 1, column 4 is empty"),
        (
            file_of(*ROWS).replace(b".", b","),
            "line 1, column 1: '-0,049' has a decimal comma where a point is expected",
        ),
        (file_of("B 1\tB 2\tB 3", *ROWS), "line 1 is a header ('B 1 B 2 B 3') where numbers are expected"),
        (
            file_of("# made by a recorder, 1 kHz", *ROWS),
            "line 1 is a header ('# made by a recorder,...') where",
        ),
        (file_of("True\tTrue\tTrue", *["True\tTrue\tTrue"] * 5), "line 1, column 1: 'True' is not a number"),
        (with_row(2, "0.1\t0.\x002\t0.3"), "line 2 holds binary data where numbers are expected"),
        (with_row(2, "\x1b[2J\t0.2\t0.3"), "line 2 holds binary data where numbers are expected"),
        (file_of(*ROWS).decode().encode("utf-16"), "line 1 holds binary data where numbers are expected"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "line 2 holds binary data where numbers are expected"),
        (
            file_of(*(row.replace("\t", ",") for row in ROWS)),
            "line 1: its columns are separated by commas, where tabs are expected",
        ),
        (file_of(*ROWS[:5], "0.020\t0.0", end=""), "line 6 is cut off: the file ends within a row"),
        (file_of(*ROWS[:3], "0.020\t-", end=""), "line 4 is cut off: the file ends within a row"),
        (file_of(*ROWS[:5], "0.020\t0.076\t-", end=""), "line 6, column 3: '-' is not a number"),
        (
            file_of(*ROWS[:5], "0.020\t0.076\t-0.04", end=""),
            "line 6 is cut off: the file ends within a number",
        ),
        (file_of(*ROWS[:5], "0.020\t0.076\t-0", end=""), "line 6 is cut off: the file ends within a number"),
    ],
)
def test_bad_file_is_one_sentence_with_its_line_and_fault(
    data: bytes, sentence: str, form: RecordingFormat
) -> None:
    assert reason(data, form).startswith(sentence)


OVERLOAD_WORDS = [
    "OVL",
    "OVERLOAD",
    "Overload",
    "ERR",
    "Error",
    "---",
    "#N/A",
    "#DIV/0!",
    "NULL",
    "None",
    "nan",
    "-nan",
    "1.#QNAN",
    "1.#INF",
    "-1.#IND",
    "inf",
    "-Infinity",
    "9.9E+37x",
    "1e400",
    "True",
    "?",
    "*",
    "∞",
    "0,5x",
    "n.def.",
]

BROKEN_CELLS = [
    (2, "0.1\tbroken\t0.2", 2, "line 2, column 2: 'broken' is not a number"),
    (2, "0.1\t0x10\t0.2", 2, "line 2, column 2: '0x10' is not a number"),
    (2, "0.1\t1_000\t0.2", 2, "line 2, column 2: '1_000' is not a number"),
    (2, '0.1\t"0.3"\t0.2', 2, "line 2, column 2: '\"0.3\"' is not a number"),
    (2, "0.1\t0.3\r0.4\t0.2", 2, "line 2, column 2: '0.3 0.4' is not a number"),
    (2, "0.1\t1.2.3\t0.2", 2, "line 2, column 2: '1.2.3' is not a number"),
    (2, "0.1\t-\t0.2", 2, "line 2, column 2: '-' is not a number"),
    (2, "0.1\t\t0.2", 2, "line 2, column 2 is empty"),
    (2, "0.1\t \t0.2", 2, "line 2, column 2 is empty"),
    (1, "\t0.1\t0.2", 1, "line 1, column 1 is empty"),
    (6, "0.1\t0.2\t", 3, "line 6, column 3 is empty"),
    (5, "0.1\t0.2\tNaN", 3, "line 5, column 3: 'NaN' is not a finite number"),
    (5, "-inf\t0.2\t0.1", 1, "line 5, column 1: '-inf' is not a finite number"),
    (5, "+Infinity\t0.2\t0.1", 1, "line 5, column 1: '+Infinity' is not a finite number"),
    (5, "0.1\t1e39\t0.1", 2, "line 5, column 2: '1e39' is too large a number"),
    (5, "0.1\t-1e999\t0.1", 2, "line 5, column 2: '-1e999' is too large a number"),
    (1, "\ufffd\t1\t2", 1, "line 1, column 1: '\ufffd' is not a number"),
]


@pytest.mark.parametrize(("number", "row", "column", "sentence"), BROKEN_CELLS)
def test_broken_cell_makes_its_channel_invalid_and_leaves_the_others(
    number: int, row: str, column: int, sentence: str, form: RecordingFormat
) -> None:
    signal = read_ims(with_row(number, row), NAME, form).signal
    whole = read_ims(with_row(number, row.replace("\r", "")), NAME, form).signal
    expected = VALUES.copy()
    expected[number - 1] = [
        np.nan if place == column - 1 else float(field) for place, field in enumerate(row.split("\t"))
    ]
    expected[:, column - 1] = np.nan
    np.testing.assert_array_equal(signal, expected)
    np.testing.assert_array_equal(np.delete(whole, column - 1, 1), np.delete(expected, column - 1, 1))


@pytest.mark.parametrize(("number", "row", "column", "sentence"), BROKEN_CELLS)
def test_file_without_a_watched_channel_is_refused_by_its_first_broken_cell(
    number: int, row: str, column: int, sentence: str, form: RecordingFormat
) -> None:
    watching = replace(form, watched=frozenset({column}))
    assert reason(with_row(number, row), watching) == sentence


@pytest.mark.parametrize("end", ["\n", ""], ids=["newline", "no last newline"])
@pytest.mark.parametrize("word", OVERLOAD_WORDS)
def test_word_of_an_overload_in_every_row_makes_one_channel_invalid(
    word: str, end: str, form: RecordingFormat
) -> None:
    for column in range(3):
        rows = [row.split("\t") for row in ROWS]
        for fields in rows:
            fields[column] = word
        signal = read_ims(file_of(*map("\t".join, rows), end=end), NAME, form).signal
        assert np.isnan(signal[:, column]).all()
        np.testing.assert_array_equal(np.delete(signal, column, 1), np.delete(VALUES, column, 1))


def test_column_that_no_component_watches_need_not_hold_numbers(form: RecordingFormat) -> None:
    rows = [f"2004-02-12 10:32:{number:02},5 \u00b5\t{row}" for number, row in enumerate(ROWS)]
    form = replace(form, columns=4, watched=frozenset({2, 3, 4}))
    signal = read_ims(file_of(*rows), NAME, form).signal
    assert np.isnan(signal[:, 0]).all()
    np.testing.assert_array_equal(signal[:, 1:], VALUES)


def test_column_of_decimal_commas_is_another_notation_and_no_broken_sensor(form: RecordingFormat) -> None:
    rows = [row.replace("0.0", "0,0", 1) if row.startswith("0") else row for row in ROWS]
    assert "decimal comma" in reason(file_of(*rows), form)


@given(
    arrays.arrays(np.float32, (6, 3), elements=st.floats(-1e6, 1e6, width=32)),
    st.integers(0, 2),
    st.integers(0, 5),
    st.text(alphabet="NaIiOVLER#/-.e x?", max_size=8),
)
def test_channels_beside_a_broken_one_keep_every_bit(
    signal: np.ndarray, column: int, row: int, word: str
) -> None:
    form = RecordingFormat("rig", 1000.0, columns=3, rows=6)
    cells = [[str(value) for value in values] for values in signal]
    whole = read_ims(file_of(*map("\t".join, cells)), NAME, form).signal
    cells[row][column] = f"x{word}"
    read = read_ims(file_of(*map("\t".join, cells)), NAME, form).signal
    assert np.isnan(read[:, column]).all()
    np.testing.assert_array_equal(np.delete(read, column, 1), np.delete(whole, column, 1))


@pytest.mark.parametrize("columns", [1, 2, 4, 8])
def test_another_number_of_columns_throughout_names_both_counts(columns: int) -> None:
    form = RecordingFormat("rig", 1000.0, columns=columns, rows=6)
    with pytest.raises(ColumnCountError) as caught:
        read_ims(file_of(*ROWS), NAME, form)
    assert (caught.value.found, caught.value.expected) == (3, columns)


def test_another_number_of_columns_is_named_even_if_the_last_line_is_cut() -> None:
    with pytest.raises(ColumnCountError):
        read_ims(file_of(*ROWS[:5], "0.0", end=""), NAME, RecordingFormat("rig", 1000.0, columns=4, rows=6))


def test_name_is_looked_at_before_the_content(form: RecordingFormat) -> None:
    with pytest.raises(RecordingError, match="its name is not a time"):
        read_ims(b"", "notes.txt", form)


def test_cut_within_a_number_is_not_suspected_where_decimals_vary_anyway(form: RecordingFormat) -> None:
    rows = [*ROWS[:4], "1.5\t0.25\t0.125", "0.0625\t0.5\t1"]
    assert read_ims(file_of(*rows, end=""), NAME, form).signal[-1, -1] == 1.0


def test_other_separator_can_be_asked_for() -> None:
    form = RecordingFormat("rig", 1000.0, columns=3, rows=6, separator=";")
    data = file_of(*ROWS).replace(b"\t", b";")
    np.testing.assert_array_equal(read_ims(data, NAME, form).signal, VALUES)


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=8),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)
def test_written_signal_is_read_back_to_the_bit(signal: np.ndarray) -> None:
    text = io.StringIO()
    for row in signal:
        text.write("\t".join(str(value) for value in row) + "\n")
    form = RecordingFormat("rig", 1000.0, columns=signal.shape[1], rows=signal.shape[0])
    np.testing.assert_array_equal(read_ims(text.getvalue().encode(), NAME, form).signal, signal)


def outcome(data: bytes, form: RecordingFormat) -> np.ndarray | str:
    """Return the signal, or the reason for its refusal."""
    try:
        return read_ims(data, NAME, form).signal
    except RecordingError as error:
        return error.reason


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet="01.-+eE\t\n\r ,naif\"'#", max_size=60).map(str.encode),
    )
)
def test_any_bytes_at_all_are_finite_channels_or_a_reason(data: bytes) -> None:
    result = outcome(data, RecordingFormat("rig", 1000.0, columns=2, rows=2))
    if isinstance(result, str):
        assert result not in ("", "its numbers cannot be read")
    else:
        assert result.shape == (2, 2)
        readable = np.isfinite(result).all(axis=0)
        assert readable.any()
        assert np.isnan(result[:, ~readable]).all()


@given(st.data())
def test_file_cut_anywhere_before_its_last_number_ends_is_never_taken(data: st.DataObject) -> None:
    form = RecordingFormat("rig", 1000.0, columns=3, rows=6)
    whole = file_of(*ROWS)
    length = data.draw(st.integers(0, len(whole) - 2))
    with pytest.raises(RecordingError):
        read_ims(whole[:length], NAME, form)


@pytest.mark.parametrize(
    ("recording", "columns", "name", "first_row"),
    [
        ("ims-set2", 4, "2004.02.12.10.32.39", [-0.049, -0.071, -0.132, -0.010]),
        (
            "ims-set1-excerpt",
            8,
            "2003.10.22.12.06.24",
            [-0.022, -0.039, -0.183, -0.054, -0.105, -0.134, -0.129, -0.142],
        ),
    ],
)
def test_real_file_is_read_as_published(
    recordings: Callable[[str], Path], recording: str, columns: int, name: str, first_row: list[float]
) -> None:
    data = (recordings(recording) / name).read_bytes()
    signal = read_ims(data, name, RecordingFormat("IMS rig", 20480.0, columns, 20480)).signal
    assert signal.shape == (20480, columns)
    np.testing.assert_array_equal(signal[0], np.array(first_row, dtype=np.float32))
    np.testing.assert_array_equal(signal, np.array(data.split(), dtype=np.float32).reshape(20480, columns))


def test_real_eight_channel_file_does_not_pass_for_four_channels(recordings: Callable[[str], Path]) -> None:
    data = (recordings("ims-set1-excerpt") / "2003.10.22.12.06.24").read_bytes()
    with pytest.raises(ColumnCountError) as caught:
        read_ims(data, NAME, RecordingFormat("IMS rig", 20480.0, 4, 20480))
    assert (caught.value.found, caught.value.expected) == (8, 4)
