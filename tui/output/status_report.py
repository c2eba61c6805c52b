"""The text of `raceway status`: the facts about a machine from its store, in words."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from engine.clock import largest_unit
from engine.explanation.wording import cause_words
from engine.records.assessment import Assessment
from engine.records.events import Priority
from engine.records.intake import REFUSED, Outcome
from engine.records.plants.report import PlantReport, Unrecorded
from engine.records.progress import Heartbeat, Phase
from engine.reports.alarm_words import utc_time
from engine.reports.latest import Latest, latest_of
from replay.recording import clean_text
from tui.command_lines import line, watch_line
from tui.draw.format import QUALITIES, acknowledged_by
from tui.draw.severity import severity_text
from tui.draw.text import fit
from tui.output.conditions import (
    LATE_IN_A_ROW,
    NO_ORDER,
    RECENT,
    Code,
    Standing,
    conditions,
    engine_code,
    worst,
)

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.reports.overview import Overview
    from engine.store.store import Store

NAME = 20
"""Least cells of a component's name."""


def collect(
    store: "Store", overview: "Overview", own: Sequence[Assessment], now: datetime, tried_by: str = ""
) -> Standing:
    """Read the rest of one machine's status from its store.

    Args:
        store: holds its record.
        overview: the machine, read together with the others.
        own: all records of the machine.
        now: the wall clock.
        tried_by: file of the plant whose engine tries the machine again, if one does.
    """
    from engine.alarms.notifications import failing_channels
    from engine.assessment.key import has_engine
    from engine.clock import moment
    from engine.records.events import EventKind
    from engine.system.disk_space import MEGABYTE, free_bytes

    state, assessment = store.path.parent, overview.assessment
    events, newest = overview.events, overview.newest
    live = assessment.live
    learned = [event for event in events if event.kind in (EventKind.LEARNED, EventKind.BUNDLE)]
    accepted = {event.detail.get("bundle") for event in events if event.kind is EventKind.ACCEPTED}
    return Standing(
        assessment=assessment,
        now=now,
        heartbeat=overview.heartbeat,
        newest=moment(int(newest.at[-1])) if len(newest) else None,
        latest=latest_of(store, assessment, newest, overview.until),
        alarms=overview.alarms,
        accepted=bool(learned) and learned[-1].detail.get("bundle") in accepted,
        learned=bool(learned),
        counts=store.intake_counts(assessment.machine_id),
        refused=tuple((one.name, one.reason) for one in store.quarantined(assessment.machine_id)),
        doubts=_doubts(learned[-1].detail.get("doubts")) if learned else (),
        recent=store.recent_outcomes(assessment.machine_id, RECENT),
        there=has_engine(store, assessment),
        full=free_bytes(state) < MEGABYTE,
        former=_former_alarms(store, assessment, own, now),
        channels=tuple(failing_channels(events).values()) if live else (),
        again=watch_line(events, assessment.run) if live else "",
        stop=line("engine", "stop", state=state.absolute(), machine=assessment.machine) if live else "",
        tried_by=tried_by,
    )


def _former_alarms(
    store: "Store", assessment: Assessment, own: Sequence[Assessment], now: datetime
) -> "tuple[tuple[str, Alarm], ...]":
    """Return the alarms that stand in records of earlier layouts; a person closes them, no engine does."""
    from engine.alarms.alarm import fold_alarms
    from engine.operator.alarm_actions import playhead_of
    from engine.records.picker import address, former_of

    found = []
    for one in former_of(own, assessment):
        events = store.events(one)
        until = playhead_of(store, one, events, now)
        alarms = () if until is None else fold_alarms(events, until, one.settings.fold)
        found += [
            (address(one), alarm)
            for alarm in alarms
            if alarm.component and alarm.stands and alarm.priority > Priority.LOW and not alarm.put_away
        ]
    return tuple(found)


def without_record(missing: Unrecorded, place: Path, now: datetime) -> Standing:
    """Return the status of a machine that a plant names and that has no record yet.

    Args:
        missing: the machine, as the store has it.
        place: folder of the store.
        now: the wall clock.
    """
    return Standing(
        assessment=missing.assessment,
        now=now,
        heartbeat=missing.heartbeat,
        newest=None,
        latest=(),
        alarms=(),
        accepted=False,
        learned=False,
        counts={},
        refused=(),
        again=line("engine", "watch", plant=missing.plant.file, state=place.absolute()),
    )


