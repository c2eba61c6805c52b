"""The list of the alarm screen: a row for each alarm, under a heading."""

from datetime import tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import Alarm
from tui.data.alarm_filter import AlarmFilter, Listing
from tui.data.frame import Frame
from tui.draw.alarm_rows import PRIORITIES, standing
from tui.draw.format import alarm_glyph, alarm_roles, reasons, short_time, subject
from tui.draw.severity import severity_text
from tui.draw.text import Line, Lines, Role, Span, fit, pick, title, window
from tui.screens.alarms.filter import filter_text, listed

EMPTY = {
    Listing.ACTIVE: "no alarm is active",
    Listing.SHELVED: "nothing is shelved or out of service",
    Listing.HISTORY: "no alarm was ever raised up to here",
}


def alarm_list_lines(
    width: int,
    height: int,
    frame: Frame,
    shown: tuple[Alarm, ...],
    chosen: AlarmFilter,
    selected: str | None,
    zone: tzinfo,
) -> Lines:
    """Return the heading, the names of the columns, and the alarms.

    Args:
        width: cells.
        height: lines.
        frame: the record as of the playhead.
        shown: those that the filter lets through, in their order.
        chosen: the filter.
        selected: key of the selected alarm.
        zone: of the times shown.
    """
    lines = [heading(width, frame.alarms, shown, chosen)]
    name = min(max((cell_len(subject(alarm)) for alarm in shown), default=4), 16 if width >= 80 else 10)
    longest = max((cell_len(reasons(alarm, frame.playhead.at)[0]) for alarm in shown), default=5)
    cause = max(min(longest, 24, width - 13 - 3 - name - 1 - 5 - 6 - 12), 8)
    columns = f"   {'raised':<13}{'what':<{name}} {'prio':<5}{'cause':<{cause}} {'peak':>5} state"
    keys = [alarm.key for alarm in shown]
    place = keys.index(selected) if selected in keys else 0
    rows = window(len(shown), place, height - 2)
    if 0 < len(rows) < len(shown):
        columns += f"   {rows.start} above, {len(shown) - rows.stop} below"
    lines.append((Span(fit(columns, width), Role.DIM),))
    for number in rows:
        lines.append(row(width, frame, shown[number], name, cause, zone, chosen=keys[number] == selected))
    if not shown:
        words = f"   {EMPTY[chosen.listing]}{' with this filter' if chosen.narrows else ''}"
        lines.append((Span(fit(words, width), Role.DIM),))
    return lines[:height]


def heading(width: int, alarms: tuple[Alarm, ...], shown: tuple[Alarm, ...], chosen: AlarmFilter) -> Line:
    """Return the heading: which list, how many alarms, and whether it hides unacknowledged ones."""
    of = sum(listed(alarm, chosen.listing) for alarm in alarms)
    # The alarm acted on last is shown even if it does not belong here any more.
    here = sum(listed(alarm, chosen.listing) for alarm in shown)
    count = f"{here} of {of}" if chosen.narrows else str(here)
    keys = {alarm.key for alarm in shown}
    hidden = sum(alarm.needs_acknowledgement and alarm.key not in keys for alarm in alarms)
    only = f", only {filter_text(chosen)}" if chosen.narrows else ""
    made = title(f"Alarms, {chosen.listing}: {count}{only}", width, "peak: highest severity")
    if not hidden:
        return made
    loud = f" {hidden} UNACK not in this list "
    return (
        *title(f"Alarms, {chosen.listing}: {count}{only}", width - cell_len(loud)),
        Span(loud, Role.RINGING),
    )


def row(width: int, frame: Frame, alarm: Alarm, name: int, cause: int, zone: tzinfo, *, chosen: bool) -> Line:
    """Return the row of an alarm: cursor, state, time, subject, reason, peak.

    Args:
        width: cells.
        frame: the record as of the playhead.
        alarm: of the row.
        name: cells for its subject.
        cause: cells for its reason.
        zone: of the times.
        chosen: whether the cursor is on it.
    """
    role, state_role = alarm_roles(alarm)
    fixed = 3 + 13 + name + 1 + 5 + cause + 1 + 6
    return (
        Span("›" if chosen else " ", Role.STRONG),
        Span(f"{alarm_glyph(alarm)} {short_time(alarm.raised.at, zone)} ", role),
        Span(fit(subject(alarm), name) + " ", Role.STRONG if chosen else role),
        Span(f"{PRIORITIES[alarm.priority]:<5}", role),
        Span(pick(cause, *reasons(alarm, frame.playhead.at)) + " ", role),
        Span(f"{severity_text(frame.peak(alarm).severity):>5} ", role),
        Span(
            pick(max(width - fixed, 0), *standing(alarm, zone)).rstrip(),
            state_role,
        ),
    )
