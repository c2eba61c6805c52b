"""An analyst's desk: tools, the analysis at hand, and what the screen wants of the recordings next."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.line_names import NamedLine, named_lines
from engine.records.picture import Picture
from engine.signals.bearing import Geometry, Surface, fault_frequencies
from engine.signals.spectrum import Quantity, obstacle_to
from tui.data.evidence import Evidence
from tui.data.pictures import Gallery
from tui.data.view import View
from tui.draw.charts.zoom import Zoom
from tui.screens.bearing.analysis import tools as keys
from tui.screens.bearing.analysis.envelope_plot import EnvelopeExtras
from tui.screens.bearing.analysis.laboratory import OF_BASELINE, Analysis, Source, Wanted, spread
from tui.screens.bearing.analysis.readout import Ruler
from tui.screens.bearing.analysis.spectrum import Sheet
from tui.screens.bearing.analysis.tools import DOMAINS, Compare, Tools, Trace
from tui.screens.bearing.bands import BandExtras

Floats = NDArray[np.float64]

RECORDED = frozenset({"spectrum", "peaks", "waveform", "cepstrum"})
"""Panes that need the recording."""

WITH_BASELINE = frozenset({"spectrum", "peaks"})
"""Panes that compare with recordings of the baseline."""

OTHERS = frozenset({"axis", "scale", "quantity", "averages", "compare", "lines"})
"""Keys that need no cursor."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where the analyst looks: the record, the snapshot by its index, component and channel, and its time."""

    view: View
    index: int
    component: int
    channel: int
    when: str = ""
    then_when: str = ""
    evidence: Evidence | None = None

    @property
    def shaft(self) -> float:
        """Return the rotation of the shaft [Hz]: of the recording if it came with it, else as set; or 0."""
        speeds = self.view.series.speed
        told = float(speeds[self.index]) if 0 <= self.index < len(speeds) else float("nan")
        if told > 0:
            return told
        machine = self.view.assessment.settings.machine
        return 0.0 if machine is None else machine.shaft_speed / 60

    @property
    def cage(self) -> float:
        """Return the rotation of the cage [Hz], 0 if unknown."""
        parts = self.view.assessment.settings.parts
        known = parts[self.component].geometry if self.component < len(parts) else None
        if known is None or self.shaft <= 0:
            return 0.0
        return fault_frequencies(Geometry(*known), self.shaft)[Surface.CAGE]

    @property
    def lines(self) -> tuple[NamedLine, ...]:
        """Return the lines that may have a name."""
        return named_lines(self.view.assessment.settings, self.component, self.shaft)

    @property
    def unit(self) -> str:
        """Return the unit of the channel."""
        units = self.view.assessment.units
        return units[self.channel - 1] if self.channel <= len(units) else ""

    def source(self, index: int) -> Source:
        """Return the recording of a snapshot by its index."""
        return Source(self.view.series.names[index], int(self.view.series.at[index]))


def index_of(view: View, position: int | None) -> int | None:
    """Return the index of a snapshot by its position; None if it is not among those at hand."""
    if position is None:
        return None
    positions = view.series.positions
    place = int(np.searchsorted(positions, position))
    return place if place < len(positions) and positions[place] == position else None


def carrier_of(picture: Picture | None, channel: int) -> tuple[float, float] | None:
    """Return the band of the envelope of a channel [Hz], None where there is none."""
    if picture is None or channel > len(picture.carriers):
        return None
    low, high = picture.carriers[channel - 1].tolist()
    return (low, high) if high > low else None


def wanted_of(place: Place, tools: Tools, panes: Collection[str]) -> Wanted | None:
    """Return what the panes on the screen need of the recordings, None for nothing.

    Args:
        place: where the analyst looks.
        tools: of the analyst.
        panes: names of those on the screen.
    """
    in_unit = tools.in_unit and "envelope" in panes
    carrier = carrier_of(place.view.picture, place.channel) if "envelope" in panes else None
    # The band of an envelope follows the snapshot: the pictures of the baseline may hold another.
    compares = tools.whole or tools.compare is Compare.BASELINE
    usual_band = carrier if compares and stored_usual(place) is None else None
    if place.index < 0 or not (in_unit or usual_band or RECORDED & set(panes)):
        return None
    series = place.view.series
    first = max(place.index - tools.averages + 1, 0)
    then = index_of(place.view, tools.then) if tools.compare is Compare.THEN else None
    baseline: tuple[Source, ...] = ()
    if usual_band or WITH_BASELINE & set(panes):
        healthy = np.flatnonzero(series.baseline)
        chosen = [int(healthy[number]) for number in spread(len(healthy), OF_BASELINE)]
        baseline = tuple(place.source(index) for index in chosen)
    return Wanted(
        channel=place.channel,
        now=place.source(place.index),
        before=tuple(place.source(index) for index in range(first, place.index)),
        then=None if then is None else place.source(then),
        baseline=baseline,
        band=carrier if in_unit else None,
        usual_band=usual_band,
    )


