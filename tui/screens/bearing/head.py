"""The lines above the panes: name, state and severity of the bearing, and the advice."""

import math

from engine.explanation.action import instruction
from engine.explanation.process.beside import slow_value_text
from engine.records.assessment import Quality
from tui.data.frame import Frame, situation_of
from tui.data.view import View
from tui.draw.format import PRIORITY_ROLES, reasons, sentence_time, short_time, since_texts, state_of
from tui.draw.glyphs import ARROWS
from tui.draw.notice import wrapped
from tui.draw.severity import severity_text
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of
from tui.screens.state import Shown

ADVICE_MOST = 2
"""Lines of the advice; it is not cut where there is room."""


def recording_seconds(view: View) -> float:
    """Return the length of a recording [s], 0 if the settings do not give it."""
    machine, recording = view.assessment.settings.machine, view.assessment.settings.recording
    if machine is None or recording is None:
        return 0.0
    return recording.rows / (machine.sample_rate or 1.0)


def head_lines(width: int, height: int, shown: Shown, frame: Frame) -> Lines:
    """Return name, state, severity and snapshot of the bearing in a line, and the advice in another."""
    condition = frame.conditions[shown.component]
    state = state_of(condition)
    alarm = condition.alarm
    parts: list[tuple[str, ...]] = [
        (f"severity {severity_text(condition.severity)} {ARROWS[condition.trend]}",)
    ]
    if condition.quality is not None and condition.quality is not Quality.RUNNING:
        parts[0] = (f"now {condition.quality}",)
    if alarm is not None:
        since = since_texts(alarm, lambda at: short_time(at, shown.zone))[1]
        why = reasons(alarm, frame.playhead.at)
        parts.append((*(f"{one}, {since}" for one in why), *why))
    if not math.isfinite(condition.severity) and condition.last is not None:
        severity, when = condition.last
        parts.append((f"last {severity_text(severity)} at {sentence_time(when, shown.zone)}",))
    if frame.index >= 0:
        parts.append((f"{frame.view.series.names[frame.index]} #{frame.number}",))
    line: Line = (
        Span(" "),
        Span(state.glyph, state.role if alarm is None else PRIORITY_ROLES[alarm.priority]),
        Span(f" {clean(condition.name)}  ", Role.STRONG),
        Span(state.word, state.role),
    )
    used = width_of(line)
    rest = ""
    for wordings in parts:
        fitting = (one for one in wordings if used + len(rest) + len(one) + 2 <= width)
        if part := next(fitting, ""):
            rest += f"  {part}"
    lines: Lines = [(*line, Span(fit(rest, width - used)))]
    if (slow := slow_text(frame)) and len(lines) < height:
        lines.append((Span(fit(f" {slow}", width)),))
    advice = advice_rows(width, height - len(lines), shown, frame)
    lines += [(Span(fit(f" {row}", width), Role.STRONG),) for row in advice]
    return lines[:height]


def slow_text(frame: Frame) -> str:
    """Return the slow sensors beside the vibration of the snapshot, "" for a machine without them."""
    picture = frame.view.picture
    return "  ".join(map(clean, map(slow_value_text, () if picture is None else picture.slow)))


def advice_rows(width: int, most: int, shown: Shown, frame: Frame) -> list[str]:
    """Return the advice in at most so many lines; none if no alarm stands."""
    advice = advice_line(shown, frame)
    return wrapped(advice, max(width - 2, 1), min(most, ADVICE_MOST)) if advice and most > 0 else []


def advice_line(shown: Shown, frame: Frame) -> str:
    """Return what to do about the bearing's alarm and by when, "" if none stands."""
    alarm = frame.conditions[shown.component].alarm
    if alarm is None or not alarm.stands:
        return ""
    return instruction(situation_of(frame, alarm), lambda at: sentence_time(at, shown.zone)).sentence.text
