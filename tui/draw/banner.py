"""The two lines that are always there: what is being shown, and what the engine is doing."""

from dataclasses import dataclass
from datetime import tzinfo

from tui.draw.format import long_time, short_time
from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of

SESSION_WIDTH = 20
"""Cells for the name of a session; the whole of it stands in the notice line."""


@dataclass(frozen=True, slots=True)
class Banner:
    """What the banner tells: the machine, the mode, the playhead's instant, the engine, how far behind.

    `session` is named where a live machine is looked at in another than its live record.
    """

    machine: str
    mode: Span
    at: int | None
    status: EngineStatus
    behind: Span | None = None
    session: str = ""


def banner_lines(width: int, _height: int, banner: Banner, zone: tzinfo) -> Lines:
    """Line one: product, machine, mode, the instant. Line two: the engine, and how far behind it is."""
    at, machine, mode = banner.at, banner.machine, banner.mode
    times = ("--", "--") if at is None else (long_time(at, zone), short_time(at, zone))
    # What is shown and as of when must stay whole on the narrowest terminal; the names give way.
    for head, time in (("Raceway  ", times[0]), ("", times[0]), ("", times[1])):
        room = width - len(head) - width_of((mode,)) - len(time) - 6
        if room >= min(len(machine), 8):
            break
    name = fit(machine, min(max(room, 0), len(clean(machine))))
    first: Line = (
        Span(" ", Role.PLAIN),
        Span(head, Role.DIM),
        Span(name + ("  " if name else ""), Role.STRONG),
        mode,
        # Two clocks stand here: since when it is so by the wall's, and the instant shown.
        Span(" │ ", Role.DIM),
        Span(time, Role.STRONG),
    )
    return [first, second_line(width, banner)]


def second_line(width: int, banner: Banner) -> Line:
    """The engine; before it how far behind this is, and which record, unless the engine is what is wrong."""
    status, behind = banner.status, banner.behind
    parts = [Span(status.text, status.role)]
    wrong = status.role is Role.ALARM
    if banner.session:
        name = clean(banner.session)
        short = fit(name, min(width_of((Span(name),)), SESSION_WIDTH))
        parts.insert(wrong, Span(f"SESSION {short}, not the live record", Role.WARNING))
    if behind is not None:
        parts.insert(len(parts) if wrong and behind.role is not Role.RINGING else 0, behind)
    line: list[Span] = []
    room = width - 1
    for part in parts[:-1]:
        text = fit(part.text, min(width_of((part,)), room))
        room -= width_of((Span(text),)) + 2
        line += [Span(text, part.role), Span("  ")]
    return (Span(" "), *line, Span(fit(parts[-1].text, room), parts[-1].role))
