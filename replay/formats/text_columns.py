"""Columns of a text that are no sensors: times, and a count of the rows."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from replay.formats.text_cells import DATE, DATE_AND_TIME

# Rows that show whether a column rises evenly.
_FEWEST = 3
# Times are rounded, so that steps differ by up to one unit of the last decimal.
_UNEVEN = 0.51
_FULL_SECOND = re.compile(r"\d:\d\d:\d\d$")
_FRACTION = re.compile(r"\d{3}|\d{6}")
_SUBSECOND = re.compile(r"(?i)ms|msec|us|µs|usec|ns|(milli|micro|nano)seconds?")
# Microseconds of a second.
_SECOND = 1e6
UNIX_FROM = 1e9
"""Numbers of one cell from here on are seconds since 1970 (2001 and later), or finer units of it."""

TIME_NAME = re.compile(r"(?i)\b(time|zeit|temps|tiempo|tempo|timestamp|date|datum|fecha|t)\b")
"""Names of columns of times."""

_SECONDS_NAME = re.compile(r"(?i)elapsed|^(time|(milli|micro)?s(ec(onds?)?)?|[mun]s|t)(_?[mun]?s)?$")
_INDEX_NAME = re.compile(
    r"(?i)(|#|no\.?|nr\.?|number|index|idx|samples?|records?|count(er)?|point|row|n|i|unnamed: 0)"
)


def time_column(
    rows: Sequence[Sequence[str]],
    kinds: Sequence[bool],
    names: Sequence[str],
    values: Mapping[int, Sequence[float | None]],
) -> tuple[int | None, float | None]:
    """Return the column of times, counted from 1, and its step where it holds numbers.

    Args:
        rows: cells of the first rows.
        kinds: of the columns: True for numbers.
        names: of the columns; empty where they are unknown.
        values: of the columns of numbers, by their index from 0; None for a cell that is not a number.
    """
    dated = [
        column
        for column, numeric in enumerate(kinds)
        if not numeric and all(DATE.search(row[column]) for row in rows[:3])
    ]
    if dated:
        # Beside the times of the rows may stand one of the whole file, such as the start of a query.
        moving = [column for column in dated if len({row[column] for row in rows}) > 1]
        is_whole = ":" in rows[0][dated[0]] and DATE_AND_TIME.search(rows[0][dated[0]])
        return ((moving if is_whole else []) or dated)[0] + 1, None
    first = min(values, default=0)
    for column, numbers in values.items():
        named = bool(names) and any(one.search(names[column]) for one in (TIME_NAME, _SECONDS_NAME))
        step = _rising_step(numbers) if named else _even_step(numbers)
        # A count goes up by ones too, but it does not begin in 2001.
        rises = step is not None and (step != 1 or (numbers[0] or 0) >= UNIX_FROM)
        if step is not None and (named or (column == first and len(values) > 1 and rises)):
            return column + 1, step
        if column == first == 0 and step == 1 and len(values) > 2:
            # Times may stand behind a count of the rows.
            first = next(one for one in values if one > column)
    return None, None


def index_column(
    values: Mapping[int, Sequence[float | None]], names: Sequence[str], time: int | None
) -> int | None:
    """Return the column that counts the rows by ones, counted from 1: the first, or one named so."""
    if len(values) < 2:
        return None
    for column, numbers in values.items():
        named = bool(names) and _INDEX_NAME.fullmatch(names[column]) is not None
        if column + 1 != time and (column == 0 or named) and _even_step(numbers) == 1:
            return column + 1
    return None


def _even_step(numbers: Sequence[float | None]) -> float | None:
    """Return the difference of neighbours where it is positive and about the same throughout."""
    mean = _rising_step(numbers)
    known = [number for number in numbers if number is not None]
    if mean is None or any(abs(after - before - mean) > _UNEVEN * mean for before, after in pairwise(known)):
        return None
    return mean


def _rising_step(numbers: Sequence[float | None]) -> float | None:
    """Return the mean difference of neighbours where none falls and the last is above the first."""
    known = [number for number in numbers if number is not None]
    if len(known) < _FEWEST or len(known) != len(numbers):
        return None
    if known[-1] <= known[0] or any(after < before for before, after in pairwise(known)):
        return None
    return (known[-1] - known[0]) / (len(known) - 1)


def time_parts(
    rows: Sequence[Sequence[str]],
    values: Mapping[int, Sequence[float | None]],
    time: int | None,
    names: Sequence[str] = (),
) -> tuple[int, ...]:
    """Return the columns, counted from 1, that repeat the times: recorders may write one beside each sensor.

    Args:
        rows: cells of the first rows.
        values: of the columns of numbers, by their index from 0.
        time: the column of times, from 1.
        names: of the columns; empty where they are unknown.
    """
    if time is None or len(rows) < _FEWEST:
        return ()
    if "_time" in names:
        # Exports of InfluxDB number their tables.
        return tuple(column + 1 for column in values if names[column] in ("result", "table"))
    own = [row[time - 1] for row in rows]
    if len(rows[0]) > time + 1 and all(map(_FULL_SECOND.search, own)):
        # A decimal comma between commas parts the fraction of a second from its time.
        beside = [row[time] for row in rows]
        numbers = [number or 0.0 for number in values.get(time, [0.0] * len(rows))]
        same = [(before, after) for before, after in pairwise(zip(own, numbers, strict=True))]
        rises = all(before[1] < after[1] for before, after in same if before[0] == after[0])
        several = sum(before[0] == after[0] for before, after in same)
        is_digits = all(map(_FRACTION.fullmatch, beside)) and len(set(map(len, beside))) == 1
        is_named = bool(names) and _SUBSECOND.fullmatch(names[time]) is not None
        if (is_digits or is_named) and rises and 2 * several > len(same):
            return (time + 1,)
    return tuple(
        column + 1
        for column in values
        if column + 1 != time
        and ([r[column] for r in rows] == own or (names and _are_seconds(names[column], values[column])))
    )


def _are_seconds(name: str, numbers: Sequence[float | None]) -> bool:
    """Return whether a column beside that of the times is one of seconds, too."""
    return _SECONDS_NAME.search(name) is not None and _even_step(numbers) is not None


def clock_columns(values: Mapping[int, Sequence[float | None]]) -> tuple[int, ...]:
    """Return the first four columns, from 1, where they are hours, minutes, seconds and microseconds."""
    if [*values][:4] != [0, 1, 2, 3] or len(values) < 5:
        return ()
    for column, most in enumerate((23, 59, 59)):
        numbers = values[column]
        if not all(one is not None and one == int(one) and 0 <= one <= most for one in numbers):
            return ()
        if len(set(numbers)) > 2:
            return ()
    fine = [one for one in values[3] if one is not None]
    steps = [(after - before) % _SECOND for before, after in pairwise(fine)]
    if len(steps) < _FEWEST or not 0 <= min(fine) <= max(fine) < _SECOND or min(steps) < 1:
        return ()
    mean = sum(steps) / len(steps)
    return (1, 2, 3, 4) if all(abs(step - mean) <= _UNEVEN * mean for step in steps) else ()
