"""The value that the screen on top draws."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Protocol

from engine.alarms.alarm import Alarm
from tui.data.alarm_filter import AlarmFilter
from tui.data.fleet_view import FleetView
from tui.data.frame import Frame
from tui.draw.banner import Banner
from tui.draw.notice import Notice
from tui.keys.keymap import Keymap


class Rows(StrEnum):
    """The kind of rows of a screen, on which its keys act."""

    BEARINGS = "bearings"
    BEARING = "bearing"
    """A single bearing, in detail."""

    ALARMS = "alarms"
    MACHINES = "machines"


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a screen draws.

    `frame` is None while there is no assessment yet. `component` is the index of the selected one,
    `alarm` the key of the alarm that the keys mean; `listed` are those that `alarm_filter` lets into the
    list, empty on other screens. `waiting` says why there is nothing to show yet. `zone` is that of
    recording times, `wall_zone` that of the wall clock, which shows `now`. `machine` is the one selected in
    the fleet, `fleet_view` its arrangement, `fleet_alarm` the key of the alarm selected among those of all
    machines. `keymap` holds the keys in force. `extra` is what the screen's own `look` found in the store,
    None until it has looked. `per_item`: seconds for each item learned from, None where unknown.
    """

    banner: Banner
    frame: Frame | None
    component: int
    alarm: str | None
    alarm_filter: AlarmFilter
    listed: tuple[Alarm, ...]
    notice: Notice
    waiting: str
    zone: tzinfo
    wall_zone: tzinfo
    now: datetime
    machine: str
    keymap: Keymap
    extra: object = None
    fleet_view: FleetView = field(default_factory=FleetView)
    fleet_alarm: str = ""
    per_item: float | None = None


class Shows(Protocol):
    """A screen that can be given the value to draw."""

    def show(self, shown: Shown) -> None:
        """Draw this from now on."""
