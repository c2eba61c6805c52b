"""Texts with rows of slow sensors, read one line at a time."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.recording import RecordingError, RecordingFormat
from replay.rows.clock import microseconds
from replay.rows.reader import CELLS, EARLIER, HEADER, NO_TIME, Rows, read_rows

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
FORM = RecordingFormat(
    "m", 1.0, 2, 10, separator="auto", names=("Temp", "Flow"), time="column", cut=True, table=True
)
HEAD = "time;Temp;Flow\n"


def rows_of(text: str, form: RecordingFormat = FORM) -> Rows:
    return read_rows(text.encode(), "a.csv", form)


def lines(count: int, first: int = 0, decimal: str = ".") -> str:
    return "".join(
        f"2024-03-01 08:00:{first + number:02d};{number}{decimal}5;{number + 100}\n"
        for number in range(count)
    )


@pytest.mark.parametrize("decimal", [".", ","])
def test_rows_have_times_values_and_lines(decimal: str) -> None:
    rows = rows_of(HEAD + lines(4, decimal=decimal))
    assert rows.times[0] == microseconds(START)
    assert rows.values.tolist() == [[0.5, 100.0], [1.5, 101.0], [2.5, 102.0], [3.5, 103.0]]
    assert rows.lines.tolist() == [2, 3, 4, 5]
    assert rows.faults == ()


def test_a_line_of_units_is_passed_over() -> None:
    rows = rows_of("time;Temp;Flow\n-;degC;l/min\n" + lines(3))
    assert rows.lines.tolist() == [3, 4, 5]


@pytest.mark.parametrize("cell", ["", "NaN", "n/a", "ERR", "1e300"])
def test_a_value_that_is_no_number_costs_its_channel_alone(cell: str) -> None:
    rows = rows_of(HEAD + lines(3) + f"2024-03-01 08:00:09;{cell};7\n")
    assert np.isnan(rows.values[3, 0])
    assert rows.values[3, 1] == 7
    assert rows.faults == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-03-01 07:59:00;1;2", EARLIER),
        ("2024-03-01 08:00:02;2.5;102", EARLIER),
        ("2024-03-01 08:00:09;1", CELLS),
        ("yesterday;1;2", NO_TIME),
        ("time;Temp;Other", HEADER),
    ],
)
def test_a_faulty_line_is_rejected_with_its_number_and_the_others_stay(line: str, reason: str) -> None:
    rows = rows_of(HEAD + lines(3) + line + "\n" + lines(3, first=30))
    assert [(fault.line, fault.reason) for fault in rows.faults] == [(5, reason)]
    assert len(rows) == 6


def test_a_header_in_the_middle_is_followed() -> None:
    rows = rows_of(HEAD + lines(3) + HEAD + "time;Flow;Temp\n" + lines(2, first=30))
    assert rows.faults == ()
    assert rows.values[-1].tolist() == [101.0, 1.5]


def test_a_torn_last_line_is_left_out() -> None:
    rows = rows_of(HEAD + lines(4)[:-1])
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("cell", "second"),
    [
        ("{}", 3600),
        ("{}.0", 3600),
        ("170928000{}", 1),
        ("170928000{}.000", 1),
        ("170928000{}000", 1),
        ("0{}.03.2024 08:00:00", 86_400),
        ("2024-03-0{}T08:00:00Z", 86_400),
        ("2024-03-01T08:00:0{}+01:00", 1),
    ],
)
def test_times_are_dates_unix_seconds_or_counts(cell: str, second: int) -> None:
    form = RecordingFormat(
        "m", 1.0, 3, 10, separator="auto", time_column=1, table=True, cut=True, every=3600.0
    )
    rows = rows_of("".join(f"{cell.format(number)};1.5;{number}\n" for number in range(1, 6)), form)
    assert np.diff(rows.times).tolist() == [second * 1_000_000] * 4


def test_columns_without_a_header_are_counted() -> None:
    form = RecordingFormat("m", 1.0, 5, 10, separator="auto", time_column=2, table=True, cut=True)
    rows = rows_of("".join(f"1 {cycle} 0.5 518.67 {cycle}.25 \n" for cycle in range(1, 5)), form)
    assert rows.values[:, 4].tolist() == [1.25, 2.25, 3.25, 4.25]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "time;Temp;Flow\n", "words alone\n", "time;Temp\n2024-03-01;1\n"]
)
def test_a_file_without_rows_says_why(text: str) -> None:
    with pytest.raises(RecordingError, match=r"a\.csv: "):
        rows_of(text)


@given(st.text(st.sampled_from("0123456789;,. -:T\nab"), max_size=200))
def test_no_text_breaks_the_reader(rest: str) -> None:
    rows = rows_of(HEAD + lines(3) + rest)
    assert (np.diff(rows.times) > 0).all()
    assert len(rows.values) == len(rows.lines) == len(rows)


def test_a_date_whose_day_and_month_may_be_swapped_names_the_setting() -> None:
    with pytest.raises(RecordingError, match="day and month may be swapped"):
        rows_of("time,Temp,Flow\n03/04/2026 10:00,1.0,2.0\n03/04/2026 10:01,2.0,2.0\n")


def test_dates_alone_are_read_and_a_file_without_one_is_no_failure() -> None:
    assert len(rows_of("time,Temp,Flow\n28.02.2026,1.0,2.0\n01.03.2026,2.0,2.0\n").times) == 2


@pytest.mark.parametrize(
    ("date", "clock"), [("2024-03-01", "08:00:{:02d}"), ("2024-03-01", "8:00:{:02d} AM")]
)
def test_the_time_of_day_may_have_a_column_of_its_own(date: str, clock: str) -> None:
    text = "Date;Time;Temp;Flow\n"
    text += "".join(f"{date};{clock.format(number)};{number}.5;7\n" for number in range(5))
    rows = rows_of(text)
    assert rows.times.tolist() == [microseconds(START) + 1_000_000 * number for number in range(5)]
    assert rows.values[:, 0].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]


def test_the_newest_row_may_come_first() -> None:
    found = rows_of(HEAD + "".join(reversed(lines(8).splitlines(keepends=True))))
    straight = rows_of(HEAD + lines(8))
    np.testing.assert_array_equal(found.times, straight.times)
    np.testing.assert_array_equal(found.values, straight.values)
    assert found.lines.tolist() == [9, 8, 7, 6, 5, 4, 3, 2]
    assert found.faults == ()


def test_an_hour_that_comes_twice_is_told_apart_by_the_time_zone() -> None:
    """In Berlin clocks are set back from 3 to 2 o'clock on 2024-10-27."""
    clocks = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    text = HEAD + "".join(f"2024-10-27 {clock}:00;1.5;7\n" for clock in clocks)
    rows = rows_of(text, replace(FORM, timezone="Europe/Berlin"))
    assert np.diff(rows.times).tolist() == [1_800_000_000] * 5
    assert rows.faults == ()
    faults = rows_of(text).faults
    assert [one.line for one in faults] == [5, 6]


