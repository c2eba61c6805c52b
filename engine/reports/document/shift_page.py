"""The handover of a shift as a page, for screens and for print."""

from collections.abc import Sequence
from pathlib import Path

from engine.reports.document.page import environment
from engine.reports.document.writing import write_files
from engine.reports.shift import Shift
from engine.reports.shift_words import metrics_of, sections_of, title_of
from replay.recording import clean_text

HEADINGS = {
    "active": "Active alarms",
    "shelved": "Shelved or out of service",
    "not watched": "Not watched, and why",
    "rang": "Rings",
    "returned": "Returned",
    "done": "Actions of operators",
    "machine": "Machine and engine",
    "messages": "Messages that fail",
}

MOST_ROWS = 200
"""Rows of a section; further ones are counted."""


def shift_html(shifts: Sequence[Shift], *, adapts: bool = True) -> str:
    """Return the handover of machines as one HTML text.

    Args:
        shifts: one for each machine.
        adapts: whether the colours follow the reader's light or dark scheme; a PDF has one set.
    """
    machines = [
        {
            "name": clean_text(shift.machine),
            "title": title_of(shift),
            "sections": [
                (HEADINGS[one.name], one.rows[:MOST_ROWS], max(0, len(one.rows) - MOST_ROWS))
                for one in sections_of(shift)
            ],
            "metrics": metrics_of(shift),
        }
        for shift in shifts
    ]
    return environment().get_template("shift.html.j2").render(adapts=adapts, machines=machines)


def write_shift(shifts: Sequence[Shift], out: Path) -> tuple[Path, ...]:
    """Write the handover as HTML or PDF, and return its files.

    Args:
        shifts: one for each machine.
        out: a file .html or .pdf, or a folder for both.

    Raises:
        ReportError: the file cannot be written.
    """
    return write_files(out, "handover", lambda adapts: shift_html(shifts, adapts=adapts))