def stored_usual(place: Place) -> Floats | None:
    """Return the median envelope of the baseline's pictures in the band of the snapshot, None without one."""
    evidence, picture = place.evidence, place.view.picture
    gallery = evidence.gallery if evidence is not None else None
    if gallery is None or picture is None or place.channel > len(picture.carriers):
        return None
    low, high = picture.carriers[place.channel - 1].tolist()
    return _median_envelope(gallery, place.channel - 1, (low, high))


@lru_cache(maxsize=16)
def _median_envelope(gallery: Gallery, channel: int, carrier: tuple[float, float]) -> Floats | None:
    """Return the median envelope of a gallery's baseline; it is asked for several times in each frame."""
    return gallery.usual_envelope(channel, np.array(carrier, np.float32))


def sheet_of(place: Place, tools: Tools, analysis: Analysis | None, zoom: Zoom) -> Sheet:
    """Return everything that a pane on recordings draws.

    Args:
        place: where the analyst looks.
        tools: of the analyst.
        analysis: the one at hand; one of another snapshot or channel is not drawn.
        zoom: of the pane.
    """
    return Sheet(
        analysis=analysis if is_current(place, analysis) else None,
        tools=tools,
        channel=place.channel,
        when=place.when,
        then=place.then_when,
        shaft=place.shaft,
        lines=place.lines,
        zoom=zoom,
    )


def is_current(place: Place, analysis: Analysis | None) -> bool:
    """Return whether an analysis is of the snapshot and the channel that are looked at."""
    if analysis is None or place.index < 0:
        return False
    wanted = analysis.wanted
    return wanted.channel == place.channel and wanted.now.name == place.view.series.names[place.index]


def ruler_of(place: Place, tools: Tools) -> Ruler:
    """Return the axis of frequencies."""
    return Ruler(tools.axis, place.shaft, place.lines).written


def envelope_extras(place: Place, tools: Tools, analysis: Analysis | None) -> EnvelopeExtras:
    """Return what the analyst adds to the envelope spectrum."""
    evidence, usual = place.evidence, stored_usual(place)
    known = analysis if is_current(place, analysis) else None
    if usual is None and known is not None and known.usual_envelope is not None:
        # This one is of the recordings, which end a line later than the pictures.
        bins = place.view.picture.envelope.shape[1] if place.view.picture is not None else 0
        usual = known.usual_envelope[:bins]
    return EnvelopeExtras(
        tools=tools,
        ruler=ruler_of(place, tools),
        usual=usual,
        then=evidence.then if evidence is not None else None,
        then_when=place.then_when,
        analysis=known,
    )


def band_extras(place: Place, tools: Tools) -> BandExtras:
    """Return what the analyst adds to the bands."""
    then = place.evidence.then if place.evidence is not None else None
    return BandExtras(tools, ruler_of(place, tools), then, place.then_when)


def pressed(tools: Tools, what: str, place: Place, pane: str, trace: Trace | None) -> Tools:
    """Return the tools after a key.

    Args:
        tools: before it.
        what: the tool, as in the registry of actions.
        place: where the analyst looks.
        pane: the chosen one.
        trace: its curve, None without one.
    """
    if what in OTHERS:
        return _set(tools, what, place, pane)
    if what == "then":
        return keys.then_marked(tools, int(place.view.series.positions[place.index]))
    domain = DOMAINS.get(pane)
    if domain is None or trace is None:
        return tools
    match what:
        case "cursor":
            return keys.cursor_toggled(tools, domain, trace)
        case "second":
            return keys.second_toggled(tools, domain)
        case "harmonics":
            return keys.harmonics_toggled(tools, domain, trace)
        case "sidebands":
            return keys.sidebands_cycled(tools, trace, place.shaft, place.cage)
        case _:
            return tools


def _set(tools: Tools, what: str, place: Place, pane: str) -> Tools:
    """Return the tools after a key that needs no cursor; the parameters are those of `pressed`."""
    match what:
        case "axis":
            return keys.axis_cycled(tools, place.shaft)
        case "scale":
            return keys.scale_cycled(tools)
        case "averages":
            return keys.averages_cycled(tools)
        case "compare":
            return keys.compare_cycled(tools)
        case "lines":
            return replace(tools, lines=not tools.lines)
        case _:
            if pane == "envelope":
                return replace(tools, in_unit=not tools.in_unit)
            possible = tuple(one for one in Quantity if not obstacle_to(one, place.unit))
            return keys.quantity_cycled(tools, possible)
