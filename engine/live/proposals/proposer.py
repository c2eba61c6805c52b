"""Learns proposals beside the scoring, one at a time, and keeps the one that stands in shadow.

Each step is an event, and an engine that is killed goes on from the last one. A proposal that was begun is
learned again from the same snapshots, which gives the same bundle.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.alarms.outages import outage_cleared
from engine.alarms.proposals import Proposal, Step, closed_by_hand, open_proposal, proposal_event
from engine.assessment.live_record import LiveRecord
from engine.baseline.from_run import learn_from_run
from engine.bundles.bundle import BundleError
from engine.bundles.library import Bundles, check_fit
from engine.config.healthy_span import HealthySpan
from engine.config.settings import Settings
from engine.live.healthy_choice import chosen_run
from engine.live.proposals.decision import DRIFT, Span, may_propose
from engine.live.proposals.shadow import Shadow
from engine.records.events import Event, EventKind
from engine.records.progress import Epoch
from engine.records.series import Series
from replay.recording import RecordingError
from replay.run import open_run

LOOK_SECONDS = 10.0
"""Time between two looks at the record."""

REASONS = {DRIFT: "the machine has drifted from the baseline"}


class AbandonedError(Exception):
    """The engine ends while it learns in the background."""


class Quiet:
    """Reports no progress of learning; ends it when the engine ends."""

    def __init__(self, ending: threading.Event) -> None:
        """Take the event that is set when the engine ends."""
        self._ending = ending

    def rejected(self, error: RecordingError) -> None:
        """Ignore a rejected file."""

    def read(self, done: int, total: int) -> None:
        """Continue unless the engine ends."""
        self.waiting()

    def epoch(self, epoch: Epoch) -> None:
        """Continue unless the engine ends."""
        self.waiting()

    def waiting(self) -> None:
        """Continue unless the engine ends."""
        if self._ending.is_set():
            raise AbandonedError


@dataclass(frozen=True, slots=True)
class _Learned:
    """The end of a learning: name and digest of the bundle, or why there is none."""

    name: str = ""
    digest: str = ""
    snapshots: int = 0
    doubts: tuple[str, ...] = ()
    failure: str = ""


class Proposer:
    """The proposals of one live record.

    Attributes:
        shadow: scores beside the bundle in use; None while no proposal stands.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        record: LiveRecord,
        bundles: Bundles,
        clock: Callable[[], float],
    ) -> None:
        """Take the folder of recordings, the machine, its live record, its bundles and a steady clock [s].

        Args:
            folder: of the recordings.
            settings: of the machine.
            record: the live record.
            bundles: of the store.
            clock: seconds that never go back.
        """
        self._folder, self._settings = folder, settings
        self._record, self._bundles, self._clock = record, bundles, clock
        self.shadow: Shadow | None = None
        self._due = 0.0
        self._thread: threading.Thread | None = None
        self._results: queue.SimpleQueue[_Learned] = queue.SimpleQueue()
        self._result: _Learned | None = None
        self._ending = threading.Event()

    def turn(self, *, may_begin: bool) -> None:
        """Look at the record now and then; begin, finish or withdraw a proposal.

        Args:
            may_begin: whether the machine is being judged, and nothing else is learned.

        Raises:
            StoreError: the store failed; nothing is lost, the step is done at a later turn.
        """
        if self._result is None and not self._results.empty():
            self._result, self._thread = self._results.get(), None
        if self._result is None and self._clock() < self._due:
            return
        self._due = self._clock() + LOOK_SECONDS
        events = self._record.events()
        self._clear_closed(events)
        known = open_proposal(events)
        if known is None:
            self._result, self.shadow = None, None
            if may_begin and self._settings.learning.propose and self._thread is None:
                self._decide(events)
        elif self._is_out_of_date(known, events):
            self._end(Step.WITHDRAWN, "another bundle came into use before a person decided")
        elif known.step is Step.BEGUN and not (self._settings.learning.propose or self._result):
            self._end(Step.WITHDRAWN, "proposals were switched off during learning")
        elif known.step is Step.BEGUN:
            self._go_on(known, may_begin=may_begin)
        elif self.shadow is None or self.shadow.digest != known.bundle:
            self._follow(known)

    def forget(self) -> None:
        """Drop the running state, which is not stored; the next turn restores it from the store."""
        self.shadow, self._due = None, 0.0

    def close(self) -> None:
        """Abandon learning; the next engine begins it again."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _clear_closed(self, events: Sequence[Event]) -> None:
        """Clear the alarms of before an acceptance that a person closed: no rule would."""
        at = self._newest
        cleared = [
            outage_cleared(ring, at(), f"{by} closed it; the previous baseline raised it")
            for ring, by in closed_by_hand(events)
        ]
        if cleared:
            self._record.settle((), cleared)

    def _decide(self, events: Sequence[Event]) -> None:
        record, rules = self._record, self._settings.learning
        if not self._may_be_due(events):
            return
        span = may_propose(record.store.series(record.assessment), events, rules)
        if not isinstance(span, Span):
            return
        reason = REASONS.get(span.reason, f"[learning] every = {rules.every}")
        record.add_event(
            proposal_event(
                Step.BEGUN,
                self._newest(),
                **{"from": span.first.isoformat(), "until": span.last.isoformat()},
                snapshots=span.snapshots,
                reason=reason,
                message=f"a new baseline is learned from {span.snapshots} snapshots, because {reason}",
            )
        )
        self._due = 0.0

    def _may_be_due(self, events: Sequence[Event]) -> bool:
        """Return whether a drift was reported or a schedule is set; else the record need not be read."""
        return self._settings.learning.period is not None or any(
            event.kind is EventKind.DRIFTED for event in events
        )

    def _go_on(self, known: Proposal, *, may_begin: bool) -> None:
        """Store the end of a learning, or learn what was begun."""
        result = self._result
        if result is None:
            if self._thread is None and may_begin:
                self._learn(known)
        elif result.failure:
            self._end(Step.FAILED, f"the proposed baseline could not be learned: {result.failure}")
        else:
            event = proposal_event(
                Step.LEARNED,
                self._newest(),
                bundle=result.digest,
                name=result.name,
                snapshots=result.snapshots,
                doubts=list(result.doubts),
                message=f"a new baseline is proposed, {result.name}; accept or refuse it on the model screen",
            )
            self._record.add_event(event)
            self._result, self._due = None, 0.0

    def _learn(self, known: Proposal) -> None:
        """Learn in the background, as a request to learn again does."""
        store, assessment = self._record.store, self._record.assessment
        series, events = store.series(assessment), self._record.events()

        def work() -> None:
            try:
                self._results.put(self._learned(known, series, events))
            except AbandonedError:
                return
            except Exception as error:
                # The record must say why there is no proposal, whatever it was.
                self._results.put(_Learned(failure=str(error) or type(error).__name__))

        self._thread = threading.Thread(target=work, name="raceway-proposal")
        self._thread.start()

    def _learned(self, known: Proposal, series: Series, events: Sequence[Event]) -> _Learned:
        settings = self._settings
        run = open_run(self._folder, settings.recording_format())
        run = chosen_run(run, HealthySpan(known.first, known.last), series, events)
        model = settings.model.model_copy(update={"healthy": str(len(run)), "skip": 0})
        bundle = learn_from_run(run, settings.model_copy(update={"model": model}), Quiet(self._ending))
        name = self._bundles.keep(bundle)
        return _Learned(name, bundle.digest(), bundle.baseline.count, bundle.doubts)

    def _follow(self, known: Proposal) -> None:
        """Load the proposal that stands, to score in shadow."""
        if self._bundles.current() == known.name:
            # It was accepted, and the engine was killed before it stored so: the request is still open.
            return
        try:
            bundle = self._bundles.load(known.name)
            check_fit(bundle, self._settings)
            resume = self._record.store.resume_point(self._record.assessment)
            self.shadow = Shadow(bundle, self._settings, None if resume is None else resume[2])
        except BundleError as error:
            self._end(Step.WITHDRAWN, f"its bundle cannot be used: {error}")

    def _is_out_of_date(self, known: Proposal, events: Sequence[Event]) -> bool:
        """Return whether another bundle came into use since the proposal was begun."""
        return any(
            event.kind in (EventKind.BUNDLE, EventKind.LEARNED)
            and event.seq > known.begun.seq
            and event.detail.get("bundle") != known.bundle
            for event in events
        )

    def _end(self, step: Step, message: str) -> None:
        self._record.add_event(proposal_event(step, self._newest(), message=message))
        self._result, self.shadow, self._due = None, None, 0.0

    def _newest(self) -> datetime:
        store, assessment = self._record.store, self._record.assessment
        return store.newest_time(assessment) or self._record.now()
