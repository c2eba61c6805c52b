"""Snapshots that arrived in the folder: scored with a bundle, or gathered for the first baseline."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from engine.assessment.assessor import Assessor
from engine.assessment.examination import Examined
from engine.baseline.from_live import BaselineGathering
from engine.baseline.sights import Sight
from engine.live.intake import FolderIntake
from engine.live.proposals.shadow import Shadow
from engine.live.supervision import Rhythm
from engine.records.assessment import Moment
from engine.records.intake import Intake, Outcome
from engine.system.processes.ordered_map import SharedPool, in_order, one_by_one
from replay.incoming.complete_files import Candidate, NotYetError
from replay.recording import RecordingError, Snapshot

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Reads files that are complete, a few at a time, and hands them on in order of time.

    Attributes:
        intake: of the folder.
        rhythm: is given the time of each snapshot.
        beat: called after each file.
        stop: ends gathering early; what was read is kept.
        pool: of an engine that watches many machines; None where the machine has the process to itself.
        gathered: by name, the stamps of files that a gathering has read.
        shadow: returns the proposal that scores beside the bundle in use, None where none stands.
    """

    intake: FolderIntake
    rhythm: Rhythm
    beat: Callable[[], None]
    stop: threading.Event
    pool: SharedPool | None = None
    gathered: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    shadow: Callable[[], Shadow | None] = lambda: None

    def ready(self, newest: datetime | None) -> list[Candidate]:
        """Look into the folder; return the files that are complete and were not gathered, oldest first.

        Args:
            newest: recording time of the newest snapshot scored, None before the first.
        """
        looked = self.intake.look(newest, self._interval, self.beat)
        return [one for one in looked if self.gathered.get(one.raw) != one.stamp]

    def score(self, portion: Sequence[Candidate], assessor: Assessor) -> None:
        """Score some files and commit their rows.

        Raises:
            StoreError: the store cannot be written.
        """
        shadow = self.shadow()

        def both(snapshot: Snapshot) -> tuple[Examined, Examined | None]:
            one = assessor.examine(snapshot)
            return one, None if shadow is None else shadow.examine(snapshot)

        def examine(index: int) -> tuple[Examined, Examined | None, str] | NotYetError:
            read = self.intake.read(portion[index])
            if isinstance(read, NotYetError):
                return read
            snapshot, digest = read
            try:
                return *self._alone(lambda: both(snapshot)), digest
            except ArithmeticError as error:
                raise RecordingError(snapshot.name, _reason(error, snapshot.name)) from error

        with closing(self._in_order(examine, len(portion))) as examined:
            for candidate, one in zip(portion, examined, strict=True):
                if isinstance(one, RecordingError):
                    self.intake.refuse_unread(candidate, one)
                elif not isinstance(one, NotYetError):
                    seen, beside, digest = one
                    self._take(candidate, seen, digest, assessor, shadow=(shadow, beside))
                self.beat()
        assessor.commit()

    def gather(self, portion: Sequence[Candidate], gathering: BaselineGathering) -> None:
        """Look at some files of a machine that has no baseline yet."""
        times = {one.raw: self.intake.time_of(one) for one in portion}

        def look(index: int) -> tuple[Sight, str] | NotYetError:
            candidate = portion[index]
            read = self.intake.read(candidate)
            if isinstance(read, NotYetError):
                return read
            snapshot, digest = read
            timed = replace(snapshot, time=times[candidate.raw])
            return self._alone(lambda: gathering.look(timed)), digest

        with closing(self._in_order(look, len(portion))) as sights:
            for candidate, one in zip(portion, sights, strict=True):
                if isinstance(one, RecordingError):
                    self.intake.refuse_unread(candidate, one)
                elif not isinstance(one, NotYetError):
                    gathering.add(*one)
                    self.gathered[candidate.raw] = candidate.stamp
                    self.rhythm.arrived(times[candidate.raw])
                self.beat()
                if self.stop.is_set():
                    return

    def _in_order(self, work: Callable[[int], T], count: int) -> Generator[T | RecordingError]:
        """Do the work for so many files: with the pool of many machines, one file at a time is under way."""
        return in_order(work, range(count)) if self.pool is None else one_by_one(work, range(count))

    def _alone(self, work: Callable[[], T]) -> T:
        """Do pure work here or in the pool. Files are read here: a folder that hangs stops one machine."""
        return work() if self.pool is None else self.pool.run(work)

    @property
    def _interval(self) -> timedelta:
        silence = self.rhythm.silence
        return timedelta(0) if silence is None else silence.interval

    def _take(
        self,
        candidate: Candidate,
        one: Examined,
        digest: str,
        assessor: Assessor,
        shadow: tuple[Shadow | None, Examined | None],
    ) -> None:
        decision = self.intake.decide(
            candidate, digest, assessor.newest, self._interval, silent=one.seen.silent
        )
        one = replace(one, at=decision.at or one.at)
        row = self.intake.entry(candidate, one.at, digest, decision)
        try:
            if decision.outcome is Outcome.TAKEN:
                assessor.beside = self.intake.beside(candidate)
                self._assess(one, row, assessor, *shadow)
                self.rhythm.arrived(one.at)
            elif decision.outcome is Outcome.LATE:
                assessor.assess_late(one, row)
            else:
                # The recording that it was compared with must be in the ledger first.
                assessor.commit()
                self.intake.refuse(candidate, decision.outcome, decision.reason, one.at, digest)
                return
        except ArithmeticError as error:
            self.intake.refuse(candidate, Outcome.QUARANTINED, _reason(error, one.name))
            return
        self.intake.took(candidate, row)

    def _assess(
        self, one: Examined, row: Intake, assessor: Assessor, shadow: Shadow | None, beside: Examined | None
    ) -> None:
        """Score a snapshot, and follow it with the proposal; both are stored in one transaction."""
        if shadow is None:
            assessor.assess(one, row)
            return
        also = shadow.step(beside, Moment(one.name, one.at))
        assessor.beside = {**assessor.beside, **shadow.pack()}
        assessor.assess(one, row, also)
        shadow.keep()


def _reason(error: ArithmeticError, name: str) -> str:
    """Return the reason for a file whose numbers are not finite, without the file's name."""
    return str(error).removeprefix(f"{name}: ")
