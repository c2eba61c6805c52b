"""Watches one machine's incoming folder: learns a baseline where there is none, then scores what arrives.

The loop never ends by itself. What fails for a while (a full disk, a store that is busy) is tried again from
what the store holds; what fails for good is told in the store before the process ends.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from engine.assessment.assessor import Judge
from engine.assessment.commits import COMMIT_MOST
from engine.assessment.examination import Examined
from engine.assessment.heartbeat import Pulse, quiet
from engine.assessment.key import live_key
from engine.assessment.progress import Record
from engine.baseline.from_live import Founding
from engine.baseline.sights import Sight
from engine.baseline.trainer import LearningError
from engine.bundles.bundle import BundleError
from engine.bundles.library import Bundles, check_shape
from engine.clock import wall_clock
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.errors import FailedError
from engine.live.engine_events import Herald
from engine.live.intake import Taker
from engine.live.notifier import caller_of
from engine.live.request_handler import Answers, Wish
from engine.live.supervision import Mind, Rhythm
from engine.records.assessment import Assessment
from engine.records.intake import Outcome
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.store.retention import Tidier
from engine.store.store import Store, StoreBusyError, StoreFaultError, StoreFullError
from engine.system.lease import lease, machine_lease
from engine.system.malloc import keep_freed_memory
from engine.system.ordered_map import in_order
from replay.incoming.inbox import Candidate, NotYetError
from replay.recording import RecordingError, clean_text

RECOVERY_SECONDS = 5.0
"""Until what the store refused is tried again."""

TURN_SECONDS = 1.0
"""The longest that the loop waits for the folder: beats and requests come between."""


class HaltedError(Exception):
    """The engine was asked to end in the middle of something long."""


class SupersededError(Exception):
    """An operator switched to a bundle while the loop was learning one."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`wall` tells the time (aware, UTC); `steady` counts seconds and never goes back."""

    wall: Callable[[], datetime]
    steady: Callable[[], float]


