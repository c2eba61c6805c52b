"""One screen of plain text about a store, for a glance or a script; its exit code tells the state.

The codes are those of the monitoring plugins that control rooms already run (0 well, 1 to be looked at,
2 critical, 3 unknown). A value is collected at the edge and told by pure functions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from engine.records.assessment import Assessment
from engine.records.events import Cause, Priority
from engine.records.intake import Outcome
from engine.records.progress import Heartbeat, Phase
from tui.command_lines import line, watch_line
from tui.data.latest import Latest, latest_of, newest_of
from tui.draw.format import QUALITIES, acknowledged_by, severity_text

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.store.store import Store

DEAD_AFTER = timedelta(seconds=8)
"""Without a heartbeat for so long an engine is taken for dead; it beats every 2 s, and who asks is to know of
its end within 10 s."""

AT_WORK = frozenset({Phase.READING, Phase.LEARNING, Phase.GATHERING, Phase.SCORING, Phase.WATCHING})


class Code(IntEnum):
    """What a script is told; the larger the worse, but for unknown."""

    WELL = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to say of one machine at an instant of the wall clock.

    `latest` tells how each component is; `newest` is the recording time of the newest snapshot, None before
    the first; `counts` and `refused` are of the ledger. `there` says that a process holds the lease of the
    engine, `full` that the disk of the store has no room left. `again` is what starts the engine the way it
    was started, `stop` what ends it; both are empty of a finished run.
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
    there: bool = False
    full: bool = False
    again: str = ""
    stop: str = ""


def collect(store: "Store", assessment: Assessment, now: datetime) -> Standing:
    """Read one machine's standing from its store."""
    from engine.alarms.alarm import fold_alarms
    from engine.assessment.key import has_engine
    from engine.clock import moment
    from engine.operator.alarm_actions import playhead_of
    from engine.records.events import EventKind
    from engine.system.disk_space import MEGABYTE, free_bytes

    state = store.path.parent
    events = store.events(assessment)
    until = playhead_of(store, assessment, events, now)
    newest = newest_of(store, assessment)
    live = assessment.live
    learned = [event for event in events if event.kind in (EventKind.LEARNED, EventKind.BUNDLE)]
    accepted = {event.detail.get("bundle") for event in events if event.kind is EventKind.ACCEPTED}
    return Standing(
        assessment=assessment,
        now=now,
        heartbeat=store.heartbeat(assessment),
        newest=moment(int(newest.at[-1])) if len(newest) else None,
        latest=latest_of(store, assessment, newest, until),
        alarms=() if until is None else fold_alarms(events, until, assessment.settings.fold),
        accepted=bool(learned) and learned[-1].detail.get("bundle") in accepted,
        learned=bool(learned),
        counts=store.intake_counts(assessment.machine_id),
        refused=tuple((one.name, one.reason) for one in store.quarantined(assessment.machine_id)),
        there=has_engine(state, assessment),
        full=free_bytes(state) < MEGABYTE,
        again=watch_line(events, assessment.run) if live else "",
        stop=line("engine", "stop", state=state.absolute(), machine=assessment.machine) if live else "",
    )


def is_live(standing: Standing) -> bool:
    """Whether the machine is watched, rather than a finished run scored."""
    return standing.assessment.live


def code_of(standing: Standing) -> Code:
    """The worst that is true of a machine."""
    beat = standing.heartbeat
    if beat is None:
        return Code.UNKNOWN
    silent = beat.phase in AT_WORK and _is_silent(standing, beat)
    gone = is_live(standing) and beat.phase not in AT_WORK
    open_alarms = [alarm for alarm in standing.alarms if not alarm.put_away]
    loud = [one for one in open_alarms if one.stands and one.priority is not Priority.LOW]
    if silent or gone or beat.phase in (Phase.FAILED, Phase.PAUSED) or loud:
        return Code.CRITICAL
    asks = any(one.needs_acknowledgement or (one.stands and not _is_known_stop(one)) for one in open_alarms)
    # Until there is a baseline nothing is judged, which is not health.
    blind = is_live(standing) and beat.phase in (Phase.GATHERING, Phase.LEARNING)
    return Code.WARNING if asks or blind or standing.refused else Code.WELL


def _is_known_stop(alarm: "Alarm") -> bool:
    """Whether somebody said of constant channels that the machine is stopped, by acknowledging them."""
    return alarm.cause == Cause.STOPPED and not alarm.unanswered


