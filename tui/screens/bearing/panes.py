"""The panes of the bearing screen: which function draws each, and the curve under its cursors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.diagnosis.line_markers import Marking
from tui.data.frame import Frame
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.glyphs import Glyphs
from tui.draw.text import clean
from tui.screens.bearing.analysis.cepstrum import cepstrum_lines, cepstrum_plot
from tui.screens.bearing.analysis.desk import Place, band_extras, envelope_extras, index_of, sheet_of
from tui.screens.bearing.analysis.envelope_plot import envelope_plot
from tui.screens.bearing.analysis.laboratory import Analysis
from tui.screens.bearing.analysis.peaks import peak_list_lines
from tui.screens.bearing.analysis.spectrum import Sheet, spectrum_lines, spectrum_plot
from tui.screens.bearing.analysis.tools import Compare, Tools, Trace
from tui.screens.bearing.bands import band_lines, band_plot
from tui.screens.bearing.contributions import contribution_lines
from tui.screens.bearing.envelope import envelope_lines
from tui.screens.bearing.figures import figure_lines
from tui.screens.bearing.head import recording_seconds
from tui.screens.bearing.recording import Waveform
from tui.screens.bearing.trend import strip_lines, trend_lines
from tui.screens.bearing.waterfall import waterfall_lines
from tui.screens.bearing.waveform import waveform_lines, waveform_plot
from tui.screens.panel import Draw
from tui.screens.state import Shown

BESIDE = {
    "trend": "figures",
    "spectrum": "bands",
    "bands": "envelope",
    "envelope": "bands",
    "peaks": "spectrum",
    "cepstrum": "spectrum",
    "waterfall": "bands",
    "waveform": "spectrum",
    "figures": "bands",
}
"""The third pane beside a pane and the trend, if three fit; other panes take all the room."""

STRIP_FROM = 11
"""From so many lines on, two of them above the pane show severity."""


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """An analyst's desk: the place looked at, tools, analysis, recording, and zoom."""

    place: Place
    tools: Tools
    analysis: Analysis | None
    waveform: Waveform | None
    zoom: Zoom = WHOLE
    glyphs: Glyphs = Glyphs.UNICODE
    colours: bool = False

    @property
    def sheet(self) -> Sheet:
        """Return everything that a pane on recordings draws."""
        return sheet_of(self.place, self.tools, self.analysis, self.zoom)

    @property
    def then_at(self) -> int | None:
        """Return the instant of the marked snapshot while it is compared, None for none."""
        index = index_of(self.place.view, self.tools.then)
        compares = self.tools.compare is Compare.THEN and index is not None
        return int(self.place.view.series.at[index]) if compares else None

    @property
    def recording(self) -> Waveform | None:
        """Return the recording at the playhead, None while it is being read."""
        found, place = self.waveform, self.place
        if found is None or place.index < 0 or found.name != place.view.series.names[place.index]:
            return None
        return found


Traced = Callable[[int, Desk], tuple[object, Trace] | None]


def trace_of(pane: str, width: int, desk: Desk) -> Trace | None:
    """Return the curve of a pane, for its cursors; None where it draws none."""
    made = TRACES.get(pane)
    found = None if made is None else made(width, desk)
    return None if found is None else found[1]


def _bands(width: int, desk: Desk) -> tuple[object, Trace] | None:
    place, picture = desk.place, desk.place.view.picture
    if picture is None or place.channel > len(picture.spectrum):
        return None
    if not np.isfinite(picture.spectrum[place.channel - 1]).any():
        return None
    return band_plot(width, picture, place.channel, None, desk.zoom, band_extras(place, desk.tools))


def _envelope(width: int, desk: Desk) -> tuple[object, Trace] | None:
    place, picture = desk.place, desk.place.view.picture
    if picture is None or place.channel > len(picture.envelope) or not picture.envelope.shape[1]:
        return None
    extras = envelope_extras(place, desk.tools, desk.analysis)
    return envelope_plot(width, picture, place.channel, Marking(), desk.zoom, extras)[:2]


