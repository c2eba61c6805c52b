"""The known truth of a finished run: the failing component and the onset."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from engine.baseline.healthy_start import healthy_entries
from engine.clock import microseconds
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.errors import UnusableError, nearest
from replay.file_times import time_of
from replay.recording import RecordingError, RecordingFormat, zone_of
from replay.run import Run


class TrialError(UnusableError):
    """The run cannot be evaluated with this truth; one sentence."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The known truth of a run: the failing component and the onset."""

    onset: str
    onset_at: int
    component: str


def truth_of(run: Run, settings: Settings, onset: str, component: str) -> Truth:
    """Return the truth of a run as stated by a person, after checks.

    Args:
        run: the recordings.
        settings: with the components and the healthy start.
        onset: file name of the first faulty snapshot.
        component: the failing one.

    Raises:
        TrialError: there is no such snapshot or component, or no healthy snapshot between baseline and onset.
    """
    layout = layout_of(settings)
    if component not in layout.components:
        known = ", ".join(layout.components)
        raise TrialError(f"--component: there is no {component!r}; the components are {known}")
    found = next((entry for entry in run.entries if entry.name == onset), None)
    if found is None:
        raise TrialError(f"--onset: the run holds no {onset!r}{_nearest_to(onset, run, settings)}")
    healthy = healthy_entries(run, settings)
    if healthy and not healthy[-1].time < found.time:
        raise TrialError(
            f"--onset: {onset} lies in the healthy start, which ends with {healthy[-1].name};"
            " name a shorter one with --healthy"
        )
    between = sum(healthy[-1].time < entry.time < found.time for entry in run.entries) if healthy else 0
    if not between:
        raise TrialError(
            f"--onset: there is no snapshot between the healthy start and {onset} to judge false alarms by;"
            " name a shorter start with --healthy"
        )
    return Truth(onset, microseconds(found.time), component)


def _nearest_to(onset: str, run: Run, settings: Settings) -> str:
    """Return the nearest snapshot: in time, or by spelling if the words are no time."""
    when = _time_meant(onset, settings.recording_format())
    if when is None:
        return nearest(onset, [entry.name for entry in run.entries])
    close = min(run.entries, key=lambda entry: abs(entry.time - when))
    return f"; the nearest in time is '{close.name}'"


def _time_meant(text: str, form: RecordingFormat) -> datetime | None:
    """Return the time in the format of file names, else in ISO 8601, by the recorder's clock."""
    zone = zone_of(form.timezone)
    with suppress(RecordingError):
        when = time_of(text, form)
        # A pattern without separators reads 0730 as 07:03.
        if when.astimezone(zone).strftime(form.time_pattern) == text:
            return when
    with suppress(ValueError):
        when = datetime.fromisoformat(text)
        return when if when.tzinfo else when.replace(tzinfo=zone)
    return None
