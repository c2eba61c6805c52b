"""The known truth of a finished run: the failing component and the onset."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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


def truth_in(file: Path, component: str | None) -> tuple[str, str]:
    """Return onset and component of a truth file, as `raceway synth` writes it.

    Args:
        file: JSON with a list `faults` of objects with `onset` and `component`.
        component: the fault of this component; needed where there are several.

    Raises:
        TrialError: the file cannot be read, is not a truth, or holds no such fault.
    """
    try:
        faults = [
            (str(one["onset"]), str(one["component"])) for one in json.loads(file.read_bytes())["faults"]
        ]
    except OSError as error:
        raise TrialError(f"{file}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise TrialError(
            f"{file}: is not a truth file; it needs a list of faults with onset and component"
        ) from error
    if not faults:
        raise TrialError(f"{file}: names no fault; a run without one cannot be evaluated")
    chosen = [one for one in faults if component is None or one[1] == component]
    names = ", ".join(name for _, name in faults)
    if not chosen:
        raise TrialError(f"--component: {file} names no fault of {component!r}; it names {names}")
    if len(chosen) > 1:
        raise TrialError(f"{file}: names several faults ({names}); choose by --component")
    return chosen[0]


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
