"""The reasons: shares of the error by component and band; during training, its progress."""

import math

import numpy as np

from engine.records.picture import Picture
from engine.records.progress import Phase
from tui.data.frame import Frame
from tui.data.view import View
from tui.draw.format import frequency, percent, reason
from tui.draw.status import learning_text
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title, window

BANDS = 4
"""Bands worth naming; the rest is noise to a reader."""

LAG = 16
"""Snapshots that the picture may be behind a running playhead."""

SHADES = "▁▂▃▄▅▆▇█"


def why_lines(width: int, height: int, frame: Frame, selected: int) -> Lines:
    """Return the contributions to the error: by component, then by band of the selected component."""
    if frame.index < 0:
        return progress_lines(width, height, frame.view)
    conditions = frame.conditions
    chosen = conditions[selected]
    lines: Lines = [title(f"Why: {chosen.name}", width, "share of error" if width >= 40 else "")]
    if chosen.alarm is not None:
        lead = "points to" if chosen.alarm.surface else "comes" if chosen.alarm.carried_from else "cause"
        lines.append((Span(fit(f"  {lead}: {reason(chosen.alarm, frame.playhead.at)}", width), Role.STRONG),))
    if not math.isfinite(chosen.share):
        state = "no data" if chosen.quality is None else chosen.quality.value
        lines.append((Span(fit(f"  {state}: nothing to score", width), Role.DIM),))
        return lines[:height]
    bands = band_lines(width, frame, selected)
    room = max(height - len(lines) - len(bands), 1)
    ranked = sorted(
        range(len(conditions)), key=lambda number: -np.nan_to_num(conditions[number].share, nan=-1.0)
    )
    shown = window(len(ranked), ranked.index(selected), room)
    lines.extend(
        _bar(
            width, conditions[ranked[place]].name, conditions[ranked[place]].share, ranked[place] == selected
        )
        for place in shown
    )
    return (lines + bands)[:height]


def band_lines(width: int, frame: Frame, component: int) -> Lines:
    """Return the bands with the largest share, if the picture of this snapshot was read.

    While the playhead runs, the picture may be a few snapshots old: lines that come and go with every
    frame could not be read.
    """
    view = frame.view
    if view.picture is None or view.picture_position is None:
        return []
    age = int(view.series.positions[frame.index]) - view.picture_position
    if not 0 <= age <= (LAG if frame.playhead.playing else 0):
        return []
    channels = view.assessment.channels[component]
    lines: Lines = []
    for low, high, share in top_bands(view.picture, channels):
        text = f"  band {frequency(low, high)}"
        lines.append((Span(fit(text, max(width - 6, 0))), Span(f"{percent(share):>5} ")))
    return lines


def top_bands(picture: Picture, channels: tuple[int, ...]) -> list[tuple[float, float, float]]:
    """Return borders [Hz] and share of the bands that contribute most over channels, at least 1 %."""
    rows = [channel - 1 for channel in channels if channel <= len(picture.contribution)]
    if not rows:
        return []
    share = np.nan_to_num(picture.contribution[rows].sum(axis=0))
    order = np.argsort(-share, kind="stable")[:BANDS]
    return [
        (float(picture.edges[band]), float(picture.edges[band + 1]), float(share[band]))
        for band in order
        if share[band] >= 0.01
    ]


def progress_lines(width: int, height: int, view: View) -> Lines:
    """Return the progress of the engine before there is anything to explain."""
    lines: Lines = [title("The engine", width)]
    beat = view.heartbeat
    if view.epochs:
        for part in learning_text(view).replace("learning: ", "learning, ").split(", "):
            lines.append((Span(fit(f"  {part}", width)),))
        losses = [epoch.validation_loss for epoch in view.epochs]
        lines.append((Span(fit(f"  {curve(losses, width - 4)}", width), Role.DIM),))
    elif beat is not None:
        lines.append((Span(fit(f"  {beat.phase.value}", width)),))
        if beat.phase is not Phase.LEARNING:
            total = f" of {beat.total}" if beat.total else ""
            lines.append((Span(fit(f"  {beat.done}{total} snapshots", width)),))
    else:
        lines.append((Span(fit("  starting", width)),))
    return lines[:height]


def curve(values: list[float], width: int) -> str:
    """Return a falling curve in at most so many columns, scaled to its range, with gaps."""
    if width <= 0 or not values:
        return ""
    step = -(-len(values) // width)
    picked = values[::-1][::step][::-1]
    finite = [value for value in picked if math.isfinite(value)]
    if not finite:
        return "·" * len(picked)
    low, high = min(finite), max(finite)
    return "".join(
        SHADES[round((value - low) / (high - low) * 7) if high > low else 0] if math.isfinite(value) else "·"
        for value in picked
    )


def _bar(width: int, name: str, share: float, chosen: bool) -> Line:
    label = 12 if width >= 34 else 10
    room = max(width - 2 - label - 6, 0)
    filled = round(min(max(share, 0.0), 1.0) * room) if math.isfinite(share) else 0
    role = Role.STRONG if chosen else Role.DIM
    return (
        Span("› " if chosen else "  ", Role.STRONG),
        Span(fit(clean(name), label - 1) + " ", role),
        Span("█" * filled + " " * (room - filled), role),
        Span(f"{percent(share):>5} ", role),
    )
