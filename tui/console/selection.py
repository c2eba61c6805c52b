"""The selection: which bearing, alarm and machine the keys mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from engine.alarms.alarm import Alarm
from tui.data.alarm_filter import AlarmFilter
from tui.data.fleet_view import FleetView
from tui.data.frame import Frame, meant
from tui.screens.alarms.filter import filtered
from tui.screens.state import Rows

HELD_SECONDS = 30.0
"""A new ring takes over the selection only if nothing was acted on for so long."""


@dataclass(frozen=True, slots=True)
class Held:
    """The component and the alarm that were acted on last, each "" for none, and when by the clock."""

    component: str
    alarm: str
    since: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows selected by hand, and the alarm acted on last.

    Attributes:
        component: name of the selected component; None follows the most urgent alarm.
        alarm: key of the selected alarm, None for the first of the list.
        machine: name of the machine selected in the list of machines, "" for the worst.
        alarm_filter: which alarms the alarm screen lists.
        held: the alarm acted on last; the keys keep to it until another row is selected.
        fleet: arrangement of the list of machines.
        fleet_alarm: key of the alarm selected among those of all machines, "" for the first.
        zone: time zone of the times that the alarm list is searched by.
    """

    component: str | None = None
    alarm: str | None = None
    machine: str = ""
    alarm_filter: AlarmFilter = field(default_factory=AlarmFilter)
    held: Held | None = None
    zone: tzinfo = UTC
    fleet: FleetView = field(default_factory=FleetView)
    fleet_alarm: str = ""

    # Its meaning.

    def holding(self, frame: Frame) -> Held | None:
        """Return the alarm acted on last, None if it does not exist at the playhead."""
        held = self.held
        if held is None or not held.alarm:
            return held
        return held if any(alarm.key == held.alarm for alarm in frame.alarms) else None

    def chosen(self, frame: Frame | None) -> int:
        """Return the index of the component: acted on, selected, or that of the most urgent open alarm."""
        if frame is None:
            return 0
        names = frame.view.assessment.components
        held = self.holding(frame)
        chosen = held.component if held is not None and held.component else self.component
        if chosen in names:
            return names.index(chosen)
        open_ones = (alarm.component for alarm in frame.alarms if alarm.needs_acknowledgement)
        return next((names.index(name) for name in open_ones if name in names), 0)

    def listed(self, frame: Frame) -> tuple[Alarm, ...]:
        """Return the alarms that the alarm screen lists; the alarm acted on last stays among them."""
        held = self.holding(frame)
        kept = held.alarm if held is not None else ""
        return filtered(self.alarm_filter, frame.alarms, self.zone, frame.playhead.at, kept)

    def alarm_in(self, frame: Frame | None, rows: Rows) -> str | None:
        """Return the key of the alarm selected in the list, None on other screens and in an empty list."""
        if frame is None or rows is not Rows.ALARMS:
            return None
        keys = [alarm.key for alarm in self.listed(frame)]
        held = self.holding(frame)
        wanted = (held.alarm if held is not None else "") or self.alarm
        return wanted if wanted in keys else next(iter(keys), None)

    def alarms_meant(self, frame: Frame, rows: Rows) -> tuple[Alarm, ...]:
        """Return the alarms that the keys may mean: those of the selection; without a selection, all."""
        held = self.holding(frame)
        selected = self.alarm_in(frame, rows) or (held.alarm if held is not None else "")
        if selected:
            return tuple(alarm for alarm in frame.alarms if alarm.key == selected)
        name = frame.view.assessment.components[self.chosen(frame)]
        own = tuple(alarm for alarm in frame.alarms if alarm.component == name)
        if held is not None or rows is Rows.BEARING:
            return own
        if self.component is not None:
            return own + tuple(alarm for alarm in frame.alarms if not alarm.component)
        return own + tuple(alarm for alarm in frame.alarms if alarm.component != name)

    def pointed(self, frame: Frame | None, rows: Rows) -> str | None:
        """Return the key of the alarm that the keys mean."""
        if frame is None:
            return None
        alarm = meant(self.alarms_meant(frame, rows), lambda one: one.needs_acknowledgement or one.stands)
        return None if alarm is None else alarm.key

    def machine_in(self, names: Sequence[str]) -> str:
        """Return the selected machine of a list, its first where none is selected."""
        return self.machine if self.machine in names else next(iter(names), "")

    def fleet_alarm_in(self, keys: Sequence[str]) -> str:
        """Return the selected alarm of a list of those of all machines, its first where none is selected."""
        return self.fleet_alarm if self.fleet_alarm in keys else next(iter(keys), "")

    # How it changes.

    def released(self) -> "Selection":
        """Return the selection without the alarm acted on last."""
        return replace(self, held=None)

    def holds(self, component: str, alarm: str, at: float) -> "Selection":
        """Return the selection that keeps to a component and an alarm, acted on at a time of the clock."""
        return replace(self, held=Held(component, alarm, at))

    def after_ring(self, clock: float) -> "Selection":
        """Return the selection after a ring: released, unless something was acted on just now."""
        held = self.held
        return self if held is not None and clock - held.since <= HELD_SECONDS else self.released()

    def with_alarm(self, alarm: Alarm, names: Sequence[str]) -> "Selection":
        """Select an alarm, and its bearing with it."""
        component = alarm.component if alarm.component in names else self.component
        return replace(self, held=None, alarm=alarm.key, component=component)

    def with_component(self, name: str) -> "Selection":
        """Select a component."""
        return replace(self, held=None, component=name)

    def with_filter(self, chosen: AlarmFilter) -> "Selection":
        """Filter the list of alarms."""
        return replace(self, held=None, alarm_filter=chosen)

    def by_urgency(self) -> "Selection":
        """Select the most urgent again."""
        return replace(self, held=None, component=None, alarm=None)

    def moved(self, by: int, frame: Frame, rows: Rows, machines: Sequence[str] = ()) -> "Selection":
        """Select the row so many above or below.

        Args:
            by: rows down, negative for up.
            frame: on the screen.
            rows: kind of rows of that screen.
            machines: rows of the list of machines: names, or keys of the alarms of all.
        """
        names = frame.view.assessment.components
        match rows:
            case Rows.MACHINES:
                if not machines:
                    return self
                if self.fleet.alarms:
                    return replace(self, fleet_alarm=_beside(machines, self.fleet_alarm_in(machines), by))
                return replace(self, machine=_beside(machines, self.machine_in(machines), by))
            case Rows.ALARMS:
                shown = {alarm.key: alarm for alarm in self.listed(frame)}
                selected = self.alarm_in(frame, rows)
                if selected is None:
                    return self
                return self.with_alarm(shown[_beside(list(shown), selected, by)], names)
            case _:
                return self.with_component(_beside(names, names[self.chosen(frame)], by))


def _beside(names: Sequence[str], name: str, by: int) -> str:
    """Return the name so many places on, the first or last beyond the ends."""
    return names[min(max(names.index(name) + by, 0), len(names) - 1)]
