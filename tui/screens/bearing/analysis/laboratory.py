"""The analysis of recordings on a worker thread: spectra, averages, comparison, cepstrum.

Nothing here may run on the thread that draws: a recording takes from milliseconds to seconds to read.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.records.assessment import Assessment
from engine.signals.spectral_peaks import Peak, peaks_of
from engine.signals.spectrum import (
    Spectrum,
    amplitude_spectrum,
    autocorrelation,
    averaged,
    cepstrum,
    crest_factor,
    envelope_of,
    relative_envelope,
)
from engine.signals.statistics import median
from tui.screens.bearing.recording import Waveform, read_waveform

Floats = NDArray[np.float64]

OF_BASELINE = 8
"""Recordings of the baseline that its mean spectrum is made of."""

BUDGET_SECONDS = 0.4
"""Time after which the rest of the baseline is read at the next request [s]."""

KEPT_LINES = 4_000_000
"""Lines of spectra that are kept: 32 MB."""

PEAKS = 60
"""Peaks that are listed at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording: the name of its file and its instant."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question of the screen about the recordings.

    Attributes:
        channel: counted from 1.
        now: of the snapshot at the playhead.
        before: of the snapshots before it that are averaged with it.
        then: of the marked snapshot, None for none.
        baseline: some of the baseline.
        band: of the envelope [Hz], None for no envelope.
        usual_band: of the baseline's envelope [Hz], None where it is not wanted.
    """

    channel: int
    now: Source
    before: tuple[Source, ...] = ()
    then: Source | None = None
    baseline: tuple[Source, ...] = ()
    band: tuple[float, float] | None = None
    usual_band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The result for `wanted`; where `why_not` is a sentence, nothing else is known.

    `then_why` says why the marked recording is not compared; `pending`: more of the baseline is to be read.
    `cepstrum` has its step [s]; `envelope` is in the unit of the channel; `usual_envelope` is the median of
    the baseline in `wanted.usual_band`, relative to its mean.
    """

    wanted: Wanted
    why_not: str = ""
    sample_rate: float = 0.0
    signal: Floats = field(default_factory=lambda: np.zeros(0))
    spectrum: Spectrum | None = None
    envelope: Spectrum | None = None
    then: Spectrum | None = None
    then_envelope: Spectrum | None = None
    then_why: str = ""
    baseline: Spectrum | None = None
    usual_envelope: Floats | None = None
    pending: bool = False
    peaks: tuple[Peak, ...] = ()
    crest: float = float("nan")
    correlation: Floats = field(default_factory=lambda: np.zeros(0))
    cepstrum: tuple[float, Floats] | None = None


Read = Callable[[Assessment, str, int], Waveform]


