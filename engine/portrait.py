"""What of a snapshot's envelope is kept for the console: of each channel the band that carries its error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.envelope import MOST_BANDS, carrier_envelopes, envelope_bands
from engine.kinematics import HARMONICS

MOST_BINS = 1100
"""Bins kept of a channel. Of finer spectra neighbours are put together, the highest of them kept."""

USUAL_REACH = 1000.0
"""Hz that are kept where no fault line is known: those of most bearings lie lower."""


@dataclass(frozen=True, slots=True, eq=False)
class EnvelopeView:
    """How far envelope spectra are kept, and how finely.

    Attributes:
        bands: evenly wide, from 0 to half the sample rate; one of them is looked at.
        width: of a band, in Hz.
        bins: of the spectrum that are kept.
        together: neighbouring bins that are kept as one.
        step: Hz from one bin that is kept to the next.
        belongs: float32 (spectral bands, bands), 1 where a spectral band lies in one of these.
    """

    bands: int
    width: float
    bins: int
    together: int
    step: float
    belongs: NDArray[np.float32]

    def of(
        self, spectrum: NDArray[np.complex64], running: NDArray[np.bool_], error: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Look at one snapshot.

        Args:
            spectrum: (channels, rows // 2 + 1), from `envelope.whole_spectrum`.
            running: (channels,); what does not run is left out.
            error: (channels, spectral bands), share of the error.

        Returns:
            (channels, bins kept) amplitudes, 0 for a channel that does not run, and the (channels, 2) borders
            in Hz of the bands that were looked at: of each channel that with most of its error.
        """
        wanted = (error @ self.belongs).argmax(axis=1)
        spectra = carrier_envelopes(spectrum, self.bands, wanted)[:, : self.bins * self.together]
        if self.together > 1:
            spectra = spectra.reshape(len(spectra), self.bins, self.together).max(axis=-1)
        borders = np.stack([wanted, wanted + 1], axis=1) * np.float32(self.width)
        return spectra * running[:, None], borders.astype(np.float32)


def envelope_view(sample_rate: float, rows: int, highest: float, edges: NDArray[np.float32]) -> EnvelopeView:
    """Choose what is kept: three harmonics and a half of the highest fault line.

    Args:
        sample_rate: in Hz.
        rows: of a snapshot.
        highest: frequency in Hz of the highest fundamental, 0 where none is known.
        edges: (spectral bands + 1,) in Hz, of the bands in which the error is told.
    """
    bands = envelope_bands(sample_rate, highest) if highest > 0 else MOST_BANDS
    width = sample_rate / 2 / bands
    reach = min((HARMONICS + 0.5) * highest if highest > 0 else USUAL_REACH, width)
    resolution = sample_rate / rows
    whole = max(min(int(reach / resolution) + 1, rows // 2 // bands), 1)
    together = -(-whole // MOST_BINS)
    place = np.minimum((edges[:-1] + edges[1:]) / 2 // width, bands - 1)
    belongs = (place[:, None] == np.arange(bands)).astype(np.float32)
    return EnvelopeView(bands, width, whole // together, together, together * resolution, belongs)
