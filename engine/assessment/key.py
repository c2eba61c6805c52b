"""The key of an assessment: equal keys mean equal rows, so that a second run adds nothing."""

import hashlib
import json
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from engine.system.lease import lease_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.config.channels import Layout
    from engine.config.settings import Settings
    from engine.records.assessment import Assessment
    from engine.store.store import Store
    from replay.run import Run


def release() -> str:
    """Return the version of this Raceway."""
    try:
        return version("raceway")
    except PackageNotFoundError:
        return "unreleased"


def own_content(content: str, key: str, layout: "Layout") -> str:
    """Return the digest under which an assessment stores a recording.

    All assessments share the stored figures of a recording. Those of slow sensors hold expectations, which
    depend on the bundle: each assessment stores windows of its own.

    Args:
        content: digest of the recording.
        key: of the assessment.
        layout: of the machine's channels.
    """
    if layout.conditions is None or not content:
        return content
    return hashlib.sha256(f"{content} {key}".encode()).hexdigest()


def assessment_key(run: "Run", settings: "Settings", bundle_digest: str | None = None) -> str:
    """Return the key of an assessment from all that decides its rows, except recordings to come.

    Args:
        run: the recordings.
        settings: the machine and all rules.
        bundle_digest: of the bundle to score with; None where it is to be learned from the run.
    """
    if bundle_digest is None:
        # A console needs this module, and no readers.
        from engine.baseline.healthy_start import healthy_entries

        healthy = [[entry.name, entry.time.isoformat()] for entry in healthy_entries(run, settings)]
        origin: list[object] = [run.entries[0].time.isoformat(), healthy]
    else:
        origin = [bundle_digest, run.entries[0].time.isoformat()]
    text = json.dumps([release(), settings.fingerprint(), origin])
    return hashlib.sha256(text.encode()).hexdigest()


def live_key(settings: "Settings", names: "Sequence[str] | None" = None) -> str:
    """Return the key of a machine's live record: the same for every bundle of the same layout.

    Args:
        settings: of the machine; its channels and components decide.
        names: of the components, in display order; those of the settings where None.
    """
    names = [part.name for part in settings.components] if names is None else names
    named = zip(names, settings.components, strict=True)
    parts = [[name, list(part.channels), list(part.unit)] for name, part in named]
    shape = [settings.machine.sample_rate, settings.recording.rows, settings.columns, parts]
    text = json.dumps(["live", settings.machine.name, shape])
    return hashlib.sha256(text.encode()).hexdigest()


def has_engine(store: "Store", assessment: "Assessment") -> bool | None:
    """Whether a process is at work on an assessment; None where its lease cannot be read.

    It is a process of this computer, or of any host of a store in a database.
    """
    with suppress(PermissionError):
        return store.is_held(lease_name(assessment.machine) if assessment.live else assessment.key)
    return None