def _waveform(width: int, desk: Desk) -> tuple[object, Trace] | None:
    recording, place = desk.recording, desk.place
    if recording is None or recording.why_not or place.channel > recording.signal.shape[1]:
        return None
    return waveform_plot(width, recording, place.channel, place.unit, desk.zoom, desk.sheet)


TRACES: dict[str, Traced] = {
    "bands": _bands,
    "envelope": _envelope,
    "waveform": _waveform,
    "spectrum": lambda width, desk: spectrum_plot(width, desk.sheet),
    "peaks": lambda width, desk: spectrum_plot(width, desk.sheet),
    "cepstrum": lambda width, desk: cepstrum_plot(width, desk.sheet),
}
"""The plots of the panes with cursors."""


def drawing_of(name: str, shown: Shown, frame: Frame, desk: Desk) -> Draw:
    """Return the function that draws a pane."""
    for panes in (_record_panes, _picture_panes, _recording_panes):
        known = panes(shown, frame, desk)
        if name in known:
            return known[name]
    raise KeyError(name)


def _record_panes(shown: Shown, frame: Frame, desk: Desk) -> dict[str, Draw]:
    """Return the panes that draw many snapshots."""
    place = desk.place
    gallery = place.evidence.gallery if place.evidence is not None else None
    common: dict[str, Any] = {"glyphs": desk.glyphs, "frame": frame, "zone": shown.zone}
    return {
        "strip": partial(strip_lines, component=shown.component, **common),
        "trend": partial(
            trend_lines, component=shown.component, level=desk.zoom.level, then=desk.then_at, **common
        ),
        "waterfall": partial(
            waterfall_lines,
            gallery=gallery,
            channel=place.channel,
            zoom=desk.zoom,
            colours=desk.colours,
            **common,
        ),
        "figures": partial(figure_lines, component=shown.component, channel=place.channel, **common),
    }


def _picture_panes(shown: Shown, frame: Frame, desk: Desk) -> dict[str, Draw]:
    """Return the panes that draw the picture of the snapshot at the playhead."""
    place, view = desk.place, frame.view
    evidence, channel = place.evidence, place.channel
    gallery = evidence.gallery if evidence is not None else None
    is_known = gallery is not None and channel <= gallery.spectrum.shape[1]
    common: dict[str, Any] = {"picture": view.picture, "glyphs": desk.glyphs, "when": place.when}
    return {
        "bands": partial(
            band_lines,
            channel=channel,
            usual=gallery.usual(channel - 1) if gallery is not None and is_known else None,
            unit=clean(place.unit),
            zoom=desk.zoom,
            extras=band_extras(place, desk.tools),
            **common,
        ),
        "envelope": partial(
            envelope_lines,
            channel=channel,
            marked=evidence.marked if evidence is not None else Marking(why_not="reading …"),
            zoom=desk.zoom,
            extras=envelope_extras(place, desk.tools, desk.analysis),
            **common,
        ),
        "contributions": partial(
            contribution_lines,
            assessment=view.assessment,
            component=shown.component,
            seconds=recording_seconds(view),
            **common,
        ),
    }


def _recording_panes(shown: Shown, frame: Frame, desk: Desk) -> dict[str, Draw]:
    """Return the panes that draw the recording at the playhead."""
    place, sheet = desk.place, desk.sheet
    whole = Desk(place, desk.tools, desk.analysis, desk.waveform, WHOLE, desk.glyphs)
    instead = _picture_panes(shown, frame, whole)["bands"]
    return {
        "spectrum": partial(spectrum_lines, sheet=sheet, instead=instead, glyphs=desk.glyphs),
        "peaks": partial(peak_list_lines, sheet=sheet, instead=instead, glyphs=desk.glyphs),
        "cepstrum": partial(cepstrum_lines, sheet=sheet, glyphs=desk.glyphs),
        "waveform": partial(
            waveform_lines,
            waveform=desk.recording,
            channel=place.channel,
            unit=clean(place.unit),
            when=place.when,
            zoom=desk.zoom,
            glyphs=desk.glyphs,
            sheet=sheet,
        ),
    }
