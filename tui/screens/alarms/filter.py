"""Which alarms a list shows: its kind (active, shelved, history), and what it is narrowed down to."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import TypeVar

from engine.alarms.alarm import Alarm, AlarmState
from engine.records.events import Priority
from tui.data.alarm_filter import AlarmFilter, Listing
from tui.draw.alarm_rows import PRIORITIES, standing
from tui.draw.format import STANDING, reason, short_time, subject

T = TypeVar("T")


def listed(alarm: Alarm, listing: Listing) -> bool:
    """Whether an alarm belongs into a list."""
    match listing:
        case Listing.ACTIVE:
            return alarm.state is not AlarmState.NORMAL and not alarm.put_away
        case Listing.SHELVED:
            return alarm.put_away
        case _:
            return True


def shows(chosen: AlarmFilter, alarm: Alarm, words: str) -> bool:
    """Whether a filter lets an alarm through, of which these words are shown."""
    return (
        listed(alarm, chosen.listing)
        and (not chosen.component or chosen.component == subject(alarm))
        and (not chosen.priority or alarm.priority >= Priority(chosen.priority))
        and (not chosen.state or chosen.state == alarm.state)
        # From the beginning of a word on: who asks for "acknowledged" does not mean "unacknowledged".
        and all(re.search(rf"(?<!\w){re.escape(word)}", words) for word in chosen.text.casefold().split())
    )


def words_of(alarm: Alarm, zone: tzinfo, at: int | None) -> str:
    """All that a screen says of an alarm, to be searched: what, why, how it stands, who did what about it."""
    parts = [
        subject(alarm),
        reason(alarm, at),
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
    """The alarms that a list shows; the history with the newest raise first, the others as they come.

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
    """The filter with the next choice of one of its parts.

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
    """The choice after one, the first after the last and after what is not offered."""
    return choices[(choices.index(one) + 1) % len(choices)] if one in choices else choices[0]


def filter_text(chosen: AlarmFilter) -> str:
    """What a filter is narrowed down to, in words; "" where it is not."""
    parts = [
        f'"{chosen.text}"' if chosen.text else "",
        chosen.component,
        f"{chosen.priority} or more" if chosen.priority == "medium" else chosen.priority,
        chosen.state,
    ]
    return ", ".join(part for part in parts if part)
