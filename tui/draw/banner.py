"""The banner: two lines with the record on the screen and the state of the engine."""

from dataclasses import dataclass
from datetime import tzinfo

from tui.draw.format import long_time, short_time, written_times
from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of

SESSION_WIDTH = 20
"""Cells for the name of a session; the whole of it stands in the notice line."""


@dataclass(frozen=True, slots=True)
class Banner:
    """The banner's facts: the machine, the mode, the playhead's time, the engine, how far it is behind.

    `paused` says that the playhead stands. `session` is named if it is not the live record of a live machine.
    """

    machine: str
    mode: Span
    at: int | None
    status: EngineStatus
    behind: Span | None = None
    session: str = ""
    paused: bool = False


def banner_lines(width: int, _height: int, banner: Banner, zone: tzinfo) -> Lines:
    """Return line one: product, machine, mode, time; line two: the engine, and the delay."""
    at, machine, mode = banner.at, banner.machine, banner.mode
    times = ("--", "--") if at is None else (long_time(at, zone), short_time(at, zone))
    joint = " │ "
    if banner.paused and at is not None:
        joint, times = ", recording of ", written_times(at, zone)
    # Mode and time stay whole on the narrowest terminal; the names are cut.
    for head, time in (("Raceway  ", times[0]), ("", times[0]), ("", times[1])):
        room = width - len(head) - width_of((mode,)) - len(time) - 3 - len(joint)
        if room >= min(len(machine), 8):
            break
    name = fit(machine, min(max(room, 0), len(clean(machine))))
    first: Line = (
        Span(" ", Role.PLAIN),
        Span(head, Role.DIM),
        Span(name + ("  " if name else ""), Role.STRONG),
        mode,
        # Between two clocks: the wall's, of the mode, and the recording's.
        Span(joint, mode.role if banner.paused else Role.DIM),
        Span(time, Role.STRONG),
    )
    return [first, second_line(width, banner)]


def second_line(width: int, banner: Banner) -> Line:
    """Return the engine's line; delay and session come first, unless the engine itself has failed."""
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
