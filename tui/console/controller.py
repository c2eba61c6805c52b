"""The controller: holds the parts of the console and connects them."""

import math
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import FailedError, UnusableError
from engine.records.events import Event
from tui.console.alarm_actions import AlarmActions
from tui.console.display import Display, keymap_for
from tui.console.host import Answers
from tui.console.model_actions import ModelActions
from tui.console.navigation import Navigation
from tui.console.options import ConsoleOptions
from tui.console.preferences import Left, is_kept, keep, recall
from tui.console.selection import Selection
from tui.console.store_feed import StoreFeed
from tui.console.writer import Work, WriteQueue, Writer
from tui.data.fleet_view import FleetAlarm, alarms_of, arranged, standings
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.view import Look, Reading, View
from tui.draw.notice import Notice
from tui.draw.text import Role, clean
from tui.screens.base import ConsoleScreen
from tui.screens.dialog import Confirm, Dialog, Field, Question
from tui.screens.state import Rows, Shown

if TYPE_CHECKING:
    import asyncio

    from engine.records.assessment import Assessment
    from engine.store.store import Store


class Stage(Protocol):
    """The application as the controller sees it."""

    @property
    def console_screen(self) -> ConsoleScreen | None:
        """The screen on top, or the one under a dialog; None if it is none of the table."""

    @property
    def covered(self) -> bool:
        """Whether a dialog or the help covers that screen."""

    def open_dialog(self, dialog: Dialog) -> None:
        """Open a dialog."""

    def spawn(self, work: Callable[[], Coroutine[object, object, None]], group: str) -> None:
        """Run a coroutine function on the event loop."""

    def draw_soon(self) -> None:
        """Draw before the next message."""

    def came_back(self, view: View) -> None:
        """Show the first view of an assessment."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def give_up(self, reason: UnusableError | FailedError) -> None:
        """Leave, because there is nothing to show."""


class Controller:
    """The parts: store feed, write queue, navigation, selection, display, alarm and model actions."""

    def __init__(self, options: ConsoleOptions, stage: Stage) -> None:
        """Make the parts; nothing is read yet.

        Args:
            options: of the console.
            stage: the application.
        """
        self.keymap = keymap_for(options)
        self.feed = StoreFeed(options, self, lambda poll: stage.spawn(poll, "reading"))
        self.writes = WriteQueue(Writer(options.open_store))
        self.navigation = Navigation(self, options, self.keymap)
        self.alarms = AlarmActions(self, options, self.keymap)
        self.models = ModelActions(self, options)
        self.display = Display(options, self.keymap)
        self._options, self._stage = options, stage
        self._selection = Selection(zone=options.zone)
        self._stale = False

    # The view of the parts on each other.

    @property
    def frame(self) -> Frame | None:
        """The frame on the screen."""
        return self.display.frame

    @property
    def view(self) -> View | None:
        """The view that was read last."""
        return self.feed.view

    @property
    def live(self) -> bool:
        """Whether a watched machine is shown."""
        return self.feed.live

    @property
    def live_now(self) -> int | None:
        """The present in recording time, None for a finished run."""
        return self.feed.live_now

    @property
    def head(self) -> Playhead:
        """The playhead."""
        return self.navigation.head

    @property
    def notice(self) -> Notice:
        """The notice on the screen."""
        return self.display.notice

    @property
    def selection(self) -> Selection:
        """The selected rows."""
        return self._selection

    @selection.setter
    def selection(self, selection: Selection) -> None:
        if selection != self._selection:
            self._selection = selection
            self.changed()

    @property
    def rows(self) -> Rows:
        """The kind of rows of the screen on top."""
        screen = self._stage.console_screen
        return Rows.BEARINGS if screen is None else screen.ROWS

    @property
    def wanted(self) -> Look | None:
        """The look that the screen on top reads besides the view."""
        screen = self._stage.console_screen
        if self.frame is None or screen is None or self._stage.covered:
            return None
        return screen.look(self.frame, self.selection.chosen(self.frame))

    @property
    def machines(self) -> "dict[str, Assessment]":
        """The machines that the list of machines shows by name, in its order."""
        listed = arranged(standings(self.feed.reading.extra), self.selection.fleet)
        return {one.assessment.machine: one.assessment for one in listed}

    @property
    def fleet_alarms(self) -> "dict[str, FleetAlarm]":
        """The open alarms of all machines by their keys, the most urgent first."""
        return {one.key: one for one in alarms_of(standings(self.feed.reading.extra))}

    @property
    def chosen_fleet_alarm(self) -> "FleetAlarm | None":
        """The alarm under the cursor of the alarms of all machines, None while these are not listed."""
        if self.rows is not Rows.MACHINES or not self.selection.fleet.alarms:
            return None
        alarms = self.fleet_alarms
        return alarms.get(self.selection.fleet_alarm_in(list(alarms)))

    @property
    def chosen_machine(self) -> "Assessment | None":
        """The machine under the cursor of the list of machines, None before that was read."""
        if self.selection.fleet.alarms:
            alarm = self.chosen_fleet_alarm
            return None if alarm is None else alarm.standing.assessment
        return self.machines.get(self.selection.machine_in(list(self.machines)))

    def can_open(self, machine: "Assessment") -> bool:
        """Return whether a machine has a record to open; say why where it has none yet."""
        found = [one for one in standings(self.feed.reading.extra) if one.assessment.id == machine.id]
        if not found or found[0].is_recorded:
            return True
        beat = found[0].heartbeat
        why = f": {clean(beat.message)}" if beat is not None and beat.message else ""
        self.tell(Notice(f"{clean(machine.machine)} has no record yet{why}", Role.WARNING))
        return False

    def seconds_on_screen(self, ring: Event) -> float:
        """Return for how long a ring has been on the screen, 0 if it was not drawn yet."""
        return self.display.seconds_on_screen(ring)

    def tell(self, notice: Notice) -> None:
        """Show a notice."""
        self.display.tell(notice)
        self.changed()

    def ring_bell(self) -> None:
        """Ring the terminal's bell."""
        self._stage.bell()

    def poll(self) -> None:
        """Read the store."""
        self.feed.poll()

    def changed(self, *, instant_only: bool = False) -> None:
        """Draw once for all changes of a moment."""
        if not self._stale and not (instant_only and self.display.is_fresh):
            self._stale = True
            self._stage.draw_soon()

    def ask(
        self, question: Question, fields: Sequence[Field], answered: Callable[[tuple[str, ...]], None]
    ) -> None:
        """Open a dialog; without fields it asks for a second key."""
        cancelled = partial(self.tell, Notice("Cancelled; nothing is stored."))
        dialog = Dialog(question, fields, answered) if fields else Confirm(question, answered, cancelled)
        self._stage.open_dialog(dialog)

    def store(self, acts: Mapping[Hashable, Work], stored: Callable[[Answers], None]) -> None:
        """Store acts on the writing thread."""
        begun = self.writes.begin(acts)
        self.tell(Notice("Storing …" if begun else "It is being stored …"))
        if begun:
            self._stage.spawn(partial(self._stored, begun, stored), "writing")

    async def _stored(
        self, begun: "Mapping[Hashable, asyncio.Future[Any]]", stored: Callable[[Answers], None]
    ) -> None:
        stored({key: await future for key, future in begun.items()})
        self.feed.poll()

    # Readings and frames.

    def tick(self) -> None:
        """Move the playhead on, notice silence, and remove an old notice."""
        self.navigation.tick()
        if self.display.notice_is_old:
            self.tell(Notice())
        screen = self._stage.console_screen
        if self.display.update_status(self.feed.reading) or (screen is not None and screen.SHOWS_AGE):
            self.changed()

    def arrived(self, before: Reading, after: Reading) -> None:
        """Move the playhead into the record that was read, and draw it."""
        if after.view is not None and before.view is not after.view:
            self.navigation.arrived(before.view, after.view)
        self.display.update_status(after)
        self.changed()
        if before.view is None and after.view is not None:
            self._stage.came_back(after.view)

    def give_up(self, reason: UnusableError | FailedError) -> None:
        """Leave, because there is nothing to show."""
        self._stage.give_up(reason)

    def shown(self) -> Shown | None:
        """Return the value that the screen on top draws, None before there is a status."""
        self._stale = False
        if self.display.status is None:
            return None
        reading, head = self.feed.reading, self.head
        self.display.update_frame(reading.view, head)
        if self.rows is Rows.MACHINES:
            # Only screens in use are loaded.
            from tui.screens.machines.table import fleet_banner

            banner = fleet_banner(
                standings(reading.extra), self._options.now(), self._options.wall, reading.trouble
            )
        else:
            ahead = len(self.navigation.rings_ahead())
            banner = self.display.banner(reading.view, self.display.status, head, self.live_now, ahead)
        return self.display.shown(reading, self.selection, self.rows, banner)

    def drawn(self, place: str) -> None:
        """Note the rings that were drawn; read the look that the screen wants, if that is another."""
        # On the other screens nothing can be acknowledged, because alarms are not seen there.
        acts = self.keymap.by_id["acknowledge"].works_on(place) and not self._stage.covered
        if self.frame is not None and acts:
            self.display.saw(self.frame, self.selection.chosen(self.frame), self.rows)
        if self.wanted != self.feed.reading.looked:
            self.feed.poll()

    async def switch(self, id: int) -> None:
        """Show another assessment, from its newest snapshot on; the next poll reads it."""

        def choose(store: "Store") -> "Assessment | None":
            return next((one for one in store.assessments() if one.id == id), None)

        await self.feed.switch(choose)
        # No key may act on the machine that was on the screen before.
        self.display.frame = None
        self.selection = Selection(
            machine=self.selection.machine, zone=self._options.zone, fleet=self.selection.fleet
        )
        self.tell(Notice())
        self.navigation.put(Playhead(None, self.head.pace, True, following=True))

    # The selection.

    def move(self, by: int) -> None:
        """Select the row above or below."""
        if self.frame is not None:
            rows = list(self.fleet_alarms if self.selection.fleet.alarms else self.machines)
            self.selection = self.selection.moved(by, self.frame, self.rows, rows)

    def pin_component(self) -> bool:
        """Select the bearing that is meant, or that of the alarm; a ring meanwhile must not change it.

        Returns:
            Whether there is a bearing to show.
        """
        frame, selection = self.frame, self.selection
        if frame is None:
            return False
        names = frame.view.assessment.components
        key = selection.alarm_in(frame, self.rows)
        about = next((alarm.component for alarm in frame.alarms if alarm.key == key), "")
        component = about if about in names else names[selection.chosen(frame)]
        self.selection = replace(selection, component=component)
        return True

    # Memory.

    def welcome(self) -> None:
        """Show the main keys to a new user."""
        memory, keys = self._options.memory, self.keymap.keys_of
        if memory is not None and not is_kept(memory):
            hint = (
                f"First time here? {keys('acknowledge')} acknowledges, {keys('open')} shows why,"
                f" {keys('alarms')} lists the alarms, {keys('follow')} follows the newest, {keys('help')} has"
                " all keys."
            )
            self.tell(Notice(hint))

    def restore(self, view: View) -> Left | None:
        """Show a machine as it was left, and return how that was; None if nothing is remembered."""
        if self._options.memory is None:
            return None
        left = recall(self._options.memory).get(view.assessment.machine, Left())
        selection = replace(self.selection, alarm_filter=left.alarm_filter)
        if left.component in view.assessment.components:
            selection = replace(selection, component=left.component)
        self.selection = selection
        if left.pace and not self._options.pace_given:
            self.navigation.put(replace(self.head, pace=left.pace))
        return left

    def remember(self, screen: str, theme: str) -> None:
        """Remember how the machine is left, with a screen and a theme."""
        if self._options.memory is None or self.view is None:
            return
        chosen, pace = self.selection.alarm_filter, self.head.pace
        left = Left(
            screen,
            self.selection.component or "",
            chosen.listing.value,
            chosen.priority,
            pace if math.isfinite(pace) else 0.0,
            theme,
        )
        keep(self._options.memory, self.view.assessment.machine, left)
