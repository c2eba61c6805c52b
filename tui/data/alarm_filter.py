"""The filter of the alarm list."""

from dataclasses import dataclass
from enum import StrEnum


class Listing(StrEnum):
    """The lists: open alarms, shelved alarms and those out of service, all alarms ever."""

    ACTIVE = "active"
    SHELVED = "shelved"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """The selection of a list. Empty text, component, priority and state select everything.

    `priority` is the lowest shown. Each word of `text` must be the start of a word of the alarm.
    """

    listing: Listing = Listing.ACTIVE
    text: str = ""
    component: str = ""
    priority: str = ""
    state: str = ""

    @property
    def narrows(self) -> bool:
        """Return whether it hides alarms of its list."""
        return bool(self.text or self.component or self.priority or self.state)
