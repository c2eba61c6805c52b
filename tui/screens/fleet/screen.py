"""The fleet screen: all machines of the store, the worst first; one of them is opened."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from textual.app import ComposeResult

from engine.clock import wall_clock
from tui.data.fleet import Standing, fleet_of
from tui.data.frame import Frame
from tui.data.view import Look
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.fleet.table import fleet_lines
from tui.screens.panel import Panel
from tui.screens.state import Rows, Shown


class FleetScreen(ConsoleScreen):
    """One row a machine."""

    PLACE = "fleet"
    ROWS = Rows.MACHINES
    SHOWS_AGE = True

    def __init__(self) -> None:
        """Nothing read yet."""
        super().__init__()
        self._now: Callable[[], datetime] = wall_clock
        self._look: Look = partial(fleet_of, now=lambda: self._now())

    def compose(self) -> ComposeResult:
        """The panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="fleet")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def look(self, frame: Frame, component: int) -> Look | None:
        """Every machine of the store."""
        return self._look

    def draw(self, shown: Shown) -> None:
        """Give the list its rows."""
        self._now = lambda: shown.now
        panel = self.query_one("#fleet", Panel)
        fleet = standings(shown.extra)
        if not fleet:
            panel.show(partial(waiting_lines, heading="Machines", text="Reading the store …"))
            return
        panel.show(
            partial(
                fleet_lines,
                fleet=fleet,
                selected=shown.machine,
                now=shown.now,
                zone=shown.zone,
                wall=shown.wall_zone,
            )
        )


def standings(extra: object) -> tuple[Standing, ...]:
    """What the look found, nothing where it has not looked yet or another screen did."""
    if not isinstance(extra, tuple):
        return ()
    return tuple(one for one in extra if isinstance(one, Standing))
