"""The recurrent autoencoder's input: 100 time steps of all channels, standardised.

It is slow, because its steps are sequential. So it is trained on at most 512 windows of the baseline, and
each snapshot is scored on 16 evenly spaced windows, 1600 of an IMS recording's 20480 rows.
"""

from engine.models.waveform import Sampled


class Lstm(Sampled):
    """Windows of all channels, standardised."""

    name = "lstm"
    window = 100
    sample = 16
    percentile = 95.0
    most = 512
    # 16 windows in a call take as long as 16 calls: so one window costs a sixteenth.
    batch_most = 1
