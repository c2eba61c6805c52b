"""The failing surface, named on evidence that can be shown, else "not clear"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import UsualLines
from engine.config.settings import Settings
from engine.diagnosis.demodulation import Heard
from engine.diagnosis.fault_lines import LINES, LineSearch, line_search
from engine.diagnosis.motor import MotorDiagnostician
from engine.records.payloads import FaultLine, SurfaceEvidence
from engine.signals.bearing import HARMONICS, Surface, fault_frequencies
from engine.signals.envelope import envelope_bands, envelope_spectra

FEWEST_HARMONICS = 2
"""Least number of lines: a single line can be any rotating part, several are a repeated impact."""

SIGNIFICANT = 3.5
"""Least excess of a line over its strength on the baseline, in the baseline's standard deviations."""

SMALLEST_RATIO = 1.5
"""Least ratio of a line to its usual strength on the baseline."""

STEADIEST = 0.2
"""Least scatter of line strengths, natural log: real baselines have 0.26; less is chance."""

STANDS_OUT = 4.0
"""Ratio to its floor at which a line of the baseline is doubted; lines of a healthy bearing have 2 to 2.5,
because each is the highest of several bins."""

LEAD = 1.5
"""Least ratio of the named surface's evidence to that of the next one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a surface.

    `lines` holds one (harmonic order, sideband, found at [Hz], times the baseline) for each line that
    exceeds it; `band` is the carrier band in Hz.
    """

    surface: Surface
    channel: int
    band: tuple[float, float]
    lines: tuple[tuple[int, int, float, float], ...]

    def payload(self) -> SurfaceEvidence:
        """Return it as an event keeps it: frequencies and ratios rounded to two digits."""
        lines = (
            FaultLine(order, sideband, round(hertz, 2), round(times, 2))
            for order, sideband, hertz, times in self.lines
        )
        return SurfaceEvidence(self.surface.value, self.channel, self.band, tuple(lines))


