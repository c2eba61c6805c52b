"""Actions on the list of machines: order, words, healthy ones, alarms of all, and other machines."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engine.operator.operator import Act
from engine.records.events import Acknowledged
from engine.records.picker import newest_of_each
from tui.console.alarm_actions import UNSEEN_SECONDS
from tui.console.host import Answers
from tui.console.options import ConsoleOptions
from tui.data.fleet_view import FleetView, machine_beside
from tui.draw.format import reason, subject
from tui.draw.notice import Notice, unseen_notice
from tui.draw.text import Role, clean
from tui.screens.dialog import Field, Question
from tui.screens.state import Rows

if TYPE_CHECKING:
    from engine.store.store import Store
    from tui.console.controller import Controller


class FleetActions:
    """The actions by their names in the registry."""

    def __init__(self, controller: "Controller", options: ConsoleOptions) -> None:
        """Act on the controller's list of machines."""
        self._controller, self._options = controller, options
        self._seen: dict[tuple[int, int], float] = {}
        """When each ring of another machine came onto the screen, by assessment and `seq`."""

        self.actions: dict[str, Callable[[], None]] = {
            "machines-listing": lambda: self._arrange(replace(self._view, alarms=not self._view.alarms)),
            "machines-order": self.reorder,
            "machines-search": self.search,
            "machines-all": lambda: self._arrange(FleetView(self._view.order, alarms=self._view.alarms)),
            "machines-healthy": lambda: self._arrange(
                replace(self._view, hides_healthy=not self._view.hides_healthy)
            ),
            "machines-acknowledge": self.acknowledge,
        }

    @property
    def _view(self) -> FleetView:
        return self._controller.selection.fleet

    def _arrange(self, view: FleetView) -> None:
        self._controller.selection = replace(self._controller.selection, fleet=view)

    def reorder(self) -> None:
        """List the machines in the next order."""
        self._arrange(self._view.reordered())
        self._controller.tell(Notice(f"Machines by {self._view.order}"))

    def search(self) -> None:
        """Ask for words, and list only the machines that have them."""
        ask = Question(
            "Show only machines with these words",
            ("Names of machines and of their worst bearings. Empty shows all.",),
            "Enter shows them, Esc cancels",
        )
        field = Field("Words", value=self._view.words)
        self._controller.ask(
            ask, [field], lambda texts: self._arrange(replace(self._view, words=clean(texts[0]).strip()))
        )

    # The alarms of all machines.

    def drawn(self) -> None:
        """Note which rings of other machines are on the screen, and since when."""
        controller = self._controller
        if controller.rows is not Rows.MACHINES or not self._view.alarms:
            self._seen = {}
            return
        now = self._options.clock()
        self._seen = {
            key: self._seen.get(key, now)
            for one in controller.fleet_alarms.values()
            for key in [(one.standing.assessment.id, one.alarm.ring.seq)]
        }

    def acknowledge(self) -> None:
        """Acknowledge the selected alarm of all machines, in its live record."""
        controller, chosen = self._controller, self._controller.chosen_fleet_alarm
        if chosen is None:
            key = controller.keymap.keys_of("machines-listing")
            controller.tell(
                Notice(f"{key} lists the alarms of all machines; one of them can be acknowledged.")
            )
            return
        if self._options.read_only:
            controller.tell(Notice("This console is read-only (--read-only).", Role.WARNING))
            return
        alarm, assessment = chosen.alarm, chosen.standing.assessment
        about = f"{clean(assessment.machine)}, {subject(alarm)}, {reason(alarm)}"
        if not alarm.needs_acknowledgement:
            controller.tell(Notice(f"{about} is acknowledged already."))
            return
        seen = self._seen.get((assessment.id, alarm.ring.seq))
        if seen is None or self._options.clock() - seen < UNSEEN_SECONDS:
            controller.tell(unseen_notice(alarm, controller.keymap.keys_of("acknowledge")))
            return
        at = chosen.standing.until
        if at is None:
            return
        act = Act(self._options.operator, "", at, self._options.now())

        def work(store: "Store") -> Acknowledged:
            from engine.operator.alarm_actions import acknowledge

            return acknowledge(store, assessment, alarm.ring, act)

        ring = ("ring", assessment.id, alarm.ring.seq)
        controller.store({ring: work}, partial(self._acknowledged, about))

    def _acknowledged(self, about: str, answers: Answers) -> None:
        for answer in answers.values():
            if isinstance(answer, str):
                notice = Notice(f"NOT acknowledged: {about}: {answer}", Role.ALARM)
            elif answer.stored:
                notice = Notice(f"Acknowledged by {clean(answer.by)}: {about}", Role.GOOD)
            else:
                notice = Notice(f"Another was first: {clean(answer.by)} acknowledged {about}", Role.WARNING)
            self._controller.tell(notice)

    # Other machines.

    async def open_beside(self, by: int) -> None:
        """Show the next or previous machine of the store, in the order of names."""
        view = self._controller.view
        if view is None:
            return
        known = await asyncio.to_thread(self._machines)
        if len(known) < 2:
            self._controller.tell(Notice("This store holds one machine."))
            return
        await self._controller.switch(known[machine_beside(tuple(known), view.assessment.machine, by)])
        self._controller.poll()

    def _machines(self) -> dict[str, int]:
        """Return the assessment of each machine of the store."""
        with self._options.open_store() as store:
            return {one.machine: one.id for one in newest_of_each(store.assessments())}
