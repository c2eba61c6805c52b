"""A gallery of pictures: a sample spread evenly over a run, which grows with the run and stays small."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.records.motor_figures import MotorFigures
from engine.signals.statistics import median
from tui.data.view import View

if TYPE_CHECKING:
    from engine.store.store import Store

MOST = 240
"""Pictures over the whole run: as many as a wide screen has columns."""

OF_BASELINE = 64
"""Pictures of the baseline: enough for its 5th and 95th percentile."""

ENVELOPES = 24
"""Envelope spectra of the baseline: enough for a median."""

LEAST_ENVELOPES = 5
"""Envelope spectra of one band below which no median is drawn."""

Floats = NDArray[np.float32]

Kept = tuple[Floats, Floats, Mapping[int, MotorFigures]]
"""Spectrum, residual and figures of motors of a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Pictures in order of time.

    Attributes:
        edges: (bands + 1,) in Hz.
        at: int64 (n,), microseconds since 1970 UTC.
        index: int64 (n,), of each in the series.
        baseline: bool (n,).
        spectrum: (n, channels, bands) in dB.
        residual: (n, channels, bands), observed less expected, in dB.
        envelopes: of some pictures of the baseline, each (channels, bins) with its bands (channels, 2) in Hz.
        motors: figures of each motor in each picture, by component counted from 0.
    """

    edges: Floats
    at: NDArray[np.int64]
    index: NDArray[np.int64]
    baseline: NDArray[np.bool_]
    spectrum: Floats
    residual: Floats
    envelopes: tuple[tuple[Floats, Floats], ...] = ()
    motors: tuple[Mapping[int, MotorFigures], ...] = ()

    def usual_envelope(self, channel: int, carrier: Floats) -> NDArray[np.float64] | None:
        """Return the median envelope of the baseline in a band, (bins,); None where there are too few.

        Args:
            channel: counted from 0.
            carrier: (2,) the band [Hz].
        """
        own = [
            envelope[channel]
            for envelope, carriers in self.envelopes
            if channel < len(envelope) and np.allclose(carriers[channel], carrier) and envelope[channel].any()
        ]
        alike = [one for one in own if len(one) == len(own[0])]
        if len(alike) < LEAST_ENVELOPES:
            return None
        return median(np.array(alike), 0)

    def usual(self, channel: int) -> tuple[Floats, Floats, Floats] | None:
        """Return the 5th, 50th and 95th percentile over the baseline, (bands,) each; None below 5 pictures.

        Args:
            channel: counted from 0.
        """
        own = self.spectrum[self.baseline, channel]
        own = own[np.isfinite(own).all(axis=-1)]
        if len(own) < 5:
            return None
        low, middle, high = np.percentile(own, [5, 50, 95], axis=0).astype(np.float32)
        return low, middle, high


def wanted_places(count: int, baseline: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the snapshots to sample: evenly over the series, and more densely over the baseline.

    The distance is a power of two, so that pictures that were read stay useful when the run grows.
    """
    step = 1
    while count > step * MOST:
        step *= 2
    healthy = np.flatnonzero(baseline)
    dense = 1
    while len(healthy) > dense * OF_BASELINE:
        dense *= 2
    return np.union1d(np.arange(0, count, step), healthy[::dense]).astype(np.int64)


class Album:
    """Reads the pictures of a gallery, each once. Only the thread that reads the store uses it."""

    def __init__(self) -> None:
        """Start empty."""
        self._begin(None)

    def _begin(self, assessment: int | None) -> None:
        self._assessment = assessment
        self._known: dict[int, Kept | None] = {}
        self._envelopes: dict[int, tuple[Floats, Floats]] = {}
        self._edges: Floats | None = None
        self._taken: tuple[int, ...] = ()
        self._gallery: Gallery | None = None

    def gallery(self, store: "Store", view: View) -> Gallery | None:
        """Return the gallery of a view; None without pictures of the same bands."""
        if self._assessment != view.assessment.id:
            self._begin(view.assessment.id)
        series = view.series
        places = wanted_places(len(series), series.baseline)
        positions = tuple(series.positions[places].tolist())
        if positions == self._taken:
            return self._gallery
        for position in positions:
            if position not in self._known:
                self._known[position] = self._read(store, view, position)
        self._keep_envelopes(store, view, places)
        self._known = {position: self._known[position] for position in positions}
        held = [number for number, position in enumerate(positions) if self._known[position] is not None]
        self._taken, self._gallery = positions, None
        if held and self._edges is not None:
            kept = [picture for picture in self._known.values() if picture is not None]
            own = places[held]
            self._gallery = Gallery(
                self._edges,
                series.at[own],
                own,
                series.baseline[own],
                np.stack([spectrum for spectrum, _, _ in kept]),
                np.stack([residual for _, residual, _ in kept]),
                tuple(self._envelopes.values()),
                tuple(motors for _, _, motors in kept),
            )
        return self._gallery

    def _keep_envelopes(self, store: "Store", view: View, places: NDArray[np.int64]) -> None:
        """Read some envelope spectra of the baseline, each once."""
        healthy = places[view.series.baseline[places]]
        if len(healthy) > ENVELOPES:
            healthy = healthy[np.linspace(0, len(healthy) - 1, ENVELOPES).round().astype(np.int64)]
        for position in view.series.positions[healthy].tolist():
            if len(self._envelopes) >= ENVELOPES or position in self._envelopes:
                continue
            picture = store.drawn(view.assessment, position)
            if picture is not None and picture.envelope.size:
                self._envelopes[position] = picture.envelope, picture.carriers

    def _read(self, store: "Store", view: View, position: int) -> Kept | None:
        picture = store.drawn(view.assessment, position)
        if picture is None:
            return None
        if self._edges is None:
            self._edges = picture.edges
        # Another model has other bands: after a switch only the pictures of the first one fit together.
        if picture.edges.shape != self._edges.shape or not np.array_equal(picture.edges, self._edges):
            return None
        return picture.spectrum, picture.spectrum - picture.reconstruction, picture.motors