class Diagnostician:
    """Searches for the fault lines of a machine's components; made once for an assessment.

    Attributes:
        highest: frequency of the highest fundamental in the search [Hz], 0 for none.
    """

    def __init__(self, settings: Settings) -> None:
        """Prepare the searches: none for a component without geometry, or a machine of unknown speed."""
        shaft = settings.machine.shaft_speed / 60
        rate, rows = settings.machine.sample_rate, settings.recording.rows
        lines = {
            number: fault_frequencies(part.geometry, shaft)
            for number, part in enumerate(settings.components)
            if part.geometry and shaft > 0 and part.kind == "bearing"
        }
        self.highest = max((max(one.values()) for one in lines.values()), default=0.0)
        self.bands = envelope_bands(rate, self.highest)
        self.width = rate / 2 / self.bands
        bins = rows // 2 // self.bands + 1
        mains = settings.machine.mains_frequency
        # Bearings of the same geometry share a search, which is faster.
        kinds = {
            tuple(one.items()): line_search(one, shaft, mains, rate / rows, bins) for one in lines.values()
        }
        self.searches = {number: kinds[tuple(one.items())] for number, one in lines.items()}
        self.channels = [part.channels for part in settings.components]
        self.motors = MotorDiagnostician(settings)
        self._alike: dict[LineSearch, list[int]] = {search: [] for search in kinds.values()}
        for number, search in self.searches.items():
            self._alike[search].append(number)

    def doubts(self, usual: Mapping[int, UsualLines], names: Sequence[str]) -> tuple[str, ...]:
        """Return sentences about fault lines that stand out in the baseline itself.

        Args:
            usual: strengths of each component's lines on the baseline.
            names: of the components.
        """
        found = []
        for component, lines in usual.items():
            if component not in self.searches:
                continue
            search = self.searches[component]
            strong = (lines.centre > np.log(STANDS_OUT))[..., :HARMONICS].sum(axis=-1) >= FEWEST_HARMONICS
            for row, channel in enumerate(self.channels[component]):
                found += [
                    f"{names[component]}, channel {channel}: lines of the {surface.value} stand out already"
                    for number, surface in enumerate(search.surfaces)
                    if strong[row, :, number].any()
                ]
        return tuple(found)

    def strengths(self, spectrum: NDArray[np.complex64]) -> dict[int, NDArray[np.float32]]:
        """Return the line strengths of each component: (its channels, bands, surfaces, lines), natural log.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.
        """
        if not self.searches:
            return {}
        envelopes = envelope_spectra(spectrum, self.bands)
        return {
            number: search.strengths(envelopes[[channel - 1 for channel in self.channels[number]]])
            for number, search in self.searches.items()
        }

    def findings(self, heard: Heard, usual: Mapping[int, UsualLines]) -> dict[int, Evidence]:
        """Return the surface with evidence in this snapshot, for every component with one.

        Args:
            heard: of this snapshot; only components with channels in question are examined.
            usual: strengths of each component's lines on the baseline.
        """
        found: dict[int, Evidence] = {}
        for search, components in self._alike.items():
            asked = [
                _Asked(component, place, channel, band, row)
                for component in components
                if component in usual
                for place, channel in enumerate(self.channels[component])
                for band, row in heard.carrying.get(channel - 1, ())
            ]
            if asked and search.surfaces:
                found |= self._findings(search, asked, heard.envelopes, usual)
        return found

    def _findings(
        self,
        search: LineSearch,
        asked: Sequence["_Asked"],
        envelopes: NDArray[np.float32],
        usual: Mapping[int, UsualLines],
    ) -> dict[int, Evidence]:
        centre = np.stack([usual[one.component].centre[one.place, one.band] for one in asked])
        scatter = np.stack([usual[one.component].scatter[one.place, one.band] for one in asked])
        above = search.strengths(envelopes[[one.row for one in asked]]) - centre
        needed = np.maximum(SIGNIFICANT * np.maximum(scatter, STEADIEST), np.log(SMALLEST_RATIO))
        exceeds = above > needed
        weights = np.where(exceeds, above, np.float32(0.0)).sum(axis=-1)
        cases: dict[int, dict[Surface, _Case]] = {}
        rows_of_lines = exceeds[..., :HARMONICS].sum(axis=-1) >= FEWEST_HARMONICS
        for number, place in np.argwhere(rows_of_lines).tolist():
            one, surface, weight = asked[number], search.surfaces[place], float(weights[number, place])
            best = cases.setdefault(one.component, {})
            if surface not in best or best[surface].weight < weight:
                lines = np.flatnonzero(exceeds[number, place])
                best[surface] = _Case(weight, surface, one, lines, above[number, place])
        winners = {component: _clear_winner([*best.values()]) for component, best in cases.items()}
        return {
            component: self._evidence(case, search, envelopes[case.asked.row])
            for component, case in winners.items()
            if case
        }

    def _evidence(self, case: "_Case", search: LineSearch, envelope: NDArray[np.float32]) -> Evidence:
        number = search.surfaces.index(case.surface)
        lines = tuple(
            (*LINES[line], search.found_at(envelope, number, line), float(np.exp(case.above[line])))
            for line in case.lines.tolist()
        )
        band = case.asked.band
        return Evidence(case.surface, case.asked.channel, (band * self.width, (band + 1) * self.width), lines)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One band of one channel that can give evidence.

    `place` is the channel's index in its component, `row` that of its envelope.
    """

    component: int
    place: int
    channel: int
    band: int
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """The evidence for a surface in one band of one channel: its lines and their excess over the baseline."""

    weight: float
    surface: Surface
    asked: _Asked
    lines: NDArray[np.intp]
    above: NDArray[np.float32]


def _clear_winner(found: Sequence[_Case]) -> _Case | None:
    """Return the case that stands out from all others, or None."""
    ranked = sorted(found, key=lambda case: case.weight, reverse=True)
    if ranked and ranked[0].surface is Surface.CAGE:
        # Impacts at the rate of the cage have a harmonic near every other line, which explains those.
        return ranked[0]
    if not ranked or (len(ranked) > 1 and ranked[0].weight < LEAD * ranked[1].weight):
        return None
    return ranked[0]
