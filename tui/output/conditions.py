"""The states of a machine that `raceway status` reports, each with its exit code. Pure functions.

The codes are those of the monitoring plugins that control rooms already run: 0 well, 1 to be looked at,
2 critical, 3 unknown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from engine.records.assessment import Assessment
from engine.records.events import Cause, Priority
from engine.records.intake import Outcome
from engine.records.progress import AT_WORK, Heartbeat, Phase
from engine.reports.latest import Latest

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm

LATE_IN_A_ROW = 3
"""Newest recordings that all came late; then the judged ones are not the present."""


LATE_OF, RECENT = 6, 16
"""Late recordings among the newest from which the recorder's times are to be looked at: half of its files may
carry another zone's time."""

NO_ORDER = "the last recordings are not judged"


class Code(IntEnum):
    """The exit code for a script; a larger one is worse, except for unknown."""

    WELL = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about one machine at an instant of the wall clock.

    Attributes:
        assessment: its live record, or a finished run.
        now: the wall clock.
        heartbeat: the last heartbeat of its engine, None without one.
        newest: recording time of the newest snapshot, None before the first.
        latest: the newest state of each component.
        alarms: as of now.
        accepted: whether a person accepted the baseline in use.
        learned: whether there is a baseline.
        doubts: sentences about the baseline in use.
        counts: files of the ledger by outcome.
        recent: outcomes of the files taken in last, newest first.
        refused: names of the refused files, and the reasons.
        there: whether a process holds the lease of the engine; None if unknown.
        full: whether the disk of the store is full.
        former: open alarms of earlier layouts of the machine, by the address of their record.
        again: the exact command that restarts the engine; empty for a finished run.
        stop: the command that ends it; empty for a finished run.
        channels: sentences about channels of `[notify]` that fail.
        tried_by: file of the plant whose engine is at work and tries this machine again; "" for none.
    """

    assessment: Assessment
    now: datetime
    heartbeat: Heartbeat | None
    newest: datetime | None
    latest: tuple[Latest, ...]
    alarms: "tuple[Alarm, ...]"
    accepted: bool
    learned: bool
    counts: dict[Outcome, int]
    refused: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...] = ()
    recent: tuple[Outcome, ...] = ()
    there: bool | None = None
    full: bool = False
    former: "tuple[tuple[str, Alarm], ...]" = ()
    again: str = ""
    stop: str = ""
    channels: tuple[str, ...] = ()
    tried_by: str = ""

    @property
    def is_live(self) -> bool:
        """Return whether the machine is watched live, and not a finished run."""
        return self.assessment.live

    @property
    def has_ended(self) -> bool:
        """Return whether the engine reported its end."""
        beat = self.heartbeat
        return beat is not None and beat.phase not in AT_WORK and beat.phase is not Phase.PAUSED

    @property
    def is_silent(self) -> bool:
        """Return whether an engine should run and has no recent heartbeat."""
        return self.heartbeat is not None and not self.has_ended and self.heartbeat.is_silent(self.now)

    @property
    def is_gone(self) -> bool:
        """Return whether an engine should run and no process holds its lease."""
        return self.heartbeat is not None and not self.has_ended and self.there is False


@dataclass(frozen=True, slots=True)
class Condition:
    """A state that holds: its exit code, and its name in docs/service.md."""

    code: Code
    name: str


def conditions(standing: Standing) -> tuple[Condition, ...]:
    """Return the unhealthy states of a machine, in the order of the table in docs/service.md."""
    return (
        *_of_engine(standing),
        *_of_data(standing),
        *_of_alarms(standing),
        *_of_baseline(standing),
        *_of_messages(standing),
    )


def code_of(standing: Standing) -> Code:
    """Return the exit code of a machine: the worst of its states."""
    return worst((Code.WELL, *(condition.code for condition in conditions(standing))))


def engine_code(beat: Heartbeat | None, now: datetime) -> Code:
    """Return the exit code of an engine by its heartbeat alone: 0, 2 for no recent one, 3 for none ever.

    An alarm is not a fault of the engine, and neither is a full disk: a restart would mend neither. No engine
    is wanted for a machine that was removed from its plant.
    """
    if beat is None:
        return Code.UNKNOWN
    if beat.phase in (Phase.PAUSED, Phase.REMOVED):
        return Code.WELL
    if beat.phase is Phase.STARTING and not beat.is_silent(now):
        return Code.UNKNOWN
    return Code.CRITICAL if beat.phase not in AT_WORK or beat.is_silent(now) else Code.WELL


def worst(codes: Iterable[Code]) -> Code:
    """Return the worst of some exit codes: critical, unknown, warning; unknown without any."""
    order = (Code.WELL, Code.WARNING, Code.UNKNOWN, Code.CRITICAL)
    return max(codes, key=order.index, default=Code.UNKNOWN)


def _of_engine(standing: Standing) -> Iterator[Condition]:
    beat = standing.heartbeat
    if beat is None:
        yield Condition(Code.UNKNOWN, "no engine has run yet")
        return
    if standing.is_silent:
        yield Condition(Code.CRITICAL, "engine silent")
    elif standing.is_gone:
        yield Condition(Code.CRITICAL, "engine gone")
    if beat.phase is Phase.FAILED:
        yield Condition(Code.CRITICAL, "engine failed")
    elif beat.phase is Phase.PAUSED:
        yield Condition(Code.CRITICAL, "intake paused")
    elif beat.phase is Phase.REMOVED:
        yield Condition(Code.WARNING, "not watched any more")
    elif beat.phase is Phase.STARTING and not standing.is_silent:
        yield Condition(Code.UNKNOWN, "not watched yet")
    elif standing.is_live and standing.has_ended:
        yield Condition(Code.CRITICAL, "engine ended")


def _of_data(standing: Standing) -> Iterator[Condition]:
    beat = standing.heartbeat
    if beat is None or not standing.is_live:
        return
    if beat.phase is Phase.NO_FOLDER:
        yield Condition(Code.CRITICAL, "folder missing")
    if beat.phase is Phase.HOLDING:
        yield Condition(Code.WARNING, "recording times ahead of the clock")
    if standing.newest is None:
        yield Condition(Code.WARNING, "no snapshot yet")
    newest = standing.recent[:LATE_IN_A_ROW]
    late = standing.recent.count(Outcome.LATE)
    if late >= LATE_OF or (len(newest) == LATE_IN_A_ROW and Outcome.TAKEN not in newest):
        yield Condition(Code.WARNING, NO_ORDER)
    if standing.refused:
        yield Condition(Code.WARNING, "files refused")


def _of_alarms(standing: Standing) -> Iterator[Condition]:
    shown = [alarm for alarm in standing.alarms if not alarm.put_away]
    if any(alarm.stands and alarm.priority > Priority.LOW for alarm in shown):
        yield Condition(Code.CRITICAL, "alarm stands")
    elif any(alarm.stands and not _is_known_stop(alarm) for alarm in shown):
        yield Condition(Code.WARNING, "advisory stands")
    if standing.former:
        yield Condition(Code.CRITICAL, "alarm of a former layout")
    if any(alarm.needs_acknowledgement for alarm in shown):
        yield Condition(Code.WARNING, "alarm not acknowledged")


def _is_known_stop(alarm: "Alarm") -> bool:
    """Return whether a person confirmed a stop by acknowledging the alarm of constant channels."""
    return alarm.cause == Cause.STOPPED and not alarm.unanswered


def _of_messages(standing: Standing) -> Iterator[Condition]:
    if standing.channels:
        yield Condition(Code.WARNING, "messages fail")


def _of_baseline(standing: Standing) -> Iterator[Condition]:
    beat = standing.heartbeat
    if standing.is_live and beat is not None and beat.phase in (Phase.GATHERING, Phase.LEARNING):
        yield Condition(Code.WARNING, "no baseline yet")
    if standing.is_live and standing.learned and standing.doubts and not standing.accepted:
        yield Condition(Code.WARNING, "baseline in doubt")
