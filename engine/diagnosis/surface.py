"""The failing surface, named on evidence that can be shown, else "not clear"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import SCORING, UsualLines
from engine.diagnosis.demodulation import Heard
from engine.diagnosis.explaining import FEWEST_HARMONICS, Case, Lines, clear_case, leading_case, weighed
from engine.diagnosis.fault_lines import SEARCH_RULES, LineSearch
from engine.diagnosis.line_memory import AVERAGED, LineMemory, Place
from engine.diagnosis.line_searches import ShaftSearches
from engine.diagnosis.motor import MotorDiagnostician
from engine.diagnosis.shaft_speed import ShaftSpeed, estimated_speed
from engine.records.payloads import FaultLine, SurfaceEvidence
from engine.signals.bearing import HARMONICS, Surface, fault_frequencies
from engine.signals.envelope import envelope_bands, envelope_spectra
from engine.signals.order_tracking import tracked_course

if TYPE_CHECKING:
    # A process that examines recordings needs no settings, which take long to load.
    from engine.config.settings import Settings

SIGNIFICANT = 3.5
"""Least excess of a line over its strength on the baseline, in the baseline's standard deviations."""

SMALLEST_RATIO = 1.5
"""Least ratio of a line to its usual strength on the baseline."""

TOLD_UNSURE = 0.001
"""Doubt about a speed that came with a snapshot, as a share: encoders and drives state no more digits."""

STEADIEST = 0.2
"""Least scatter of line strengths, natural log: real baselines have 0.26; less is chance."""

STANDS_OUT = 4.0
"""Ratio to its floor at which a line of the baseline is doubted; lines of a healthy bearing have 2 to 2.5,
because each is the highest of several bins."""

LASTING = 5.0
"""Least excess of a line's average over snapshots, in the standard deviations of such an average."""

HINT = 4.0
"""The same for a line that is too weak for a name, and makes another name doubtful."""

MODULATED = frozenset({Surface.ROLLER})
"""Surfaces with a sideband among their lines: a damaged roller passes through the load with the cage."""

FLEETING = frozenset({Surface.CAGE})
"""Surfaces that single snapshots must show: weak lines of the cage come from a damaged roller as well."""


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


