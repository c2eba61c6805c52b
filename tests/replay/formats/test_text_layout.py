"""The layout of a text comes from its first lines."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.formats.text_body import columns_of_text
from replay.formats.text_cells import column_named
from replay.formats.text_layout import TextLayout, layout_of_content, layout_of_text
from replay.recording import RecordingError, RecordingFormat
from replay.run import open_run

ROWS = 30
VALUES = np.random.default_rng(3).normal(size=(ROWS, 4))


def written(
    columns: int,
    separator: str,
    decimal: str = ".",
    end: str = "\n",
    trailing: bool = False,
    form: str = "%.5f",
) -> str:
    """Return rows of numbers as a recorder writes them."""
    tail = separator if trailing else ""
    rows = (separator.join(form % value for value in row[:columns]) + tail for row in VALUES)
    return "".join(row.replace(".", decimal) + end for row in rows)


def layout(text: str, **settings: object) -> TextLayout:
    found = layout_of_text(text.encode(), **settings)  # type: ignore[arg-type]
    assert found is not None
    return found


@given(
    columns=st.integers(2, 4),
    separator=st.sampled_from(["\t", ";", ",", "|", "  "]),
    comma=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    trailing=st.booleans(),
    form=st.sampled_from(["%.5f", "%+.3e", "%9.4f"]),
    before=st.sampled_from(["", "# made by a recorder\n\n", "Recorder 7\nSerial: 12\n"]),
)
def test_separator_decimal_sign_and_columns_are_found(
    columns: int, separator: str, comma: bool, end: str, trailing: bool, form: str, before: str
) -> None:
    decimal = "," if comma and separator != "," else "."
    text = before + written(columns, separator, decimal, end, trailing, form)
    found = layout(text)
    assert found.columns == columns
    assert found.decimal == decimal
    assert found.skipped == before.count("\n")
    assert found.separator == ("whitespace" if separator == "  " else separator)
    assert found.header is None


@pytest.mark.parametrize(
    ("top", "names", "units"),
    [
        ("Drive end,Fan end\n", ("Drive end", "Fan end"), ("", "")),
        ("# Rate: 12800 Hz\nDrive end (g),Fan end (g)\n", ("Drive end", "Fan end"), ("g", "g")),
        ("DE [m/s²],FE [m/s²]\n", ("DE", "FE"), ("m/s²", "m/s²")),
        ("DE,FE\n(V),(V)\n", ("DE", "FE"), ("V", "V")),
        ("# DE,FE\n", ("DE", "FE"), ("", "")),
        ('"DE, left","FE"\n', ("DE, left", "FE"), ("", "")),
    ],
)
def test_header_gives_names_and_units(top: str, names: tuple[str, ...], units: tuple[str, ...]) -> None:
    found = layout(top + written(2, ","))
    assert (found.names, found.units) == (names, units)
    assert found.skipped == top.count("\n")


def test_a_preamble_with_numbers_is_no_data() -> None:
    found = layout("Samples;2048\nInterval;0,00004\n\nA;B;C\n" + written(3, ";", ","))
    assert (found.skipped, found.names, found.columns) == (4, ("A", "B", "C"), 3)


@pytest.mark.parametrize(
    "time", ["2024-03-01 08:00:00.{:06d}", "01.03.2024 08:00:00,{:06d}", "08:00:00.{:06d}"]
)
def test_a_column_of_written_times_is_the_time_column(time: str) -> None:
    rows = "".join(f"{time.format(k)};{a:.4f};{b:.4f}\n" for k, (a, b, *_) in enumerate(VALUES))
    found = layout(rows)
    assert (found.time_column, found.text_columns, found.signal_columns) == (1, (1,), (2, 3))


def test_rising_seconds_are_times_and_a_count_is_an_index() -> None:
    rows = "".join(f"{k},{k / 12800:.7f},{a:.4f}\n" for k, (a, *_) in enumerate(VALUES))
    found = layout("Index,Time (s),Acc\n" + rows)
    assert (found.index_column, found.time_column, found.signal_columns) == (1, 2, (3,))
    assert found.step == pytest.approx(1 / 12800, rel=0.02)


def test_one_column_with_a_decimal_comma_is_not_two_columns() -> None:
    found = layout(written(1, ";", ","))
    assert (found.columns, found.decimal) == (1, ",")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    found = layout_of_text(("Größe (µm);B\n" + written(2, ";", ",")).encode(encoding))
    assert found is not None
    assert found.names == ("Größe", "B")


def test_a_channel_that_is_missing_throughout_stays_a_column_of_numbers() -> None:
    found = layout("".join(f"{a:.4f},NaN\n" for a, *_ in VALUES))
    assert (found.columns, found.text_columns) == (2, ())


def test_words_are_no_layout() -> None:
    assert layout_of_text(b"This is a note.\nIt has no numbers.\n") is None


@pytest.mark.parametrize(
    ("name", "column"),
    [("Drive end (g)", 1), ("drive END", 1), ("Fan end", 2), ("fan*", 2), ("Gear", None), ("*end", None)],
)
def test_a_column_is_found_by_its_name(name: str, column: int | None) -> None:
    assert column_named(name, ("Drive end", "Fan end"), ("g", "g")) == column


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_text_of_another_separator_than_the_one_set_is_refused_not_misread(mark: str, tmp_path: Path) -> None:
    rows = "".join(f"0,{n * 37 % 1000:03d}{mark}-0,{n * 53 % 997:03d}\n" for n in range(200))
    (tmp_path / "2024.01.01.00.00.00").write_text(rows)
    form = RecordingFormat("rig", 1000.0, 2, 200, separator=",")
    with pytest.raises(RecordingError, match=r"decimal commas; set recording\.separator = "):
        open_run(tmp_path, form).read(0)


@pytest.mark.parametrize("separator", ["auto", "\t"])
@pytest.mark.parametrize("column", [0, 1])
def test_channel_whose_cells_are_all_empty_is_invalid_and_the_other_is_read(
    separator: str, column: int, tmp_path: Path
) -> None:
    rows = [[f"{value:.5f}" for value in row[:2]] for row in VALUES]
    for row in rows:
        row[column] = ""
    (tmp_path / "2024.01.01.00.00.00").write_text("".join("\t".join(row) + "\n" for row in rows))
    form = RecordingFormat("rig", 1000.0, 2, ROWS, separator=separator)
    signal = open_run(tmp_path, form).read(0).signal
    assert np.isnan(signal[:, column]).all()
    np.testing.assert_allclose(signal[:, 1 - column], VALUES[:, 1 - column], atol=1e-4)


def test_empty_outer_cells_and_padded_numbers_are_no_decimal_commas() -> None:
    head = b"".join(b",%d,%d,%4d,\n" % (2040 - row, 2361 + row, 38 + row) for row in range(60))
    found = layout_of_text(head)
    assert found is not None
    assert (found.separator, found.decimal, found.columns, found.signal_columns) == (",", ".", 4, (2, 3, 4))


def read(path: Path, text: str, columns: int = 2, rows: int = ROWS, encoding: str = "utf-8") -> np.ndarray:
    """Write a text and read it as the only recording of a run."""
    path.write_bytes(text.encode(encoding))
    run = open_run(path, RecordingFormat("m", 1000.0, columns, rows, separator="auto"))
    return run.read(0).signal


TWO = VALUES[:, :2].round(5)


@pytest.mark.parametrize(
    "footer",
    [
        "END OF DATA\n",
        "*** end ***\n",
        "\nMax,0.51234\nMin,-0.25\n",
        "\n\nComment: fine, 3 g\n",
        "# the end\n",
    ],
)
def test_lines_of_words_below_the_rows_are_no_rows(footer: str, tmp_path: Path) -> None:
    text = "DE,FE\n" + "".join(f"{a:.5f},{b:.5f}\n" for a, b in TWO) + footer
    np.testing.assert_array_equal(read(tmp_path / "a.csv", text), TWO.astype(np.float32))


def test_a_word_for_an_overload_in_the_last_row_is_a_cell(tmp_path: Path) -> None:
    text = "DE,FE\n" + "".join(f"{a:.5f},{b:.5f}\n" for a, b in TWO[:-1]) + "OVL,0.50000\n"
    signal = read(tmp_path / "a.csv", text)
    assert signal.shape == (ROWS, 2)
    assert np.isnan(signal[:, 0]).all()
    assert np.isfinite(signal[:, 1]).all()


@pytest.mark.parametrize("offset", [0, 2048])
@pytest.mark.parametrize("header", ["", "x,y\n"])
def test_whole_numbers_between_commas_are_no_decimals(offset: int, header: str) -> None:
    counts = np.abs((VALUES[:, :2] * 900).round().astype(int)) + offset + 1
    found = layout(header + "".join(f"{a},{b}\n" for a, b in counts))
    assert (found.separator, found.columns, found.skipped) == (",", 2, len(header) // 4)


def test_signed_whole_numbers_between_commas_are_no_decimals() -> None:
    rows = "".join(f"{n},{-7 if n < 36 or n % 3 == 0 else 100 + n}\n" for n in range(80))
    found = layout(rows)
    assert (found.separator, found.columns, found.skipped) == (",", 2, 0)


def test_numbers_in_quotes_with_decimal_commas_between_commas_are_read(tmp_path: Path) -> None:
    rows = "".join(f'"{a:.5f}","{b:.5f}"\n'.replace(".", ",") for a, b in TWO)
    np.testing.assert_array_equal(read(tmp_path / "a.csv", '"DE","FE"\n' + rows), TWO.astype(np.float32))


@pytest.mark.parametrize(
    ("mark", "encoding"), [(" ", "utf-8"), ("\u202f", "utf-8"), ("\u00a0", "cp1252"), ("'", "utf-8")]
)
@pytest.mark.parametrize("separator", [";", "\t"])
def test_marks_between_thousands_are_read(mark: str, encoding: str, separator: str, tmp_path: Path) -> None:
    large = (TWO * 1e5).round(2)
    rows = "".join(separator.join(f"{v:,.2f}" for v in row) + "\n" for row in large)
    rows = rows.replace(",", mark).replace(".", ",")
    signal = read(tmp_path / "a.csv", rows, encoding=encoding)
    np.testing.assert_array_equal(signal, large.astype(np.float32))


@pytest.mark.parametrize(
    ("top", "skipped"),
    [
        ("x-axis,1,2\nsecond,Volt,Volt\n", 2),
        ("waveform,[0],[1]\ndelta t,0.001,0.001\n\ntime,Y[0],Y[1]\n", 4),
        ("step,0.001,0.001\nt,a,b\n", 2),
    ],
)
def test_numbers_above_a_header_are_no_rows(top: str, skipped: int) -> None:
    rows = "".join(f"{n / 1000:.4f},{a:.5f},{b:.5f}\n" for n, (a, b) in enumerate(TWO))
    found = layout(top + rows)
    assert (found.skipped, found.columns, found.time_column) == (skipped, 3, 1)


def test_a_column_with_few_remarks_is_no_sensor() -> None:
    rows = "".join(
        f"{'Source,7' if n == 0 else ','},{n / 1000:.4f},{a:.5f}\n" for n, (a, _) in enumerate(TWO)
    )
    assert layout(rows).signal_columns == (4,)


@pytest.mark.parametrize("every", [2, 3, 40])
@pytest.mark.parametrize("first", [0, 1])
def test_rows_some_of_which_end_with_the_separator_are_read(every: int, first: int, tmp_path: Path) -> None:
    lines = written(2, ";", ",").splitlines()
    text = "".join(f"{line}{';' if row % every == first else ''}\n" for row, line in enumerate(lines))
    np.testing.assert_allclose(read(tmp_path / "a.csv", text), VALUES[:, :2], atol=1e-5)


@pytest.mark.parametrize("header", ["", ";DE;FE\n"])
def test_rows_that_begin_with_the_separator_are_no_comments(header: str) -> None:
    text = header + "".join(f";{line}\n" for line in written(2, ";", ",").splitlines())
    assert layout(text).signal_columns == (2, 3)
    assert layout(text).skipped == bool(header)


def test_properties_that_end_with_separators_are_no_rows() -> None:
    before = "".join(
        f"{name}\t0.0E+0\t{tail}\n" for name, tail in (("X0", "\t"), ("Delta_X", ""), ("Y", "\t"))
    )
    assert layout(f"{before}Time\tDE\n{written(2, chr(9))}").skipped == 4


def test_a_labview_measurement_with_remarks_has_its_names_and_rows() -> None:
    text = "X_Dimension\tTime\tTime\t\nX0\t0.0E+0\t0.0E+0\t\nDelta_X\t0.001\t0.001\t\n"
    text += "***End_of_Header***\t\t\t\n"
    rows = "".join(f"{row / 1000:.3f}\t{a:.5f}\t{b:.5f}\t\n" for row, (a, b) in enumerate(TWO))
    found = layout(f"{text}X_Value\tDE\tFE\tComment\n{rows}")
    assert (found.skipped, found.names, found.signal_columns) == (
        5,
        ("X_Value", "DE", "FE", "Comment"),
        (2, 3),
    )


def test_numbers_above_a_title_are_no_rows() -> None:
    found = layout(f"dt:\t\n0.0001\t0.0001\ndata:\t\n{written(2, chr(9))}")
    assert (found.skipped, found.columns) == (3, 2)


@pytest.mark.parametrize(
    "footer", ["Mean,0.1\nRMS,0.5\n", "Max,1,\n", "Summe,12.5\nMittel,0.1\nEffektiv,0.7\n"]
)
def test_sums_below_the_rows_are_no_rows(footer: str, tmp_path: Path) -> None:
    text = "DE,FE\n" + "".join(f"{a:.5f},{b:.5f}\n" for a, b in TWO) + footer
    np.testing.assert_array_equal(read(tmp_path / "a.csv", text), TWO.astype(np.float32))


@pytest.mark.parametrize(("header", "has_index"), [("0,1", False), ("1,2", False), (",0,1", True)])
def test_a_header_of_numbers_of_the_columns_is_no_row(header: str, has_index: bool, tmp_path: Path) -> None:
    rows = (f"{row},{a:.5f},{b:.5f}" if has_index else f"{a:.5f},{b:.5f}" for row, (a, b) in enumerate(TWO))
    text = "\n".join([header, *rows, ""])
    np.testing.assert_array_equal(read(tmp_path / "a.csv", text), TWO.astype(np.float32))


def test_whole_numbers_that_begin_like_a_count_are_rows() -> None:
    assert layout("1,2\n" + "".join(f"{n * 37 % 91},{n * 53 % 97}\n" for n in range(ROWS))).skipped == 0


def test_digits_of_other_scripts_are_no_numbers() -> None:
    text = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in written(2, ";"))
    assert layout_of_text(text.encode()) is None


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        *((line, lines) for line in ("# point {0}: {0}.5", "# {0}.5 1.5") for lines in (390, 600, 4000)),
        *(("Parameter{0} = value {0}.5", lines) for lines in (390, 600, 1500)),
    ],
)
def test_rows_below_a_long_head_are_read(line: str, lines: int, tmp_path: Path) -> None:
    head = "Date: 2024-03-09 21:30:00\n" + "".join(f"{line}\n".format(number) for number in range(lines))
    text = f"{head}DE,FE\n" + "".join(f"{a:.5f},{b:.5f}\n" for a, b in TWO)
    found = layout_of_content(text.encode())
    assert found is not None
    assert (found.skipped, found.names, found.preamble[0]) == (lines + 2, ("DE", "FE"), head.split("\n")[0])
    np.testing.assert_array_equal(read(tmp_path / "a.csv", text), TWO.astype(np.float32))


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("  ", ".")])
@pytest.mark.parametrize("columns", [(3, 1), (2,), (1, 2, 3)])
def test_columns_of_a_large_text_are_those_of_a_small_one(
    separator: str, decimal: str, columns: tuple[int, ...]
) -> None:
    values = np.random.default_rng(4).normal(size=(12_000, 3))
    lines = [separator.join(f"{cell:.7g}".replace(".", decimal) for cell in row) for row in values]
    (small, large) = ("\n".join(lines[:count]).encode() + b"\n" for count in (500, len(lines)))
    found = layout_of_content(large)
    assert found is not None
    whole = columns_of_text(large, found, columns)
    np.testing.assert_array_equal(whole[:500], columns_of_text(small, found, columns))
    assert whole.shape == (len(lines), len(columns))
    odd = large.replace(lines[7000].encode(), separator.join(["OL", "1", "nan"]).encode())
    np.testing.assert_array_equal(
        np.isnan(columns_of_text(odd, found, columns)[7000]), [c != 2 for c in columns]
    )


def test_names_stand_above_units_and_processing() -> None:
    head = '"TIMESTAMP","RECORD","Acc_X","Acc_Y"\n"TS","RN","g","g"\n"","","Smp","Smp"\n'
    rows = "".join(f'"2024-03-09 08:30:00.{n:03d}",{n},{a:.5f},{b:.5f}\n' for n, (a, b) in enumerate(TWO))
    found = layout(f'"TOA5","CR6","CR6"\n{head}{rows}')
    assert (found.names, found.units) == (("TIMESTAMP", "RECORD", "Acc_X", "Acc_Y"), ("TS", "RN", "g", "g"))
    assert found.signal_columns == (3, 4)


def test_a_line_that_tells_excel_the_separator_is_no_header() -> None:
    assert layout("sep=;\nA;V\n" + written(2, ";")).names == ("A", "V")
