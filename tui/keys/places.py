"""The screens by id, with their keys and words; a new screen is a line here and a folder in `tui/screens`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A screen: its id, its key, and its words in footer and help."""

    id: str
    key: str
    word: str
    sentence: str
    all_machines: bool = False
    """Whether it lists all machines, instead of showing one."""


PLACES = (
    Place("overview", "1", "overview", "all bearings: which, how bad, since when"),
    Place("fleet", "0", "machines", "all machines of the store, the worst first", all_machines=True),
    Place("bearing", "2", "bearing", "why: the selected bearing in detail"),
    Place("alarms", "3", "alarms", "alarms: active, shelved, history, and each one's story"),
    Place("timeline", "4", "timeline", "the whole run at once, and what happened in it"),
    Place("model", "5", "model", "what it learned, who accepted it, how far errors lie"),
    Place("health", "6", "health", "is the engine at work: files, disk, alarm system, log"),
)
"""The first is there from the start; the others lie over it and `Esc` leads back."""

ONE_MACHINE = tuple(place.id for place in PLACES if not place.all_machines)
"""Ids of the screens that show one machine."""

HOME = PLACES[0].id
"""Id of the screen that the console starts with."""
