"""Answers what operators ask of a watching engine: accept, relearn, switch, retry. Each is answered once."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.baseline.from_run import learn_from_run
from engine.bundles.library import Bundles, check_shape
from engine.config.healthy_span import parse_healthy
from engine.config.settings import Settings
from engine.errors import FailedError, UnusableError
from engine.operator.acceptance import accept_baseline
from engine.records.assessment import Assessment
from engine.records.events import Action, Event
from engine.records.progress import Epoch
from engine.store.store import Store
from replay.recording import RecordingError
from replay.run import RunError, open_run


@dataclass(frozen=True, slots=True)
class Wish:
    """What the loop has to do for a request: look at a file again, or score with another bundle."""

    retry: bytes | None = None
    switched: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request, in a sentence for who asked."""

    request: Event
    done: bool
    words: str


class _AbandonedError(Exception):
    """The engine ends while it learns beside its work."""


class _Quiet:
    """Hears how learning goes and tells nobody; ends it when the engine ends."""

    def __init__(self, ending: threading.Event) -> None:
        self._ending = ending

    def rejected(self, error: RecordingError) -> None:
        """Leave it out."""

    def read(self, done: int, total: int) -> None:
        """Go on while the engine does."""
        self.waiting()

    def epoch(self, epoch: Epoch) -> None:
        """Go on while the engine does."""
        self.waiting()

    def waiting(self) -> None:
        """Go on while the engine does."""
        if self._ending.is_set():
            raise _AbandonedError


class Answers:
    """Deals with requests; learning goes on beside the loop, on a thread of its own, one at a time."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        store: Store,
        assessment: Assessment,
        bundles: Bundles,
        now: Callable[[], datetime],
    ) -> None:
        """Answer for one live record.

        Args:
            folder: whose recordings a new baseline is learned from.
            settings: of the machine.
            store: where the requests are.
            assessment: the live record.
            bundles: of the store.
            now: the wall clock.
        """
        self._folder, self._settings, self._store = folder, settings, store
        self._assessment, self._bundles, self._now = assessment, bundles, now
        self._taken: set[int] = set()
        self._wishes: list[Wish] = []
        self._learning: threading.Thread | None = None
        self._learned: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._due: list[Answer] = []
        self._ending = threading.Event()

    def take(self, request: Event, *, learns: bool = False) -> None:
        """Deal with an open request; one that has been taken already is left alone.

        What asks for learning waits while something is learned: here, or by the loop, which then `learns`.
        """
        action = str(request.detail.get("action"))
        must_wait = action == Action.RELEARN and (learns or self._learning is not None)
        if request.seq in self._taken or must_wait:
            return
        self._taken.add(request.seq)
        try:
            match action:
                case Action.ACCEPT:
                    by = str(request.detail["by"])
                    words = accept_baseline(self._store, self._assessment, by, self._now())
                    self._due.append(Answer(request, True, words))
                case Action.RETRY:
                    self._retry(request, bytes.fromhex(str(request.detail["raw"])))
                case Action.SWITCH:
                    self._switch(request, str(request.detail["bundle"]))
                case Action.RELEARN:
                    self._relearn(request, str(request.detail["healthy"]))
                case _:
                    self._due.append(Answer(request, False, f"this engine does not know how to {action}"))
        except KeyError as error:
            self._due.append(Answer(request, False, f"the request does not say which {error.args[0]}"))
        except (UnusableError, RunError, ValueError, OSError) as error:
            self._due.append(Answer(request, False, str(error)))
        except FailedError:
            # The store was in the way, not what was asked for: it stays open, and is taken again.
            self._taken.discard(request.seq)
            raise

    def turn(self) -> tuple[Wish, ...]:
        """Store the answers that are due; hand out what the loop has to do.

        Raises:
            StoreError: an answer could not be stored; it is due still.
        """
        with suppress(queue.Empty):
            self._due.append(self._learned.get_nowait())
            self._learning = None
        while self._due:
            due = self._due[0]
            self._store.answer(
                self._assessment,
                due.request,
                done=due.done,
                words=due.words,
                at=due.request.at,
                now=self._now(),
            )
            del self._due[0]
        wishes, self._wishes = tuple(self._wishes), []
        return wishes

    def close(self) -> None:
        """Abandon what is being learned; its request stays open for the next engine."""
        self._ending.set()
        if self._learning is not None:
            self._learning.join()

    def _retry(self, request: Event, raw: bytes) -> None:
        if all(one.raw != raw for one in self._store.quarantined(self._assessment.machine_id)):
            self._due.append(Answer(request, False, "this file does not stand refused"))
            return
        self._wishes.append(Wish(retry=raw))
        self._due.append(Answer(request, True, "the file is looked at again"))

    def _switch(self, request: Event, name: str) -> None:
        check_shape(self._bundles.load(name), self._settings)
        self._bundles.use(name)
        self._wishes.append(Wish(switched=True))
        self._due.append(Answer(request, True, f"{name} is in use from the next snapshot on"))

    def _relearn(self, request: Event, healthy: str) -> None:
        parse_healthy(healthy)
        model = self._settings.model.model_copy(update={"healthy": healthy, "skip": 0})
        told = self._settings.model_copy(update={"model": model})
        run = open_run(self._folder, told.recording_format())

        def learn() -> None:
            try:
                bundle = learn_from_run(run, told, _Quiet(self._ending))
                words = f"learned {self._bundles.keep(bundle)} from {bundle.baseline.count} snapshots"
                self._learned.put(Answer(request, True, f"{words}; switch to use it"))
            except _AbandonedError:
                return
            except Exception as error:
                # Whatever it is, who asked is told.
                self._learned.put(Answer(request, False, str(error) or type(error).__name__))

        self._learning = threading.Thread(target=learn, name="raceway-relearning")
        self._learning.start()
