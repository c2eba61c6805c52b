"""What of a snapshot's envelope is kept for the console: of each channel the band that carries its error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.bearing import HARMONICS

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
