"""Takes each file of a watched folder in once.

The ledger holds the files that were dealt with; the inbox finds complete ones. A file that cannot be used is
stored with its reason, and moved aside where the settings say so.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from engine.alarms.outages import outage_cleared, outage_raised, standing_outage
from engine.assessment.live_record import LiveRecord
from engine.config.settings import Settings
from engine.live.intake_decision import IntakeDecision, decide
from engine.live.recorder_clock import UNCORRECTED, Break, RecorderClock
from engine.records.events import Cause, Event
from engine.records.intake import REFUSED, Intake, Outcome
from engine.records.payloads import Ring
from replay.incoming.complete_files import Candidate, Inbox, NotYetError, Refused, Waiting
from replay.incoming.folder import FolderState, Stamp, cause_of
from replay.incoming.foreign import Others
from replay.incoming.notify import Waker
from replay.incoming.scan_times import OF_PROCESS
from replay.recording import LINK, RecordingError, Snapshot
from replay.recording_errors import ColumnCountError

MOST_REMEMBERED = 200_000
"""Ledger rows held in memory; beyond that they are read again."""

REFUSED_AT_ONCE = 200
"""Refused files that are stored, and moved aside, between two beats."""

UNCOMMITTED = 1024
"""Recordings taken last, remembered beside the ledger: more than one commit ever holds."""

One = TypeVar("One", Candidate, Refused)


class FolderIntake:
    """Looks into one machine's folder and keeps its ledger. Only `read` may be called from threads.

    Attributes:
        waiting: the files that are not ready, and why, as of the last look.
        state: whether the folder could be looked into.
        others: the files that are passed over.
        refused_at: when a recording was refused last, in seconds of the clock: the recorder works.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        record: LiveRecord,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Watch a folder, which need not exist yet.

        Args:
            folder: where the recorder writes.
            settings: of the machine.
            record: of the machine; its store keeps the ledger.
            clock: seconds that never go back.
        """
        watch = settings.watch
        self._record, self._clock = record, clock
        self._interval, self._aside = watch.scan, watch.quarantine_folder
        self._inbox = Inbox(
            folder,
            settings.recording_format(),
            settle=watch.settle,
            patience=watch.patience,
            now=clock,
            wall=lambda: record.now().timestamp(),
        )
        machine_id = record.assessment.machine_id
        self.others = Others(
            settings.recording_format(), lambda names: record.store.known_files(machine_id, names)
        )
        self._settled = False
        self._waker = Waker(folder, polling=watch.polling)
        self._recorder = RecorderClock(standing_correction(record.events()))
        self._next_scan = clock()
        self._known: dict[bytes, Stamp] = {}
        self._again: set[bytes] = set()
        self._taken: OrderedDict[datetime, Intake] = OrderedDict()
        self.waiting: tuple[Waiting, ...] = ()
        self.state = FolderState.PRESENT
        self.refused_at = self._last_refusal()
        self._folder_words, self._aside_words, self._contents = "", "", ""

    @property
    def held(self) -> tuple[Waiting, ...]:
        """Return the recordings that wait because their stamps are ahead of the clock."""
        return self._recorder.held

    @property
    def contents(self) -> str:
        """Return in a sentence what the folder holds where it holds no file; "" where it holds some."""
        return self._contents

    @property
    def sentence(self) -> str:
        """Return the fault of the folder or of the quarantine folder in a sentence; "" for none."""
        return self._folder_words or self._aside_words

    @property
    def how(self) -> str:
        """Return in words how changes of the folder are noticed."""
        return self._waker.how

    def look(
        self, newest: datetime | None, interval: timedelta, beat: Callable[[], None] = lambda: None
    ) -> tuple[Candidate, ...]:
        """Look into the folder: return the files to read, oldest first; enter those that are not recordings.

        Args:
            newest: recording time of the newest snapshot scored, None before the first.
            interval: the usual time between two snapshots, zero where it is not known.
            beat: called between the steps of a long look.
        """
        was_deaf = self._waker.was_deaf()
        hints = self._waker.hints()
        if was_deaf or self._clock() >= self._next_scan:
            scan = self._inbox.scan(self._known, hints)
            self._next_scan = self._clock() + OF_PROCESS.pause(id(self), self._interval, scan.seconds)
            self.waiting, self.state, self._folder_words = scan.waiting, scan.state, scan.sentence
            self._contents = "" if scan.files else _contents(self._inbox.folder, scan.ignored)
            self.others.saw(scan.foreign)
            self._settle_foreign()
        else:
            scan = self._inbox.glance(self._known, hints)
        beat()
        self._refuse_all(self._unknown(scan.refused), beat)
        wall = self._record.now()
        ready, broken = self._recorder.admit(self._unknown(scan.ready), newest, interval, wall)
        if broken is not None:
            self._raise_break(broken)
        return ready

    def read(self, candidate: Candidate) -> tuple[Snapshot, str] | NotYetError:
        """Read a recording and the digest of its signal. Its time is that of its stamp.

        Raises:
            RecordingError: it is none, and will not become one unless the file changes.
        """
        try:
            return self._inbox.read(candidate)
        except NotYetError as error:
            return error

    def decide(
        self, candidate: Candidate, digest: str, newest: datetime | None, interval: timedelta, *, silent: bool
    ) -> IntakeDecision:
        """Decide on a recording by its stamp and by the recordings taken in before it.

        Args:
            candidate: the file.
            digest: of its signal.
            newest: recording time of the newest snapshot scored, None before the first.
            interval: the usual time between two snapshots, zero where it is not known.
            silent: whether every channel is constant.
        """
        wall = self._record.now()
        at = self._recorder.time_of(candidate, newest, wall)
        decision = self._decide_at(at or candidate.time, digest, newest, silent)
        if newest is not None and decision.outcome in (Outcome.LATE, Outcome.CONFLICT):
            neighbours = self._record.store.neighbours(self._record.assessment, candidate.time)
            broken = self._recorder.was_late(candidate, newest, interval, neighbours, wall)
            if broken is not None:
                self._raise_break(broken)
                decision = self._decide_at(broken.at, digest, newest, silent)
        if decision.outcome is Outcome.TAKEN and decision.at is not None:
            self._recorder.took(decision.at)
            if self._recorder.correction and self._recorder.is_right(candidate, decision.at):
                self._clear_break(decision.at)
        return decision

    def time_of(self, candidate: Candidate) -> datetime:
        """Return the recording time of a recording of which nothing was scored before."""
        return self._recorder.time_of(candidate, None, self._record.now()) or candidate.time

    def _decide_at(self, at: datetime, digest: str, newest: datetime | None, silent: bool) -> IntakeDecision:
        own = self._taken.get(at)
        alike = next((one for one in self._taken.values() if one.digest == digest and one.at != at), None)
        if own is None:
            own, stored = self._record.store.taken_like(self._record.assessment.machine_id, at, digest)
            alike = alike or stored
        decision = decide(at, digest, at_its_time=own, with_its_signal=alike, newest=newest, silent=silent)
        return replace(decision, at=at)

    def _raise_break(self, broken: Break) -> None:
        standing = standing_outage(self._record.events(), Cause.RECORDER_CLOCK)
        raised = outage_raised(Cause.RECORDER_CLOCK, broken.at, broken.sentence, correction=broken.correction)
        cleared = (
            [] if standing is None else [outage_cleared(standing, broken.at, "the clock jumped once more")]
        )
        self._record.settle((), (*cleared, raised))

    def _clear_break(self, at: datetime) -> None:
        standing = standing_outage(self._record.events(), Cause.RECORDER_CLOCK)
        self._recorder.correction = UNCORRECTED
        if standing is not None:
            words = "the recorder's times are right without a correction"
            self._record.settle((), (outage_cleared(standing, at, words),))

    def entry(self, candidate: Candidate, at: datetime, digest: str, decision: IntakeDecision) -> Intake:
        """Return the ledger row of a recording that is scored; it is stored with its scores.

        Args:
            candidate: the file.
            at: its recording time.
            digest: of its signal.
            decision: on the file.
        """
        return _row(candidate, decision.outcome, decision.reason, at, digest)

    def beside(self, candidate: Candidate) -> Mapping[str, object]:
        """Return what is kept in the engine's state with a recording, beside the state itself."""
        return {}

    def took(self, candidate: Candidate, row: Intake) -> None:
        """Remember a scored recording until the ledger has its row."""
        if row.at is not None:
            self._taken[row.at] = row
        if len(self._taken) > UNCOMMITTED:
            self._taken.popitem(last=False)
        self._remember(candidate)

    def refuse(
        self,
        one: Candidate | Refused,
        outcome: Outcome,
        reason: str,
        at: datetime | None = None,
        digest: str | None = None,
    ) -> None:
        """Enter a file that is not scored, with its reason, and move it aside where the settings say so.

        Args:
            one: the file.
            outcome: for the ledger.
            reason: a clause about the file.
            at: its recording time, None where it has none.
            digest: of its signal, None where it was not read.
        """
        self._enter(one, outcome, reason, at, digest)
        if outcome in REFUSED:
            self._move_aside(one)

    def _refuse_all(self, found: Sequence[Refused], beat: Callable[[], None]) -> None:
        """Store why files are no recordings, many in a transaction: each waits for the disk once."""
        for start in range(0, len(found), REFUSED_AT_ONCE):
            some = found[start : start + REFUSED_AT_ONCE]
            rows = [_row(one, Outcome.QUARANTINED, one.reason, None, None) for one in some]
            self._record.settle(rows, ())
            for one in some:
                self._remember(one)
                self._move_aside(one)
            beat()

    def _move_aside(self, one: Candidate | Refused) -> None:
        if self._aside is not None:
            try:
                self._inbox.move_aside(one, self._aside)
                self._aside_words = ""
            except OSError as error:
                self._aside_words = f"{self._aside}: refused files cannot be moved there ({cause_of(error)})"

    def refuse_unread(self, one: Candidate, error: RecordingError) -> None:
        """Enter a file that could not be read; one with other columns may be another machine's and stays."""
        if isinstance(error, ColumnCountError):
            self._enter(one, Outcome.QUARANTINED, error.reason, None, None)
        else:
            self.refuse(one, Outcome.QUARANTINED, error.reason)

    def _enter(
        self,
        one: Candidate | Refused,
        outcome: Outcome,
        reason: str,
        at: datetime | None,
        digest: str | None,
    ) -> None:
        row = _row(one, outcome, reason, at, digest)
        self._record.settle((row,), ())
        self._remember(one)
        if isinstance(one, Candidate) and outcome in REFUSED:
            self.refused_at = self._clock()

    def _last_refusal(self) -> float:
        """Return when an earlier engine refused a recording last, in seconds of the clock."""
        refused = self._record.store.quarantined(self._record.assessment.machine_id)
        times = [one.recorded_at for one in refused if one.reason != LINK]
        if not times:
            return -math.inf
        return self._clock() - max((self._record.now() - max(times)).total_seconds(), 0.0)

    def retry(self, raw: bytes) -> None:
        """Read a file again although the ledger has it unchanged."""
        self._known.pop(raw, None)
        self._again.add(raw)
        self._next_scan = self._clock()

    def wait(self, seconds: float) -> None:
        """Wait for a change of the folder, at most so many seconds and not past the next scan."""
        self._waker.wait(max(0.0, min(seconds, self._next_scan - self._clock())))

    def forget(self) -> None:
        """Start over from the ledger: files that were not committed are offered again."""
        self._known.clear()
        self._taken.clear()
        self.others.forget()
        self._next_scan = self._clock()

    def wake(self) -> None:
        """End a wait, from any thread."""
        self._waker.wake()

    def close(self) -> None:
        """Stop watching the folder."""
        OF_PROCESS.forget(id(self))
        self._waker.close()

    def _unknown(self, found: Iterable[One]) -> list[One]:
        """Return the files that the ledger does not have unchanged; only new names are looked up."""
        new = [one for one in found if one.raw not in self._known]
        if len(self._known) + len(new) > MOST_REMEMBERED:
            self._known.clear()
        ledger = self._record.store.known_files(self._record.assessment.machine_id, [one.raw for one in new])
        self._known.update({raw: Stamp(*stamp) for raw, stamp in ledger.items() if raw not in self._again})
        return [one for one in found if self._known.get(one.raw) != one.stamp]

    def _settle_foreign(self) -> None:
        """Enter, once, that files which stood refused are none of this machine: other settings say so now."""
        if self._settled:
            return
        machine_id = self._record.assessment.machine_id
        refused = [
            one for one in self._record.store.quarantined(machine_id) if self._inbox.is_foreign(one.raw)
        ]
        stamps = self._record.store.known_files(machine_id, [one.raw for one in refused])
        rows = [
            Intake(
                one.raw, one.name, *stamps[one.raw], Outcome.FOREIGN, reason="not a recording of this machine"
            )
            for one in refused
        ]
        if rows:
            self._record.settle(rows, ())
        self._settled = True

    def _remember(self, one: Candidate | Refused) -> None:
        self._known[one.raw] = one.stamp
        self._again.discard(one.raw)


def standing_correction(events: Sequence[Event]) -> timedelta:
    """Return the correction of the recorder's stamps by an earlier engine, zero for none."""
    standing = standing_outage(events, Cause.RECORDER_CLOCK)
    seconds = None if standing is None else Ring.from_detail(standing.detail).correction_seconds
    return UNCORRECTED if seconds is None else timedelta(seconds=seconds)


def _contents(folder: Path, ignored: int) -> str:
    if not ignored:
        return f"{folder}: is empty"
    return f"{folder}: holds no file, only {ignored} folders or hidden entries, which are not read"


def _row(
    one: Candidate | Refused, outcome: Outcome, reason: str, at: datetime | None, digest: str | None
) -> Intake:
    return Intake(
        raw=one.raw,
        name=one.name,
        size=one.stamp.size,
        modified_ns=one.stamp.modified_ns,
        inode=one.stamp.inode,
        outcome=outcome,
        at=at,
        digest=digest,
        reason=reason,
    )
