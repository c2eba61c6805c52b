"""Joins the engine's events into alarms: one episode each, or several that chatter as one.

Pure. The engine's events up to an episode decide whether it belongs to the one before. So no act of an
operator changes which alarms there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.alarms.shelving import place_of
from engine.records.events import RINGS, Event, EventKind

ENGINE_KINDS = RINGS | {EventKind.CLEARED, EventKind.DIAGNOSED}
"""Events of the engine about an alarm."""


@dataclass(slots=True)
class Story:
    """One alarm: the key of its first episode, its place, and all events of the engine about it."""

    key: str
    place: str
    events: list[Event] = field(default_factory=list)

    def until(self, at: datetime) -> list[Event]:
        """Return the events up to an instant."""
        return [event for event in self.events if event.at <= at]

    def stands(self, at: datetime) -> bool:
        """Whether the alarm stands at an instant by the engine's events."""
        known = [event for event in self.until(at) if event.kind in RINGS or event.kind is EventKind.CLEARED]
        return bool(known) and known[-1].kind is not EventKind.CLEARED


def stories_of(ordered: Iterable[Event], chatter: timedelta) -> tuple[dict[str, Story], dict[str, Story]]:
    """Return all alarms of a record.

    Args:
        ordered: events, in order of seq.
        chatter: an episode that is raised within so long of the end of the one before, of the same source
            and cause, continues that alarm; none does where this is zero.

    Returns:
        The stories by their own key, and by the key of every episode in them.
    """
    stories: dict[str, Story] = {}
    by_episode: dict[str, Story] = {}
    newest: dict[str, Story] = {}
    for event in ordered:
        if event.kind not in ENGINE_KINDS or not event.alarm:
            continue
        story = by_episode.get(event.alarm)
        if story is None:
            if event.kind is not EventKind.RAISED:
                continue
            place = place_of(event.alarm)
            story = newest.get(place)
            if story is None or not _goes_on(story, event, chatter):
                story = stories[event.alarm] = newest[place] = Story(event.alarm, place)
            by_episode[event.alarm] = story
        story.events.append(event)
    return stories, by_episode


def _goes_on(story: Story, raised: Event, chatter: timedelta) -> bool:
    last = next(event for event in reversed(story.events) if event.kind is not EventKind.DIAGNOSED)
    return chatters(last, raised, chatter)


def chatters(last: Event, raised: Event, chatter: timedelta) -> bool:
    """Whether a raise continues the alarm whose last ring or clearing, of the same place, is given."""
    if chatter <= timedelta(0):
        return False
    return last.kind is not EventKind.CLEARED or raised.at - last.at <= chatter
