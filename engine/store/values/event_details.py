"""The details that readers of an event rely on, and what stands in for those that are damaged.

A ring without its details still rings, with the highest priority: nobody knows how urgent it was. A shelf
without its details silences nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.records.events import EventKind, Priority

_PRIORITIES = frozenset(priority.value for priority in Priority)

SOMEBODY = "unknown (damaged)"


@dataclass(frozen=True, slots=True)
class Needed:
    """One detail: whether a value will do, and what stands in for one that does not.

    Without a `stand_in` the event cannot be read. Where it `may_lack` the detail, that alone is not a damage.
    """

    fits: Callable[[object], bool]
    stand_in: object = None
    may_lack: bool = False


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_priority(value: object) -> bool:
    return isinstance(value, str) and value in _PRIORITIES


def _is_number(value: object) -> bool:
    return isinstance(value, int)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def _is_instant(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_BY = Needed(_is_text, SOMEBODY)
_PRIORITY = Needed(_is_priority, Priority.HIGH.value)
_BUNDLE = Needed(_is_text, "", may_lack=True)

NEEDED: Mapping[EventKind, Mapping[str, Needed]] = {
    EventKind.RAISED: {"cause": Needed(_is_text, SOMEBODY), "priority": _PRIORITY},
    EventKind.ESCALATED: {"priority": _PRIORITY},
    EventKind.DIAGNOSED: {"surface": Needed(_is_text, "")},
    EventKind.ACKNOWLEDGED: {"by": _BY},
    EventKind.NOTED: {"by": _BY, "text": Needed(_is_text, "(this note is damaged)")},
    EventKind.CLOSED: {"by": _BY, "outcome": Needed(_is_text, "(this outcome is damaged)")},
    EventKind.ACCEPTED: {"by": _BY, "bundle": _BUNDLE},
    EventKind.LEARNED: {"bundle": _BUNDLE},
    EventKind.BUNDLE: {"bundle": _BUNDLE},
    EventKind.SHELVED: {"by": _BY, "until": Needed(_is_instant)},
    EventKind.UNSHELVED: {"by": _BY, "shelf": Needed(_is_number)},
    EventKind.REQUESTED: {"by": _BY, "action": Needed(_is_text)},
    EventKind.ANSWERED: {
        "done": Needed(_is_flag, False),
        "words": Needed(_is_text, "the answer of the engine is damaged"),
    },
    EventKind.RENAMED: {"names": Needed(_is_mapping)},
    EventKind.INTAKE_PAUSED: {"message": Needed(_is_text, "the reason is damaged")},
}
"""By kind of event; the other kinds are read without any."""


_NOTHING: Mapping[str, Needed] = {}


def missing_details(kind: EventKind, detail: Mapping[str, object]) -> Mapping[str, Needed]:
    """Return the details that are not there, or are of another kind, by name."""
    needed = NEEDED.get(kind)
    if needed is None:
        return _NOTHING
    return {name: need for name, need in needed.items() if not need.fits(detail.get(name))}
