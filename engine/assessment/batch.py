"""The pass over a finished run: read snapshots in order, learn a baseline, score, store."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from engine.assessment.assessor import Assessor
from engine.assessment.examination import Examined, examination
from engine.assessment.heartbeat import HeartbeatWriter, quiet
from engine.assessment.live_record import LiveRecord
from engine.assessment.progress import LearningProgress
from engine.assessment.run_identity import key_of_run
from engine.baseline.from_run import AssessmentError, explain, learn_from_run, refuse_unreadable
from engine.baseline.healthy_start import healthy_entries
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles, check_fit
from engine.config.channels import Layout, layout_of
from engine.config.settings import Settings
from engine.errors import FailedError, UnusableError
from engine.records.assessment import Assessment
from engine.records.progress import Heartbeat, Phase
from engine.scoring.scorer import Scorer
from engine.store.store import Store
from engine.system.malloc import keep_freed_memory
from engine.system.processes.ordered_map import in_order
from engine.system.processes.worker import Worker
from replay.recording import RecordingError
from replay.run import Run

WORTH_A_WORKER = 300
"""Snapshots below which a second process is not started: it takes a second of a processor to come up."""

TOGETHER = 4
"""Recordings that are examined before they are judged one after the other: what a processor's caches hold of
one kind of work serves all of them, which saves a tenth of judging."""

T = TypeVar("T")


class Spread(Protocol):
    """Examines the recordings of a run elsewhere, and yields the results in order."""

    def __call__(
        self,
        run: Run,
        settings: Settings,
        bundle: Bundle,
        indices: range,
        again: Callable[[int], Examined],
    ) -> Generator[Examined | RecordingError]:
        """Examine them; `again` examines one in this process."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a pass over a run. Seconds are those of this call, 0 for work found done."""

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
    spread: Spread | None = None,
) -> Outcome:
    """Learn where needed, then score a finished run to its end; resume an earlier pass.

    Args:
        run: the recordings, ordered by time.
        settings: the machine and all rules.
        store: where everything goes.
        now: the wall clock.
        bundle: score with this one instead of learning.
        tell: called with every heartbeat.
        spread: examines the recordings; threads and a second process of this computer where None.

    Raises:
        AssessmentError: no baseline can be learned, or no recording be read.
        LeaseTakenError: another engine works on the assessment.
        OSError: a disk failed.
    """
    keep_freed_memory()
    layout = layout_of(settings)
    key = key_of_run(run, settings, store, bundle.digest() if bundle else None)
    with store.hold(key):
        assessment = _begin(run, settings, store, layout, key, bundle, now)
        record = LiveRecord(store, assessment, now)
        heartbeat = HeartbeatWriter(record, tell)
        heartbeat.beat(Phase.READING, 0, len(run))
        try:
            for rejection in run.rejected:
                record.reject(rejection.name, rejection.reason)
            if bundle is None:
                progress = LearningProgress(record, heartbeat, settings.model.epochs)
                bundle, learning_seconds = _learned_bundle(run, settings, record, progress)
            else:
                check_fit(bundle, settings)
                learning_seconds = 0.0
            began = time.perf_counter()
            scored, judged = _score(run, settings, record, heartbeat, bundle, spread)
            seconds = time.perf_counter() - began
        except ArithmeticError as error:
            heartbeat.last_word(Phase.FAILED, 0, len(run), str(error))
            raise AssessmentError(str(error)) from error
        except UnusableError as error:
            heartbeat.last_word(Phase.FAILED, 0, len(run), str(error))
            raise
        except (FailedError, OSError) as error:
            # The store itself may have failed: then there is no last heartbeat.
            with suppress(FailedError):
                heartbeat.last_word(Phase.FAILED, 0, len(run), str(error))
            raise
        heartbeat.last_word(Phase.FINISHED, judged, len(run))
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


def _learned_bundle(
    run: Run, settings: Settings, record: LiveRecord, progress: LearningProgress
) -> tuple[Bundle, float]:
    """Return the bundle of an assessment that learns its own: from an earlier pass, or learned now."""
    shelf = Bundles(record.state, record.assessment.key)
    if shelf.current() is not None:
        return shelf.load(), 0.0
    if len(healthy_entries(run, settings)) == len(run):
        refuse_unreadable(run, settings)
        raise AssessmentError(
            f"model.healthy: {settings.model.healthy} takes all {len(run)} recordings of the run as healthy"
            " and leaves none to judge; name fewer, or only learn from them (raceway learn)"
        )
    began = time.perf_counter()
    bundle = learn_from_run(run, settings, progress)
    shelf.use(shelf.keep(bundle))
    return bundle, time.perf_counter() - began


def _score(
    run: Run,
    settings: Settings,
    record: LiveRecord,
    heartbeat: HeartbeatWriter,
    bundle: Bundle,
    spread: Spread | None,
) -> tuple[int, int]:
    """Score the rest of a run; return the snapshots scored now, and in all."""
    assessor = Assessor(record, bundle, settings)
    start = 0
    if assessor.newest is not None:
        start = sum(entry.time <= assessor.newest for entry in run.entries)
        taken = record.store.times(record.assessment)
        refused = {name for name, _ in record.store.rejections(record.assessment)}
        for entry in run.entries[:start]:
            if entry.time not in taken and entry.name not in refused:
                record.reject(entry.name, "it came after later recordings had been scored")
    first_refused: RecordingError | None = None
    indices = range(start, len(run))

    def examine(index: int) -> Examined:
        return assessor.examine_entry(run, index)

    def here() -> Generator[Examined | RecordingError]:
        with _worker(run, assessor.scorer, len(indices)) as worker:
            yield from in_order(examine, indices, worker)

    spreading = here() if spread is None else spread(run, settings, bundle, indices, examine)
    with closing(spreading) as examined:

        def arriving() -> Iterator[Examined | RecordingError]:
            for index, one in zip(indices, examined, strict=True):
                heartbeat.beat(Phase.SCORING, index, len(run))
                yield one

        for one in _in_groups(arriving()):
            if isinstance(one, RecordingError):
                record.reject(one.name, one.reason)
                first_refused = first_refused or one
            else:
                assessor.assess(one)
    assessor.commit()
    if assessor.position == 0 and first_refused is not None:
        raise AssessmentError(explain(first_refused, settings))
    return assessor.position - assessor.began_at, assessor.position


def _in_groups(items: Iterator[T]) -> Iterator[T]:
    """Yield the items, those of each group once it is complete."""
    while group := tuple(islice(items, TOGETHER)):
        yield from group


def _worker(run: Run, scorer: Scorer, count: int) -> AbstractContextManager[Worker[Examined] | None]:
    """Return a second process for so many snapshots; None where they are scored before it is ready."""
    if count < WORTH_A_WORKER:
        return nullcontext()
    try:
        return Worker(partial(examination, run, scorer))
    except OSError:
        # Without a second process scoring only takes longer.
        return nullcontext()
