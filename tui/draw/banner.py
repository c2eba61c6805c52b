"""The two lines that are always there: what is being shown, and what the engine is doing."""

from dataclasses import dataclass
from datetime import tzinfo

from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of
from tui.draw.words import long_time, short_time


@dataclass(frozen=True, slots=True)
class Banner:
    """What the banner tells: the machine, the mode, the playhead's instant, the engine, how far behind."""

    machine: str
    mode: Span
    at: int | None
    status: EngineStatus
    behind: Span | None = None


def banner_lines(width: int, _height: int, banner: Banner, zone: tzinfo) -> Lines:
    """Line one: product, machine, mode, the instant. Line two: the engine, and how far behind it is."""
    at, machine, mode = banner.at, banner.machine, banner.mode
    times = ("--", "--") if at is None else (long_time(at, zone), short_time(at, zone))
    # What is shown and as of when must stay whole on the narrowest terminal; the names give way.
    for head, time in (("Raceway  ", times[0]), ("", times[0]), ("", times[1])):
        room = width - len(head) - width_of((mode,)) - len(time) - 5
        if room >= min(len(machine), 8):
            break
    name = fit(machine, min(max(room, 0), len(clean(machine))))
    first: Line = (
        Span(" ", Role.PLAIN),
        Span(head, Role.DIM),
        Span(name + ("  " if name else ""), Role.STRONG),
        mode,
        Span("  "),
        Span(time, Role.STRONG),
    )
    return [first, second_line(width, banner)]


def second_line(width: int, banner: Banner) -> Line:
    """The engine; before it how far behind the screen is, unless there is something wrong with the engine."""
    status, behind = banner.status, banner.behind
    if behind is None:
        return (Span(" "), Span(fit(status.text, width - 1), status.role))
    parts = [behind, Span(status.text, status.role)]
    if status.role is Role.ALARM and behind.role is not Role.RINGING:
        parts.reverse()
    first = Span(fit(parts[0].text, min(width_of((parts[0],)), width - 1)), parts[0].role)
    return (
        Span(" "),
        first,
        Span("  "),
        Span(fit(parts[1].text, width - 3 - width_of((first,))), parts[1].role),
    )
