"""The loop of a watching engine: learns a baseline where there is none, then scores new snapshots.

The loop never ends by itself. After a passing failure (a full disk, a busy store) it resumes from the store.
Before a lasting failure ends the process, the engine records it in the store.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from engine.assessment.assessor import Assessor
from engine.assessment.commits import COMMIT_MOST
from engine.assessment.heartbeat import HeartbeatWriter, quiet
from engine.assessment.key import live_key
from engine.assessment.live_record import LiveRecord
from engine.assessment.progress import LearningProgress
from engine.baseline.from_live import BaselineGathering
from engine.baseline.trainer import LearningError, TrainingError
from engine.bundles.bundle import Bundle, BundleError
from engine.bundles.library import Bundles, check_fit
from engine.clock import wall_clock
from engine.config.settings import Settings
from engine.config.slow_sensors import is_process
from engine.errors import FailedError
from engine.live.arrivals import Arrivals
from engine.live.engine_events import EngineEvents
from engine.live.export.exporter import exporters_of
from engine.live.founding import Founding, begin_record, former_record
from engine.live.intake import FolderIntake
from engine.live.layout_change import await_operator, clear_layout_change
from engine.live.messages.dead_man import dead_man_of
from engine.live.notifier import notifiers_of
from engine.live.proposals.proposer import Proposer
from engine.live.request_handler import LoopRequest, RequestHandler
from engine.live.ring_follower import start_all, stop_all
from engine.live.rows.intake import RowIntake
from engine.live.supervision import Rhythm, Supervisor
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.store.store import Store, StoreBusyError, StoreFaultError, StoreFullError
from engine.store.upkeep.retention import Tidier
from engine.system.lease import machine_lease
from engine.system.malloc import keep_freed_memory
from engine.system.processes.ordered_map import SharedPool
from replay.incoming.folder import FolderState

RECOVERY_SECONDS = 5.0
"""Wait before a failed store is tried again."""

TURN_SECONDS = 1.0
"""The longest wait for the folder: heartbeats and requests come between."""


class HaltedError(Exception):
    """The engine was asked to end during a long task."""


class SupersededError(Exception):
    """An operator switched to a bundle while the loop learned another."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks: `wall` is aware UTC time; `steady` counts seconds and never goes back."""

    wall: Callable[[], datetime]
    steady: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Start:
    """The start of an engine.

    Attributes:
        bundle: name of a bundle of the store to use from now on; None keeps the bundle in use, or learns a
            baseline of the machine's first healthy snapshots.
        loaded: that bundle, if the caller has loaded it.
        started_as: the folder and the options, for the record.
        pool: examines the snapshots of all machines of a plant; None for a machine alone in the process.
        founding: of the caller, who holds the lease; None where the engine is to take it.
    """

    bundle: str | None = None
    loaded: Bundle | None = None
    started_as: Mapping[str, str] = field(default_factory=dict)
    pool: SharedPool | None = None
    founding: Founding | None = None


def watch(
    folder: Path,
    settings: Settings,
    store: Store,
    *,
    stop: threading.Event,
    clocks: Clocks | None = None,
    start: Start | None = None,
    tell: Callable[[Heartbeat], None] = quiet,
) -> None:
    """Watch a folder until `stop` is set.

    Args:
        folder: where the recorder writes; it need not exist yet.
        settings: the machine and all rules.
        store: where everything goes.
        stop: ends the loop within a second or two, all committed.
        clocks: for tests; the system's clocks where left out.
        start: the bundle to begin with, and the options for the record.
        tell: called with every heartbeat.

    Raises:
        LeaseTakenError: another engine watches this machine.
        BundleError: the named bundle does not fit.
        FailedError: the store failed, and a retry cannot help.
    """
    keep_freed_memory()
    clocks = clocks or Clocks(wall_clock, time.monotonic)
    start = start or Start()
    what = f"watching {settings.machine.name}"
    own = store.hold(machine_lease(settings), what, shared=start.pool is not None)
    with own if start.founding is None else nullcontext():
        former = former_record(store, settings)
        if former is not None:
            waiting = LiveRecord(store, former, clocks.wall)
            if not await_operator(folder, settings, waiting, HeartbeatWriter(waiting, tell), stop):
                return
            # The operator's choice replaces the bundle of the command line.
            start = replace(start, bundle=None)
        bundles = Bundles(store.path.parent, live_key(settings))
        if start.bundle is not None:
            check_fit(start.loaded or bundles.load(start.bundle), settings)
        assessment = begin_record(folder, settings, store, clocks.wall())
        if start.bundle is not None:
            # After the record: a bundle in use beside an empty database means that a record was lost.
            bundles.use(start.bundle, settings.machine.name)
        record = LiveRecord(store, assessment, clocks.wall)
        clear_layout_change(record, "the settings fit the record again")
        heartbeat = HeartbeatWriter(record, tell)
        _Watch(folder, settings, record, heartbeat, clocks, stop, start).run()


