"""The actions of replay beside the playhead's own: bookmarks, events of the timeline, one bearing or all."""

from tui.keys.keymap import Action, Group
from tui.keys.places import ONE_MACHINE
from tui.keys.sentences import OPEN, SCROLL

TIMELINE = ("timeline",)

REPLAY_ACTIONS = (
    Action("event-on", ("pagedown",), "screen.event(1)", "event", SCROLL, Group.TIME, TIMELINE, rank=4),
    Action("event-back", ("pageup",), "screen.event(-1)", "event", SCROLL, Group.TIME, TIMELINE, rank=4),
    Action("event", ("enter",), "do('event')", "go there", OPEN, Group.TIME, TIMELINE, rank=4),
    Action(
        "bookmark",
        ("=",),
        "do('bookmark')",
        "bookmark",
        "give the time of the playhead a name, or remove the bookmark there",
        Group.TIME,
        ONE_MACHINE,
        rank=16,
    ),
    Action(
        "only",
        ("O",),
        "do('only')",
        "only",
        "go only to crossings and rings of the selected bearing, or to all again",
        Group.TIME,
        ONE_MACHINE,
        rank=16,
    ),
)
