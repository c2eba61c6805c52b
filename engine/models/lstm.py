"""The recurrent autoencoder's input: 100 time steps of all channels, standardised.

It is slow, because its steps are sequential. So it is trained on at most 512 windows of the baseline, and
each snapshot is scored on 16 evenly spaced windows, 1600 of an IMS recording's 20480 rows.
"""

from engine.models.waveform import Waveform, enough_rows, sampled_starts

LENGTH = 100
"""Time steps of a window."""

SAMPLE = 16
"""Scored windows of a snapshot."""


class Lstm(Waveform):
    """A fixed sample of evenly spaced windows, the first at the begin and the last at the end."""

    name = "lstm"
    percentile = 95.0
    most = 512
    # 16 windows in a call take as long as 16 calls: so one window costs a sixteenth.
    batch_most = 1

    def __init__(self, sample_rate: float, rows: int, channels: int) -> None:
        """Prepare for recordings of `rows` x `channels` at `sample_rate` Hz.

        Raises:
            ValueError: the recordings are shorter than a window.
        """
        enough_rows(self.name, rows, LENGTH)
        starts = sampled_starts(rows, LENGTH, SAMPLE)
        super().__init__(sample_rate, channels, starts, LENGTH)
