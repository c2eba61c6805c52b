"""Acceptance of a baseline by a person; until then it is provisional."""

from datetime import datetime

from engine.errors import UnusableError
from engine.records.assessment import Assessment
from engine.records.events import EventKind, NewEvent
from engine.store.store import Store


class AcceptingError(UnusableError):
    """There is no baseline to accept; one sentence."""


def accept_baseline(store: Store, assessment: Assessment, by: str, now: datetime) -> str:
    """Record the acceptance of the baseline in use, once; return a sentence.

    Args:
        store: holds the assessment.
        assessment: the assessment of the baseline.
        by: the operator's name.
        now: wall clock.

    Raises:
        AcceptingError: no baseline is learned yet.
        StoreError: the store cannot be written.
    """
    events = store.events(assessment)
    learned = [event for event in events if event.kind in (EventKind.LEARNED, EventKind.BUNDLE)]
    if not learned:
        raise AcceptingError(f"the engine has not learned a baseline of {assessment.machine} yet")
    bundle = learned[-1].detail["bundle"]
    for event in events:
        if event.kind is EventKind.ACCEPTED and event.detail["bundle"] == bundle:
            who, when = event.detail["by"], event.recorded_at
            return f"{who} accepted this baseline at {when:%Y-%m-%d %H:%M:%S} UTC"
    fact = NewEvent(EventKind.ACCEPTED, learned[-1].at, "engine", detail={"by": by, "bundle": bundle})
    store.add_event(assessment, fact, now)
    doubts = learned[-1].detail.get("doubts")
    noted = f" in spite of {len(doubts)} doubts" if isinstance(doubts, list) and doubts else ""
    return f"{by} accepted the baseline of {assessment.machine}{noted}"