def watch(
    folder: Path,
    settings: Settings,
    store: Store,
    *,
    stop: threading.Event,
    clocks: Clocks | None = None,
    bundle: str | None = None,
    tell: Callable[[Heartbeat], None] = quiet,
    started_as: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Watch a folder until `stop` is set.

    Args:
        folder: where the recorder writes; it need not exist yet.
        settings: the machine and all rules.
        store: where everything goes.
        stop: ends the loop within a second or two, all committed.
        clocks: for tests.
        bundle: name of a bundle of this store to use from now on; what is in use already, or a baseline of
            the machine's first healthy snapshots, where none is named.
        tell: hears of every beat.
        started_as: how it was started, for the record.

    Raises:
        LeaseTakenError: another engine watches this machine.
        BundleError: the named bundle does not fit.
        FailedError: the store failed for good.
    """
    keep_freed_memory()
    clocks = clocks or Clocks(wall_clock, time.monotonic)
    layout = layout_of(settings)
    what = f"watching {settings.machine.name}"
    with lease(store.path.parent / "leases", machine_lease(settings), store.access, what):
        bundles = Bundles(store.path.parent, live_key(settings))
        if bundle is not None:
            check_shape(bundles.load(bundle), settings)
            bundles.use(bundle)
        assessment = store.begin_assessment(
            machine=settings.machine.name,
            key=live_key(settings),
            model=settings.model.name,
            seed=settings.model.seed,
            run=clean_text(str(folder)),
            expected=0,
            components=layout.components,
            channels=layout.channels,
            units=layout.units,
            settings=settings.plain(),
            now=clocks.wall(),
        )
        pulse = Pulse(store, assessment, clocks.wall, tell)
        _Watch(folder, settings, store, assessment, bundles, pulse, clocks, stop).run(started_as)


class _Watch:
    """One engine's time of watching."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        store: Store,
        assessment: Assessment,
        bundles: Bundles,
        pulse: Pulse,
        clocks: Clocks,
        stop: threading.Event,
    ) -> None:
        self._settings, self._store, self._assessment = settings, store, assessment
        self._bundles, self._pulse, self._clocks, self._stop = bundles, pulse, clocks, stop
        self._before = store.heartbeat(assessment)
        self._taker = Taker(folder, settings, store, assessment, now=clocks.wall, clock=clocks.steady)
        self._mind = Mind(store, assessment, settings, now=clocks.wall, clock=clocks.steady)
        self._tidier = Tidier(store, assessment, settings.store, now=clocks.wall, clock=clocks.steady)
        self._answers = Answers(folder, settings, store, assessment, bundles, clocks.wall)
        self._herald = Herald(store, assessment, clocks.wall)
        self._judge: Judge | None = None
        self._founding: Founding | None = None
        self._seen: dict[bytes, tuple[int, int, int]] = {}
        self._backlog = 0
        self._trouble = ""
        self._began = False
        self._rhythm = Rhythm(settings.watch.interval, clocks.steady)
        self._rhythm.recall(store, assessment, clocks.wall())

    def run(self, started_as: Mapping[str, str]) -> None:
        """Go on until asked to stop."""
        now, alarms = self._clocks.wall, self._settings.alarms
        caller = caller_of(self._store, self._assessment, alarms, now=now, live_now=self.live_now)
        try:
            if caller is not None:
                caller.start()
            while not self._stop.is_set():
                try:
                    self._begin(started_as)
                    self._turn()
                except (StoreFullError, StoreFaultError, StoreBusyError) as error:
                    self._start_over(str(error))
                except HaltedError:
                    break
                if caller is not None:
                    caller.poke()
            if caller is not None:
                # It reads and writes the same store: the last words are not to wait for it in vain.
                caller.stop()
            self._herald.ended(self.live_now())
            self._pulse.last_word(Phase.ENDED, self._done, self._done)
        except Exception as error:
            with suppress(FailedError):
                words = str(error) or type(error).__name__
                self._herald.failed(words, self.live_now())
                self._pulse.last_word(Phase.FAILED, self._done, self._done, words)
            raise
        finally:
            if caller is not None:
                caller.stop()
            self._answers.close()
            self._taker.close()

    def live_now(self) -> datetime:
        """Recording time now; safe to ask from any thread."""
        return self._rhythm.now() or self._clocks.wall()

    # One turn of the loop.

    def _begin(self, started_as: Mapping[str, str]) -> None:
        if not self._began:
            self._herald.started(self._before, self.live_now(), started_as)
            self._began = True

    def _turn(self) -> None:
        if self._mind.paused:
            self._mind_the_clock()
        if self._mind.paused:
            self._pulse.beat(Phase.PAUSED, self._done, self._done, self._mind.paused)
            self._stop.wait(TURN_SECONDS)
            return
        if self._judge is None and self._founding is None:
            self._prepare()
        looked = self._taker.look(self._newest, self._interval)
        ready = [one for one in looked if self._seen.get(one.raw) != one.stamp]
        # After the look: what came while nobody looked is not missing.
        self._mind_the_clock(idle=not ready)
        for start in range(0, len(ready), COMMIT_MOST):
            if self._stop.is_set() or self._mind.paused:
                break
            self._backlog = len(ready) - start
            portion = ready[start : start + COMMIT_MOST]
            if self._judge is not None:
                self._score(portion, self._judge)
            elif self._founding is not None and not self._founding.is_enough:
                self._gather(portion, self._founding)
            self._mind_the_clock()
            self._beat()
        self._backlog = 0
        if self._founding is not None and self._founding.is_enough and not self._stop.is_set():
            self._found(self._founding)
        self._beat()
        self._tidier.turn()
        self._taker.wait(TURN_SECONDS)

    def _mind_the_clock(self, *, idle: bool = False, learns: bool = False) -> None:
        refused = self._taker.refused_at
        for request in self._mind.turn(self._rhythm.silence, self.live_now(), idle=idle, refused=refused):
            self._answers.take(request, learns=learns)
        for wish in self._answers.turn():
            self._grant(wish)

    def _grant(self, wish: Wish) -> None:
        """Do what an operator asked for that touches the loop."""
        if wish.retry is not None:
            self._taker.retry(wish.retry)
        if wish.switched:
            self._judge = self._founding = None
            self._seen.clear()
            self._trouble = ""

    def _prepare(self) -> None:
        """Find out what to score with: the bundle in use, or snapshots yet to be gathered."""
        if self._trouble:
            return
        try:
            if self._bundles.current() is None and self._store.resume_point(self._assessment) is None:
                self._founding = Founding(self._settings)
                return
            # A machine that was scored before is not learned anew unasked: it may be failing by now.
            bundle = self._bundles.load()
            check_shape(bundle, self._settings)
            judge = Judge(self._store, self._assessment, bundle, self._settings, self._clocks.wall)
        except BundleError as error:
            self._herald.model_missing(str(error), self.live_now())
            self._trouble = str(error)
            return
        self._herald.judged_by(judge, self.live_now())
        self._judge = judge

    # With a bundle.

    def _score(self, portion: Sequence[Candidate], judge: Judge) -> None:
        def examine(index: int) -> tuple[Examined, str] | NotYetError:
            read = self._taker.read(portion[index])
            if isinstance(read, NotYetError):
                return read
            snapshot, digest = read
            try:
                return judge.examine(snapshot), digest
            except ArithmeticError as error:
                raise RecordingError(snapshot.name, _reason(error, snapshot.name)) from error

        with closing(in_order(examine, range(len(portion)))) as examined:
            for candidate, one in zip(portion, examined, strict=True):
                if isinstance(one, RecordingError):
                    self._taker.refuse(candidate, Outcome.QUARANTINED, one.reason)
                elif not isinstance(one, NotYetError):
                    self._take(candidate, *one, judge)
                self._beat()
        judge.commit()

    def _take(self, candidate: Candidate, one: Examined, digest: str, judge: Judge) -> None:
        ruled = self._taker.place(candidate, digest, judge.newest, self._interval, silent=one.seen.silent)
        one = replace(one, at=ruled.at or one.at)
        row = self._taker.entry(candidate, one.at, digest, ruled)
        try:
            if ruled.outcome is Outcome.TAKEN:
                judge.judge(one, row)
                self._rhythm.heard(one.at)
            elif ruled.outcome is Outcome.LATE:
                judge.judge_late(one, row)
            else:
                # What it was compared with must be in the ledger first.
                judge.commit()
                self._taker.refuse(candidate, ruled.outcome, ruled.reason, one.at, digest)
                return
        except ArithmeticError as error:
            self._taker.refuse(candidate, Outcome.QUARANTINED, _reason(error, one.name))
            return
        self._taker.took(candidate, row)

    # Without one yet.

    def _gather(self, portion: Sequence[Candidate], founding: Founding) -> None:
        """See more of the machine."""
        times = {one.raw: self._taker.time_of(one) for one in portion}

        def look(index: int) -> tuple[Sight, str] | NotYetError:
            candidate = portion[index]
            read = self._taker.read(candidate)
            if isinstance(read, NotYetError):
                return read
            snapshot, digest = read
            return founding.look(replace(snapshot, time=times[candidate.raw])), digest

        with closing(in_order(look, range(len(portion)))) as sights:
            for candidate, one in zip(portion, sights, strict=True):
                if isinstance(one, RecordingError):
                    self._taker.refuse(candidate, Outcome.QUARANTINED, one.reason)
                elif not isinstance(one, NotYetError):
                    founding.add(*one)
                    self._seen[candidate.raw] = candidate.stamp
                    self._rhythm.heard(times[candidate.raw])
                self._beat()
                if self._stop.is_set():
                    return

    def _found(self, founding: Founding) -> None:
        """Learn the baseline; what was gathered is then scored like everything else."""
        record = Record(
            self._store, self._assessment, self._pulse, self._settings.model.epochs, self._clocks.wall
        )

        def wait() -> None:
            record.waiting()
            self._attend_to_others(founding)

        def epoch(one: Epoch) -> None:
            record.epoch(one)
            self._attend_to_others(founding)

        try:
            bundle = founding.learn(epoch, wait)
            self._bundles.use(self._bundles.keep(bundle))
        except SupersededError:
            return
        except LearningError as error:
            # More snapshots may mend it; until then the beat says why it goes on gathering.
            founding.want_more()
            self._trouble = str(error)
            return
        except OSError as error:
            raise StoreFullError(
                f"the baseline cannot be learned or kept ({error}); make room on the disk"
            ) from error
        self._founding, self._trouble = None, ""
        self._seen.clear()
        self._taker.forget()

    def _attend_to_others(self, founding: Founding) -> None:
        """End if asked to, and answer operators, while learning goes on.

        Raises:
            HaltedError: the engine is to end.
            SupersededError: what is learned is not wanted any more.
        """
        if self._stop.is_set():
            raise HaltedError
        # What the store refuses now is seen to again a second later: no reason to learn from the start.
        with suppress(FailedError):
            self._mind_the_clock(learns=True)
        if self._founding is not founding:
            raise SupersededError

    # What is told.

    @property
    def _newest(self) -> datetime | None:
        return self._judge.newest if self._judge is not None else None

    @property
    def _interval(self) -> timedelta:
        silence = self._rhythm.silence
        return silence.interval if silence is not None else timedelta(0)

    @property
    def _done(self) -> int:
        return self._judge.position if self._judge is not None else 0

    def _beat(self) -> None:
        words, founding = self._taker.sentence or self._trouble, self._founding
        if founding is not None:
            self._pulse.beat(Phase.GATHERING, founding.gathered, founding.wanted, words or founding.trouble)
        elif self._judge is not None:
            waiting = len(self._taker.waiting)
            words = words or (f"{waiting} not complete yet" if waiting else "")
            self._pulse.beat(Phase.WATCHING, self._done, self._done + self._backlog, words)
        elif self._trouble:
            self._pulse.beat(Phase.FAILED, 0, 0, words)

    def _start_over(self, words: str) -> None:
        """Let go of what was not committed; the store says where to go on."""
        self._judge, self._trouble = None, ""
        self._taker.forget()
        with suppress(FailedError):
            self._pulse.last_word(Phase.PAUSED, 0, 0, words)
        self._stop.wait(RECOVERY_SECONDS)


def _reason(error: ArithmeticError, name: str) -> str:
    """What to put behind the name of a file whose numbers came to nothing."""
    return str(error).removeprefix(f"{name}: ")
