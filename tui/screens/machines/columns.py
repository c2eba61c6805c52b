"""The columns of the list of machines: how many cells each word has."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.draw.bearing_rows import NUMBER_WIDTH

WIDE = 100
"""Columns from which a machine has one row; below, trend, waiting alarms and data stand in a second."""

WORST, WAITING, DATA = 22, 10, 14
"""Cells of the columns where there is no room for all words."""

MOST = 40
"""Cells of a column of words at most."""

SHORTEST, LONGEST_TREND = 8, 128
"""Cells of a trend: spare width goes to it."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a machine's row."""

    name: str
    worst: str
    waiting: str
    data: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the columns; `trend` is 0 where a machine takes two rows."""

    name: int
    trend: int
    state: int
    worst: int = WORST
    waiting: int = WAITING
    data: int = DATA

    @property
    def heading(self) -> str:
        """Return the names of the columns."""
        if not self.trend:
            return f"   {'machine':<{self.name}} {'sev.':>{NUMBER_WIDTH}} {'state':<{self.state}} worst"
        return (
            f"   {'machine':<{self.name}} {'trend':<{self.trend}} {'sev.':>{NUMBER_WIDTH}}"
            f" {'worst':<{self.worst}} {'state':<{self.state}} {'waiting':<{self.waiting}} data"
        )


def columns_of(width: int, state: int, machines: Sequence[Words]) -> Columns:
    """Return the cells of the columns: whole words where there is room, and the rest for the trend.

    Where a name and its trend do not fit in a row with the rest, the trend has none there.

    Args:
        width: cells.
        state: cells of their states.
        machines: the words of their rows.
    """
    longest = max(len("machine"), *(cell_len(one.name) for one in machines))
    needs = (
        min(max(len("worst"), *(cell_len(one.worst) for one in machines)), MOST),
        min(max(len("waiting"), *(cell_len(one.waiting) for one in machines)), MOST),
        min(max(len("data"), *(cell_len(one.data) for one in machines)), MOST),
    )
    for worst, waiting, told in (needs, (WORST, WAITING, DATA)):
        rest = width - 3 - 1 - 1 - NUMBER_WIDTH - 1 - worst - 1 - state - 1 - waiting - 1 - told
        if width >= WIDE and longest <= rest - SHORTEST:
            return Columns(longest, min(rest - longest, LONGEST_TREND), state, worst, waiting, told)
    return Columns(min(longest, max(width - 3 - 1 - NUMBER_WIDTH - 1 - state - 1, 8)), 0, state)
