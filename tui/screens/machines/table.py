"""The table of machines: a row for each."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from engine.alarms.alarm import AlarmState
from engine.clock import microseconds
from engine.records.events import Priority
from engine.records.progress import SILENCE, Phase
from engine.reports.latest import NEVER
from tui.data.fleet import Standing
from tui.data.fleet_view import FleetView, Order, arranged
from tui.draw.banner import Banner
from tui.draw.bearing_rows import NOW, NUMBER_WIDTH
from tui.draw.charts.sparkline import resample, sparkline, tall_sparkline
from tui.draw.format import (
    PRIORITY_ROLES,
    QUALITIES,
    RINGING_ROLES,
    SHELVED,
    STANDING,
    alarm_glyph,
    reason,
)
from tui.draw.glyphs import Glyphs, finished
from tui.draw.mode import age_text, since_text
from tui.draw.severity import severity_text
from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title, window
from tui.screens.machines.columns import DATA, LONGEST_TREND, SHORTEST, Columns, Words, columns_of

TALL = 3
"""Rows of a trend where there is room."""

LATE = 3
"""Usual intervals after which a trend has a gap."""

LETTERS = {Priority.HIGH: "HIGH", Priority.MEDIUM: "MED", Priority.LOW: "low"}


def fleet_lines(
    width: int,
    height: int,
    fleet: tuple[Standing, ...],
    selected: str,
    now: datetime,
    wall: tzinfo,
    view: FleetView | None = None,
    again: str = "x",
) -> Lines:
    """Return a heading, the names of the columns, and the machines.

    The parameters are the plain values that the panel draws, bound by name.

    Args:
        width: cells.
        height: lines.
        fleet: the machines of the store.
        selected: name of the selected one.
        now: wall clock.
        wall: of the wall clock.
        view: order, words, and whether healthy machines are hidden.
        again: key that shows all machines again, as it is written.
    """
    view = view or FleetView()
    listed = arranged(fleet, view)
    lines: Lines = [fleet_title(width, fleet, listed, view)]
    if not listed:
        words = f"no machine is listed: {again} shows all again" if fleet else "no machine yet"
        return [*lines, (Span(fit(f"  {words}", width), Role.DIM),)][:height]
    state = max(len("state"), *(cell_len(state_text(one)[1]) for one in listed))
    columns = columns_of(width, state, [words_of(one, now, wall) for one in listed])
    wide = columns.trend > 0
    lines.append((Span(fit(columns.heading, width), Role.DIM),))
    names = [one.assessment.machine for one in listed]
    place = names.index(selected) if selected in names else 0
    # Spare room makes the trends taller, with a blank row between two of them.
    tall = TALL if wide and height - 2 >= (TALL + 1) * len(listed) - 1 else 1
    each = 1 if wide else 2
    room = len(listed) if tall > 1 else (height - 2) // each
    if len(listed) > room:
        room = (height - 3) // each
    shown = window(len(listed), place, room)
    for number in shown:
        one, chosen = listed[number], number == place
        if tall > 1 and number:
            lines.append(())
        lines.extend(
            _wide_rows(columns, one, tall, now, wall, chosen=chosen)
            if wide
            else _narrow_rows(width, one, (columns.name, state), now, wall, chosen=chosen)
        )
    lines += more_line(width, shown, [bool(one.waiting) for one in listed])
    return finished(lines, width, height, Glyphs.UNICODE)


def fleet_title(width: int, fleet: Sequence[Standing], listed: Sequence[Standing], view: FleetView) -> Line:
    """Return the heading: how many machines, which are hidden, how many alarms wait."""
    waiting = sum(one.waiting for one in fleet)
    parts = [f"Machines: {len(fleet)}, {waiting} alarms unacknowledged"]
    if len(listed) < len(fleet):
        parts.append(f"{len(fleet) - len(listed)} hidden")
    if view.words:
        parts.append(f"with {clean(view.words)!r}")
    if view.order is not Order.URGENCY:
        parts.append(f"by {view.order}")
    return title(", ".join(parts), width, "Enter opens", "")


def more_line(width: int, shown: range, loud: Sequence[bool], words: str = "with waiting alarms") -> Lines:
    """Return how many rows are not shown above and below, and whether alarms wait there; no line for none.

    Args:
        width: cells.
        shown: the rows that are.
        loud: of each row, whether an alarm waits there.
        words: what such rows are called.
    """
    above, below = list(range(shown.start)), list(range(shown.stop, len(loud)))
    parts = [
        f"{len(rows)} more {where}{f', {count} {words}' if count else ''}"
        for rows, where in ((above, "above"), (below, "below"))
        if rows
        for count in [sum(loud[row] for row in rows)]
    ]
    if not parts:
        return []
    is_loud = any(loud[row] for row in above + below)
    return [(Span(fit("   " + "; ".join(parts), width), Role.ALARM if is_loud else Role.DIM),)]


def fleet_banner(fleet: tuple[Standing, ...], now: datetime, wall: tzinfo, trouble: str = "") -> Banner:
    """Return the lines on top of the list: how many machines, and whether their engines work.

    Args:
        fleet: the machines, empty before they were read.
        now: wall clock.
        wall: time zone of the wall clock.
        trouble: why the store cannot be read now, so that the list is old; "" where it can.
    """
    broken = [clean(one.assessment.machine) for one in fleet if engine_text(one, now, wall)[1] is Role.ALARM]
    if trouble:
        status = EngineStatus(f"✕ STORE UNREADABLE, the list is old: {clean(trouble)}", Role.ALARM)
    elif not fleet:
        status = EngineStatus("Reading the store …", Role.DIM)
    elif broken:
        words = f"✕ {len(broken)} of {len(fleet)} engines not working: {', '.join(broken)}"
        status = EngineStatus(words, Role.ALARM)
    elif hindered := [one for one in fleet if one.hindrance]:
        named = ", ".join(f"{clean(one.assessment.machine)} ({one.hindrance})" for one in hindered)
        status = EngineStatus(f"✕ {len(hindered)} of {len(fleet)} machines not judged: {named}", Role.ALARM)
    else:
        status = EngineStatus("All engines work or have finished", Role.PLAIN)
    machines = f"{len(fleet)} machine{'s' * (len(fleet) != 1)}" if fleet else "machines"
    return Banner(machines, Span("NOW", Role.STRONG), microseconds(now.replace(microsecond=0)), status)


def engine_text(standing: Standing, now: datetime, wall: tzinfo) -> tuple[str, Role]:
    """Return the work of a machine's engine, or since when it is stale."""
    beat = standing.heartbeat
    live = standing.assessment.live
    if beat is None:
        # As the notice line says it: an engine stores its first heartbeat when it begins its record.
        since = standing.assessment.created_at
        silent = standing.is_recorded and abs(now - since) > SILENCE
        return (
            (f"✕ STALE {since_text(since, now, wall)}", Role.ALARM) if silent else ("no engine yet", Role.DIM)
        )
    if beat.phase is Phase.FAILED:
        return f"✕ FAILED {since_text(beat.beat_at, now, wall)}", Role.ALARM
    if beat.phase is Phase.REMOVED:
        return f"removed {since_text(beat.beat_at, now, wall)}", Role.WARNING
    if beat.phase in (Phase.FINISHED, Phase.ENDED):
        return (
            (f"✕ ENDED {since_text(beat.beat_at, now, wall)}", Role.ALARM) if live else ("scored", Role.PLAIN)
        )
    if beat.is_silent(now):
        return f"✕ STALE {since_text(beat.beat_at, now, wall)}", Role.ALARM
    return beat.phase.value, Role.PLAIN


