"""Rows that come slowly, of temperatures, pressures and the like: one component, a role for each channel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from replay.inspection.contents import Content
from replay.inspection.row_dates import RowDates, row_dates

SLOWEST_VIBRATION = 10.0
"""Rows a second below which a file holds no vibration: a shaft turns faster."""

CONDITIONS = re.compile(
    r"(?i)speed|rpm|drehzahl|\bload|last\b|leistung|power|torque|moment|ambient|umgebung|outdoor|outside"
    r"|set.?point|sollwert|\bvalve|position|humidity"
)
"""Words in the names of channels that explain others. A person checks them: a speed may be a symptom."""

UNIX = 1e8
"""Seconds since 1970 from which a number in a column of times is a date; below it may count samples."""

FEWEST_ROWS = 20
"""Rows below which the times of a file are not those of its rows."""


@dataclass(frozen=True, slots=True)
class SlowChannel:
    """A channel: its name in the header or its column, its unit, and whether it explains others."""

    channel: int | str
    unit: str
    is_condition: bool


@dataclass(frozen=True, slots=True)
class SlowRows:
    """The channels of slow rows, and the dates of the rows."""

    channels: tuple[SlowChannel, ...]
    dates: RowDates


def slow_rows(contents: Sequence[Content]) -> SlowRows | None:
    """Return the channels of texts whose rows come slowly, with a date each; None for any other files."""
    first = contents[0]
    found = [_dates(one) for one in contents if one.rows >= FEWEST_ROWS]
    dates = [one for one in found if one is not None and one.step > 1 / SLOWEST_VIBRATION]
    if first.layout is None or not dates or len(dates) < len(found):
        return None
    named = len(set(first.names)) == len(first.names) and all(first.names)
    explains = [bool(CONDITIONS.search(name)) for name in first.names]
    if all(explains):
        # Nothing would be left to judge.
        explains = [False] * len(explains)
    columns = first.layout.signal_columns
    channels = tuple(
        SlowChannel(name if named else column, unit, condition)
        for name, column, unit, condition in zip(first.names, columns, first.units, explains, strict=True)
    )
    # A file that shows which of day and month comes first decides for those that do not.
    return SlowRows(channels, min(dates, key=lambda one: one.is_ambiguous))


def _dates(content: Content) -> RowDates | None:
    """Return the dates of a text's rows, also of seconds since 1970; None where it has none."""
    layout = content.layout
    if layout is None or layout.time_column is None:
        return None
    if layout.step is None:
        return row_dates(content.dates)
    try:
        is_date = float(layout.first_row[layout.time_column - 1].replace(",", ".")) >= UNIX
    except ValueError:
        return None
    return RowDates(1 / content.sample_rate) if is_date and content.sample_rate else None
