"""The table [notify] of config.toml: who is told of alarms, when, and by which addresses.

An address of a service holds its password. So the settings hold references alone: they go into the store,
the bundles and the answers of commands, and the address itself into none of them.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from engine.config.bounds import Timeout
from engine.config.sections.core import Table, several
from engine.records.events import Priority

NAMED, FILED = "env:", "file:"
"""Beginnings of a reference: the name of a variable of the environment, and the path of a file."""


def checked_reference(value: str) -> str:
    """Return a reference. Raises ValueError: it names no variable and no file."""
    kind = next((one for one in (NAMED, FILED) if value.startswith(one)), "")
    rest = value.removeprefix(kind)
    if not kind or not rest.strip():
        # The value may be an address, so it is not repeated.
        raise ValueError(
            'must be "env:NAME" (a variable of the environment) or "file:PATH" (a file of mode 0600): an'
            " address may hold a password, and settings are stored"
        )
    if any(not one.isprintable() for one in rest) or (kind == NAMED and not rest.isidentifier()):
        raise ValueError("names no variable and no file")
    return value


Reference = Annotated[str, Field(max_length=4096), AfterValidator(checked_reference)]
"""Where an address stands: "env:NAME" or "file:PATH"."""


def _perhaps(value: str) -> str:
    return checked_reference(value) if value else value


Level = Annotated[tuple[Reference, ...], Field(min_length=1, max_length=10), BeforeValidator(several)]
"""References that are told together."""

Occasion = Literal["ring", "escalation", "return", "acknowledgement"]


class NotifySettings(Table):
    """People who get messages about alarms: the first level at once, later levels without an acknowledgement.

    They do not change the engine's results.
    """

    addresses: Annotated[tuple[Level, ...], Field(max_length=10), BeforeValidator(several)]
    on: Annotated[tuple[Occasion, ...], Field(max_length=4), BeforeValidator(several)]
    priority: Literal["low", "medium", "high"]
    escalate_minutes: Annotated[float, Field(ge=0.1, le=1440)]
    report: bool
    timeout: Timeout
    ping: Annotated[str, Field(max_length=4096), AfterValidator(_perhaps)]
    ping_minutes: Annotated[float, Field(ge=0.1, le=1440)]

    @property
    def floor(self) -> Priority:
        """Return the lowest priority of an alarm that is told."""
        return Priority(self.priority)
