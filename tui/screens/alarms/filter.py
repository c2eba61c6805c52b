"""The filter of the alarm list: active, shelved or history, and what narrows it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import TypeVar

from engine.alarms.alarm import Alarm, AlarmState
from engine.records.events import Priority
from tui.data.alarm_filter import AlarmFilter, Listing
from tui.draw.alarm_rows import PRIORITIES, standing
from tui.draw.format import STANDING, reasons, short_time, subject

T = TypeVar("T")


def listed(alarm: Alarm, listing: Listing) -> bool:
    """Return whether an alarm belongs to a list."""
    match listing:
        case Listing.ACTIVE:
            return alarm.state is not AlarmState.NORMAL and not alarm.put_away
        case Listing.SHELVED:
            return alarm.put_away
        case _:
            return True


def shows(chosen: AlarmFilter, alarm: Alarm, words: str) -> bool:
    """Return whether a filter shows an alarm with these words."""
    return (
        listed(alarm, chosen.listing)
        and (not chosen.component or chosen.component == subject(alarm))
        and (not chosen.priority or alarm.priority >= Priority(chosen.priority))
        and (not chosen.state or chosen.state == alarm.state)
        # From the start of a word on: "acknowledged" does not find "unacknowledged".
        and all(re.search(rf"(?<!\w){re.escape(word)}", words) for word in chosen.text.casefold().split())
    )


def words_of(alarm: Alarm, zone: tzinfo, at: int | None) -> str:
    """Return every word about an alarm on a screen, for the search."""
    parts = [
        subject(alarm),
        *reasons(alarm, at),
        alarm.cause,
        alarm.priority.value,
        PRIORITIES[alarm.priority],
        STANDING[alarm.priority],
        alarm.state.value,
        *standing(alarm, zone),
        short_time(alarm.raised.at, zone),
        alarm.shelved_for,
    ]
    for note in alarm.notes:
        parts += [str(note.detail.get(key, "")) for key in ("by", "text")]
    return " ".join(parts).casefold()


def filtered(
    chosen: AlarmFilter,
    alarms: Iterable[Alarm],
    zone: tzinfo = UTC,
    at: int | None = None,
    kept: str = "",
) -> tuple[Alarm, ...]:
    """Return the alarms of a list; the history starts with the newest raise.

    Args:
        chosen: the filter.
        alarms: as of the playhead, the most urgent first.
        zone: of the times shown.
        at: the playhead.
        kept: key of one that is shown whatever the filter says.
    """
    shown = tuple(
        alarm
        for alarm in alarms
        if alarm.key == kept or shows(chosen, alarm, words_of(alarm, zone, at) if chosen.text else "")
    )
    if chosen.listing is Listing.HISTORY:
        return tuple(sorted(shown, key=lambda alarm: -alarm.raised.seq))
    return shown


def cycled(chosen: AlarmFilter, what: str, alarms: Sequence[Alarm]) -> AlarmFilter:
    """Return the filter with the next choice of a part.

    Args:
        chosen: the filter so far.
        what: listing, component, priority or state.
        alarms: all alarms, from which components and states are offered.
    """
    match what:
        case "listing":
            # A state of one list may not be found in another: it would show nothing and say no why.
            return replace(chosen, listing=after(chosen.listing, list(Listing)), state="")
        case "component":
            names = sorted({subject(alarm) for alarm in alarms})
            return replace(chosen, component=after(chosen.component, ["", *names]))
        case "priority":
            return replace(chosen, priority=after(chosen.priority, ["", "medium", "high"]))
        case _:
            states = [state.value for state in AlarmState if any(one.state is state for one in alarms)]
            return replace(chosen, state=after(chosen.state, ["", *states]))


def after(one: T, choices: Sequence[T]) -> T:
    """Return the next choice; after the last, or after an unknown choice, the first."""
    return choices[(choices.index(one) + 1) % len(choices)] if one in choices else choices[0]


def filter_text(chosen: AlarmFilter) -> str:
    """Return what narrows the list, in words, "" for nothing."""
    parts = [
        f'"{chosen.text}"' if chosen.text else "",
        chosen.component,
        f"{chosen.priority} or more" if chosen.priority == "medium" else chosen.priority,
        chosen.state,
    ]
    return ", ".join(part for part in parts if part)
