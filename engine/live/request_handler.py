"""Requests of operators to a watching engine, from accept to stop. Each is answered once."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.assessment.live_record import LiveRecord
from engine.baseline.from_run import learn_from_run
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles, check_fit
from engine.config.healthy_span import parse_healthy
from engine.config.settings import Settings
from engine.errors import FailedError, UnusableError
from engine.live.healthy_choice import chosen_run
from engine.live.proposals.proposer import AbandonedError, Quiet
from engine.live.proposals.requests import ProposalRequests
from engine.live.renewals import Renewals
from engine.operator.acceptance import accept_baseline
from engine.records.events import Action, Event, EventKind
from replay.run import RunError, open_run


@dataclass(frozen=True, slots=True)
class LoopRequest:
    """A request for the loop: read a file again, score with another bundle, or end."""

    retry: bytes | None = None
    switched: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, in a sentence for the operator."""

    request: Event
    done: bool
    words: str


class RequestHandler:
    """Carries out requests; learning runs on a background thread, one at a time."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        record: LiveRecord,
        bundles: Bundles,
    ) -> None:
        """Handle the requests of one live record.

        Args:
            folder: whose recordings a new baseline is learned from.
            settings: of the machine.
            record: the live record, which holds the requests.
            bundles: of the store.
        """
        self._folder, self._settings = folder, settings
        self._record, self._bundles = record, bundles
        self._taken: set[int] = set()
        self._renewals = Renewals(folder, settings, record, bundles)
        self._proposals = ProposalRequests(record)
        self._for_loop: list[LoopRequest] = []
        self._learning: threading.Thread | None = None
        self._learned: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._due: list[Answer] = []
        self._ending = threading.Event()

    def take(self, request: Event, *, learns: bool = False) -> None:
        """Carry out an open request, once.

        A request to learn waits while the handler or, with `learns`, the loop is learning.
        """
        action = str(request.detail.get("action"))
        if request.seq in self._taken:
            return
        must_wait = action == Action.RELEARN and (learns or self._learning is not None)
        if must_wait or not self._renewals.has_come(request):
            return
        self._taken.add(request.seq)
        try:
            match action:
                case Action.ACCEPT:
                    by = str(request.detail["by"])
                    record = self._record
                    words = accept_baseline(record.store, record.assessment, by, record.now())
                    self._due.append(Answer(request, True, words))
                case Action.RETRY:
                    self._retry(request, bytes.fromhex(str(request.detail["raw"])))
                case Action.SWITCH:
                    self._switch(request, str(request.detail["bundle"]))
                case Action.RELEARN:
                    if "component" in request.detail:
                        self._learn(request, self._renewals.work_of(request, Quiet(self._ending)))
                    else:
                        anyway = request.detail.get("anyway") is True
                        self._relearn(request, str(request.detail["healthy"]), anyway=anyway)
                case Action.ACCEPT_PROPOSAL:
                    words = self._proposals.accept(request, self._use)
                    self._for_loop.append(LoopRequest(switched=True))
                    self._due.append(Answer(request, True, words))
                case Action.REFUSE_PROPOSAL:
                    self._due.append(Answer(request, True, self._proposals.refuse(request)))
                case Action.RENAME:
                    words = "the settings of this engine name the components as the record does"
                    way = "change the names there, start the engine again, and repeat the request"
                    self._due.append(Answer(request, False, f"{words}; {way}"))
                case Action.STOP:
                    self._stop(request)
                case _:
                    self._due.append(
                        Answer(request, False, f"this engine does not know the request {action!r}")
                    )
        except KeyError as error:
            self._due.append(Answer(request, False, f"the request does not say which {error.args[0]}"))
        except (UnusableError, RunError, ValueError, OSError) as error:
            self._due.append(Answer(request, False, str(error)))
        except FailedError:
            # The store failed, not the request: it stays open and is tried again.
            self._taken.discard(request.seq)
            raise

    def turn(self) -> tuple[LoopRequest, ...]:
        """Store the answers that are due; return the requests for the loop.

        Raises:
            StoreError: an answer could not be stored; it stays due.
        """
        with suppress(queue.Empty):
            self._due.append(self._learned.get_nowait())
            self._learning = None
        while self._due:
            due = self._due[0]
            self._record.store.answer(
                self._record.assessment,
                due.request,
                done=due.done,
                words=due.words,
                at=due.request.at,
                now=self._record.now(),
            )
            del self._due[0]
        requests, self._for_loop = tuple(self._for_loop), []
        return requests

    @property
    def learns(self) -> bool:
        """Return whether a baseline is learned on request."""
        return self._learning is not None

    def close(self) -> None:
        """Abandon learning; its request stays open for the next engine."""
        self._ending.set()
        if self._learning is not None:
            self._learning.join()

    def _retry(self, request: Event, raw: bytes) -> None:
        if all(one.raw != raw for one in self._record.store.quarantined(self._record.assessment.machine_id)):
            self._due.append(Answer(request, False, "this file is not refused"))
            return
        self._for_loop.append(LoopRequest(retry=raw))
        self._due.append(Answer(request, True, "the file is read again"))

    def _switch(self, request: Event, name: str) -> None:
        self._proposals.check_switch(self._bundles.load(name).digest())
        self._use(name)
        self._for_loop.append(LoopRequest(switched=True))
        self._due.append(Answer(request, True, f"{name} is in use from the next snapshot on"))

    def _use(self, name: str) -> None:
        check_fit(self._bundles.load(name), self._settings)
        self._bundles.use(name, self._settings.machine.name)

    def _stop(self, request: Event) -> None:
        """End the engine, unless an earlier engine was meant."""
        events = self._record.store.events(self._record.assessment)
        started = max((one.seq for one in events if one.kind is EventKind.STARTED), default=0)
        if request.seq < started:
            words = "this engine started after the request and goes on; ask again to end it"
            self._due.append(Answer(request, False, words))
            return
        self._for_loop.append(LoopRequest(ends=True))
        self._due.append(Answer(request, True, "the engine ends"))

    def _relearn(self, request: Event, healthy: str, *, anyway: bool) -> None:
        record = self._record
        run = chosen_run(
            open_run(self._folder, self._settings.recording_format()),
            parse_healthy(healthy),
            record.store.series(record.assessment),
            record.events(),
            anyway=anyway,
        )
        # The chosen recordings are the whole run; without a record the healthy start is that of the folder.
        start = healthy if not len(record.store.series(record.assessment)) else str(len(run))
        model = self._settings.model.model_copy(update={"healthy": start, "skip": 0})
        settings = self._settings.model_copy(update={"model": model})

        self._learn(request, lambda: learn_from_run(run, settings, Quiet(self._ending)))

    def _learn(self, request: Event, work: Callable[[], Bundle]) -> None:
        """Learn in the background, and keep the bundle beside the one in use."""

        def learn() -> None:
            try:
                bundle = work()
                count = bundle.renewal.get("snapshots", bundle.baseline.count)
                what = f" for {bundle.renewal['component']}" if bundle.renewal else ""
                words = f"learned {self._bundles.keep(bundle)}{what} from {count} snapshots"
                self._learned.put(Answer(request, True, f"{words}; switch to use it"))
            except AbandonedError:
                return
            except Exception as error:
                # The operator gets an answer after any failure.
                self._learned.put(Answer(request, False, str(error) or type(error).__name__))

        self._learning = threading.Thread(target=learn, name="raceway-relearning")
        self._learning.start()
