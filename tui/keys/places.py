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
    Place("overview", "1", "overview", "all bearings, and the worst alarm"),
    Place("machines", "0", "machines", "all machines of the store, the worst first", all_machines=True),
    Place("bearing", "2", "bearing", "the evidence of the selected bearing in detail"),
    Place("alarms", "3", "alarms", "active, shelved, history, and the story of each alarm"),
    Place("timeline", "4", "timeline", "the whole run at once, and its events"),
    Place("model", "5", "model", "its baseline, who accepted it, its errors"),
    Place("health", "6", "health", "engine, files, disk, alarm system, log"),
)
"""The first is there from the start; the others lie over it and `Esc` leads back."""

ONE_MACHINE = tuple(place.id for place in PLACES if not place.all_machines)
"""Ids of the screens that show one machine."""

HOME = PLACES[0].id
"""Id of the screen that the console starts with."""


_FORMER = "fleet"
"""The former id of the list of machines, which users' settings may still hold."""


def present_id(id: str) -> str:
    """Return the present id of a screen or action for its former one: `fleet-order` is `machines-order`."""
    head, dash, tail = id.partition("-")
    return f"machines{dash}{tail}" if head == _FORMER else id
