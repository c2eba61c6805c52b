"""The error of one window: by sensor, and by time within the window."""

import numpy as np

from engine.explanation.process.sensors import name_of
from engine.records.picture import Picture
from tui.data.frame import Frame
from tui.draw.format import percent
from tui.draw.glyphs import Glyphs, finished, shades
from tui.draw.text import Lines, Role, Span, fit, title

LEAST = 0.005
"""The least share that is listed."""

BAR = 20
"""Most cells of a bar."""


def contribution_lines(
    width: int, height: int, frame: Frame, component: int, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return the share of each sensor in the error, and how it is spread over the window, the most first.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        glyphs: those that the terminal can show.
    """
    heading = title("Contributions", width, "share of the error; right: over the window, old to new", "share")
    picture: Picture | None = frame.view.picture
    if picture is None or not picture.contribution.any():
        why = "no picture of this window" if picture is None else "nothing was judged in this window"
        return finished([heading, (Span(f"  {why}", Role.DIM),)], width, height, glyphs)
    channels = [
        number for number in frame.view.assessment.channels[component] if number <= len(picture.contribution)
    ]
    shares = {number: float(np.nan_to_num(picture.contribution[number - 1]).sum()) for number in channels}
    ranked = [number for number in sorted(channels, key=lambda one: -shares[one]) if shares[number] >= LEAST]
    shown = ranked[: max(height - 2, 1)]
    names = {number: name_of(frame.view.assessment, number) for number in shown}
    label = max(10, min(24, max(map(len, names.values()), default=10), width // 3))
    parts = picture.parts if len(picture.parts) == len(picture.contribution) else np.zeros((0, 0), np.float32)
    time = parts.shape[1] if parts.size else 0
    room = max(min(width - label - time - 14, BAR), 0)
    ladder = shades(glyphs)
    lines: Lines = [heading]
    for number in shown:
        filled = round(min(shares[number], 1.0) * room)
        spread = ""
        if time:
            own = np.nan_to_num(parts[number - 1])
            top = float(own.max()) or 1.0
            spread = "".join(ladder[1 + min(int(one / top * 4), 4)] for one in own.tolist())
        lines.append(
            (
                Span("   "),
                Span(fit(names[number], label) + " ", Role.STRONG),
                Span("█" * filled + " " * (room - filled)),
                Span(f" {percent(shares[number]):>5}  "),
                Span(spread, Role.TITLE),
            )
        )
    rest = len(channels) - len(shown)
    if rest and len(lines) < height:
        left = sum(shares[number] for number in channels if number not in shown)
        lines.append((Span(fit(f"   {rest} others, {percent(left)}", width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)
