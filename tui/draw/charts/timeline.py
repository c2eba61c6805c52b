"""The timeline: the run, its stored part, the crossings of limits, and the playhead."""

from datetime import tzinfo

from tui.data.frame import Frame
from tui.draw.format import short_time
from tui.draw.text import Line, Lines, Role, Span, title


def timeline_lines(width: int, height: int, frame: Frame, zone: tzinfo) -> Lines:
    """Return a heading if there are three lines, the marks, and the bar between its two times."""
    start, end = frame.extent
    times = frame.view.series.at
    empty = not len(times)
    labels = ("", "") if empty else (short_time(start, zone), short_time(end, zone))
    track = max(width - len(labels[0]) - len(labels[1]) - 6, 1)
    stored = 0 if empty else column(int(times[-1]), frame.extent, track) + 1
    head = -1 if frame.playhead.at is None else column(frame.playhead.at, frame.extent, track)
    bar = "".join(
        "●" if place == head else "━" if place < head else "─" if place < stored else "·"
        for place in range(track)
    )
    margin = " " * (len(labels[0]) + 3)
    lines: Lines = [
        (Span(margin), *marks(frame, track)),
        (
            Span(f" {labels[0]} ", Role.DIM),
            Span(f"▏{bar}▕"),
            Span(f" {labels[1]} ", Role.DIM),
        ),
    ]
    if height >= 3:
        lines.insert(0, title("Timeline", width, "limit crossed ▾, after the playhead ▿"))
    return lines[:height] if height != 1 else lines[-1:]


def marks(frame: Frame, track: int) -> Line:
    """Return the marks: ▾ for a crossing of a limit, ▿ for one after the playhead."""
    cells = [" "] * track
    here = -1 if frame.playhead.at is None else frame.playhead.at
    for crossing in frame.view.crossings:
        place = column(crossing.at, frame.extent, track)
        if crossing.at <= here:
            cells[place] = "▾"
        elif cells[place] == " ":
            cells[place] = "▿"
    return (Span("".join(cells), Role.WARNING),)


def column(at: int, extent: tuple[int, int], track: int) -> int:
    """Return the column of an instant, 0 to track - 1."""
    start, end = extent
    return min(max((at - start) * track // (end - start + 1), 0), track - 1)
