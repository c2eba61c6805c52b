"""Contributions to the error of one snapshot: by channel, by band, and by part of the recording."""

import math
from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len

from engine.diagnosis.motor_features import motor_features
from engine.records.assessment import Assessment
from engine.records.picture import Picture
from tui.draw.format import frequency, percent
from tui.draw.glyphs import Glyphs, finished, shades
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title

LEAST = 0.005
"""The least share that is listed."""


def contribution_lines(
    width: int,
    height: int,
    picture: Picture | None,
    assessment: Assessment,
    component: int,
    when: str,
    seconds: float,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return the shares of the error.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: of the snapshot.
        assessment: whose components and channels there are.
        component: the one selected, counted from 0.
        when: the time of the snapshot, as text.
        seconds: how long the recording is, 0 where that is not known.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Contributions {when}", width, "share of the snapshot's error")
    if picture is None or not picture.contribution.any():
        why = "no picture of this snapshot" if picture is None else "nothing was scored in this snapshot"
        return finished([heading, (Span(f"  {why}", Role.DIM),)], width, height, glyphs)
    own = [one for one in assessment.channels[component] if one <= len(picture.contribution)]
    name = clean(assessment.components[component])
    rows = _channel_rows(width, max((height - 4) // 3, 1), picture, assessment, own)
    room = max(height - len(rows) - 2 - (3 if picture.parts.size else 0), 1)
    rows += _band_rows(width, room, picture, name, own, motor_features(assessment, component))
    if picture.parts.size and own:
        rows += _parts(width, picture, own, name, seconds, glyphs)
    return finished([heading, *rows][:height], width, height, glyphs)


def _channel_rows(
    width: int, most: int, picture: Picture, assessment: Assessment, own: Sequence[int]
) -> list[Line]:
    """Return the channels with the largest shares, at most so many; those of the component are marked."""
    shares = np.nan_to_num(picture.contribution.sum(axis=1))
    rows: list[Line] = [(Span(fit(" by channel", width), Role.TITLE),)]
    order = sorted(range(len(shares)), key=lambda place: -shares[place])
    parts = list(zip(assessment.components, assessment.channels, strict=True))
    for place in order[:most]:
        owner = next((name for name, held in parts if place + 1 in held), "not watched")
        invalid = place < len(picture.spectrum) and not np.isfinite(picture.spectrum[place]).any()
        name = f"ch {place + 1} {'invalid ' if invalid else ''}{clean(owner)}"
        rows.append(_bar(width, name, float(shares[place]), place + 1 in own))
    if len(order) > most:
        rest = sum(float(shares[place]) for place in order[most:])
        rows.append((Span(fit(f"   {len(order) - most} more, {percent(rest)}", width), Role.DIM),))
    return rows


def _band_rows(
    width: int, most: int, picture: Picture, name: str, own: Sequence[int], features: tuple[str, ...]
) -> list[Line]:
    """Return the bands of a component with the largest shares, at most so many; `features` of a motor."""
    bands = picture.contribution[[channel - 1 for channel in own]].sum(axis=0)
    order = [band for band in np.argsort(-bands, kind="stable").tolist() if bands[band] >= LEAST]
    hidden = order[most:]
    tail = f": the {most} with most; {len(hidden)} more, {percent(float(bands[hidden].sum()))}"
    what = "feature" if features else "band"
    names = {band: _name_of(band, picture, features) for band in order[:most]}
    longest = max(map(cell_len, names.values()), default=0)
    return [
        (Span(fit(f" by {what} of {name}{tail if hidden else ''}", width), Role.TITLE),),
        *(_bar(width, words, float(bands[band]), True, longest) for band, words in names.items()),
    ]


def _name_of(band: int, picture: Picture, features: tuple[str, ...]) -> str:
    """Return the name of a feature of a motor, or the frequencies of a band."""
    if band < len(features):
        return features[band]
    return frequency(float(picture.edges[band]), float(picture.edges[band + 1]))


def _parts(
    width: int, picture: Picture, channels: list[int], name: str, seconds: float, glyphs: Glyphs
) -> Lines:
    parts = np.nan_to_num(picture.parts[[channel - 1 for channel in channels]].sum(axis=0))
    whole = float(parts.sum())
    if whole <= 0:
        return []
    room = max(width - 4, 1)
    cells = room if room < len(parts) else room // len(parts) * len(parts)
    places = np.arange(cells) * len(parts) // cells
    top = float(parts.max())
    ladder = shades(glyphs)
    strip = "".join(ladder[1 + min(int(parts[place] / top * 4), 4)] for place in places.tolist())
    length = f" of {seconds:.3g} s" if seconds else ""
    most = int(parts.argmax())
    told = f"   the most in part {most + 1} of {len(parts)}{length}: {percent(float(parts[most]) / whole)}"
    evenly = percent(1 / len(parts))
    text = pick(width, f"{told}; evenly spread it would be {evenly}", f"{told}; evenly {evenly}", told)
    return [
        (Span(fit(f" by part of the recording, {name}", width), Role.TITLE),),
        (Span(fit(f"   {strip}", width)),),
        (Span(text, Role.DIM),),
    ]


def _bar(width: int, name: str, share: float, chosen: bool, longest: int = 0) -> Line:
    """Return a row with a bar; up to half of it is for the name, `longest` cells among its neighbours."""
    label = max(min(26, max(width // 3, 12)), min(longest + 1, width // 2))
    room = max(width - label - 10, 0)
    filled = round(min(max(share, 0.0), 1.0) * room) if math.isfinite(share) else 0
    return (
        Span(f" {'›' if chosen else ' '} ", Role.STRONG),
        Span(fit(name, label - 1) + " ", Role.STRONG if chosen else Role.DIM),
        Span("█" * filled + " " * (room - filled), Role.STRONG if chosen else Role.DIM),
        Span(f"{percent(share):>6}"),
    )
