"""The numbers that a screen plots, as a table for a file or the clipboard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.clock import moment
from engine.reports.csv_files import iso
from tui.data.frame import Frame


@dataclass(frozen=True, slots=True)
class Numbers:
    """A table: what it is, the names of its columns with their units, and its rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def text(self) -> str:
        """Return the table as lines of cells separated by tabs, as spreadsheets paste them."""
        lines = ["\t".join(self.header)]
        lines += ["\t".join(_cell(value) for value in row) for row in self.rows]
        return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6g}"
    return str(value).replace("\t", " ")


def columns(name: str, header: Sequence[str], *values: Sequence[object]) -> Numbers:
    """Return a table of columns of one length."""
    return Numbers(name, tuple(header), tuple(zip(*values, strict=True)))


def times_of(frame: Frame) -> list[str]:
    """Return the times of the snapshots up to the playhead, ISO 8601 in UTC."""
    return [iso(moment(int(at))) for at in frame.view.series.at[: frame.index + 1]]


def severity_numbers(frame: Frame) -> Numbers:
    """Return the severity of every component up to the playhead; the limit is 1."""
    series, count = frame.view.series, frame.index + 1
    names = frame.view.assessment.components
    values = [series.severity[:count, number].tolist() for number in range(len(names))]
    header = ["time", "recording", *(f"severity {name}" for name in names)]
    return columns("severity", header, times_of(frame), series.names[:count], *values)
