"""The envelope bands that carry a snapshot's error: looked at once, for its picture and for its diagnosis."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS
from engine.signals.envelope import band_envelopes

CARRYING_SHARE = 0.1
"""Of a channel's error: an envelope band that holds less of it is not asked for evidence."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Envelope spectra of one snapshot.

    Attributes:
        leading: int64 (channels,), of each the band with most of its error, counted from 0.
        envelopes: float32 (rows, bins), as `envelope.band_envelopes` gives them; the first rows are those of
            the leading bands, one a channel.
        carrying: of each channel in question, counted from 0, the bands that carry its error, the strongest
            first, each as (band, row of `envelopes`). A channel without error has none.
    """

    leading: NDArray[np.int64]
    envelopes: NDArray[np.float32]
    carrying: Mapping[int, Sequence[tuple[int, int]]]


class Listener:
    """Knows in which envelope band each band of the error lies.

    Attributes:
        bands: evenly wide, from 0 to half the sample rate.
        width: of a band, in Hz.
    """

    def __init__(self, sample_rate: float, bands: int, edges: NDArray[np.float32]) -> None:
        """Place the bands, borders (spectral bands + 1,) in Hz, in which the error is told."""
        self.bands, self.width = bands, sample_rate / 2 / bands
        place = np.minimum((edges[:-1] + edges[1:]) / 2 // self.width, bands - 1)
        self._belongs = (place[:, None] == np.arange(bands)).astype(np.float32)

    def hear(
        self, spectrum: NDArray[np.complex64], error: NDArray[np.float32], in_question: Collection[int]
    ) -> Heard:
        """Look at one snapshot.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.
            error: (channels, spectral bands), share of the error.
            in_question: channels, counted from 0, that are asked for evidence.
        """
        shares = error @ self._belongs
        leading = shares.argmax(axis=1)
        pairs = [*enumerate(leading.tolist())]
        carrying: dict[int, list[tuple[int, int]]] = {}
        for channel in in_question:
            for band in _carrying(shares[channel].tolist()):
                if band == pairs[channel][1]:
                    row = channel
                else:
                    row = len(pairs)
                    pairs.append((channel, band))
                carrying.setdefault(channel, []).append((band, row))
        # All at one go: preparing a transform takes longer than transforming one band more.
        return Heard(leading, band_envelopes(spectrum, self.bands, pairs), carrying)


def _carrying(shares: list[float]) -> list[int]:
    """The bands of a channel that hold enough of its error, the strongest first; none where it has none."""
    whole = sum(shares)
    ranked = sorted(range(len(shares)), key=lambda band: -shares[band])
    return [band for band in ranked if whole > 0 and shares[band] >= CARRYING_SHARE * whole]


MOST_BINS = 1100
"""Bins kept of a channel. Of finer spectra neighbours are put together, the highest of them kept."""


USUAL_REACH = 1000.0
"""Hz that are kept where no fault line is known: those of most bearings lie lower."""


@dataclass(frozen=True, slots=True, eq=False)
class EnvelopeView:
    """How far envelope spectra are kept, and how finely.

    Attributes:
        bins: of the spectrum that are kept.
        together: neighbouring bins that are kept as one.
        step: Hz from one bin that is kept to the next.
    """

    bins: int
    together: int
    step: float

    def of(self, envelopes: NDArray[np.float32], running: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Cut envelopes (channels, bins) down to (channels, bins kept), 0 for a channel that does not run."""
        spectra = envelopes[:, : self.bins * self.together]
        if self.together > 1:
            spectra = spectra.reshape(len(spectra), self.bins, self.together).max(axis=-1)
        return spectra * running[:, None]


def envelope_view(sample_rate: float, rows: int, highest: float, bands: int) -> EnvelopeView:
    """Choose what is kept: three harmonics and a half of the highest fault line.

    Args:
        sample_rate: in Hz.
        rows: of a snapshot.
        highest: frequency in Hz of the highest fundamental, 0 where none is known.
        bands: in which envelopes are looked at.
    """
    width = sample_rate / 2 / bands
    reach = min((HARMONICS + 0.5) * highest if highest > 0 else USUAL_REACH, width)
    resolution = sample_rate / rows
    whole = max(min(int(reach / resolution) + 1, rows // 2 // bands), 1)
    together = -(-whole // MOST_BINS)
    return EnvelopeView(whole // together, together, together * resolution)
