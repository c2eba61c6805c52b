"""The list of machines, the worst first."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from textual.app import ComposeResult

from engine.clock import wall_clock
from tui.data.fleet import Fleet, Standing
from tui.data.fleet_view import alarms_of, arranged, standings
from tui.data.frame import Frame
from tui.data.view import Look
from tui.draw.frames import LIST, framed
from tui.draw.text import Lines
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.machines.all_alarms import fleet_alarm_lines
from tui.screens.machines.table import fleet_lines, state_text, worst_texts
from tui.screens.machines.trend import machine_trend_lines
from tui.screens.numbers import Numbers
from tui.screens.panel import Draw, Panel
from tui.screens.state import Rows, Shown

CHART_LEAST = 9
"""Lines that the chart of a machine needs to be of use."""

SHORTEST_LIST = 3
"""Lines of a list of one alarm, its frame included."""

AROUND = 4
"""Lines of the screen besides the lists: banner, notice and keys."""


class FleetScreen(ConsoleScreen):
    """A row for each machine."""

    PLACE = "machines"
    ROWS = Rows.MACHINES
    SHOWS_AGE = True

    def __init__(self) -> None:
        """Start before anything is read."""
        super().__init__()
        self._now: Callable[[], datetime] = wall_clock
        fleet = Fleet()
        self._look: Look = lambda store, _view: fleet.read(store, self._now())

    def compose(self) -> ComposeResult:
        """Yield the panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="machines")
        yield Panel(id="others")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return the look that reads every machine of the store."""
        return self._look

    def numbers(self) -> Numbers | None:
        """Return the machines as a table."""
        shown = self.shown
        if shown is None or not standings(shown.extra):
            return None
        header = ("machine", "severity", "worst", "state", "waiting", "age of data [s]")
        rows = tuple(
            (
                one.assessment.machine,
                one.latest.known,
                worst_texts(one)[0],
                state_text(one)[1],
                one.waiting,
                float("nan") if one.age is None else one.age,
            )
            for one in arranged(standings(shown.extra), shown.fleet_view)
        )
        return Numbers("machines", header, rows)

    def draw(self, shown: Shown) -> None:
        """Draw the list."""
        self._now = lambda: shown.now
        panel, below = self.query_one("#machines", Panel), self.query_one("#others", Panel)
        panel.styles.height, below.display = None, False
        fleet, keys = standings(shown.extra), shown.keymap.keys_of
        if not fleet:
            panel.show(partial(waiting_lines, heading="Machines", text="Reading the store …"))
            return
        if shown.fleet_view.alarms:
            panel.show(partial(self._alarms, shown=shown, fleet=fleet))
            return
        drawn = partial(
            fleet_lines,
            view=shown.fleet_view,
            fleet=fleet,
            selected=shown.machine,
            now=shown.now,
            wall=shown.wall_zone,
            again=keys("machines-all"),
        )
        hints = (
            f"{keys('machines-listing')} alarms of all  {keys('machines-order')} sort"
            f"  {keys('machines-search')} search  {keys('machines-healthy')} hide healthy"
        )
        panel.show(framed(drawn, hints, LIST))
        if (lines := self._lines(drawn)) is not None:
            # The room that the machines leave shows their alarms, and the severity of the selected machine.
            panel.styles.height, below.display = lines, True
            below.show(partial(self._below, shown=shown, fleet=fleet))

    def _alarms(self, width: int, height: int, shown: Shown, fleet: tuple[Standing, ...]) -> Lines:
        """Return the alarms of all machines, of which one can be acknowledged."""
        keys, alarms = shown.keymap.keys_of, alarms_of(fleet)
        drawn = partial(
            fleet_alarm_lines,
            alarms=alarms,
            selected=shown.fleet_alarm,
            zone=shown.zone,
            keys=f"{keys('acknowledge')} acknowledges, {keys('machines-listing')} lists the machines",
        )
        listed = framed(drawn, f"{keys('machines-listing')} machines", (LIST[0], SHORTEST_LIST))
        chosen = next((one.standing for one in alarms if one.key == shown.fleet_alarm), None)
        return self._charted(width, height, listed, len(alarms), chosen, shown)

    def _below(self, width: int, height: int, shown: Shown, fleet: tuple[Standing, ...]) -> Lines:
        """Return the alarms of all machines below the list of machines."""
        alarms = alarms_of(fleet)
        keys = f"{shown.keymap.keys_of('machines-listing')} selects one"
        drawn = partial(fleet_alarm_lines, alarms=alarms, selected=None, zone=shown.zone, keys=keys)
        listed = framed(drawn, "", (LIST[0], SHORTEST_LIST))
        machines = arranged(fleet, shown.fleet_view)
        chosen = next((one for one in machines if one.assessment.machine == shown.machine), None)
        return self._charted(width, height, listed, len(alarms), chosen, shown)

    def _charted(
        self, width: int, height: int, listed: Draw, count: int, chosen: Standing | None, shown: Shown
    ) -> Lines:
        """Return a list of alarms, and in the room that it leaves the severity of a machine.

        Args:
            width: cells.
            height: lines.
            listed: draws the list.
            count: of the alarms; without one there is no list.
            chosen: the machine, None for none.
            shown: the values of the screen.
        """
        listing = min(count + 2, height) if count else 0
        if height - listing < CHART_LEAST or chosen is None or not len(chosen.trend.at):
            return listed(width, height)
        chart = framed(partial(machine_trend_lines, standing=chosen, zone=shown.zone, glyphs=self.glyphs))
        return [*(listed(width, listing) if listing else []), *chart(width, height - listing)]

    def _lines(self, drawn: Draw) -> int | None:
        """Return the lines that the machines fill, None where they leave too few for anything else."""
        width, room = self.size.width, self.size.height - AROUND
        border = 1 if width >= LIST[0] and room >= LIST[1] else 0
        lines = max(len(drawn(width - 2 * border, room)) + border, LIST[1] * border)
        return lines if room - lines >= LIST[1] else None
