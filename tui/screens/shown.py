"""The value that the application hands to whichever screen is on top."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from tui.draw.banner import Banner
from tui.draw.notice import Notice
from tui.filtering import AlarmFilter
from tui.frame import Frame
from tui.keys import Keymap


@dataclass(frozen=True, slots=True)
class Wall:
    """The clock on the wall, and the zone in which its times are shown."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a screen draws.

    `frame` is None while there is no assessment yet. `component` is the index of the selected one,
    `alarm` the key of the alarm selected in the list that `alarm_filter` makes. `waiting` says why
    there is nothing to show yet. `keymap` holds the keys in force. `extra` is what the screen's own `look`
    found in the store, None until it has looked.
    """

    banner: Banner
    frame: Frame | None
    component: int
    alarm: str | None
    alarm_filter: AlarmFilter
    notice: Notice
    waiting: str
    zone: tzinfo
    keymap: Keymap
    wall: Wall
    extra: object = None


class Shows(Protocol):
    """A screen that can be given the value to draw."""

    def show(self, shown: Shown) -> None:
        """Draw this from now on."""