class Laboratory:
    """Analyses recordings, and keeps the spectra of those already read. For one thread at a time."""

    def __init__(self, read: Read = read_waveform, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty.

        Args:
            read: reads a recording.
            clock: seconds that never go back.
        """
        self._read, self._clock = read, clock
        self._assessment: int | None = None
        self._last: Waveform | None = None
        self._spectra: OrderedDict[tuple[str, int], Spectrum | str] = OrderedDict()
        self._envelopes: dict[tuple[str, int, tuple[float, float]], Floats] = {}

    def analyse(self, assessment: Assessment, wanted: Wanted) -> Analysis:
        """Return what is wanted, or the reason why it cannot be known."""
        if assessment.id != self._assessment:
            self._assessment, self._last = assessment.id, None
            self._spectra.clear()
            self._envelopes.clear()
        deadline = self._clock() + BUDGET_SECONDS
        signal = self._signal(assessment, wanted.now, wanted.channel)
        if isinstance(signal, str):
            return Analysis(wanted, signal)
        last = self._last
        rate = last.sample_rate if last is not None else 0.0
        unit = unit_of(assessment, wanted.channel)
        now = amplitude_spectrum(signal, rate, unit)
        self._keep(wanted.now, wanted.channel, now)
        found = [now, *(self._spectrum(assessment, one, wanted.channel) for one in wanted.before)]
        mean = averaged([one for one in found if isinstance(one, Spectrum)])
        envelope = None if wanted.band is None else _envelope(signal, rate, unit, wanted.band)
        then, then_envelope, why = self._marked(assessment, wanted)
        baseline, pending = self._usual(assessment, wanted, deadline)
        usual_envelope = None if pending else self._usual_envelope(assessment, wanted)
        self._last = last
        usual = baseline.amplitude if baseline is not None else None
        return Analysis(
            wanted=wanted,
            sample_rate=rate,
            signal=signal,
            spectrum=mean,
            envelope=envelope,
            then=then,
            then_envelope=then_envelope,
            then_why=why,
            baseline=baseline,
            usual_envelope=usual_envelope,
            pending=pending,
            peaks=peaks_of(mean, usual, PEAKS),
            crest=crest_factor(signal),
            correlation=autocorrelation(signal),
            cepstrum=cepstrum(signal, rate),
        )

    def recording(self, name: str) -> Waveform | None:
        """Return the recording that was read last, if it has this name."""
        return self._last if self._last is not None and self._last.name == name else None

    def _signal(self, assessment: Assessment, source: Source, channel: int) -> Floats | str:
        """Return a channel of a recording, or the reason why there is none."""
        if self._last is None or self._last.name != source.name or self._last.why_not:
            self._last = self._read(assessment, source.name, source.at)
        if self._last.why_not:
            return self._last.why_not
        if channel > self._last.signal.shape[1]:
            return f"the recording has no channel {channel}"
        signal = self._last.signal[:, channel - 1].astype(np.float64)
        if len(signal) < 4:
            return "the recording is too short for a spectrum"
        if not np.isfinite(signal).all():
            return "the channel is invalid in this snapshot: its recording holds values that are not numbers"
        return signal

    def _spectrum(self, assessment: Assessment, source: Source, channel: int) -> Spectrum | str:
        key = (source.name, channel)
        if key in self._spectra:
            self._spectra.move_to_end(key)
            return self._spectra[key]
        signal = self._signal(assessment, source, channel)
        if isinstance(signal, str):
            return signal
        rate = self._last.sample_rate if self._last is not None else 0.0
        return self._keep(source, channel, amplitude_spectrum(signal, rate, unit_of(assessment, channel)))

    def _keep(self, source: Source, channel: int, spectrum: Spectrum) -> Spectrum:
        self._spectra[(source.name, channel)] = spectrum
        self._spectra.move_to_end((source.name, channel))
        most = max(KEPT_LINES // max(len(spectrum.amplitude), 1), 2)
        while len(self._spectra) > most:
            self._spectra.popitem(last=False)
        return spectrum

    def _marked(self, assessment: Assessment, wanted: Wanted) -> tuple[Spectrum | None, Spectrum | None, str]:
        """Return spectrum and envelope of the marked snapshot, or the reason why there are none."""
        if wanted.then is None:
            return None, None, ""
        signal = self._signal(assessment, wanted.then, wanted.channel)
        if isinstance(signal, str):
            return None, None, signal
        rate = self._last.sample_rate if self._last is not None else 0.0
        unit = unit_of(assessment, wanted.channel)
        envelope = None if wanted.band is None else _envelope(signal, rate, unit, wanted.band)
        return amplitude_spectrum(signal, rate, unit), envelope, ""

    def _usual(self, assessment: Assessment, wanted: Wanted, deadline: float) -> tuple[Spectrum | None, bool]:
        """Return the mean spectrum of the baseline, and whether more of it is still to be read."""
        found: list[Spectrum] = []
        for number, source in enumerate(wanted.baseline):
            known = (source.name, wanted.channel) in self._spectra
            if number and not known and self._clock() > deadline:
                return (averaged(found) if found else None), True
            one = self._spectrum(assessment, source, wanted.channel)
            if isinstance(one, Spectrum):
                found.append(one)
        return (averaged(found) if found else None), False

    def _usual_envelope(self, assessment: Assessment, wanted: Wanted) -> Floats | None:
        """Return the median envelope of the baseline's recordings in a band, relative to its mean."""
        band = wanted.usual_band
        if band is None:
            return None
        if len(self._envelopes) > 8 * OF_BASELINE:
            self._envelopes.clear()
        found = []
        for source in wanted.baseline:
            key = (source.name, wanted.channel, band)
            if key not in self._envelopes:
                signal = self._signal(assessment, source, wanted.channel)
                with suppress(ValueError):
                    if not isinstance(signal, str) and self._last is not None:
                        rate = self._last.sample_rate
                        self._envelopes[key] = relative_envelope(signal, rate, band).amplitude
            if key in self._envelopes:
                found.append(self._envelopes[key])
        alike = [one for one in found if len(one) == len(found[0])]
        return median(np.array(alike), 0) if alike else None


def unit_of(assessment: Assessment, channel: int) -> str:
    """Return the unit of a channel, "" if it has none."""
    return assessment.units[channel - 1] if channel <= len(assessment.units) else ""


def _envelope(signal: Floats, rate: float, unit: str, band: tuple[float, float]) -> Spectrum | None:
    try:
        return envelope_of(signal, rate, unit, band)
    except ValueError:
        return None


def spread(count: int, most: int) -> tuple[int, ...]:
    """Return at most so many of a count of places, evenly spread."""
    if count <= most:
        return tuple(range(count))
    return tuple(int(place) for place in np.linspace(0, count - 1, most).round())