def data_text(standing: Standing, now: datetime, wall: tzinfo) -> tuple[str, Role]:
    """Return the age of the newest snapshot, or why the engine brings none."""
    engine, role = engine_text(standing, now, wall)
    if standing.hindrance:
        return engine, Role.ALARM
    if role is Role.ALARM or standing.age is None:
        return engine, role
    age = age_text(standing.age) if standing.age >= 10 else "now"
    return age, Role.WARNING if standing.latest.silent else Role.PLAIN


def waiting_text(standing: Standing) -> str:
    """Return the unacknowledged alarms by priority, the most urgent first: 1 HIGH 2 low."""
    return " ".join(f"{count} {LETTERS[priority]}" for priority, count in standing.counts().items())


def waiting_role(standing: Standing) -> Role:
    """Return the role of the unacknowledged alarms: that of the most urgent."""
    return next((PRIORITY_ROLES[priority] for priority in standing.counts()), Role.PLAIN)


def state_text(standing: Standing) -> tuple[str, str, Role]:
    """Return glyph, words and role of the worst alarm, and the number of unacknowledged others."""
    alarm = standing.alarm
    if not standing.is_recorded:
        return "✕", "NOT WATCHED", Role.ALARM
    if alarm is None:
        if standing.hindrance:
            return "✕", "NOT JUDGED", Role.ALARM
        if standing.latest.silent:
            return "?", "NO DATA", Role.WARNING
        if standing.latest.quality in QUALITIES:
            return QUALITIES[standing.latest.quality]
        return ("●", "no alarm", Role.GOOD) if standing.worst else ("○", "no score yet", Role.DIM)
    if alarm.put_away:
        word = "out of service" if alarm.state is AlarmState.OUT_OF_SERVICE else "shelved"
        return SHELVED, word, Role.WARNING
    if alarm.state is AlarmState.RETURNED:
        return "▽", "returned UNACK", Role.WARNING
    word = STANDING[alarm.priority]
    if alarm.needs_acknowledgement:
        return alarm_glyph(alarm), f"{word} UNACK", RINGING_ROLES[alarm.priority]
    if standing.waiting:
        loudest = next(iter(standing.counts()))
        return alarm_glyph(alarm), f"{word}, {standing.waiting} UNACK", RINGING_ROLES[loudest]
    return alarm_glyph(alarm), f"{word} acked", PRIORITY_ROLES[alarm.priority]


