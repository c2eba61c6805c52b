"""Events of a watching engine about itself: its start, the bundle it scores with, its end."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.alarms.outages import outage_cleared, outage_raised, standing_outage
from engine.alarms.proposals import proposals_of
from engine.assessment.assessor import Assessor, origin_of
from engine.assessment.key import release
from engine.assessment.live_record import LiveRecord
from engine.records.events import RINGS, Cause, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase

ENDED_WELL = frozenset({Phase.ENDED, Phase.FINISHED, Phase.REMOVED})


class EngineEvents:
    """Appends the events of one engine about itself; `at` is the recording time now."""

    def __init__(self, record: LiveRecord) -> None:
        """Append to one live record."""
        self._record = record

    def started(self, before: Heartbeat | None, at: datetime, started_as: Mapping[str, str]) -> None:
        """Store the start; where the engine before ended without an event, raise and clear its failure.

        Args:
            before: the last heartbeat of the engine before.
            at: recording time.
            started_as: the folder and the options it was started with, with which `status` prints how to
                start it again.
        """
        standing = standing_outage(self._record.events(), Cause.ENGINE_FAILED)
        origin = {"started_as": dict(started_as)} if started_as else {}
        facts = [_event(EventKind.STARTED, at, {"pid": os.getpid(), "release": release(), **origin})]
        again = "an engine is running again"
        if standing is not None:
            facts.append(outage_cleared(standing, at, again))
        elif before is not None and before.phase not in ENDED_WELL:
            words = f"the previous engine ended without notice after {before.beat_at:%Y-%m-%d %H:%M:%S} UTC"
            failed = outage_raised(Cause.ENGINE_FAILED, at, words)
            facts += [failed, outage_cleared(failed, at, again)]
        self._append(facts)

    def judged_by(self, assessor: Assessor, at: datetime) -> None:
        """Store which bundle is in use, if it changed; clear the alarms raised with another bundle."""
        events = self._record.events()
        at = assessor.newest or at
        facts = []
        last = {
            event.alarm: event for event in events if event.kind in RINGS or event.kind is EventKind.CLEARED
        }
        raised = {event.alarm: event for event in events if event.kind is EventKind.RAISED}
        digest = assessor.bundle.digest()
        # A proposal never ends an alarm, whatever it says of it.
        is_proposed = any(proposal.bundle == digest for proposal in proposals_of(events))
        for key in () if is_proposed else assessor.left_standing:
            # An engine that ended before its first snapshot may have cleared it already. To a bundle that was
            # learned while the alarm stood the fault is normal: a person closes it.
            stood = raised.get(key)
            is_learned = stood is not None and stood.at <= assessor.bundle.baseline.end
            if key in last and last[key].kind is not EventKind.CLEARED and not is_learned:
                facts.append(outage_cleared(last[key], at, "another bundle is in use from now on"))
        bundles = [event for event in events if event.kind in (EventKind.BUNDLE, EventKind.LEARNED)]
        if bundles[-1].detail.get("bundle") != digest if bundles else assessor.took_over:
            origin = origin_of(assessor.bundle, digest, self._record.machine)
            facts.append(_event(EventKind.BUNDLE, at, origin))
        missing = standing_outage(events, Cause.MODEL_MISSING)
        if missing is not None:
            facts.append(outage_cleared(missing, at, "a bundle is in use again"))
        self._append(facts)

    def model_missing(self, words: str, at: datetime) -> None:
        """Raise "model missing", once."""
        if standing_outage(self._record.events(), Cause.MODEL_MISSING) is None:
            self._append([outage_raised(Cause.MODEL_MISSING, at, words)])

    def failed(self, words: str, at: datetime) -> None:
        """Raise "engine failed", once."""
        if standing_outage(self._record.events(), Cause.ENGINE_FAILED) is None:
            self._append([outage_raised(Cause.ENGINE_FAILED, at, words)])

    def ended(self, at: datetime) -> None:
        """Store that the engine ended on request."""
        self._append([_event(EventKind.FINISHED, at, {"message": "the engine was told to stop"})])

    def _append(self, facts: Sequence[NewEvent]) -> None:
        """Append events all or none, so that the call can be repeated."""
        self._record.settle((), facts)


def _event(kind: EventKind, at: datetime, detail: Mapping[str, object]) -> NewEvent:
    return NewEvent(kind, at, "engine", detail=detail)