def told(standing: Standing) -> list[str]:
    """The lines of one machine."""
    one = standing.assessment
    kind = f"watching {one.run}" if is_live(standing) else f"finished run {one.run}"
    lines = [
        f"machine   {one.machine} ({kind})",
        f"engine    {_engine(standing)}",
        *(f"do        {words}" for words in _remedies(standing)),
        f"data      {_data(standing)}",
    ]
    if standing.learned:
        word = "accepted" if standing.accepted else "provisional until somebody accepts it (raceway accept)"
        lines.append(f"baseline  {word}")
    for name, latest in zip(one.components, standing.latest, strict=True):
        own = [
            alarm
            for alarm in standing.alarms
            if alarm.component == name and (alarm.stands or alarm.needs_acknowledgement)
        ]
        lines.append(f"          {name:20.20}  {_now(latest)}  {_alarm(own[0]) if own else 'no alarm'}")
    for alarm in standing.alarms:
        if not alarm.component and (alarm.stands or alarm.needs_acknowledgement):
            lines.append(f"          {alarm.source:20.20}        {_alarm(alarm)}")
    waiting = sum(alarm.needs_acknowledgement for alarm in standing.alarms)
    standing_now = sum(alarm.stands for alarm in standing.alarms)
    put_away = sum(alarm.put_away for alarm in standing.alarms)
    lines.append(f"alarms    {waiting} to acknowledge, {standing_now} standing, {put_away} put away")
    if is_live(standing):
        files = ", ".join(f"{count} {outcome.value}" for outcome, count in standing.counts.items() if count)
        lines.append(f"files     {files or 'none yet'}")
    lines += [f"refused   {name}: {reason}" for name, reason in standing.refused[:3]]
    if len(standing.refused) > 3:
        lines.append(f"refused   and {len(standing.refused) - 3} more (raceway store export lists them)")
    return lines


def worst(codes: Iterable[Code]) -> Code:
    """The code of a store: critical before unknown before warning."""
    order = (Code.WELL, Code.WARNING, Code.UNKNOWN, Code.CRITICAL)
    return max(codes, key=order.index, default=Code.UNKNOWN)


def _engine(standing: Standing) -> str:
    beat = standing.heartbeat
    if beat is None:
        return "has never been at work here"
    ago = _span(standing.now - beat.beat_at)
    count = f"{beat.done} of {beat.total}" if beat.total else str(beat.done)
    words = f": {beat.message}" if beat.message else ""
    if _has_ended(beat):
        return f"not at work: {beat.phase.value} {ago} ago ({count}){words}"
    if _is_silent(standing, beat):
        state = "SILENT" if standing.there else "DEAD: silent"
        process = ", but its process is there" if standing.there else ""
        return f"{state} for {ago}, it was {beat.phase.value} ({count}{words}){process}"
    return f"{beat.phase.value} {count}, beat {ago} ago (process {beat.pid}){words}"


def _remedies(standing: Standing) -> list[str]:
    """What to do about an engine that is not at work, or seems to be; a command is the last on its line."""
    beat, live = standing.heartbeat, is_live(standing)
    again = f"start it again: {standing.again}"
    if beat is None:
        return []
    if _has_ended(beat):
        return [again] if live else []
    if not _is_silent(standing, beat):
        return []
    if not standing.there:
        return [again if live else "start the same command again; it goes on where it stopped"]
    if standing.full:
        return ["the disk of the store is full: make room, and it goes on by itself"]
    hangs = "it hangs or cannot write: see its log"
    return [f"{hangs}, or end it: {standing.stop}", f"and then {again}"] if live else [hangs]


def _has_ended(beat: Heartbeat) -> bool:
    return beat.phase not in AT_WORK and beat.phase is not Phase.PAUSED


def _is_silent(standing: Standing, beat: Heartbeat) -> bool:
    return standing.now - beat.beat_at > DEAD_AFTER


def _data(standing: Standing) -> str:
    if standing.newest is None:
        return "no snapshot yet"
    return f"newest {_time(standing.newest)}"


def _now(latest: Latest) -> str:
    """The severity; or why there is none, and the last one with its instant."""
    if latest.severity is not None:
        return f"{severity_text(latest.severity):>4}"
    if latest.silent:
        word = "NO DATA"
    elif latest.quality is None:
        word = "no score yet"
    else:
        word = QUALITIES[latest.quality][1] if latest.quality in QUALITIES else "no score"
    if latest.last is None:
        return word
    severity, at = latest.last
    return f"{word}, last {severity_text(severity)} at {_time(at)}"


def _alarm(alarm: "Alarm") -> str:
    """What it is, and each thing that happened to it with its own instant of recording time."""
    parts = [alarm.cause]
    if alarm.surface:
        parts.append(alarm.surface)
    if alarm.carried_from or alarm.beside:
        parts.append(f"via {alarm.carried_from}" if alarm.carried_from else f"beside {alarm.beside}")
    later = "" if alarm.reached is alarm.raised else f" since {_time(alarm.reached.at)}"
    parts += [f"{alarm.priority.value}{later}", f"raised {_time(alarm.raised.at)}"]
    if alarm.cleared is not None:
        parts.append(f"returned {_time(alarm.cleared.at)}")
    given = alarm.acknowledgement
    if alarm.put_away:
        parts.append(alarm.state.value)
    elif given is not None:
        parts.append(f"acknowledged {_time(given.at)} by {acknowledged_by(alarm)}")
    elif alarm.unanswered:
        parts.append("UNACKNOWLEDGED")
    return f"{', '.join(parts)} (ring {alarm.ring.seq})"


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _span(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"
