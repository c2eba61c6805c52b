"""The mode of the console (live, replay, paused, stale), and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from engine.clock import SECOND, in_zone
from tui.data.frame import interval_of
from tui.data.playhead import Playhead, at_end, behind, pace_label, pace_words
from tui.data.view import View
from tui.draw.format import duration, wall_time
from tui.draw.status import EngineStatus
from tui.draw.text import Role, Span


@dataclass(frozen=True, slots=True)
class Mode:
    """The mode of the screen: REPLAY, LIVE, paused, STALE, LEARNING, GATHERING and the like.

    `since` is of the wall clock, None where it has only begun.
    """

    word: str
    glyph: str
    more: str
    role: Role
    since: datetime | None = None


def mode_of(
    head: Playhead, view: View | None, status: EngineStatus, *, live: bool, now: int | None = None
) -> Mode:
    """Return the mode of the console.

    Args:
        head: where the console looks.
        view: of the store, None before there is an assessment.
        status: of the engine.
        live: whether a machine is watched, and not a finished run replayed.
        now: the present of a live machine in recording time, None where it is unknown.
    """
    what = "LIVE" if live else "REPLAY"
    scored = view is not None and len(view.series) > 0
    if not head.playing:
        return Mode(f"{what.capitalize()} paused", "‖", "", Role.WARNING)
    if status.stale is not None:
        return Mode("STALE", "✕", what, Role.ALARM, status.stale)
    if not scored and status.waits:
        return Mode("NOT JUDGED", "✕", "", Role.ALARM)
    if not scored:
        return Mode(status.busy or "STARTING", "…", "", Role.WARNING)
    if head.following and live:
        age = data_age(view, now)
        return Mode(what, "▶", age, Role.WARNING if age else Role.STRONG)
    ended = view is None or at_end(head, view.series.at)
    if ended and not live:
        if status.done:
            return Mode(what, "■", "END OF RUN", Role.STRONG)
        return Mode(what, "…", "WAITING FOR ENGINE", Role.WARNING)
    # The past of a live record is not a live picture.
    return Mode("REPLAY", "▶", pace_brief(head.pace), Role.STRONG)


def pace_brief(pace: float) -> str:
    """Return the speed of a replay in few words: ×5000, 83 min/s."""
    words = pace_words(pace)
    tail = words.replace(" of recording a second", "/s")
    return f"{pace_label(pace)}, {tail}" if tail != words else pace_label(pace)


def data_age(view: View | None, now: int | None) -> str:
    """Return the age of the newest snapshot in words, "" while it is no older than its interval.

    Args:
        view: of the store.
        now: the present in recording time [microseconds], None where it is unknown.
    """
    if view is None or now is None or not len(view.series):
        return ""
    age, interval = now - int(view.series.at[-1]), interval_of(view)
    # The next snapshot may take a second to be scored.
    if not interval or age <= interval + SECOND:
        return ""
    return f"newest {age_text(age / SECOND)} ago"


def age_text(seconds: float) -> str:
    """Return an age in steps that change seldom: 40 s, 3 min, 5 h, 2 d."""
    return f"{int(seconds) // 10 * 10} s" if seconds < 120 else duration(seconds)


def mode_span(mode: Mode, now: datetime, zone: tzinfo) -> Span:
    """Return the mode in words: LIVE ▶ since 03:12 CET."""
    if mode.glyph == "‖":
        # A second clock beside the time of the recording would be read as the time of the pause.
        return Span(f"{mode.glyph} {mode.word}", mode.role)
    parts = [mode.word, mode.glyph, mode.more]
    if mode.since is not None:
        parts.append(f"since {since_text(mode.since, now, zone)}")
    return Span(" ".join(part for part in parts if part), mode.role)


def since_text(when: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a time of the wall clock, 03:12 CET, with the day if it is not today."""
    local, today = in_zone(when, zone), in_zone(now, zone)
    clock, _, name = wall_time(when, zone).partition(" ")
    day = "" if local.date() == today.date() else f"{local.day} {local:%b} "
    return f"{day}{clock[:5]} {name}".rstrip()


def behind_span(head: Playhead, view: View | None, now: int | None, rung: int, *, live: bool) -> Span | None:
    """Return how far the screen is behind a live machine, None if it is not.

    Args:
        head: where the console looks.
        view: of the store.
        now: the newest instant, in recording time.
        rung: number of unacknowledged rings after the playhead.
        live: whether a machine is watched.
    """
    if not live or view is None or head.following or head.at is None:
        return None
    count, time = behind(head, view.series.at, view.series.positions, now)
    if not count and time < timedelta(minutes=1) and not rung:
        return None
    minutes = int(time.total_seconds()) // 60
    text = f"{count} snapshots, {minutes // 60:02d}:{minutes % 60:02d} h behind"
    if rung:
        text = f"{rung} NEW ALARM{'S' * (rung > 1)}; {text}"
    return Span(text, Role.RINGING if rung else Role.WARNING)