def engine_lines(beats: Iterable[tuple[str, Heartbeat | None]], now: datetime) -> tuple[Code, list[str]]:
    """Return the exit code of `status --engine`, and a line for each watched machine.

    Args:
        beats: name and last heartbeat of each machine.
        now: the wall clock.
    """
    codes, lines = [], []
    for name, beat in beats:
        codes.append(engine_code(beat, now))
        if beat is None:
            lines.append(f"{name}: no engine has run yet")
            continue
        age = max(0, round((now - beat.beat_at).total_seconds()))
        words = f": {beat.message}" if beat.phase in (Phase.FAILED, Phase.STARTING) and beat.message else ""
        lines.append(f"{name}: {beat.phase.value}, heartbeat {age} s ago{words}")
    return worst(codes), list(map(clean_text, lines))


def plant_lines(plants: Iterable[PlantReport]) -> list[str]:
    """Return a line for each plant file whose newest edit is not in effect."""
    return [clean_text(f"plant     {one.fault}") for one in plants if one.fault]


def told(standing: Standing) -> list[str]:
    """Return the lines of one machine."""
    one = standing.assessment
    kind = f"watching {one.run}" if standing.is_live else f"finished run {one.run}"
    lines = [
        f"machine   {one.machine} ({kind})",
        f"engine    {_engine(standing)}",
        *(f"do        {words}" for words in _remedies(standing)),
        f"data      {_data(standing)}",
    ]
    if not one.components:
        return lines
    if standing.learned:
        word = "accepted" if standing.accepted else "provisional until a person accepts it (raceway accept)"
        lines.append(f"baseline  {word}")
        lines += [f"in doubt  {doubt}" for doubt in standing.doubts if not standing.accepted]
    width = max(NAME, *(cell_len(clean_text(name)) for name in one.components))
    for name, latest in zip(one.components, standing.latest, strict=True):
        own = [
            alarm
            for alarm in standing.alarms
            if alarm.component == name and (alarm.stands or alarm.needs_acknowledgement)
        ]
        shown = fit(name, width)
        lines.append(f"          {shown}  {_now(latest)}  {_alarm(own[0]) if own else 'no alarm'}")
        lines += [f"          {fit('', width)}        {_alarm(alarm)}" for alarm in own[1:]]
    for alarm in standing.alarms:
        if not alarm.component and (alarm.stands or alarm.needs_acknowledgement):
            lines.append(f"          {fit(alarm.source, width)}        {_alarm(alarm)}")
    waiting = sum(alarm.needs_acknowledgement for alarm in standing.alarms)
    standing_now = sum(alarm.stands for alarm in standing.alarms)
    put_away = sum(alarm.put_away for alarm in standing.alarms)
    lines.append(
        f"alarms    {waiting} to acknowledge, {standing_now} standing, {put_away} shelved or out of service"
    )
    for place, alarm in standing.former:
        close = line("alarms", "retire", alarm.component, machine=place, reason="layout changed")
        lines.append(f"former    {alarm.component}: {_alarm(alarm)}; stands until you close it: {close}")
    if standing.is_live:
        files = ", ".join(f"{count} {outcome.value}" for outcome, count in standing.counts.items() if count)
        lines.append(f"files     {files or 'none yet'}")
    lines += [f"notify    FAILS: {words}" for words in standing.channels]
    lines += [f"refused   {name}: {reason}" for name, reason in standing.refused[:3]]
    if len(standing.refused) > 3:
        lines.append(f"refused   and {len(standing.refused) - 3} more (raceway store export lists them)")
    return lines


