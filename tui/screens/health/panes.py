"""Health: the engine, its files, the store and the disk, the alarm system, and the log."""

from datetime import datetime, timedelta, tzinfo

from engine.alarms.metrics import AlarmFigures, alarm_figures
from engine.alarms.notifications import failing_channels
from engine.alarms.shelving import words_of
from engine.clock import moment
from engine.records.events import EventKind
from engine.records.intake import Outcome
from engine.records.progress import Phase
from engine.system.disk_space import MEGABYTE
from tui.data.frame import Frame
from tui.data.health_facts import Wellness
from tui.draw.format import duration, long_time, percent, short_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.status import EngineStatus
from tui.draw.text import Lines, Role, Span, clean, fit, title

LABEL = 14
"""Cells of the name of a row."""

WORDS = {
    Outcome.TAKEN: "taken in and scored",
    Outcome.LATE: "late: scored, no alarms",
    Outcome.DUPLICATE: "duplicate: same again",
    Outcome.CONFLICT: "CONFLICT: same time, other content",
    Outcome.REPEATED: "REPEATED: signal of another time",
    Outcome.QUARANTINED: "QUARANTINED: no recording",
    Outcome.FOREIGN: "passed over: another's",
}


def engine_lines(
    width: int,
    height: int,
    frame: Frame,
    status: EngineStatus,
    facts: Wellness | None,
    now: datetime,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return the engine's work, its speed, and the free disk space.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        status: of the engine, in words.
        facts: read from the store, None before that.
        now: wall clock.
        zone: of the wall clock.
        glyphs: those that the terminal can show.
    """
    view = frame.view
    beat = view.heartbeat
    lines: Lines = [title("Engine", width), (Span(fit(f"  {status.text}", width), status.role),)]
    if status.advice:
        lines += _wrapped(status.told, width, Role.WARNING, most=9)
    if beat is None:
        lines.append(_row("heartbeat", "none yet", width))
    else:
        ago = _ago(now - beat.beat_at)
        lines.append(
            _row("heartbeat", f"{long_time(beat.beat_at, zone)}, {ago} ago, process {beat.pid}", width)
        )
        doing = f"{beat.phase.value}, {beat.done}" + (f" of {beat.total}" if beat.total else "")
        lines.append(_row("phase", f"{doing} snapshots", width))
        if beat.message:
            lines += _long_row("message", clean(beat.message), width)
    speed = "not known yet, for some seconds"
    if facts is not None and facts.per_minute is not None:
        speed = f"{facts.per_minute:.4g} snapshots a minute, over the last minute"
    if status.stale is not None or (beat is not None and beat.phase in (Phase.FINISHED, Phase.FAILED)):
        speed = "idle"
    lines.append(_row("speed", speed, width))
    if facts is not None:
        lines += _room(width, facts)
    live = "watched live" if not view.assessment.expected else f"a finished run of {view.assessment.expected}"
    lines.append(_row("recordings", f"{live}, {clean(view.assessment.run)}", width))
    return finished(lines[:height], width, height, glyphs)


def file_lines(
    width: int,
    height: int,
    frame: Frame,
    facts: Wellness | None,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return the files taken in, waiting, rejected and refused, with their reasons.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        facts: read from the store, None before that.
        zone: of the wall clock.
        glyphs: those that the terminal can show.
    """
    heading = title("Files", width, "taken in, late, refused")
    if facts is None:
        return finished([heading, (Span("  reading …", Role.DIM),)][:height], width, height, glyphs)
    view, beat = frame.view, frame.view.heartbeat
    lines: Lines = [heading]
    scored = int(view.series.positions[-1]) + 1 if len(view.series) else 0
    lines.append(_row("scored", f"{scored} snapshots in the record", width))
    if not view.assessment.expected:
        waiting = max(beat.total - beat.done, 0) if beat is not None and beat.phase is Phase.WATCHING else 0
        said = f"; {clean(beat.message)}" if beat is not None and beat.message else ""
        lines.append(_row("waiting", f"{waiting} ready to be taken in{said}", width, waiting > 0))
        for outcome, count in facts.counts.items():
            if count:
                bad = outcome in (Outcome.CONFLICT, Outcome.REPEATED, Outcome.QUARANTINED)
                lines.append(_row(f"{count:>6}", WORDS[outcome], width, bad))
    if not facts.refused and not facts.rejections:
        lines.append(_row("refused", "none", width))
    for one in facts.refused:
        since = short_time(one.recorded_at, zone)
        text = f"✕ {clean(one.name)}, {one.outcome.value} since {since}: {clean(one.reason)}"
        lines += _wrapped(text, width, Role.WARNING)
    for name, reason in facts.rejections:
        lines += _wrapped(f"✕ {clean(name)}, rejected: {clean(reason)}", width, Role.WARNING)
    if len(lines) > height > 2:
        hidden = len(lines) - height + 1
        lines = [
            *lines[: height - 1],
            (Span(fit(f"  {hidden} lines more (raceway store export)", width), Role.DIM),),
        ]
    return finished(lines[:height], width, height, glyphs)


def figures_of(frame: Frame) -> AlarmFigures | None:
    """Return the figures of the alarm system from the end of the baseline to the playhead, None before."""
    series = frame.view.series
    if frame.index < 0 or frame.playhead.at is None:
        return None
    return alarm_figures(
        frame.view.events,
        moment(int(series.at[0])),
        moment(frame.playhead.at),
        rules=frame.view.assessment.settings.fold,
        interval=timedelta(microseconds=frame.interval),
        live=frame.view.assessment.live,
    )


def alarm_lines(
    width: int, height: int, frame: Frame, zone: tzinfo, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return the figures of the alarm system up to the playhead, and the failed `on_ring` commands.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    heading = title("Alarm system", width, "ISA-18.2, EEMUA 191; up to the playhead")
    figures = figures_of(frame)
    if figures is None:
        return finished([heading, (Span("  no snapshot yet", Role.DIM),)][:height], width, height, glyphs)
    lines = [heading, *_failed_messages(width, frame, zone), *_load(width, figures)]
    if figures.median_seconds is None:
        answer = "none acknowledged live yet"
    else:
        ninetieth = duration(figures.ninetieth_seconds or 0.0)
        answer = f"median {duration(figures.median_seconds)}, 90 % within {ninetieth}"
    lines.append(_row("to acknowledge", answer, width))
    if figures.right_share is not None:
        counts = ", ".join(f"{count} {clean(name)}" for name, count in sorted(figures.outcomes.items()))
        lines.append(_row("outcomes", f"{counts}; {percent(figures.right_share)} right", width))
    for source in figures.worst:
        told = f"{clean(source.name)}, {clean(source.cause)}: {source.rings}, {percent(source.share)}"
        lines.append(_row("source", told, width))
    return finished(lines[:height], width, height, glyphs)


def _failed_messages(width: int, frame: Frame, zone: tzinfo) -> Lines:
    """Return the alarms that reached nobody, and the addresses to which messages fail."""
    lines: Lines = []
    for event in frame.events:
        if event.kind is EventKind.NOTIFIED and event.detail.get("given_up"):
            text = clean(str(event.detail.get("message", "the on_ring command failed")))
            lines += _wrapped(
                f"✕ NOBODY WAS NOTIFIED, {short_time(event.at, zone)}: {text}", width, Role.ALARM
            )
    for words in failing_channels(frame.view.events).values():
        lines += _wrapped(f"✕ MESSAGES FAIL: {clean(words)}", width, Role.ALARM)
    return lines


def _load(width: int, figures: AlarmFigures) -> Lines:
    """Return the load of alarms: rings, rate, floods, and the alarms in each state."""
    by = ", ".join(f"{count} {name}" for name, count in figures.by_priority.items()) or "none"
    lines: Lines = [_row("rings", f"{figures.rings} ({by})", width)]
    lines.append(
        _row(
            "rate",
            f"{figures.per_day:.2g} a day (manageable: 150), most in 10 min {figures.most_in_10_minutes}",
            width,
        )
    )
    floods = f"{len(figures.floods)}, {percent(figures.flood_share)} of the time"
    lines.append(_row("floods", floods, width, bool(figures.floods)))
    for word, keys in (
        ("standing", figures.standing),
        ("stale >24 h", figures.stale),
        ("chattering", figures.chattering),
        ("suppressed", figures.put_away),
    ):
        names = "; ".join(clean(words_of(key)) for key in keys)
        told = f"{len(keys)}{': ' + names if names else ''}"
        lines.append(_row(word, told, width, word == "chattering" and bool(keys)))
    return lines


def log_lines(width: int, height: int, facts: Wellness | None, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the end of the engine's log."""
    heading = title("Log", width, "engine.log, its last lines")
    if facts is None or not facts.log:
        why = "reading …" if facts is None else "empty: the engine logged no trouble"
        if facts is not None and facts.log is None:
            why = "there is no engine.log in the state folder"
        return finished([heading, (Span(fit(f"  {why}", width), Role.DIM),)][:height], width, height, glyphs)
    rows = [row for line in facts.log for row in wrapped(line, width - 3, 4)]
    shown = rows[-max(height - 1, 1) :]
    return finished(
        [heading, *((Span(fit(f"  {row}", width)),) for row in shown)][:height], width, height, glyphs
    )


def _room(width: int, facts: Wellness) -> Lines:
    size = "?" if facts.store_bytes is None else f"{facts.store_bytes / MEGABYTE:.1f} MB"
    lines: Lines = [_row("store", f"{size} in {facts.place}", width)]
    if facts.free_bytes is None:
        lines.append(_row("disk", "free space is not known", width, True))
    else:
        short = facts.free_bytes < facts.floor * MEGABYTE
        stops = f"intake stops below {facts.floor} MB"
        text = f"{facts.free_bytes / MEGABYTE:,.0f} MB free; {stops}"
        lines.append(_row("disk", f"✕ TOO LITTLE: {text}" if short else text, width, short))
    return lines


def _row(name: str, text: str, width: int, warns: bool = False) -> tuple[Span, ...]:
    label = f"  {name:<{LABEL}} "
    return (Span(label, Role.DIM), Span(fit(text, width - len(label)), Role.WARNING if warns else Role.PLAIN))


def _long_row(name: str, text: str, width: int) -> Lines:
    """Return a text in as many as three rows beside its name."""
    first, *more = wrapped(text, max(width - LABEL - 4, 1), 3)
    return [_row(name, first, width), *(_row("", row, width) for row in more)]


def _wrapped(text: str, width: int, role: Role, most: int = 3) -> Lines:
    return [(Span(fit(f"  {row}", width), role),) for row in wrapped(text, width - 3, most)]


def _ago(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0.0)
    return f"{seconds:.0f} s" if seconds < 120 else duration(seconds)
