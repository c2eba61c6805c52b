"""The banner: two lines with the record on the screen and the state of the engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len

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


def banner_lines(width: int, height: int, banner: Banner, zone: tzinfo) -> Lines:
    """Return product, machine, mode and time, and the engine: in one line where all is well and it fits.

    Args:
        width: cells.
        height: lines; where there is one, an engine that works well gives way.
        banner: the facts.
        zone: of recording times.
    """
    status = banner.status
    quiet = status.role in (Role.PLAIN, Role.DIM) and not (banner.session or banner.behind)
    for line in _first_lines(width, banner, zone):
        room = width - width_of(line) - 2
        if quiet and cell_len(status.text) <= room:
            return [(*line, Span(" " * (room - cell_len(status.text) + 1) + f"{status.text} ", Role.DIM))]
    wordings = list(_first_lines(width, banner, zone))
    first = next((line for line in wordings if width_of(line) <= width), wordings[-1])
    if quiet and height < 2:
        return [first]
    return [first, second_line(width, banner)]


def _first_lines(width: int, banner: Banner, zone: tzinfo) -> Iterator[Line]:
    """Yield the first line, from the longest wording to the shortest; the last one fits."""
    at, mode = banner.at, banner.mode
    times = ("--", "--") if at is None else (long_time(at, zone), short_time(at, zone).strip())
    joint = " │ "
    if banner.paused and at is not None:
        joint, times = ", recording of ", written_times(at, zone)
    machine = clean(banner.machine)
    # Mode and time stay whole on the narrowest terminal; the names are cut.
    for head, time in (("Raceway  ", times[0]), ("", times[0]), ("", times[1])):
        room = width - len(head) - width_of((mode,)) - len(time) - 3 - len(joint)
        if room < min(len(machine), 8) and (head or time != times[1]):
            continue
        name = fit(machine, min(max(room, 0), cell_len(machine)))
        yield (
            Span(" ", Role.PLAIN),
            Span(head, Role.DIM),
            Span(name + ("  " if name else ""), Role.STRONG),
            mode,
            # Between two clocks: the wall's, of the mode, and the recording's.
            Span(joint, mode.role if banner.paused else Role.DIM),
            Span(time, Role.STRONG),
        )


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
