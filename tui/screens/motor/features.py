"""The judged features of a motor over time, a row each, in shades, in place of the waterfall."""

from dataclasses import replace
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.features import AT_REST, as_measured, unit_of
from tui.data.frame import Frame
from tui.data.pictures import Gallery
from tui.draw.format import short_time
from tui.draw.glyphs import Glyphs, finished, shades
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.waterfall import STEP, shade_legend, shade_levels

LABEL = 22
"""Cells for the name of a feature."""


def known_features(gallery: Gallery | None, channel: int, names: tuple[str, ...]) -> Gallery | None:
    """Return pictures whose bands are the named features of a channel; None without pictures to compare.

    Args:
        gallery: pictures of the run.
        channel: counted from 1.
        names: of the features.
    """
    if gallery is None or channel > gallery.spectrum.shape[1] or not names:
        return None
    bands = np.arange(len(names) + 1, dtype=np.float32)
    own = replace(gallery, edges=bands, spectrum=gallery.spectrum[:, :, : len(names)])
    return own if own.usual(channel - 1) is not None else None


def above_usual(own: Gallery, channel: int) -> NDArray[np.float64]:
    """Return each picture's features above the baseline's median, (n, features), in dB and %.

    Args:
        own: from `known_features`.
        channel: counted from 1.
    """
    usual = own.usual(channel - 1)
    assert usual is not None
    return as_measured(own.spectrum[:, channel - 1] - usual[1])


def feature_lines(
    width: int,
    height: int,
    frame: Frame,
    gallery: Gallery | None,
    channel: int,
    names: tuple[str, ...],
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return a row of shades for each feature up to the playhead; those that rose most if not all fit.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        gallery: pictures of the run, None where there are none.
        channel: counted from 1.
        names: of the features.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Features over time, ch {channel}", width, "above the baseline's median", "features")
    if height < 5 or width < LABEL + 16:
        return finished([heading][:height], width, height, glyphs)
    own = known_features(gallery, channel, names)
    if own is None:
        why = "no pictures of the baseline in the store: nothing to compare with"
        return finished([heading, (Span(fit(f"  {why}", width), Role.DIM),)], width, height, glyphs)
    above = above_usual(own, channel)
    # A shade is 3 dB, and 1 % of the negative sequence.
    above = np.where([unit_of(place) == "%" for place in range(len(names))], STEP * above, above)
    places = [place for place in range(len(names)) if place != AT_REST]
    room = height - 3
    here = -1 if frame.playhead.at is None else frame.playhead.at
    seen = np.nan_to_num(above[own.at <= here], nan=-99.0)
    highest = seen.max(axis=0) if len(seen) else np.zeros(len(names))
    chosen = sorted(sorted(places, key=lambda place: -highest[place])[:room])
    ladder = shades(glyphs)
    bands, columns = [[place] for place in chosen], width - LABEL - 3
    levels = shade_levels(frame, own, above, bands, columns, len(ladder) - 1)
    legend = f"{shade_legend(ladder)[0].text} dB; negative sequence: a third, in %"
    lines: Lines = [heading, (Span(fit(legend, width), Role.DIM),)]
    for row, place in zip(levels, chosen, strict=True):
        shaded = "".join(ladder[level] for level in row.tolist())
        lines.append((Span(f" {fit(names[place], LABEL)} ", Role.DIM), Span(shaded)))
    start, end = (short_time(one, zone) for one in frame.extent)
    times = start + " " * max(columns - len(start) - len(end), 1) + end
    lines.append((Span(fit(" " * (LABEL + 2) + times, width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)
