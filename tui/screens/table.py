"""The screens of the console: one line for each, from which keys, palette and help come."""

from dataclasses import dataclass

from tui.screens.alarms import AlarmScreen
from tui.screens.common import ConsoleScreen
from tui.screens.detail import DetailScreen
from tui.screens.fleet import FleetScreen
from tui.screens.overview import OverviewScreen


@dataclass(frozen=True, slots=True)
class Place:
    """A screen: its id, its key, its words, its class."""

    id: str
    key: str
    word: str
    sentence: str
    screen: type[ConsoleScreen]


SCREENS = (
    Place("overview", "1", "overview", "all bearings: which, how bad, since when", OverviewScreen),
    Place("fleet", "0", "machines", "all machines of the store, the worst first", FleetScreen),
    Place("bearing", "2", "bearing", "why: the selected bearing in detail", DetailScreen),
    Place("alarms", "3", "alarms", "alarms: active, shelved, history, and each one's story", AlarmScreen),
)
"""The first is there from the start; the others lie over it and `Esc` leads back."""

BY_ID = {place.id: place for place in SCREENS}
