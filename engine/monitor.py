"""The loop that joins the rooms: reads snapshots in order, learns a baseline, scores, appends."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bundle import Bundle, load_bundle
from engine.diagnosis import Diagnostician
from engine.errors import FailedError, UnusableError
from engine.gathering import AssessmentError, explain, learn_from_run
from engine.identity import assessment_key
from engine.layout import Layout, layout_of
from engine.lease import lease
from engine.memory import keep_freed_memory
from engine.occlusion import occlusion
from engine.pipeline import Batch, in_order
from engine.pulse import Pulse, quiet
from engine.records import (
    RINGS,
    Assessed,
    Assessment,
    Cause,
    Epoch,
    EventKind,
    Heartbeat,
    NewEvent,
    Phase,
    SnapshotFacts,
)
from engine.rules import Moment
from engine.scoring import Examination, Scorer
from engine.settings import Settings
from engine.store import Store
from engine.tracking import Tracker, first_state, unpack_state
from replay.archive import Run
from replay.recording import RecordingError, Snapshot

OPINIONS = 3
"""Parts whose covering tells most, frozen with a ring."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass over a run came to. Seconds are those of this call, 0 for work found done."""

    assessment: Assessment
    bundle: Bundle
    learning_seconds: float
    scoring_seconds: float
    scored_now: int


def assess(
    run: Run,
    settings: Settings,
    store: Store,
    *,
    now: Callable[[], datetime],
    bundle: Bundle | None = None,
    tell: Callable[[Heartbeat], None] = quiet,
) -> Outcome:
    """Learn where needed, then score a finished run to its end; goes on where an earlier pass stopped.

    Args:
        run: the recordings, ordered by time.
        settings: the machine and all rules.
        store: where everything goes.
        now: the wall clock.
        bundle: score with this one instead of learning.
        tell: hears of progress.

    Raises:
        AssessmentError: nothing can be learned or scored.
        LeaseTakenError: another engine is at it.
        OSError: a disk failed.
    """
    keep_freed_memory()
    layout = layout_of(settings)
    key = assessment_key(run, settings, bundle.digest() if bundle else None)
    with lease(store.path.parent / "leases", key, store.access):
        assessment = _begin(run, settings, store, layout, key, bundle, now)
        pulse = Pulse(store, assessment, now, tell)
        pulse.beat(Phase.READING, 0, len(run))
        try:
            for rejection in run.rejected:
                store.reject(assessment, rejection.name, rejection.reason, now())
            if bundle is None:
                record = Record(store, assessment, pulse, settings.model.epochs, now)
                bundle, learning_seconds = _learned_bundle(run, settings, store, assessment, record)
            else:
                _check_shape(bundle, settings)
                learning_seconds = 0.0
            began = time.perf_counter()
            scored = _score(run, settings, store, assessment, pulse, bundle, now)
            seconds = time.perf_counter() - began
        except ArithmeticError as error:
            pulse.last_word(Phase.FAILED, 0, len(run), str(error))
            raise AssessmentError(str(error)) from error
        except UnusableError as error:
            pulse.last_word(Phase.FAILED, 0, len(run), str(error))
            raise
        except (FailedError, OSError) as error:
            # The store itself may be what failed: the word is left if it still can be.
            with suppress(FailedError):
                pulse.last_word(Phase.FAILED, 0, len(run), str(error))
            raise
        pulse.last_word(Phase.FINISHED, len(run), len(run))
    return Outcome(assessment, bundle, learning_seconds, seconds, scored)


def _begin(
    run: Run,
    settings: Settings,
    store: Store,
    layout: Layout,
    key: str,
    bundle: Bundle | None,
    now: Callable[[], datetime],
) -> Assessment:
    return store.begin_assessment(
        machine=settings.machine.name,
        key=key,
        model=settings.model.name if bundle is None else bundle.model,
        seed=settings.model.seed if bundle is None else bundle.seed,
        run=str(run.path),
        expected=len(run),
        components=layout.components,
        channels=layout.channels,
        units=layout.units,
        settings=settings.plain(),
        now=now(),
    )


class Record:
    """Writes into the store how learning goes."""

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        pulse: Pulse,
        epochs: int,
        now: Callable[[], datetime],
    ) -> None:
        """Write for one assessment whose training lasts at most so many epochs."""
        self._store, self._assessment, self._pulse, self._now = store, assessment, pulse, now
        self._epochs = epochs
        self._last: Epoch | None = None

    def rejected(self, error: RecordingError) -> None:
        """Record a file that cannot be read."""
        self._store.reject(self._assessment, error.name, error.reason, self._now())

    def read(self, done: int, total: int) -> None:
        """Beat."""
        self._pulse.beat(Phase.READING, done, total)

    def epoch(self, epoch: Epoch) -> None:
        """Append the epoch, and beat."""
        self._last = epoch
        self._store.add_epoch(self._assessment, epoch)
        self.waiting()

    def waiting(self) -> None:
        """Beat."""
        last = self._last
        words = "starting"
        if last is not None:
            words = f"epoch {last.epoch}, loss {last.loss:.3f}, validation {last.validation_loss:.3f}"
        self._pulse.beat(Phase.LEARNING, last.epoch if last else 0, self._epochs, words)


