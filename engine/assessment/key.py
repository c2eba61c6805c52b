"""Tells one assessment from another: the same key means the same rows, so running it again adds nothing."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.config.healthy_span import healthy_positions
from engine.config.settings import Settings
from engine.records.events import Assessment
from engine.system.lease import is_taken
from replay.run import Entry, Run


def release() -> str:
    """The version of this Raceway."""
    try:
        return version("raceway")
    except PackageNotFoundError:
        return "unreleased"


def healthy_entries(run: Run, settings: Settings) -> Sequence[Entry]:
    """The recordings of a run that its settings call healthy, oldest first."""
    times = [entry.time for entry in run.entries]
    span = healthy_positions(times, settings.model.healthy_start, settings.model.skip)
    return run.entries[span.start : span.stop]


def assessment_key(run: Run, settings: Settings, bundle_digest: str | None = None) -> str:
    """Name an assessment by all that decides its rows, other than recordings that are yet to come.

    Args:
        run: the recordings.
        settings: the machine and all rules.
        bundle_digest: of the bundle to score with; None where it is to be learned from the run.
    """
    if bundle_digest is None:
        healthy = [[entry.name, entry.time.isoformat()] for entry in healthy_entries(run, settings)]
        origin: list[object] = [run.entries[0].time.isoformat(), healthy]
    else:
        origin = [bundle_digest]
    text = json.dumps([release(), settings.fingerprint(), origin])
    return hashlib.sha256(text.encode()).hexdigest()


def live_key(settings: Settings) -> str:
    """Name the live record of a machine: the same whatever bundle is in use, while its rows have a place.

    Args:
        settings: of the machine; its channels and components decide.
    """
    parts = [[part.name, list(part.channels), list(part.unit)] for part in settings.components]
    shape = [settings.machine.sample_rate, settings.recording.rows, settings.columns, parts]
    text = json.dumps(["live", settings.machine.name, shape])
    return hashlib.sha256(text.encode()).hexdigest()


def machine_lease(settings: Settings) -> str:
    """The name of the lease on a machine: one engine watches it, whatever its settings."""
    return lease_name(settings.machine.name)


def lease_name(machine: str) -> str:
    """The name of the lease on the machine of this name; a file can be called so, whatever the machine is."""
    return "machine-" + hashlib.sha256(machine.encode()).hexdigest()[:16]


def has_engine(state: Path, assessment: Assessment) -> bool:
    """Whether some process of this computer is at work on an assessment, whatever its heartbeat says."""
    name = lease_name(assessment.machine) if assessment.expected == 0 else assessment.key
    with suppress(PermissionError):
        return is_taken(state / "leases", name)
    return False
