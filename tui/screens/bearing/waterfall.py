"""The waterfall: spectra over time as shades, compared with the baseline."""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from tui.data.frame import Frame
from tui.data.pictures import Gallery
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.format import short_time
from tui.draw.glyphs import Glyphs, finished, shades
from tui.draw.text import HEATS, Line, Lines, Role, Span, fit, pick, title, width_of

STEP = 3.0
"""dB of a shade: a doubling of power."""


def waterfall_lines(
    width: int,
    height: int,
    frame: Frame,
    gallery: Gallery | None,
    channel: int,
    zone: tzinfo,
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
    colours: bool = False,
) -> Lines:
    """Return the spectra of a channel up to the playhead, low frequencies below.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        gallery: pictures of the run, None where there are none.
        channel: counted from 1.
        zone: of the times.
        zoom: which part of the frequencies.
        glyphs: those that the terminal can show.
        colours: whether to draw two rows of colour in each line, instead of shades.
    """
    heading = title(f"Waterfall, ch {channel}", width, "dB above the baseline's median")
    if height < 6 or width < 30:
        return finished([heading][:height], width, height, glyphs)
    usual = None if gallery is None or channel > gallery.spectrum.shape[1] else gallery.usual(channel - 1)
    if gallery is None or usual is None:
        why = "no pictures of the baseline in the store: nothing to compare with"
        return finished([heading, (Span(fit(f"  {why}", width), Role.DIM),)], width, height, glyphs)
    margin, rows = 9, height - 4
    columns = width - margin - 1
    low, high = zoom.part(0.0, float(gallery.edges[-1]))
    coloured = colours and glyphs is not Glyphs.ASCII
    ladder = shades(glyphs)
    most, deep = (len(HEATS), 2) if coloured else (len(ladder) - 1, 1)
    levels = _levels(frame, gallery, usual[1], channel, zoom, rows * deep, columns, most)
    legend = colour_legend() if coloured else shade_legend(ladder)
    room = max(width - width_of(legend), 0)
    told = pick(room, " dB and more; blank: no picture; ▲ playhead", " dB and more; ▲ playhead", " dB")
    lines: Lines = [heading, (*legend, Span(told, Role.DIM))]
    for place in range(rows):
        edge = low + (high - low) * (rows - place - 0.5) / rows
        label = f"{edge / 1000:.1f} kHz" if place in {0, rows // 2, rows - 1} else ""
        below = deep * (rows - 1 - place)
        if coloured:
            row = half_blocks(levels[below + 1].tolist(), levels[below].tolist())
        else:
            row = (Span("".join(ladder[level] for level in levels[below].tolist())),)
        lines.append((Span(f"{label:>{margin - 1}} │", Role.DIM), *row))
    start, end = frame.extent
    here = frame.playhead.at
    rule = ["─"] * columns
    if here is not None:
        rule[min(int((here - start) / (end - start + 1) * columns), columns - 1)] = "▲"
    lines.append((Span(" " * margin, Role.DIM), Span(f"└{''.join(rule)}", Role.DIM)))
    ends = short_time(start, zone), short_time(end, zone)
    between = " " * max(columns - len(ends[0]) - len(ends[1]), 0)
    lines.append((Span(fit(" " * (margin + 1) + ends[0] + between + ends[1], width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def half_blocks(upper: Sequence[int], lower: Sequence[int]) -> Line:
    """Return a line of two rows of colour: the upper half of each cell in its ink, the lower in its paper.

    Args:
        upper: levels of the upper row, 0 for nothing, then from 1.
        lower: the same of the lower row.
    """
    spans: list[Span] = []
    for high, low in zip(upper, lower, strict=True):
        if high == low == 0:
            span = Span(" ")
        elif low == 0:
            span = Span("▀", HEATS[high - 1])
        elif high == 0:
            span = Span("▄", HEATS[low - 1])
        elif high == low:
            span = Span("█", HEATS[high - 1])
        else:
            span = Span("▀", HEATS[high - 1], HEATS[low - 1])
        last = spans[-1] if spans else None
        if last is not None and (last.role, last.paper, last.text[0]) == (span.role, span.paper, span.text):
            spans[-1] = Span(last.text + span.text, span.role, span.paper)
        else:
            spans.append(span)
    return tuple(spans)


def colour_legend() -> Line:
    """Return each colour with the level that it begins at."""
    spans: list[Span] = [Span("  ")]
    for number, role in enumerate(HEATS):
        spans += [Span("█", role), Span(f" {'<' if number == 0 else ''}{STEP * max(number, 1):g} ", Role.DIM)]
    return tuple(spans)


def shade_legend(ladder: str) -> Line:
    """Return each shade with the level that it begins at."""
    text = "  ".join(
        f"{ladder[step]} {'<' if step == 1 else ''}{STEP * max(step - 1, 1):g}"
        for step in range(1, len(ladder))
    )
    return (Span(f"  {text}", Role.DIM),)


def _levels(
    frame: Frame,
    gallery: Gallery,
    usual: NDArray[np.float32],
    channel: int,
    zoom: Zoom,
    rows: int,
    columns: int,
    most: int,
) -> NDArray[np.int64]:
    """Return shades (rows from low frequencies up, columns); 0 without a picture.

    The parameters are those of the pane.
    """
    low, high = zoom.part(0.0, float(gallery.edges[-1]))
    borders = np.linspace(low, high, rows + 1)
    middles = (gallery.edges[:-1] + gallery.edges[1:]) / 2
    bands = []
    for row in range(rows):
        own = np.flatnonzero((middles >= borders[row]) & (middles < borders[row + 1]))
        nearest = int(np.abs(middles - (borders[row] + borders[row + 1]) / 2).argmin())
        bands.append(own.tolist() or [nearest])
    above = gallery.spectrum[:, channel - 1] - usual
    return shade_levels(frame, gallery, above, bands, columns, most)


def shade_levels(
    frame: Frame,
    gallery: Gallery,
    above: NDArray[np.floating],
    bands: Sequence[Sequence[int]],
    columns: int,
    most: int,
) -> NDArray[np.int64]:
    """Return shades (rows, columns), the largest of a row's bands each; 0 without a picture.

    Args:
        frame: the record as of the playhead.
        gallery: pictures of the run.
        above: (pictures, bands) over what is usual [dB].
        bands: of each row.
        columns: cells.
        most: the highest shade.
    """
    start, end = frame.extent
    here = -1 if frame.playhead.at is None else frame.playhead.at
    levels = np.zeros((len(bands), columns), np.int64)
    places = np.clip((gallery.at - start) * columns // (end - start + 1), 0, columns - 1)
    # A picture stands for the time up to the next one, as long as that is not a pause.
    reach = 1.5 * float(np.median(np.diff(gallery.at))) if len(gallery.at) > 1 else 0.0
    for row, own in enumerate(bands):
        loudest = np.nan_to_num(above[:, list(own)].max(axis=1), nan=-99.0)
        shade = np.clip(loudest // STEP + 1, 1, most).astype(np.int64)
        shade[loudest <= -60.0] = 0
        for number_, (at, place) in enumerate(zip(gallery.at.tolist(), places.tolist(), strict=True)):
            if at > here:
                break
            until = min(gallery.at[number_ + 1] if number_ + 1 < len(places) else at, at + reach, here)
            last = min(max(int((until - start) * columns // (end - start + 1)), place), columns - 1)
            part = levels[row, place : last + 1]
            part[:1] = np.maximum(part[:1], shade[number_])
            part[1:] = shade[number_]
    return levels
