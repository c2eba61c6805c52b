"""The state of the engine in words, and the advice if it stopped."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from engine.records.progress import SILENCE, Heartbeat, Phase
from tui.command_lines import watch_line
from tui.data.view import Reading, View
from tui.draw.format import wall_time
from tui.draw.text import Role, clean

ALARMING = {
    Phase.PAUSED: "INTAKE PAUSED",
    Phase.NO_FOLDER: "FOLDER MISSING",
    Phase.HOLDING: "RECORDINGS HELD BACK",
}
"""Phases in which recordings are not scored as they come."""

WAITING = {
    Phase.PAUSED: "NOT JUDGED: the intake is paused, and recordings wait",
    Phase.NO_FOLDER: "NOT JUDGED: the watched folder is missing, and no recording comes",
}
"""Phases in which nothing is judged, and what the first screen says then."""

BUSY = {
    Phase.READING: ("READING BASELINE", ""),
    Phase.GATHERING: ("GATHERING", ""),
    Phase.LEARNING: ("LEARNING", " epochs"),
}
"""The phases before the first score, and the unit of their progress."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The state of the engine, as its heartbeat says, or that the heartbeat stopped.

    `done` once it has ended well; `stale` since when nothing is scored any more, by the wall clock, and
    `advice` what to do then, with `again` as the command that does it; `busy` names what it does before it
    scores.
    """

    text: str
    role: Role
    done: bool = False
    stale: datetime | None = None
    advice: str = ""
    again: str = ""
    busy: str = ""
    blind: str = "NOT WATCHED: the engine is not running, and nothing new is judged"
    """What it means for a live machine that the state is stale, or that recordings wait."""
    waits: bool = False
    """Whether the engine works and judges nothing, because recordings wait or do not come."""

    @property
    def judges(self) -> bool:
        """Whether a live machine is judged now, as far as is known."""
        return self.stale is None and not self.waits

    @property
    def told(self) -> str:
        """The advice with the whole command."""
        return f"{self.advice}: {self.again}" if self.again else self.advice

    @property
    def brief(self) -> str:
        """The advice without the command, if that does not fit: half a command would be another."""
        return f"{self.advice}; the health screen has the whole command." if self.again else self.advice


def engine_status(reading: Reading, started: datetime, now: datetime, zone: tzinfo) -> EngineStatus:
    """Return the engine's state in words.

    Args:
        reading: the latest look at the store.
        started: wall clock when the console began to look.
        now: wall clock.
        zone: of the times in the text.
    """
    status = _told(reading, started, now, zone)
    if not reading.damage or reading.trouble:
        return status
    role = status.role if status.role is Role.ALARM else Role.WARNING
    advice = status.advice or f"The store is damaged: {clean(reading.damage)}."
    return replace(status, text=f"STORE DAMAGED, {status.text}", role=role, advice=advice)


def _told(reading: Reading, started: datetime, now: datetime, zone: tzinfo) -> EngineStatus:
    if not reading.begun:
        return EngineStatus("reading the store", Role.PLAIN, busy="STARTING")
    if reading.view is None:
        if now - started > SILENCE:
            return _stale(started, now, zone, None, reading.trouble)
        return EngineStatus("engine: starting", Role.PLAIN, busy="STARTING")
    view, beat = reading.view, reading.view.heartbeat
    if reading.trouble:
        words = clean(reading.trouble)
        # The age of the state is unknown; the screen shows the last heartbeat at best.
        last = started if beat is None else beat.beat_at
        blind = "NOT KNOWN: the store cannot be read, and the screen shows old data"
        # The banner cuts a long reason, and the notice line has room for what to do.
        return EngineStatus(
            f"STORE UNREADABLE: {words}",
            Role.ALARM,
            stale=last,
            blind=blind,
            advice=f"The screen shows old data: {words}.",
        )
    if beat is not None and (ended := _ended(beat, view, now, zone)) is not None:
        return ended
    last = view.assessment.created_at if beat is None else beat.beat_at
    if now - last > SILENCE or last - now > SILENCE:
        return _silent(last, now, zone) if reading.there else _stale(last, now, zone, view, "")
    if beat is None:
        return EngineStatus("engine: starting", Role.PLAIN, busy="STARTING")
    if beat.phase in ALARMING:
        return _alarming(beat, live=view.assessment.live)
    return _at_work(beat, view)


def _ended(beat: Heartbeat, view: View, now: datetime, zone: tzinfo) -> EngineStatus | None:
    """Return the state of an engine that wrote its last heartbeat, None for any other."""
    when = wall_time(beat.beat_at, zone, now)
    if beat.phase is Phase.FAILED:
        words = clean(beat.message) or "no reason given"
        return EngineStatus(
            f"ENGINE FAILED at {when}: {words}",
            Role.ALARM,
            stale=beat.beat_at,
            advice=f"The engine failed: {words}. {restart(view)}",
            again=command(view),
        )
    if beat.phase is Phase.REMOVED:
        return EngineStatus(
            f"NOT WATCHED ANY MORE since {when}: {clean(beat.message)}",
            Role.WARNING,
            stale=beat.beat_at,
            advice=f"The machine is not watched since {when}: it was {clean(beat.message)}.",
        )
    if beat.phase is Phase.ENDED and view.assessment.live:
        return EngineStatus(
            f"ENGINE ENDED at {when}: nothing is watched",
            Role.ALARM,
            stale=beat.beat_at,
            advice=f"The engine was stopped at {when}; nothing has been watched since then. {restart(view)}",
            again=command(view),
        )
    if beat.phase in (Phase.FINISHED, Phase.ENDED):
        return EngineStatus(f"engine: {beat.phase} {_count(view)}{_rejected(view)}", Role.PLAIN, done=True)
    return None


def _alarming(beat: Heartbeat, *, live: bool) -> EngineStatus:
    """Return the state of an engine that works and does not score recordings as they come."""
    said = clean(beat.message)
    return EngineStatus(
        f"{ALARMING[beat.phase]}: {said}",
        Role.ALARM,
        # The banner cuts a long reason, and the notice line has room for it.
        advice=f"{ALARMING[beat.phase].capitalize()}: {said}.",
        blind=WAITING.get(beat.phase, ""),
        waits=live and beat.phase in WAITING,
    )


def _at_work(beat: Heartbeat, view: View) -> EngineStatus:
    """Return the state of an engine that works, with its progress."""
    word, unit = BUSY.get(beat.phase, ("", ""))
    busy = f"{word} {beat.done} of {beat.total}{unit}" if word and beat.total else word
    words = learning_text(view) if beat.phase is Phase.LEARNING else f"{beat.phase} {_count(view)}"
    told = clean(beat.message) if beat.phase in (Phase.WATCHING, Phase.GATHERING) else ""
    tail = f"{', ' + told if told else ''}{_rejected(view)}"
    return EngineStatus(f"engine: {words}{tail}", Role.PLAIN, busy=busy)


def learning_text(view: View) -> str:
    """Return the progress of training: learning: epoch 37, loss 0.41, validation 0.44."""
    if not view.epochs:
        return "learning"
    last = view.epochs[-1]
    return f"learning: epoch {last.epoch}, loss {last.loss:.3g}, validation {last.validation_loss:.3g}"


def restart(view: View | None) -> str:
    """Return the advice about an engine that stopped."""
    if view is not None and view.assessment.live:
        return "Start it again"
    return "Start the same command again; it continues where it stopped."


def _silent(since: datetime, now: datetime, zone: tzinfo) -> EngineStatus:
    when = wall_time(since, zone, now)
    return EngineStatus(
        f"ENGINE STALE since {when}: disk full, or hung",
        Role.ALARM,
        stale=since,
        blind="NOT JUDGED: the engine stores nothing, and the screen shows old data",
        # Short enough for the notice line of the narrowest screen.
        advice=f"The engine runs, but has stored nothing since {when}; the screen shows old data."
        " If the disk is full, free some space, and it continues. If it hangs, raceway status has"
        " the commands"
        " that end it and start it again.",
    )


def command(view: View | None) -> str:
    """Return the command that restarts the engine of a live record, "" if there is none."""
    if view is None or view.assessment.expected:
        return ""
    return watch_line(view.events, view.assessment.run)


def _stale(since: datetime, now: datetime, zone: tzinfo, view: View | None, trouble: str) -> EngineStatus:
    reason = f" ({clean(trouble)})" if trouble else ""
    when = wall_time(since, zone, now)
    return EngineStatus(
        f"ENGINE STALE since {when}, no heartbeat{reason}",
        Role.ALARM,
        stale=since,
        advice=f"No heartbeat from the engine since {when}; the screen shows old data."
        f" {clean(trouble) + '. ' if trouble else ''}{restart(view)}",
        again=command(view),
    )


def _count(view: View) -> str:
    beat = view.heartbeat
    if beat is None:
        return ""
    caught_up = view.assessment.live and beat.total == beat.done
    return f"{beat.done}/{beat.total}" if beat.total and not caught_up else f"{beat.done}"


def _rejected(view: View) -> str:
    noun = "file" if view.rejected == 1 else "files"
    return f", {view.rejected} {noun} rejected" if view.rejected else ""
