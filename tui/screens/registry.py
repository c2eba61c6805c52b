"""The screens of the console: one line for each, from which keys, palette and help come."""

from dataclasses import dataclass

from tui.screens.alarms.screen import AlarmScreen
from tui.screens.base import ConsoleScreen
from tui.screens.bearing.screen import BearingScreen
from tui.screens.fleet.screen import FleetScreen
from tui.screens.health.screen import HealthScreen
from tui.screens.model.screen import ModelScreen
from tui.screens.overview.screen import OverviewScreen
from tui.screens.timeline.screen import TimelineScreen


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
    Place("bearing", "2", "bearing", "why: the selected bearing in detail", BearingScreen),
    Place("alarms", "3", "alarms", "alarms: active, shelved, history, and each one's story", AlarmScreen),
    Place("timeline", "4", "timeline", "the whole run at once, and what happened in it", TimelineScreen),
    Place("model", "5", "model", "what it learned, who accepted it, how far errors lie", ModelScreen),
    Place("health", "6", "health", "is the engine at work: files, disk, alarm system, log", HealthScreen),
)
"""The first is there from the start; the others lie over it and `Esc` leads back."""

BY_ID = {place.id: place for place in SCREENS}
