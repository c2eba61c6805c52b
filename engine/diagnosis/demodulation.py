"""Demodulation: the envelope bands that carry a snapshot's error, for its picture and its diagnosis."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS
from engine.signals.envelope import band_envelopes

CARRYING_SHARE = 0.1
"""Share of a channel's error; an envelope band with less of it gives no evidence."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Envelope spectra of one snapshot.

    Attributes:
        leading: int64 (channels,), the band with most of each channel's error, from 0.
        envelopes: float32 (rows, bins), from `envelope.band_envelopes`; the first rows are the leading
            bands, one for each channel.
        carrying: for each channel in question, from 0, the bands that carry its error, the strongest first,
            each as (band, row of `envelopes`). A channel without error has none.
    """

    leading: NDArray[np.int64]
    envelopes: NDArray[np.float32]
    carrying: Mapping[int, Sequence[tuple[int, int]]]


NOTHING_HEARD = Heard(np.zeros(0, np.int64), np.zeros((0, 0), np.float32), {})
"""The envelope spectra of a snapshot that is not vibration."""


class Listener:
    """Makes envelope spectra of the bands that carry the error.

    Attributes:
        bands: number of bands of equal width, from 0 to half the sample rate.
        width: of a band [Hz].
    """

    def __init__(self, sample_rate: float, bands: int, edges: NDArray[np.float32]) -> None:
        """Map the bands of the error, with borders (spectral bands + 1,) [Hz], to envelope bands."""
        self.bands, self.width = bands, sample_rate / 2 / bands
        place = np.minimum((edges[:-1] + edges[1:]) / 2 // self.width, bands - 1)
        self._belongs = (place[:, None] == np.arange(bands)).astype(np.float32)

    def hear(
        self,
        spectrum: NDArray[np.complex64],
        error: NDArray[np.float32],
        in_question: Collection[int],
        course: NDArray[np.float32] | None = None,
    ) -> Heard:
        """Return the envelope spectra of one snapshot.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.
            error: (channels, spectral bands), share of the error.
            in_question: channels that need evidence, from 0.
            course: speed of the shaft over the snapshot, as in `order_track`; None for a steady one.
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
        # All in one transform: preparing a transform takes longer than transforming one more band.
        return Heard(leading, band_envelopes(spectrum, self.bands, pairs, course), carrying)


def _carrying(shares: list[float]) -> list[int]:
    """Return the bands of a channel with enough of its error, the strongest first."""
    whole = sum(shares)
    ranked = sorted(range(len(shares)), key=lambda band: -shares[band])
    return [band for band in ranked if whole > 0 and shares[band] >= CARRYING_SHARE * whole]


MOST_BINS = 1100
"""Bins kept for a channel; of finer spectra the highest of several neighbours is kept."""


USUAL_REACH = 1000.0
"""Range kept if no fault line is known [Hz]: those of most bearings are lower."""


@dataclass(frozen=True, slots=True, eq=False)
class EnvelopeView:
    """Range and resolution of the envelope spectra that are kept.

    Attributes:
        bins: number of bins of the spectrum that are kept.
        together: neighbouring bins that are kept as one.
        step: distance of the kept bins [Hz].
    """

    bins: int
    together: int
    step: float

    def of(self, envelopes: NDArray[np.float32], running: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Reduce envelopes (channels, bins) to (channels, bins kept); 0 for a channel that does not run."""
        spectra = envelopes[:, : self.bins * self.together]
        if self.together > 1:
            spectra = spectra.reshape(len(spectra), self.bins, self.together).max(axis=-1)
        return spectra * running[:, None]


def envelope_view(sample_rate: float, rows: int, highest: float, bands: int) -> EnvelopeView:
    """Return the range to keep: three and a half harmonics of the highest fault line.

    Args:
        sample_rate: of the recordings [Hz].
        rows: of a snapshot.
        highest: frequency of the highest fundamental [Hz], 0 if unknown.
        bands: number of envelope bands.
    """
    width = sample_rate / 2 / bands
    reach = min((HARMONICS + 0.5) * highest if highest > 0 else USUAL_REACH, width)
    resolution = sample_rate / rows
    whole = max(min(int(reach / resolution) + 1, rows // 2 // bands), 1)
    together = -(-whole // MOST_BINS)
    return EnvelopeView(whole // together, together, together * resolution)
