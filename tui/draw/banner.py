"""The two lines that are always there: what is being shown, and what the engine is doing."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from engine.records import Phase
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of
from tui.draw.words import long_time, short_time, wall_time
from tui.playhead import Playhead, at_end, pace_label
from tui.reading import Reading, View

SILENCE = timedelta(seconds=8)
"""An engine beats every 2 s; one that has not for so long is dead or hung, and shows within 10 s."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the engine says of itself, or that it says nothing. `done` once it has ended well."""

    text: str
    role: Role
    done: bool = False


def engine_status(reading: Reading, started: datetime, now: datetime, zone: tzinfo) -> EngineStatus:
    """Put the engine's state into words.

    Args:
        reading: the latest look at the store.
        started: wall clock when the console began to look.
        now: wall clock.
        zone: of the times in the text.
    """
    if reading.view is None:
        if now - started > SILENCE:
            return _silent(started, zone, reading.trouble)
        return EngineStatus("engine: starting", Role.PLAIN)
    if reading.trouble:
        return EngineStatus(f"STORE UNREADABLE: {clean(reading.trouble)}", Role.ALARM)
    view, beat = reading.view, reading.view.heartbeat
    if beat is not None and beat.phase is Phase.FAILED:
        return EngineStatus(f"ENGINE FAILED: {clean(beat.message) or 'no reason given'}", Role.ALARM)
    if beat is not None and beat.phase is Phase.FINISHED:
        return EngineStatus(f"engine: {beat.phase} {_count(view)}{_rejected(view)}", Role.PLAIN, done=True)
    last = view.assessment.created_at if beat is None else beat.beat_at
    if now - last > SILENCE:
        return _silent(last, zone, "")
    if beat is None:
        return EngineStatus("engine: starting", Role.PLAIN)
    if beat.phase is Phase.LEARNING:
        return EngineStatus(f"engine: {learning_text(view)}", Role.PLAIN)
    return EngineStatus(f"engine: {beat.phase} {_count(view)}{_rejected(view)}", Role.PLAIN)


def learning_text(view: View) -> str:
    """How training goes: learning: epoch 37, loss 0.41, validation 0.44."""
    if not view.epochs:
        return "learning"
    last = view.epochs[-1]
    return f"learning: epoch {last.epoch}, loss {last.loss:.3g}, validation {last.validation_loss:.3g}"


def playing_state(head: Playhead, view: View | None, banner: str, engine_done: bool) -> Span:
    """Whether the playhead moves, and if not, why not; the mode is always named."""
    mode = clean(banner)
    if not head.playing:
        return Span(f"{mode} ‖ PAUSED {pace_label(head.pace)}", Role.WARNING)
    if view is None or at_end(head, view.series.at):
        if engine_done:
            return Span(f"{mode} ■ END OF RUN", Role.STRONG)
        if view is not None and len(view.series) and not view.assessment.expected:
            # A machine watched live is always at its newest snapshot: nothing is being waited for.
            return Span(f"{mode} ▶ NEWEST", Role.STRONG)
        return Span(f"{mode} … WAITING FOR ENGINE", Role.WARNING)
    return Span(f"{mode} ▶ {pace_label(head.pace)}", Role.STRONG)


def banner_lines(
    width: int, machine: str, state: Span, at: int | None, status: EngineStatus, zone: tzinfo
) -> Lines:
    """Line one: product, machine, mode and pace, the instant. Line two: the engine."""
    times = ("--", "--") if at is None else (long_time(at, zone), short_time(at, zone))
    # What is shown and as of when must stay whole on the narrowest terminal; the names give way.
    for head, time in (("Raceway  ", times[0]), ("", times[0]), ("", times[1])):
        room = width - len(head) - width_of((state,)) - len(time) - 5
        if room >= min(len(machine), 8):
            break
    name = fit(machine, min(max(room, 0), len(clean(machine))))
    first: Line = (
        Span(" ", Role.PLAIN),
        Span(head, Role.DIM),
        Span(name + ("  " if name else ""), Role.STRONG),
        state,
        Span("  "),
        Span(time, Role.STRONG),
    )
    return [first, (Span(" "), Span(fit(status.text, width - 1), status.role))]


def _silent(since: datetime, zone: tzinfo, trouble: str) -> EngineStatus:
    reason = f" ({clean(trouble)})" if trouble else ""
    return EngineStatus(f"ENGINE SILENT since {wall_time(since, zone)}{reason}", Role.ALARM)


def _count(view: View) -> str:
    beat = view.heartbeat
    return "" if beat is None else f"{beat.done}/{beat.total}" if beat.total else f"{beat.done}"


def _rejected(view: View) -> str:
    return f", {view.rejected} files rejected" if view.rejected else ""
