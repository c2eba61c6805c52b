"""The whole run: a heat strip for each component, and the events around the playhead in words."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby

import numpy as np
from rich.cells import cell_len

from engine.clock import microseconds
from engine.records.assessment import Quality
from engine.records.events import RINGS, EventKind, Priority
from engine.records.payloads import Ring
from tui.data.frame import Frame
from tui.draw.charts.sparkline import all_of, cut, highest
from tui.draw.charts.timeline import column
from tui.draw.format import PRIORITY_GLYPHS, PRIORITY_ROLES, STANDING, duration, sentence_time, short_time
from tui.draw.glyphs import Glyphs, finished, shades
from tui.draw.severity import severity_text
from tui.draw.text import SEVERITIES, Line, Lines, Role, Span, clean, fit, title, window

STEPS = (0.5, 1.0, 2.0, 4.0)
"""Severities at which the next shade begins; the second is the limit. The same on every screen and run."""

AROUND = 6
"""Lines besides those of the components: heading, pauses, marks, playhead, times, legend."""

RUN = ("worst per column; number: now", "worst per column")
"""The meaning of cells and numbers; after the end of a run the number is far from the last column."""

BOOKMARK = "¶"

DEEP = 3
"""Lines a component where there is room: two of its strip, and a blank one."""

STOPPED, SENSOR, BASELINE = "◌", "✕", "○"

TOLD = {
    EventKind.LEARNED: "baseline learned",
    EventKind.STOPPED: "machine stopped",
    EventKind.RESTARTED: "machine running again",
    EventKind.CONDITION: "operating condition changed",
    EventKind.BUNDLE: "another bundle in use",
    EventKind.RETIRED: "out of service",
    EventKind.REINSTATED: "returned to service",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that the playhead can go to."""

    at: int
    text: str
    role: Role = Role.PLAIN