def test_a_clock_that_is_set_back_elsewhere_costs_its_rows_alone() -> None:
    text = HEAD + lines(10) + lines(3, first=4) + lines(5, first=10)
    rows = rows_of(text, replace(FORM, timezone="Europe/Berlin"))
    assert len(rows) == 15
    assert [one.line for one in rows.faults] == [12, 13, 14]


def test_rows_of_another_layout_above_are_told() -> None:
    """A column more from the third row on: the rows above it are no preamble."""
    above = "time;Temp;Flow\n" + lines(2)
    below = "".join(line + ";9\n" for line in lines(30, first=2).splitlines())
    rows = rows_of(above + "time;Temp;Flow;Level\n" + below)
    assert len(rows) == 30
    assert [(one.line, one.reason) for one in rows.faults] == [(2, CELLS), (3, CELLS)]


def test_a_column_that_starts_late_costs_no_row() -> None:
    form = replace(FORM, columns=3, names=("Temp", "Flow", "Level"))
    text = "time;Temp;Flow;Level\n"
    text += "".join(f"2024-03-01 08:00:{row:02d};{row}.5;7;{row if row >= 25 else ''}\n" for row in range(35))
    rows = rows_of(text, form)
    assert len(rows) == 35
    assert np.isnan(rows.values[:25, 2]).all()
    assert rows.values[25:, 2].tolist() == [float(row) for row in range(25, 35)]


def test_grouped_thousands_are_numbers() -> None:
    rows = rows_of(HEAD + lines(3) + "2024-03-01 08:00:09;1,234.5;7\n")
    assert rows.values[3, 0] == 1234.5
