"""Which alarms are listed, and in which order."""

from dataclasses import dataclass
from enum import StrEnum


class Listing(StrEnum):
    """The lists: what asks for something or stands, what is put away, and all there ever was."""

    ACTIVE = "active"
    SHELVED = "shelved"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """What a list shows. Empty text, component, priority and state narrow nothing down.

    `priority` is the least that is shown. Each word of `text` has to begin one of those shown of an alarm.
    """

    listing: Listing = Listing.ACTIVE
    text: str = ""
    component: str = ""
    priority: str = ""
    state: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it leaves out alarms of its list."""
        return bool(self.text or self.component or self.priority or self.state)