def _learned_bundle(
    run: Run, settings: Settings, store: Store, assessment: Assessment, record: Record
) -> tuple[Bundle, float]:
    """The bundle of an assessment that learns its own: of an earlier pass, or learned now."""
    marker = store.path.parent / "bundles" / f"{assessment.key}.json"
    if marker.is_file():
        return load_bundle(marker.parent / json.loads(marker.read_text())["bundle"]), 0.0
    began = time.perf_counter()
    bundle = learn_from_run(run, settings, record)
    place = bundle.save(marker.parent)
    draft = marker.with_suffix(".draft")
    draft.write_text(json.dumps({"bundle": place.name}))
    draft.replace(marker)
    return bundle, time.perf_counter() - began


def _check_shape(bundle: Bundle, settings: Settings) -> None:
    for what, learned, here in (
        ("sample_rate", bundle.sample_rate, settings.machine.sample_rate),
        ("rows", bundle.rows, settings.recording.rows),
        ("columns", bundle.channels, settings.columns),
        ("components", bundle.calibration.limit.shape[1], len(settings.components)),
    ):
        if learned != here:
            raise AssessmentError(
                f"the bundle was learned with {what} {learned}, the settings say {here};"
                " learn a bundle for this machine, or use the settings it was learned with"
            )


@dataclass(frozen=True, slots=True)
class Examined:
    """A snapshot without its waveform, and what it shows."""

    name: str
    at: datetime
    sample_rate: float
    rows: int
    seen: Examination


def _score(
    run: Run,
    settings: Settings,
    store: Store,
    assessment: Assessment,
    pulse: Pulse,
    bundle: Bundle,
    now: Callable[[], datetime],
) -> int:
    layout = layout_of(settings)
    scorer = Scorer(bundle, layout, Diagnostician(settings))
    tracker = Tracker(scorer, settings)
    state, position, start = first_state(layout, bundle.calibration.centre.shape), 0, 0
    resume = store.resume_point(assessment)
    if resume is not None:
        last, at, packed = resume
        state, position = unpack_state(packed), last + 1
        start = sum(entry.time <= at for entry in run.entries)
        taken = store.times(assessment)
        refused = {name for name, _ in store.rejections(assessment)}
        for entry in run.entries[:start]:
            if entry.time not in taken and entry.name not in refused:
                store.reject(assessment, entry.name, "it came after later recordings had been scored", now())

    def examine(index: int) -> Examined:
        snapshot: Snapshot = run.read(index)
        return Examined(
            snapshot.name, snapshot.time, snapshot.sample_rate, len(snapshot.signal), scorer.examine(snapshot)
        )

    first_position = position
    first_refused: RecordingError | None = None
    batch = Batch(store, assessment, now)
    origin = _origin_detail(bundle)
    for index, one in zip(range(start, len(run)), in_order(examine, range(start, len(run))), strict=True):
        pulse.beat(Phase.SCORING, index, len(run))
        if isinstance(one, RecordingError):
            store.reject(assessment, one.name, one.reason, now())
            first_refused = first_refused or one
            continue
        state, verdict = tracker.step(state, one.seen, Moment(one.name, one.at))
        told = (_second_opinion(event, scorer, run, index) for event in verdict.events)
        events = (*_origin(bundle, origin, position, one), *told)
        facts = SnapshotFacts(one.name, one.at, one.sample_rate, one.rows, one.seen.figures)
        in_baseline = verdict.scores[0].baseline
        picture = verdict.picture.pack()
        batch.add(Assessed(position, facts, in_baseline, verdict.scores, events, None, picture), state)
        position += 1
    batch.commit()
    if position == 0 and first_refused is not None:
        raise AssessmentError(explain(first_refused, settings))
    return position - first_position


def _second_opinion(event: NewEvent, scorer: Scorer, run: Run, index: int) -> NewEvent:
    """Add to a component's ring what occlusion says; the recording is read once more for it."""
    if event.kind not in RINGS or event.detail.get("cause") != Cause.LIMIT:
        return event
    component = scorer.layout.components.index(event.component)
    opinion = occlusion(scorer, run.read(index), component)[:OPINIONS]
    return replace(event, detail={**event.detail, "occlusion": opinion})


def _origin_detail(bundle: Bundle) -> dict[str, object]:
    """What is told of a bundle when it comes into use."""
    baseline = bundle.baseline
    return {
        "bundle": bundle.digest(),
        "snapshots": baseline.count,
        "calibrated_on": baseline.calibrated_on,
        "from": baseline.start.isoformat(),
        "until": baseline.end.isoformat(),
        "epochs": len(bundle.history),
        "provisional": True,
        "doubts": list(bundle.doubts),
    }


def _origin(bundle: Bundle, detail: dict[str, object], position: int, one: Examined) -> tuple[NewEvent, ...]:
    """Say where the bundle comes from: at the last snapshot it learned from, or at the first it scores."""
    baseline = bundle.baseline
    if one.name == baseline.last_name and one.at == baseline.end:
        return (NewEvent(EventKind.LEARNED, one.at, "engine", detail=detail),)
    if position == 0 and not baseline.first_seen <= one.at <= baseline.end:
        return (NewEvent(EventKind.BUNDLE, one.at, "engine", detail=detail),)
    return ()