class _Watch:
    """One engine while it watches."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        record: LiveRecord,
        heartbeat: HeartbeatWriter,
        clocks: Clocks,
        stop: threading.Event,
        start: Start,
    ) -> None:
        self._settings, self._record = settings, record
        self._bundles = Bundles(record.state, live_key(settings))
        self._heartbeat, self._clocks, self._stop = heartbeat, clocks, stop
        store, assessment = record.store, record.assessment
        self._started_as = start.started_as
        before = store.heartbeat(assessment)
        # The first heartbeat of this engine says nothing about the engine before.
        is_own = start.founding is not None and before == start.founding.first
        self._before = None if is_own else before
        intake = RowIntake if is_process(settings.components) else FolderIntake
        self._intake = intake(folder, settings, record, clock=clocks.steady)
        self._supervisor = Supervisor(record, settings, clock=clocks.steady)
        self._tidier = Tidier(store, assessment, settings.store, now=clocks.wall, clock=clocks.steady)
        self._requests = RequestHandler(folder, settings, record, self._bundles)
        self._engine_events = EngineEvents(record)
        self._assessor: Assessor | None = None
        self._gathering: BaselineGathering | None = None
        self._backlog = 0
        self._trouble = ""
        self._began = False
        self._rhythm = Rhythm(settings.watch.interval, clocks.steady)
        self._rhythm.recall(record)
        self._proposer = Proposer(folder, settings, record, self._bundles, clocks.steady)
        self._arrivals = Arrivals(
            self._intake, self._rhythm, self._beat, stop, start.pool, shadow=lambda: self._proposer.shadow
        )

    def run(self) -> None:
        """Watch until asked to stop."""
        notifiers = notifiers_of(self._record, self._settings, live_now=self.live_now)
        dead_man = dead_man_of(self._record, self._settings.notify)
        exporters = exporters_of(self._record, self._settings, live_now=self.live_now)
        try:
            start_all((*notifiers, *dead_man, *exporters))
            while not self._stop.is_set():
                try:
                    self._begin()
                    self._turn()
                except (StoreFullError, StoreFaultError, StoreBusyError) as error:
                    self._start_over(str(error))
                except HaltedError:
                    break
                for notifier in notifiers:
                    notifier.poke()
            # They use the same store: the last events must not wait for their locks.
            stop_all((*notifiers, *dead_man))
            self._engine_events.ended(self.live_now())
            self._heartbeat.last_word(Phase.ENDED, self._done, self._done)
        except Exception as error:
            with suppress(FailedError):
                words = str(error) or type(error).__name__
                self._engine_events.failed(words, self.live_now())
                self._heartbeat.last_word(Phase.FAILED, self._done, self._done, words)
            raise
        finally:
            # The export publishes the end too, and the failure that brought it.
            stop_all((*notifiers, *dead_man, *exporters))
            self._requests.close()
            self._proposer.close()
            self._intake.close()

    def live_now(self) -> datetime:
        """Return the recording time now; safe from any thread."""
        return self._rhythm.now() or self._clocks.wall()

    # One turn of the loop.

    def _begin(self) -> None:
        if not self._began:
            self._engine_events.started(self._before, self.live_now(), self._started_as)
            self._began = True

    def _turn(self) -> None:
        if self._supervisor.paused:
            self._supervise()
        if self._supervisor.paused:
            self._heartbeat.beat(Phase.PAUSED, self._done, self._done, self._supervisor.paused)
            self._stop.wait(TURN_SECONDS)
            return
        if self._assessor is None and self._gathering is None:
            self._prepare()
        ready = self._arrivals.ready(None if self._assessor is None else self._assessor.newest)
        # After the look: files that came meanwhile are not missing data.
        self._supervise(idle=not ready)
        for start in range(0, len(ready), COMMIT_MOST):
            if self._stop.is_set() or self._supervisor.paused:
                break
            self._backlog = len(ready) - start
            portion = ready[start : start + COMMIT_MOST]
            if self._assessor is not None:
                self._arrivals.score(portion, self._assessor)
            elif self._gathering is not None and not self._gathering.is_enough:
                self._arrivals.gather(portion, self._gathering)
            self._supervise()
            self._beat()
        self._backlog = 0
        if self._gathering is not None and self._gathering.is_enough and not self._stop.is_set():
            self._learn(self._gathering)
        self._beat()
        # A proposal is weighed between two looks at the folder: all that came is scored.
        self._proposer.turn(may_begin=self._assessor is not None and not self._requests.learns)
        self._tidier.turn()
        self._intake.wait(TURN_SECONDS)

    def _supervise(self, *, idle: bool = False, learns: bool = False) -> None:
        refused = self._intake.refused_at
        for event in self._supervisor.turn(self._rhythm.silence, self.live_now(), idle=idle, refused=refused):
            self._requests.take(event, learns=learns)
        for request in self._requests.turn():
            self._carry_out(request)

    def _carry_out(self, request: LoopRequest) -> None:
        """Carry out a request that changes the loop."""
        if request.ends:
            self._stop.set()
        if request.retry is not None:
            self._intake.retry(request.retry)
        if request.switched:
            self._assessor = self._gathering = None
            self._proposer.forget()
            self._arrivals.gathered.clear()
            self._trouble = ""

    def _prepare(self) -> None:
        """Load the bundle in use, or begin to gather a baseline where there is none."""
        if self._trouble:
            return
        try:
            resume = self._record.store.resume_point(self._record.assessment)
            if self._bundles.current() is None and resume is None:
                self._gathering = BaselineGathering(self._settings)
                return
            # A machine that was scored before may be failing: only an operator asks to learn it again.
            bundle = self._bundles.load()
            check_fit(bundle, self._settings)
            assessor = Assessor(self._record, bundle, self._settings)
        except BundleError as error:
            self._engine_events.model_missing(str(error), self.live_now())
            self._trouble = str(error)
            return
        self._engine_events.judged_by(assessor, self.live_now())
        self._assessor = assessor

    def _learn(self, gathering: BaselineGathering) -> None:
        """Learn the baseline; the gathered files are then scored like all others."""
        progress = LearningProgress(
            self._record, self._heartbeat, self._settings.model.epochs, gathering.gathered
        )

        def wait() -> None:
            progress.waiting()
            self._serve_requests(gathering)

        def epoch(one: Epoch) -> None:
            progress.epoch(one)
            self._serve_requests(gathering)

        try:
            bundle = gathering.learn(epoch, wait)
            self._bundles.use(self._bundles.keep(bundle), self._settings.machine.name)
        except SupersededError:
            return
        except LearningError as error:
            # More snapshots may help; until then the heartbeat says why it still gathers.
            gathering.want_more()
            self._trouble = str(error)
            if isinstance(error, TrainingError):
                self._engine_events.model_missing(self._trouble, self.live_now())
            return
        except OSError as error:
            raise StoreFullError(
                f"the baseline cannot be learned or kept ({error}); make room on the disk"
            ) from error
        self._gathering, self._trouble = None, ""
        self._arrivals.gathered.clear()
        self._intake.forget()

    def _serve_requests(self, gathering: BaselineGathering) -> None:
        """Answer operators while learning goes on, and end it where they ask for that.

        Raises:
            HaltedError: the engine is to end.
            SupersededError: an operator switched to another bundle.
        """
        if self._stop.is_set():
            raise HaltedError
        # A failed store is tried again a second later; that is not a reason to learn from the start.
        with suppress(FailedError):
            self._supervise(learns=True)
        if self._gathering is not gathering:
            raise SupersededError

    # Heartbeats.

    @property
    def _done(self) -> int:
        return self._assessor.position if self._assessor is not None else 0

    def _beat(self) -> None:
        intake, gathering = self._intake, self._gathering
        words = intake.sentence or self._trouble or self._record.store.damage.sentence
        done, total, phase = self._done, self._done + self._backlog, Phase.WATCHING
        if gathering is not None:
            phase, done, total = Phase.GATHERING, gathering.gathered, gathering.wanted
            words = words or gathering.trouble
        elif self._assessor is None:
            if self._trouble:
                self._heartbeat.beat(Phase.FAILED, 0, 0, words)
            return
        if intake.state is not FolderState.PRESENT:
            phase = Phase.NO_FOLDER
        elif intake.held:
            phase, first = Phase.HOLDING, intake.held[0]
            words = words or f"{len(intake.held)} held back, the first {first.name}: {first.why}"
        elif not done:
            words = words or intake.contents
        if intake.waiting and not words:
            words = f"{len(intake.waiting)} not complete yet"
        missing = self._rhythm.silence is None or self._supervisor.misses_data
        words = words or intake.others.sentence(explained=missing)
        self._heartbeat.beat(phase, done, total, words)

    def _start_over(self, words: str) -> None:
        """Drop all that was not committed, and resume from the store after a while."""
        self._assessor, self._trouble = None, ""
        self._proposer.forget()
        self._intake.forget()
        with suppress(FailedError):
            self._heartbeat.last_word(Phase.PAUSED, 0, 0, words)
        self._stop.wait(RECOVERY_SECONDS)
