"""Lines of styled text, which every drawing function returns and a panel shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from replay.recording import clean_text


class Role(StrEnum):
    """The role of a text; the style sheet gives each its look, and none differs by colour alone."""

    PLAIN = "plain"
    DIM = "dim"
    TITLE = "title"
    STRONG = "strong"
    RINGING = "ringing"
    ALARM = "alarm"
    WARNING = "warning"
    GOOD = "good"
    RULED = "ruled"
    RULED_ALARM = "ruled-alarm"
    FRAME = "frame"
    KEY = "key"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    RINGING_HIGH = "ringing-high"
    RINGING_MEDIUM = "ringing-medium"
    RINGING_LOW = "ringing-low"
    SEVERITY_0 = "severity-0"
    SEVERITY_1 = "severity-1"
    SEVERITY_2 = "severity-2"
    SEVERITY_3 = "severity-3"
    SEVERITY_4 = "severity-4"
    HEAT_0 = "heat-0"
    HEAT_1 = "heat-1"
    HEAT_2 = "heat-2"
    HEAT_3 = "heat-3"
    HEAT_4 = "heat-4"
    HEAT_5 = "heat-5"
    HEAT_6 = "heat-6"
    HEAT_7 = "heat-7"


SEVERITIES = (Role.SEVERITY_0, Role.SEVERITY_1, Role.SEVERITY_2, Role.SEVERITY_3, Role.SEVERITY_4)
"""From below half the limit to severe; the third begins at the limit."""

HEATS = (
    Role.HEAT_0,
    Role.HEAT_1,
    Role.HEAT_2,
    Role.HEAT_3,
    Role.HEAT_4,
    Role.HEAT_5,
    Role.HEAT_6,
    Role.HEAT_7,
)
"""From nothing to the most, in equal steps of lightness."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one role; `paper` is the role whose colour is behind it, None for the background."""

    text: str
    role: Role = Role.PLAIN
    paper: Role | None = None


Line = tuple[Span, ...]
Lines = list[Line]


def plain(lines: Iterable[Line]) -> str:
    """Return the lines as a string without colours and trailing blanks."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def width_of(line: Line) -> int:
    """Return the width of a line in cells."""
    return sum(cell_len(span.text) for span in line)


clean = clean_text
"""Text from outside as every screen shows it; the same rule as for file names and the store."""


def fit(text: str, width: int) -> str:
    """Return cleaned text, padded or cut to exactly so many cells; an ellipsis marks a cut."""
    text = clean(text)
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    kept = set_cell_size(text, width - 1).rstrip()
    return set_cell_size(kept + "…", width)


def pick(width: int, *variants: str) -> str:
    """Return the first variant that fits, padded; if none fits, the last one cut."""
    for variant in variants:
        if cell_len(clean(variant)) <= width:
            return fit(variant, width)
    return fit(variants[-1], width)


def title(text: str, width: int, *right: str) -> Line:
    """Return a heading, `── Bearings ───── severity ──`, with the first variant that fits at the right."""
    head = f"── {clean(text)} "
    room = width - cell_len(head)
    if room < 0:
        return (Span(fit(head, width), Role.TITLE),)
    tails = [f" {clean(one)} ──" for one in right if one]
    tail = next((one for one in tails if cell_len(one) <= room), "")
    return (Span(head, Role.TITLE), Span("─" * (room - cell_len(tail)) + tail, Role.DIM))


def window(count: int, selected: int, height: int) -> range:
    """Return the rows to show in a height, among them the selected row."""
    if height <= 0:
        return range(0)
    if count <= height:
        return range(count)
    first = min(max(selected - height // 2, 0), count - height)
    return range(first, first + height)
