"""The list of commands in a help text: under headings, each with its whole sentence."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typer.core import TyperGroup

HEADINGS: Mapping[str, Sequence[str]] = {
    "Try it": ("demo", "synth", "feed"),
    "Describe a machine": ("inspect", "init", "bearing"),
    "Finished runs": ("score", "replay", "learn", "evaluate", "compare", "bundle"),
    "Watched machines": ("watch", "engine", "plant", "record", "accept", "status", "notify"),
    "Look and act": ("attach", "alarms", "explain", "report", "snapshot"),
    "Store and services": ("store", "serve", "opcua"),
}
"""The commands of `raceway` by the task that they serve."""

OTHERS = "Commands"
"""The heading of commands without one."""

WHOLE = 10_000
"""A length that no first sentence of a help text has."""


class CommandList(TyperGroup):
    """A command group whose help cuts no sentence short."""

    headings: ClassVar[Mapping[str, Sequence[str]]] = {}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each command with the first sentence of its help, below the headings."""
        told = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = {name: one.get_short_help_str(WHOLE) for name, one in told.items() if one and not one.hidden}
        column = max(map(len, rows), default=0)
        for heading, names in grouped(list(rows), self.headings).items():
            with formatter.section(heading):
                # One column for all headings.
                formatter.write_dl([(f"{name:<{column}}", rows[name]) for name in names])


class Overview(CommandList):
    """The commands of `raceway`."""

    headings = HEADINGS


def grouped(names: Sequence[str], headings: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return names of commands by heading; those without one come last."""
    found = {heading: [name for name in members if name in names] for heading, members in headings.items()}
    known = {name for members in found.values() for name in members}
    found[OTHERS] = [name for name in names if name not in known]
    return {heading: members for heading, members in found.items() if members}