def _engine(standing: Standing) -> str:
    beat = standing.heartbeat
    if beat is None:
        return "has not run yet"
    ago = _span(standing.now - beat.beat_at)
    count = f"{beat.done} of {beat.total}" if beat.total else str(beat.done)
    words = f": {beat.message}" if beat.message else ""
    if beat.phase is Phase.FINISHED:
        return f"idle: scored {count}, {ago} ago{words}"
    if beat.phase is Phase.REMOVED:
        return f"not watched any more since {utc_time(beat.beat_at)}, after {count} snapshots{words}"
    if standing.has_ended:
        return f"{beat.phase.value.upper()} {ago} ago, after {count} snapshots{words}"
    if standing.is_silent or standing.is_gone:
        state = "SILENT" if standing.there else "DEAD: silent"
        process = ", but its process is there" if standing.there else ""
        span = f" for {ago}"
        if standing.now < beat.beat_at:
            span = f"; its heartbeat is {_span(beat.beat_at - standing.now)} ahead of the clock"
        return f"{state}{span}, it was {beat.phase.value} ({count}{words}){process}"
    return f"{beat.phase.value} {count}, beat {ago} ago (process {beat.pid}){words}"


def _remedies(standing: Standing) -> list[str]:
    """Return the remedies for an engine that is dead or hung; a command ends its line."""
    beat, live = standing.heartbeat, standing.is_live
    again = f"start it again: {standing.again}"
    if beat is None:
        return []
    if beat.phase is Phase.REMOVED or _is_tried_again(standing, beat):
        return []
    if beat.phase is Phase.FAILED and standing.tried_by:
        return [f"mend that; the engine of {standing.tried_by} tries this machine again by itself"]
    if standing.has_ended:
        return [again] if live else []
    if not (standing.is_silent or standing.is_gone):
        return []
    if not standing.there:
        return [again if live else "start the same command again; it continues where it stopped"]
    if standing.full:
        return ["the disk of the store is full: free some space, and it continues"]
    hangs = "it hangs or cannot write: see its log"
    return [f"{hangs}, or end it: {standing.stop}", f"and then {again}"] if live else [hangs]


def _is_tried_again(standing: Standing, beat: Heartbeat) -> bool:
    """Return whether the engine of a plant is at work, and tries the machine again by itself."""
    is_recorded = bool(standing.assessment.components)
    return beat.phase is Phase.FAILED and not is_recorded and not beat.is_silent(standing.now)


def _data(standing: Standing) -> str:
    if standing.newest is None:
        return "no snapshot yet"
    return f"newest {utc_time(standing.newest)}{_unjudged(standing)}"


def _unjudged(standing: Standing) -> str:
    """Return in words which of the newest recordings are not judged; "" where that needs no attention."""
    if all(one.name != NO_ORDER for one in conditions(standing)):
        return ""
    newest = standing.recent[:LATE_IN_A_ROW]
    if Outcome.TAKEN in newest:
        late = standing.recent.count(Outcome.LATE)
        return f"; {late} of the last {len(standing.recent)} recordings came late and are not judged"
    if all(one in REFUSED for one in newest):
        return f"; the last {len(newest)} recordings were refused"
    return f"; the last {len(newest)} recordings came late or were refused, and are not judged"


def _doubts(detail: object) -> tuple[str, ...]:
    return tuple(map(str, detail)) if isinstance(detail, list) else ()


def _now(latest: Latest) -> str:
    """Return the severity; or the reason why there is none, and the last one with its instant."""
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
    return f"{word}, last {severity_text(severity)} at {utc_time(at)}"


def _alarm(alarm: "Alarm") -> str:
    """Return the alarm in words, and its history with recording times."""
    parts = [cause_words(alarm)]
    if alarm.surface:
        parts.append(alarm.surface)
    if alarm.carried_from or alarm.beside:
        heard = f"probably heard from {alarm.carried_from}"
        parts.append(heard if alarm.carried_from else f"own signs, but {alarm.beside} is worse")
    later = "" if alarm.reached is alarm.raised else f" since {utc_time(alarm.reached.at)}"
    parts += [f"{alarm.priority.value}{later}", f"raised {utc_time(alarm.raised.at)}"]
    if alarm.cleared is not None:
        parts.append(f"returned {utc_time(alarm.cleared.at)}")
    given = alarm.acknowledgement
    if alarm.put_away:
        parts.append(alarm.state.value)
    elif given is not None:
        parts.append(f"acknowledged {utc_time(given.at)} by {acknowledged_by(alarm)}")
    elif alarm.unanswered:
        parts.append("UNACKNOWLEDGED")
    return f"{', '.join(parts)} (ring {alarm.ring.seq})"


def _span(span: timedelta) -> str:
    number, unit = largest_unit(max(span.total_seconds(), 0.0))
    return f"{int(number)} {unit}"