def strip_lines(
    width: int, height: int, frame: Frame, selected: int, zone: tzinfo, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return heading, strips (two rows each if they fit), gaps, marks, playhead and legend.

    Args:
        width: cells.
        height: lines, the heading included; where they are too few, components around the selected one.
        frame: the record; the part after the playhead is dimmed.
        selected: index of the selected component.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    names = frame.view.assessment.components
    heading = title("Run", width, *RUN)
    if not len(frame.view.series):
        return finished([heading, (Span("  no snapshot is scored yet", Role.DIM),)], width, height, glyphs)
    label = min(max(cell_len(clean(name)) for name in names), 10 if width < 70 else 16)
    track = max(width - label - 3 - 6, 1)
    shown = window(len(names), selected, max(height - AROUND, 1))
    deep = height - AROUND >= DEEP * len(names)
    lines: Lines = [heading]
    for number in shown:
        row = _row(frame, number, label, track, glyphs, chosen=number == selected)
        lines.append(row)
        if deep:
            lines += [(Span(" " * (label + 3)), *row[2:-1]), ()]
    if len(shown) < len(names):
        lines[-1] = (*lines[-1][:-1], Span(f"+{len(names) - len(shown):>3} ", Role.DIM))
    lines.append(_machine(frame, label, track))
    lines.append(_marks(frame, label, track))
    lines += _playhead(frame, label, track, zone)
    lines.append(legend_line(width, glyphs))
    return finished(lines[:height], width, height, glyphs)


def legend_line(width: int, glyphs: Glyphs) -> Line:
    """Return the meaning of the cells, each step in its colour, with as many words as fit."""
    steps = list(zip(shades(glyphs)[1:], SEVERITIES, strict=True))
    others = f"{BASELINE} baseline {STOPPED} stopped {SENSOR} sensor"
    marks = "▾ limit crossed  ▴◆■ rang, by priority  ¶ bookmark"
    whole = (" <0.5  ", " 0.5–1  limit 1.0  ", " 1–2  ", " 2–4  ", " 4 and more   ")
    short = (" <.5 ", " <1 limit ", " <2 ", " <4 ", " more  ")
    for words, tail in (
        (whole, f"{others}   {marks}"),
        (whole, others),
        (short, f"{BASELINE} base {STOPPED} stop {SENSOR} sensor"),
    ):
        room = width - 1 - sum(1 + len(word) for word in words)
        if cell_len(tail) <= room:
            break
    parts = [
        (Span(cell, role), Span(word, Role.DIM)) for (cell, role), word in zip(steps, words, strict=True)
    ]
    return (Span(" "), *(span for part in parts for span in part), Span(fit(tail, max(room, 0)), Role.DIM))


def cells_of(frame: Frame, component: int, track: int, glyphs: Glyphs) -> str:
    """Return a character for each column: the shade of the highest severity, or why there is none."""
    series = frame.view.series
    severities = series.severity[:, component]
    edges, cuts = cut(series.at, frame.extent, track)
    highs, learned = highest(severities, cuts), all_of(series.baseline, cuts)
    ladder = shades(glyphs)
    cells = []
    for number in range(track):
        low, high, severity, baseline = cuts[number], cuts[number + 1], highs[number], learned[number]
        if high <= low:
            # Between two snapshots the one before holds, but not over a pause.
            if not low or edges[number] > frame.holds[low - 1] or low >= len(series):
                cells.append(" ")
                continue
            high, severity, baseline = low, float(severities[low - 1]), bool(series.baseline[low - 1])
        if not math.isfinite(severity):
            quality = series.quality[high - 1, component]
            cells.append(STOPPED if quality == Quality.STOPPED else SENSOR)
        elif baseline and severity < STEPS[1]:
            cells.append(BASELINE)
        else:
            cells.append(ladder[1 + bisect_right(STEPS, severity)])
    return "".join(cells)


def coloured(cells: str, ladder: str) -> Line:
    """Return the cells of a strip in the colours of their severities, which the charts have too."""
    roles = dict(zip(ladder[1:], SEVERITIES, strict=True)) | {BASELINE: Role.DIM, SENSOR: Role.WARNING}
    runs = groupby(cells, key=lambda cell: roles.get(cell, Role.PLAIN))
    return tuple(Span("".join(run), role) for role, run in runs)


def happenings(frame: Frame, zone: tzinfo) -> tuple[Happened, ...]:
    """Return the events in order of time: crossings, rings, stops, gaps."""
    view = frame.view
    names = view.assessment.components
    found = [
        Happened(
            one.at,
            f"{clean(names[one.component])} {'rose above' if one.up else 'fell below'} the limit",
            Role.WARNING if one.up else Role.PLAIN,
        )
        for one in view.crossings
    ]
    for event in view.events:
        if event.kind in RINGS:
            ring = Ring.from_detail(event.detail)
            severity = "" if ring.severity is None else f", severity {severity_text(ring.severity)}"
            word, raised = STANDING[ring.priority], event.kind is EventKind.RAISED
            what = f"{word} alarm raised" if raised else f"alarm escalated to {word}"
            who = clean(event.component or event.source)
            told = f"{PRIORITY_GLYPHS[ring.priority][0]} {who}: {what} ({clean(ring.cause)}){severity}"
            found.append(Happened(microseconds(event.at), told, PRIORITY_ROLES[ring.priority]))
        elif event.kind in TOLD:
            who = f"{clean(event.component)}: " if event.component else ""
            found.append(Happened(microseconds(event.at), f"{who}{TOLD[event.kind]}"))
    found += [
        Happened(
            microseconds(one.at),
            f"{BOOKMARK} {clean(one.name)}{f' ({clean(one.by)})' if one.by else ''}",
            Role.TITLE,
        )
        for one in view.bookmarks
    ]
    found += [
        Happened(after, f"gap of {duration((after - before) / 1e6)} since {sentence_time(before, zone)} ends")
        for before, after in pauses(frame)
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def pauses(frame: Frame) -> tuple[tuple[int, int], ...]:
    """Return the gaps of more than a few intervals: last time before, first after."""
    at = frame.view.series.at
    if len(at) < 2 or not frame.interval:
        return ()
    holes = np.flatnonzero(at[1:] > frame.holds[:-1])
    return tuple((int(at[place]), int(at[place + 1])) for place in holes.tolist())


def beside(told: tuple[Happened, ...], chosen: Happened | None, here: int, by: int) -> Happened | None:
    """Return the event so many places after or before the chosen one, or the playhead where none is chosen.

    Args:
        told: in order of time.
        chosen: one of them, or one that is told no longer.
        here: the playhead.
        by: places on, negative for back.
    """
    if not told:
        return None
    past = sum(one.at <= here for one in told)
    # Without a choice the next one is the first ahead, and the previous one the last that is not.
    start = told.index(chosen) if chosen in told else past - (by > 0)
    place = start + by
    return told[min(max(place, 0), len(told) - 1)]


def happening_lines(
    width: int,
    height: int,
    frame: Frame,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
    chosen: Happened | None = None,
) -> Lines:
    """Return the events around the playhead or the chosen one, a line each.

    `›` marks the last one that is not ahead, `▶` the chosen one.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        zone: of the times.
        glyphs: those that the terminal can show.
        chosen: the event that a key goes to, None for none.
    """
    told = happenings(frame, zone)
    here = frame.playhead.at if frame.playhead.at is not None else -1
    past = sum(one.at <= here for one in told)
    heading = title("Events", width, f"{past} so far, {len(told) - past} ahead" if width >= 50 else "")
    if not told:
        return finished([heading, (Span("  nothing yet", Role.DIM),)][:height], width, height, glyphs)
    lines: Lines = [heading]
    focus = told.index(chosen) if chosen is not None and chosen in told else max(past - 1, 0)
    for number in window(len(told), focus, height - 1):
        one = told[number]
        ahead = number >= past
        time, after = f"{short_time(one.at, zone)}  ", "  (ahead)" if ahead else ""
        text = time + fit(one.text, width - 3 - len(time + after)).rstrip() + after
        is_chosen = one == chosen
        mark = "▶" if is_chosen else "›" if number == past - 1 else " "
        role = Role.STRONG if is_chosen else Role.DIM if ahead else one.role
        lines.append((Span(f" {mark} ", Role.STRONG), Span(fit(text, width - 3), role)))
    return finished(lines[:height], width, height, glyphs)


def _row(frame: Frame, number: int, label: int, track: int, glyphs: Glyphs, *, chosen: bool) -> Line:
    cells = cells_of(frame, number, track, glyphs)
    here = -1 if frame.playhead.at is None else column(frame.playhead.at, frame.extent, track)
    condition = frame.conditions[number]
    value = severity_text(condition.severity)
    return (
        Span(f"{'›' if chosen else ' '} ", Role.STRONG),
        Span(fit(condition.name, label) + " ", Role.STRONG if chosen else Role.PLAIN),
        *coloured(cells[: here + 1], shades(glyphs)),
        Span(cells[here + 1 :], Role.DIM),
        Span(f" {value:>4} ", Role.STRONG if chosen else Role.PLAIN),
    )


def _machine(frame: Frame, label: int, track: int) -> Line:
    """Return the row of gaps in the recordings."""
    cells = [" "] * track
    for before, after in pauses(frame):
        for place in range(column(before, frame.extent, track), column(after, frame.extent, track) + 1):
            cells[place] = "╌"
    name = "gaps" if pauses(frame) else "no gaps"
    return (Span(f"  {fit(name, label)} ", Role.DIM), Span("".join(cells), Role.WARNING))


def _marks(frame: Frame, label: int, track: int) -> Line:
    """Return the row of crossings and rings of all components; the most urgent of a column is seen."""
    cells, urgent = [" "] * track, dict[int, Priority]()
    for crossing in frame.view.crossings:
        cells[column(crossing.at, frame.extent, track)] = "▾"
    for bookmark in frame.view.bookmarks:
        if frame.extent[0] <= microseconds(bookmark.at) <= frame.extent[1]:
            cells[column(microseconds(bookmark.at), frame.extent, track)] = BOOKMARK
    for event in frame.view.events:
        if event.kind in RINGS:
            place, priority = (
                column(microseconds(event.at), frame.extent, track),
                Ring.from_detail(event.detail).priority,
            )
            urgent[place] = max(priority, urgent.get(place, priority))
    spans = [
        Span(PRIORITY_GLYPHS[urgent[place]][0], PRIORITY_ROLES[urgent[place]])
        if place in urgent
        else Span(cell, Role.WARNING)
        for place, cell in enumerate(cells)
    ]
    return (Span(f"  {fit('▾ ◆ ¶', label)} ", Role.DIM), *spans)


def _playhead(frame: Frame, label: int, track: int, zone: tzinfo) -> Lines:
    start, end = frame.extent
    at = frame.playhead.at
    rule = ["─"] * track
    first, last = short_time(start, zone), short_time(end, zone)
    if at is not None:
        rule[column(at, frame.extent, track)] = "●"
    room = track - len(first) - len(last)
    middle = "" if at is None else f"● {sentence_time(at, zone)}  #{frame.number}"
    between = middle.center(room) if len(middle) + 2 <= room else " " * max(room, 0)
    margin = " " * (label + 3)
    return [
        (Span(margin), Span("".join(rule))),
        (Span(margin), Span(first, Role.DIM), Span(between, Role.STRONG), Span(last, Role.DIM)),
    ]
