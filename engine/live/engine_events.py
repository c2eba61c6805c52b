"""Says in the store what becomes of a watching engine: that it started, what it scores with, why it ended."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from engine.alarms.outages import outage_cleared, outage_raised, standing_outage
from engine.assessment.assessor import Judge, origin_of
from engine.assessment.key import release
from engine.records.assessment import Assessment
from engine.records.events import RINGS, Cause, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store

ENDED_WELL = frozenset({Phase.ENDED, Phase.FINISHED})


class Herald:
    """Appends the events of one engine about itself; `at` is recording time now throughout."""

    def __init__(self, store: Store, assessment: Assessment, now: Callable[[], datetime]) -> None:
        """Speak into one live record; `now` is the wall clock."""
        self._store, self._assessment, self._now = store, assessment, now

    def started(self, before: Heartbeat | None, at: datetime, started_as: Mapping[str, str]) -> None:
        """An engine is at work; if the one before it ended without a word, that is an alarm that returned.

        Args:
            before: the last heartbeat of the engine before.
            at: recording time.
            started_as: the folder and the options it was started with, so that who finds it gone can start
                it the same way.
        """
        standing = standing_outage(self._store.events(self._assessment), Cause.ENGINE_FAILED)
        origin = {"started_as": dict(started_as)} if started_as else {}
        facts = [_said(EventKind.STARTED, at, {"pid": os.getpid(), "release": release(), **origin})]
        again = "an engine is at work again"
        if standing is not None:
            facts.append(outage_cleared(standing, at, again))
        elif before is not None and before.phase not in ENDED_WELL:
            words = f"the engine before ended without a word, after {before.beat_at:%Y-%m-%d %H:%M:%S} UTC"
            failed = outage_raised(Cause.ENGINE_FAILED, at, words)
            facts += [failed, outage_cleared(failed, at, again)]
        self._tell(facts)

    def judged_by(self, judge: Judge, at: datetime) -> None:
        """Which bundle is in use, if it is another than was told last; what that one raised is let go."""
        events = self._store.events(self._assessment)
        at = judge.newest or at
        facts = []
        last = {
            event.alarm: event for event in events if event.kind in RINGS or event.kind is EventKind.CLEARED
        }
        for key in judge.left_standing:
            # An engine that ended before it took in a snapshot may have said so already.
            if key in last and last[key].kind is not EventKind.CLEARED:
                facts.append(outage_cleared(last[key], at, "another bundle judges from here on"))
        told = [event for event in events if event.kind in (EventKind.BUNDLE, EventKind.LEARNED)]
        digest = judge.bundle.digest()
        if told[-1].detail.get("bundle") != digest if told else judge.took_over:
            origin = origin_of(judge.bundle, digest, self._assessment.machine)
            facts.append(_said(EventKind.BUNDLE, at, origin))
        missing = standing_outage(events, Cause.MODEL_MISSING)
        if missing is not None:
            facts.append(outage_cleared(missing, at, "there is a bundle to score with"))
        self._tell(facts)

    def model_missing(self, words: str, at: datetime) -> None:
        """There is nothing to score with; said once."""
        if standing_outage(self._store.events(self._assessment), Cause.MODEL_MISSING) is None:
            self._tell([outage_raised(Cause.MODEL_MISSING, at, words)])

    def failed(self, words: str, at: datetime) -> None:
        """The engine gives up."""
        if standing_outage(self._store.events(self._assessment), Cause.ENGINE_FAILED) is None:
            self._tell([outage_raised(Cause.ENGINE_FAILED, at, words)])

    def ended(self, at: datetime) -> None:
        """The engine was asked to end."""
        self._tell([_said(EventKind.FINISHED, at, {"message": "the engine was asked to end"})])

    def _tell(self, facts: Sequence[NewEvent]) -> None:
        """Append them together or not at all, so that it can be tried again."""
        self._store.settle(self._assessment, (), facts, self._now())


def _said(kind: EventKind, at: datetime, detail: Mapping[str, object]) -> NewEvent:
    return NewEvent(kind, at, "engine", detail=detail)