def mark_role(standing: Standing, role: Role) -> Role:
    """Return the role of a machine's mark: that of its state, but a mark is never reversed."""
    alarm = standing.alarm
    return PRIORITY_ROLES[alarm.priority] if alarm is not None and role in RINGING_ROLES.values() else role


def words_of(standing: Standing, now: datetime, wall: tzinfo) -> Words:
    """Return the words of a machine's row whose length decides the columns."""
    return Words(
        clean(standing.assessment.machine),
        worst_texts(standing)[0],
        waiting_text(standing),
        data_text(standing, now, wall)[0],
    )


def worst_texts(standing: Standing) -> tuple[str, ...]:
    """Return the worst component and why, then with fewer words; without a record why it is not watched."""
    alarm, beat = standing.alarm, standing.heartbeat
    if not standing.is_recorded:
        return ("" if beat is None else clean(beat.message),)
    name = clean(standing.worst)
    if alarm is None or alarm.component != standing.worst:
        return (name,)
    short = name.replace("Bearing ", "B")
    return (
        f"{name} {reason(alarm)}",
        f"{short} {reason(alarm)}",
        f"{short} {clean(alarm.surface or alarm.cause)}",
    )


def _severity(one: Standing) -> str:
    """Return the severity of the worst component, or why there is none."""
    if one.latest.severity is not None or one.latest == NEVER:
        return severity_text(one.latest.severity)
    return NOW.get(one.latest.quality, "?")


def trend_rows(standing: Standing, cells: int, rows: int) -> Lines:
    """Return the sparkline of the worst component's newest severities, in so many rows."""
    trend = standing.trend
    if not len(trend.at) or cells <= 0:
        return [(Span(" " * max(cells, 0)),)] * rows
    extent = int(trend.at[0]), int(trend.at[-1])
    columns = resample(trend.at, trend.severity, trend.baseline, extent, held_until(trend.at), cells)
    return tall_sparkline(columns, rows) if rows > 1 else [sparkline(columns)]


def held_until(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return up to which instant (n,) each snapshot counts: the next one, where that is not late by far.

    Args:
        at: (n,) instants, ascending.
    """
    gaps = np.diff(at)
    usual = int(np.median(gaps)) if len(gaps) else 0
    return np.append(np.minimum(at[1:] - 1, at[:-1] + LATE * usual), at[-1:])


def _wide_rows(
    columns: Columns, one: Standing, tall: int, now: datetime, wall: tzinfo, *, chosen: bool
) -> Lines:
    """Return the row of a machine where there is room for all columns, with more rows for its trend."""
    glyph, word, role = state_text(one)
    data, data_role = data_text(one, now, wall)
    drawn = trend_rows(one, columns.trend, tall)
    state = fit(word, columns.state).rstrip()
    first: Line = (
        Span("›" if chosen else " ", Role.STRONG),
        Span(glyph, mark_role(one, role)),
        Span(" " + fit(one.assessment.machine, columns.name) + " ", Role.STRONG if chosen else Role.PLAIN),
        *drawn[0],
        Span(f" {_severity(one):>{NUMBER_WIDTH}} {pick(columns.worst, *worst_texts(one))} "),
        Span(state, role),
        Span(" " * (columns.state - cell_len(state) + 1)),
        Span(fit(waiting_text(one), columns.waiting) + " ", waiting_role(one)),
        Span(fit(data, columns.data), data_role),
    )
    return [first, *((Span(" " * (4 + columns.name)), *row) for row in drawn[1:])]


def _narrow_rows(
    width: int, one: Standing, sizes: tuple[int, int], now: datetime, wall: tzinfo, *, chosen: bool
) -> Lines:
    """Return the two rows of a machine on a narrow screen; `sizes` are the cells of name and state."""
    name, state = sizes
    glyph, word, role = state_text(one)
    data, data_role = data_text(one, now, wall)
    used = 3 + name + 1 + NUMBER_WIDTH + 1 + state + 1
    beside = max(width - used, 0)
    # A long name pushes the worst bearing into the second row.
    below = beside < SHORTEST
    first: Line = (
        Span("›" if chosen else " ", Role.STRONG),
        Span(glyph, mark_role(one, role)),
        Span(" " + fit(one.assessment.machine, name) + " ", Role.STRONG if chosen else Role.PLAIN),
        Span(f"{_severity(one):>{NUMBER_WIDTH}} "),
        Span(fit(word, state).rstrip(), role),
        Span(" " * (state - min(cell_len(word), state) + 1)),
        Span("" if below else pick(beside, *worst_texts(one))),
    )
    waiting = waiting_text(one)
    tail = f" {waiting} waiting" if waiting else ""
    worst = f"{worst_texts(one)[-1]} " if below else ""
    cells = max(DATA, cell_len(data))
    room = max(width - 5 - cell_len(worst) - cell_len(tail) - 1 - cells, 0)
    second: Line = (
        Span(f"     {worst}"),
        *trend_rows(one, min(room, LONGEST_TREND), 1)[0],
        Span(tail, waiting_role(one)),
        Span(f" {fit(data, cells)}", data_role),
    )
    return [first, second]
