"""The handover of a shift as plain text for a shell."""

from collections.abc import Iterator

from engine.reports.shift import Shift
from engine.reports.shift_words import Section, metrics_of, sections_of, title_of
from replay.recording import clean_text

MOST = 40
"""Lines of one section; a flood is counted, not listed."""


def shift_text(shift: Shift) -> str:
    """Return the handover, one section for each question of the next shift."""
    lines = [f"{clean_text(shift.machine)}: {title_of(shift)}"]
    for section in sections_of(shift):
        lines += _lines(section)
    lines.append("  alarm system")
    lines += [f"    {name:<20}  {text}" for name, text in metrics_of(shift)]
    return "\n".join(lines)


def _lines(section: Section) -> Iterator[str]:
    yield f"  {section.name}: {len(section.rows) or 'nothing'}"
    yield from (f"    {row}" for row in section.rows[:MOST])
    if len(section.rows) > MOST:
        yield f"    and {len(section.rows) - MOST} more (raceway alarms --all lists them)"
