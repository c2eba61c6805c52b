"""Says in the store what becomes of a watching engine: that it started, what it scores with, why it ended."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime

from engine.identity import release
from engine.judging import Judge, origin_of
from engine.outages import outage_cleared, outage_raised, standing_outage
from engine.records import Assessment, Cause, EventKind, Heartbeat, NewEvent, Phase
from engine.store import Store

ENDED_WELL = frozenset({Phase.ENDED, Phase.FINISHED})


class Herald:
    """Appends the events of one engine about itself; `at` is recording time now throughout."""

    def __init__(self, store: Store, assessment: Assessment, now: Callable[[], datetime]) -> None:
        """Speak into one live record; `now` is the wall clock."""
        self._store, self._assessment, self._now = store, assessment, now

    def started(self, before: Heartbeat | None, at: datetime) -> None:
        """An engine is at work; if the one before it ended without a word, that is an alarm that returned.

        Args:
            before: the last heartbeat of the engine before.
            at: recording time.
        """
        standing = standing_outage(self._store.events(self._assessment), Cause.ENGINE_FAILED)
        self._say(EventKind.STARTED, at, {"pid": os.getpid(), "release": release()})
        again = "an engine is at work again"
        if standing is not None:
            self._tell(outage_cleared(standing, at, again))
        elif before is not None and before.phase not in ENDED_WELL:
            words = f"the engine before ended without a word, after {before.beat_at:%Y-%m-%d %H:%M:%S} UTC"
            fact = outage_raised(Cause.ENGINE_FAILED, at, words)
            self._tell(fact)
            self._tell(outage_cleared(fact, at, again))

    def judged_by(self, judge: Judge, at: datetime) -> None:
        """Which bundle is in use, if it is another than was told last; what that one raised is let go."""
        events = self._store.events(self._assessment)
        at = judge.newest or at
        for key in judge.left_standing:
            raised = next(event for event in reversed(events) if event.alarm == key)
            why = {"message": "another bundle judges from here on"}
            self._tell(NewEvent(EventKind.CLEARED, at, raised.source, raised.component, key, detail=why))
        told = [event for event in events if event.kind in (EventKind.BUNDLE, EventKind.LEARNED)]
        digest = judge.bundle.digest()
        if told[-1].detail.get("bundle") != digest if told else judge.took_over:
            self._say(EventKind.BUNDLE, at, origin_of(judge.bundle, digest, self._assessment.machine))
        missing = standing_outage(events, Cause.MODEL_MISSING)
        if missing is not None:
            self._tell(outage_cleared(missing, at, "there is a bundle to score with"))

    def model_missing(self, words: str, at: datetime) -> None:
        """There is nothing to score with; said once."""
        if standing_outage(self._store.events(self._assessment), Cause.MODEL_MISSING) is None:
            self._tell(outage_raised(Cause.MODEL_MISSING, at, words))

    def failed(self, words: str, at: datetime) -> None:
        """The engine gives up."""
        if standing_outage(self._store.events(self._assessment), Cause.ENGINE_FAILED) is None:
            self._tell(outage_raised(Cause.ENGINE_FAILED, at, words))

    def ended(self, at: datetime) -> None:
        """The engine was asked to end."""
        self._say(EventKind.FINISHED, at, {"message": "the engine was asked to end"})

    def _say(self, kind: EventKind, at: datetime, detail: Mapping[str, object]) -> None:
        self._tell(NewEvent(kind, at, "engine", detail=detail))

    def _tell(self, event: NewEvent) -> None:
        self._store.add_event(self._assessment, event, self._now())