def usual_lines(strengths: NDArray[np.float32]) -> UsualLines:
    """Return mean and scatter of line strengths over the snapshots of a baseline.

    A line that most snapshots mask, because their speeds differ, is not known.

    Args:
        strengths: (snapshots, channels, bands, surfaces, lines), natural log, NaN where not heard.
    """
    heard = np.isfinite(strengths)
    count = heard.sum(axis=0)
    known = count >= max(2, (len(strengths) + 1) // 2)
    many = np.maximum(count, 2)
    values = np.where(heard, strengths, 0.0).astype(np.float64)
    centre = values.sum(axis=0) / many
    spread = np.sqrt(np.where(heard, np.square(values - centre), 0.0).sum(axis=0) / (many - 1))
    nothing = np.float32(np.nan)
    return UsualLines(
        np.where(known, centre, nothing).astype(np.float32),
        np.where(known, spread, nothing).astype(np.float32),
    )


class Diagnostician:
    """Searches for the fault lines of a machine's components; made once for an assessment.

    Attributes:
        highest: frequency of the highest fundamental in the search [Hz], 0 for none.
    """

    def __init__(self, settings: "Settings", scoring: int = SCORING) -> None:
        """Prepare the searches: none for a component without geometry, or a machine of unknown speed.

        Args:
            settings: of the machine.
            scoring: version of the scoring that the bundle was learned for.
        """
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
        self.rule = SEARCH_RULES[scoring]
        self.at_nominal = ShaftSearches(lines, shaft, (mains, rate / rows, bins), self.rule)
        self.searches = self.at_nominal.searches
        self.channels = [part.channels for part in settings.components]
        self.motors = MotorDiagnostician(settings)

    def at_speed(self, spectrum: NDArray[np.complex64], told: float | None) -> "ShaftSearches":
        """Return the searches at the speed of a snapshot.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.
            told: speed that came with it [Hz]; else it is estimated. The nominal speed holds without a sure
                estimate, or with one that agrees with it.
        """
        nominal = self.at_nominal
        if not nominal.searches or not self.rule.explains:
            return nominal
        if told is not None:
            return nominal.at(ShaftSpeed(told, TOLD_UNSURE), wider=False)
        mains, resolution, _ = nominal.scale
        found = estimated_speed(spectrum, nominal.shaft, mains, resolution)
        if found is None or abs(found.hertz / nominal.shaft - 1) <= found.uncertainty + self.rule.unsure:
            return nominal
        return nominal.at(found, wider=True)

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

    def course(self, told: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        """Return the course of the speed that came with a snapshot where lines are to be tracked along it."""
        return tracked_course(told) if self.searches and self.rule.tracks else None

    def strengths(
        self,
        spectrum: NDArray[np.complex64],
        speed: float | None = None,
        course: NDArray[np.float32] | None = None,
    ) -> dict[int, NDArray[np.float32]]:
        """Return the line strengths of each component: (its channels, bands, surfaces, lines), natural log.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.
            speed: of the shaft, that came with the snapshot [Hz].
            course: of the speed over the snapshot, from `course`.
        """
        if not self.searches:
            return {}
        envelopes = envelope_spectra(spectrum, self.bands, course)
        return {
            number: search.strengths(envelopes[[channel - 1 for channel in self.channels[number]]])
            for number, search in self.at_speed(spectrum, speed).searches.items()
        }

    def findings(
        self,
        heard: Heard,
        usual: Mapping[int, UsualLines],
        memory: LineMemory,
        searches: "ShaftSearches | None" = None,
    ) -> tuple[dict[int, Evidence], LineMemory]:
        """Return the surface with evidence of every component with one, and the averages of lines.

        Args:
            heard: of this snapshot; only components with channels in question are examined.
            usual: strengths on the baseline of the lines of each component in question.
            memory: averages up to the snapshot before.
            searches: at the speed of this snapshot, from `at_speed`; None for the nominal speed.
        """
        found: dict[int, Evidence] = {}
        asked = [
            (search, places)
            for search, components in (searches or self.at_nominal).alike.items()
            if search.surfaces and (places := self._places(components, usual, heard))
        ]
        excess = [
            search.strengths(heard.envelopes[[one.row for one in places]])
            - np.array([usual[one.component].centre[one.place, one.band] for one in places])
            for search, places in asked
        ]
        if self.rule.explains:
            pairs = zip(asked, excess, strict=True)
            above = {one.key: now for (_, own), rows in pairs for one, now in zip(own, rows, strict=True)}
            memory = memory.with_snapshot(above, usual)
        for (search, places), now in zip(asked, excess, strict=True):
            lines = self._lines(search, places, heard.envelopes, now, usual, memory)
            if lines is None:
                continue
            end = 0
            for component, some in groupby(places, key=lambda one: one.component):
                begin, end = end, end + len(tuple(some))
                own = lines.of(slice(begin, end))
                case = clear_case(own, MODULATED) if self.rule.explains else leading_case(own)
                if case is not None:
                    found[component] = self._as_evidence(case, own, places[begin + case.row])
        return found, memory

    def _places(
        self, components: Sequence[int], usual: Mapping[int, UsualLines], heard: Heard
    ) -> list["_Asked"]:
        """Return the bands that can give evidence for some components, those of each one after the other."""
        return [
            _Asked(component, place, channel, band, row)
            for component in components
            if component in usual
            for place, channel in enumerate(self.channels[component])
            for band, row in heard.carrying.get(channel - 1, ())
        ]

    def _lines(
        self,
        search: LineSearch,
        asked: Sequence["_Asked"],
        envelopes: NDArray[np.float32],
        now: NDArray[np.float32],
        usual: Mapping[int, UsualLines],
        memory: LineMemory,
    ) -> Lines | None:
        """Return the lines of some bands, None where none exceeds the baseline.

        Args:
            search: for the lines.
            asked: the bands that can give evidence.
            envelopes: of this snapshot.
            now: excess of their lines over the baseline, of this snapshot.
            usual: strengths on the baseline.
            memory: averages of that excess, this snapshot included.
        """
        scatter = np.array([usual[one.component].scatter[one.place, one.band] for one in asked])
        scatter = np.maximum(scatter, STEADIEST)
        exceeds = now > np.maximum(SIGNIFICANT * scatter, np.log(SMALLEST_RATIO))
        hints = np.zeros_like(now)
        if self.rule.explains:
            lasting = np.array([memory.excess[one.key] for one in asked])
            lasts = lasting > np.maximum(LASTING * AVERAGED * scatter, np.log(SMALLEST_RATIO))
            hints = np.where(lasting > HINT * AVERAGED * scatter, lasting, np.float32(0.0))
            lasts[:, [surface in FLEETING for surface in search.surfaces]] = False
            now = np.where(lasts & ~exceeds, lasting, now)
            exceeds |= lasts
        if not exceeds.any():
            return None
        places, is_peak = search.peaks(envelopes[[one.row for one in asked]])
        if self.rule.explains:
            exceeds &= is_peak
        return weighed(search, now, exceeds, places, hints)

    def _as_evidence(self, case: Case, lines: Lines, asked: "_Asked") -> Evidence:
        search, own = lines.search, list(case.lines)
        hertz = (lines.places[case.row, case.surface, own] * search.resolution).tolist()
        times = np.exp(lines.above[case.row, case.surface, own]).tolist()
        told = tuple(
            (*search.rule.lines[line], *found) for line, *found in zip(own, hertz, times, strict=True)
        )
        band = (asked.band * self.width, (asked.band + 1) * self.width)
        return Evidence(search.surfaces[case.surface], asked.channel, band, told)


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

    @property
    def key(self) -> Place:
        """Return its key in the averages of lines."""
        return self.component, self.place, self.band
