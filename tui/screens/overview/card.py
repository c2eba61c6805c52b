"""The card on top: the worst alarm, or that all is well, or what is being learned, or that nobody watches."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import Alarm, AlarmState
from engine.alarms.peak import badness
from engine.explanation.action import instruction
from engine.explanation.appearance import (
    answered,
    direction,
    how_bad,
    origin,
    since_briefly,
    since_when,
    surface_evidence,
)
from engine.explanation.baseline import learning
from engine.explanation.situation import Situation
from engine.explanation.wording import named
from engine.records.assessment import Quality
from engine.records.progress import Phase, source_of
from tui.command_lines import line as command_line
from tui.data.frame import Condition, Frame, situation_of
from tui.data.view import View
from tui.draw.bearing_rows import parts_word
from tui.draw.format import (
    PRIORITY_ROLES,
    RINGING_ROLES,
    STANDING,
    alarm_glyph,
    short_time,
    state_of,
    subject,
)
from tui.draw.frames import bottom, box, top
from tui.draw.glyphs import ARROWS
from tui.draw.notice import wrapped
from tui.draw.severity import severity_text
from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick

Key = Callable[[str], str]
"""Returns the key of an action as it is written."""


LEARNS = (Phase.GATHERING, Phase.READING, Phase.LEARNING)
"""The phases before anything is judged."""

FOUND_NOTHING = (Phase.GATHERING, Phase.WATCHING)
"""The phases in which a message, before the first snapshot, says what the files of the folder are."""

LEAST_WIDTH, LEAST_HEIGHT = 24, 3
"""Cells and lines of the smallest frame with words in it."""


@dataclass(frozen=True, slots=True)
class Card:
    """The facts of the card.

    Attributes:
        frame: the record as of the playhead, None before there is one.
        status: of the engine; without it, that all is well would be a guess.
        zone: of recording times.
        key: writes the key of an action.
        pointed: key of the alarm that the keys mean, None for none.
        waiting: why there is nothing to show yet.
        per_item: seconds for each item that is learned from, None where unknown.
    """

    frame: Frame | None
    status: EngineStatus
    zone: tzinfo
    key: Key
    pointed: str | None = None
    waiting: str = ""
    per_item: float | None = None


def card_lines(width: int, height: int, card: Card) -> Lines:
    """Return the card in at most so many lines; where it has no room for a frame, what is inside it."""
    lines = _whole(width, max(height, LEAST_HEIGHT), card) if width >= LEAST_WIDTH else []
    framed = len(lines) > height and height < LEAST_HEIGHT
    return lines[1 : height + 1] if framed else lines[:height]


def _whole(width: int, height: int, card: Card) -> Lines:
    frame = card.frame
    if frame is None or (frame.index < 0 and not frame.alarms):
        return learning_lines(width, height, card)
    open_ones = [alarm for alarm in frame.alarms if alarm.state is not AlarmState.NORMAL]
    loud = [alarm for alarm in open_ones if not alarm.put_away]
    blind = not card.status.judges and frame.view.assessment.live
    aside = [line] if (line := put_away_line(width, frame)) else []
    if loud:
        lines = alarm_card(width, max(height - len(aside) - blind, LEAST_HEIGHT), loud, frame, card)
        return [*([blind_line(width, card.status)] if blind else []), *lines, *aside]
    if blind:
        return [blind_line(width, card.status), *aside][:height]
    return [well_line(width, frame.conditions, parts_word(frame)), *aside][:height]


def alarm_card(width: int, height: int, loud: Sequence[Alarm], frame: Frame, card: Card) -> Lines:
    """Return the framed card of the worst alarm.

    Args:
        width: cells.
        height: lines, both borders included.
        loud: alarms that are neither over nor shelved nor out of service; at least one.
        frame: the record as of the playhead.
        card: the other facts.
    """
    first = min(loud, key=lambda alarm: badness(alarm, frame.peak(alarm).severity))
    situation = situation_of(frame, first)
    role = PRIORITY_ROLES[first.priority]
    room = max(width - 4, 1)

    def told(at: datetime) -> str:
        return short_time(at, card.zone).strip()

    act = instruction(situation, told).sentence.text
    what = found_when(situation, told, room)
    since = since_when(situation, told).text
    if cell_len(since) > room:
        since = since_briefly(situation, told).text
    rows: Lines = []
    # With little room, what to do comes before what it is, and both before since when.
    inside = max(height - 2, 1)
    lines_to_act = max(min(3, inside - 2), 1)
    spare = inside - len(wrapped(act, room, lines_to_act)) - 1
    for text, look, most in (
        (what, Role.PLAIN, min(max(spare, 1), 2)),
        (act, Role.STRONG, lines_to_act),
        (since, Role.DIM, 1),
    ):
        if text:
            rows += [(Span(" "), Span(fit(row, room), look)) for row in wrapped(_capital(text), room, most)]
    if len(rows) > inside:
        kept = [row for row in rows if row[1].role is Role.STRONG] + [
            row for row in rows if row[1].role is not Role.STRONG
        ]
        rows = [row for row in rows if row in kept[:inside]]
    lower = bottom(width, rest_spans(first, loud, width), _keys(first, loud, card), role)
    return box(width, len(rows) + 2, rows, upper_border(width, situation, told), lower=lower, role=role)


def found_when(situation: Situation, told: Callable[[datetime], str], room: int) -> str:
    """Return what the alarm points to, with the time of older evidence of a surface where it fits.

    The panes measure the snapshot at the playhead, and their numbers differ from those of the alarm.
    """
    what = origin(situation).text
    found = surface_evidence(situation.events, situation.alarm) if situation.alarm.surface else None
    if found is None or found[0].at >= situation.at:
        return what
    dated = f"{what}, as of {told(found[0].at)}"
    return dated if cell_len(dated) <= room else what


def upper_border(width: int, situation: Situation, told: Callable[[datetime], str]) -> Line:
    """Return the upper border: priority, subject, how bad, rising or not; at the right who acknowledged."""
    alarm = situation.alarm
    waits = alarm.needs_acknowledgement
    role = PRIORITY_ROLES[alarm.priority]
    badge = Span(f" {alarm_glyph(alarm)} {STANDING[alarm.priority]} ", RINGING_ROLES[alarm.priority])
    if not waits:
        badge = Span(f"{alarm_glyph(alarm)} {STANDING[alarm.priority]}", role)
    name, bad, way = subject(alarm), how_bad(situation).text, direction(situation).text
    arrow = ARROWS[situation.trend].strip()
    if not alarm.stands:
        peak = situation.peak.severity
        bad, way = "returned" if peak is None else f"returned, peak {severity_text(peak)}", ""
    who = answered(alarm, told).text
    brief = "NOT ACKED" if waits else who.partition(",")[0]
    variants = (
        ([name, bad, way], who),
        ([name, bad, way.partition(",")[0]], who),
        ([name, bad, way.partition(",")[0]], brief),
        ([name, f"{bad.replace(' limit', '')} {arrow}".strip()], brief),
        ([name, bad.replace(" limit", "")], "UNACK" if waits else "acked"),
    )
    frame = 8
    for words, right in variants:
        text = " · ".join(word for word in words if word)
        if cell_len(badge.text) + 2 + cell_len(text) + cell_len(right) + frame <= width:
            break
    right_role = RINGING_ROLES[alarm.priority] if waits else Role.GOOD
    return top(width, (badge, Span(f" {text}", Role.STRONG)), right, role, right_role)


def rest_spans(first: Alarm, loud: Sequence[Alarm], width: int) -> Line:
    """Return the counts of the other alarms, with the names of those that wait."""
    others = [alarm for alarm in loud if alarm is not first]
    waiting = list(dict.fromkeys(subject(alarm) for alarm in others if alarm.needs_acknowledgement))
    count = sum(alarm.needs_acknowledgement for alarm in others)
    spans: list[Span] = []
    if count:
        worst = max(
            (alarm for alarm in others if alarm.needs_acknowledgement), key=lambda one: one.priority.rank
        )
        text = f"{count} more not acknowledged"
        if width >= 90:
            text += f": {named(waiting)}"
        spans.append(Span(text if width >= 70 else f"{count} more UNACK", RINGING_ROLES[worst.priority]))
    acked = len(others) - count
    if acked and width >= 70:
        spans.append(Span(f"{', ' if spans else ''}{acked} acknowledged", Role.DIM))
    return tuple(spans)


def put_away_line(width: int, frame: Frame) -> Line | None:
    """Return the bearings out of service and the shelved alarms, counted and named; None without any."""
    texts = []
    for condition in frame.conditions:
        alarm = condition.alarm
        shelved = alarm is not None and alarm.state is AlarmState.SHELVED
        if not (condition.retired or shelved):
            continue
        words = ["out of service" if condition.retired else "shelved"]
        if alarm is not None:
            words.insert(0, STANDING[alarm.priority])
        if math.isfinite(condition.severity):
            words.insert(0, severity_text(condition.severity))
        texts.append(f"{clean(condition.name)} ({' '.join(words)})")
    others = [
        f"{subject(alarm)} ({STANDING[alarm.priority]} shelved)"
        for alarm in frame.alarms
        if alarm.state is AlarmState.SHELVED and alarm.component not in frame.view.assessment.components
    ]
    texts += others
    if not texts:
        return None
    count = f"{len(texts)} shelved or out of service"
    whole, brief = f" ◁ {count}: {', '.join(texts)}", f" ◁ {count}: {named(texts, 1)}"
    return (
        Span(
            pick(width, whole, f" ◁ {count}: {named(texts, 2)}", brief, f" ◁ {named(texts, 1)}"), Role.WARNING
        ),
    )


def blind_line(width: int, status: EngineStatus) -> Line:
    """Return the line that nothing is watched, or that it is not known."""
    whole = f" ✕ {status.blind}"
    return (Span(pick(width, whole, whole.partition(",")[0], whole.partition(":")[0]), Role.RINGING),)


def well_line(width: int, conditions: tuple[Condition, ...], parts: str) -> Line:
    """Return the line without an alarm.

    Args:
        width: cells.
        conditions: of the components.
        parts: their common name, "bearings" or "components".
    """
    active = [one for one in conditions if not _is_put_away(one)]
    if not active:
        text = " ◁ EVERY BEARING IS SHELVED OR OUT OF SERVICE"
        return (Span(pick(width, text, " ◁ ALL SHELVED OR OUT"), Role.WARNING),)
    states = [state_of(condition) for condition in active]
    for condition, state in zip(active, states, strict=True):
        if state.role is Role.WARNING and condition.alarm is None:
            return (Span(pick(width, f" {state.glyph} {clean(condition.name)}: {state.word}"), Role.WARNING),)
    if all(condition.baseline for condition in active):
        text = " ○ Baseline: the engine learns from these snapshots and judges none"
        return (Span(pick(width, text, " ○ Baseline: nothing is judged"), Role.DIM),)
    running = [condition.quality is Quality.RUNNING for condition in active]
    if all(running):
        worst = max(active, key=lambda one: one.severity if math.isfinite(one.severity) else -1.0)
        which = f"All {len(active)}" if len(active) == len(conditions) else f"The other {len(active)}"
        text = f" ● {which} {parts} normal, no alarm"
        more = f"; highest severity {severity_text(worst.severity)}, {clean(worst.name)}"
        return (Span(pick(width, text + more, text), Role.GOOD),)
    state = states[running.index(False)]
    words = "machine stopped" if state.word == "stopped" else state.word
    return (Span(pick(width, f" {state.glyph} {_capital(words)}, no alarm"), Role.DIM),)


def _is_put_away(condition: Condition) -> bool:
    """Return whether a bearing is out of service, or its alarm is shelved."""
    alarm = condition.alarm
    return condition.retired or (alarm is not None and alarm.put_away)


def learning_lines(width: int, height: int, card: Card) -> Lines:
    """Return what is learned, from how much data, and how long it still takes, in a frame."""
    view = None if card.frame is None else card.frame.view
    beat = None if view is None else view.heartbeat
    sentence = ""
    if beat is not None:
        source = source_of(beat.message)
        sentence = learning(beat.phase, beat.done, beat.total, card.per_item, source).text
    rows: Lines = []
    room = max(width - 4, 1)
    heading = "Learning" if sentence else "Not judged" if card.status.waits else "Starting"
    if card.status.stale is not None:
        heading, sentence = "No engine", _abandoned(view)
    elif not sentence:
        sentence = card.waiting if view is None and card.waiting else _before(view)
    rows += [(Span(" "), Span(fit(row, room), Role.STRONG)) for row in wrapped(sentence, room, 3)]
    if beat is not None and beat.total and beat.phase in LEARNS and card.status.stale is None:
        rows.append((Span(" "), *progress_bar(room, beat.done / beat.total)))
    for row in wrapped(nothing_fits(view), room, 5):
        if row and card.status.stale is None:
            rows.append((Span(" "), Span(fit(row, room), Role.WARNING)))
    rows += [(Span(" "), *line) for line in losses(room, height - 2 - len(rows), view)]
    role = Role.FRAME if card.status.judges else Role.ALARM
    return box(
        width, min(len(rows) + 2, height), rows, top(width, (Span(heading, Role.TITLE),), "", role), role=role
    )


def nothing_fits(view: View | None) -> str:
    """Return why no file of a watched folder was taken in yet, and what to do; "" without a reason."""
    beat = None if view is None else view.heartbeat
    if view is None or beat is None or beat.phase not in FOUND_NOTHING or beat.done or not beat.message:
        return ""
    command = command_line("init", view.assessment.run)
    return f"{_capital(clean(beat.message))}. If these are recordings, {command} writes settings for them."


def progress_bar(width: int, share: float) -> Line:
    """Return a bar of a share of 0 to 1, with the percentage."""
    known = min(max(share, 0.0), 1.0)
    track = max(width - 6, 0)
    done = round(known * track)
    return (Span("━" * done, Role.KEY), Span("─" * (track - done), Role.DIM), Span(f"{100 * known:4.0f} %"))


def losses(width: int, height: int, view: View | None) -> Lines:
    """Return the last losses of training."""
    if view is None or not view.epochs or height < 1:
        return []
    last = view.epochs[-1]
    words = f"loss {last.loss:.3g}, on healthy snapshots not trained on {last.validation_loss:.3g}"
    return [(Span(fit(words, width), Role.DIM),)]


def _abandoned(view: View | None) -> str:
    """Return that there is no engine, and how far the learning had come."""
    text = "The engine is not running; nothing is learned or judged."
    beat = None if view is None else view.heartbeat
    if beat is None or not beat.total or beat.phase not in LEARNS:
        return text
    unit = "epoch" if beat.phase is Phase.LEARNING else "snapshot"
    return f"{text} It had come to {unit} {beat.done} of {beat.total}."


def _before(view: View | None) -> str:
    if view is None or view.heartbeat is None:
        return "Waiting for the engine to start."
    if view.heartbeat.phase is Phase.WATCHING:
        return "Waiting for the first recording."
    return f"Nothing is judged yet; engine: {view.heartbeat.phase.value}."


def _keys(first: Alarm, loud: Sequence[Alarm], card: Card) -> str:
    """Return the hint of the keys, true for the alarm that they mean."""
    meant = next((alarm for alarm in loud if alarm.key == card.pointed), None)
    hints = []
    if meant is not None and meant.needs_acknowledgement:
        about = "" if meant is first else f" {subject(meant)}"
        hints.append(f"{card.key('acknowledge')} acknowledge{about}")
    hints.append(f"{card.key('open')} why")
    return "  ".join(hints)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
