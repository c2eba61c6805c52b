"""The healthy start of a finished run. Light: the console asks for it before it paints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.config.healthy_span import healthy_positions

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from replay.run import Entry, Run


def healthy_entries(run: "Run", settings: "Settings") -> "Sequence[Entry]":
    """Return the recordings of a run that are healthy by its settings, oldest first."""
    times = [entry.time for entry in run.entries]
    span = healthy_positions(times, settings.model.healthy_start, settings.model.skip)
    return run.entries[span.start : span.stop]
