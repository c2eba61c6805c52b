"""The class of each screen, by the id that `tui.keys.places` lists."""

from tui.screens.alarms.screen import AlarmScreen
from tui.screens.base import ConsoleScreen
from tui.screens.bearing.screen import BearingScreen
from tui.screens.fleet.screen import FleetScreen
from tui.screens.health.screen import HealthScreen
from tui.screens.model.screen import ModelScreen
from tui.screens.overview.screen import OverviewScreen
from tui.screens.timeline.screen import TimelineScreen

SCREENS: dict[str, type[ConsoleScreen]] = {
    screen.PLACE: screen
    for screen in (
        OverviewScreen,
        FleetScreen,
        BearingScreen,
        AlarmScreen,
        TimelineScreen,
        ModelScreen,
        HealthScreen,
    )
}
