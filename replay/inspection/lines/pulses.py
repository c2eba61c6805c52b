"""Proposed lines for a channel of pulses, one a turn: it tells the speed of the shaft."""

import numpy as np
from numpy.typing import NDArray

from replay.inspection.contents import Content
from replay.inspection.lines.line import Line, Sure
from replay.tacho import pulse_places

FEWEST_PULSES = 5
"""Pulses of a recording from which a channel of two levels is one of a tachometer."""

_LEVELS = 0.9
"""Share of samples of pulses that lie at one of two levels; of a sine it is 0.59."""

_NEAR = 0.2
"""Distance from a level, as a share of a pulse's height."""

_EVEN = 0.2
"""Spread of the times between pulses for their mean, at a speed that hardly changes."""


def is_pulses(signal: NDArray[np.float64]) -> bool:
    """Return whether a channel, (rows,), holds pulses that come evenly."""
    known = signal[np.isfinite(signal)]
    if len(known) < len(signal) or not len(known):
        return False
    low, high = np.percentile(known, [0.5, 99.5])
    height = high - low
    if height <= 0:
        return False
    at_level = np.minimum(np.abs(known - low), np.abs(known - high)) <= _NEAR * height
    places = pulse_places(known)
    if at_level.mean() < _LEVELS or len(places) < FEWEST_PULSES:
        return False
    steps = np.diff(places)
    return bool(steps.std() <= _EVEN * steps.mean())


def pulse_channel(content: Content) -> int | None:
    """Return the only sensor with pulses, counted from 0; None for none, or where no other is left."""
    found = [index for index in range(content.signal.shape[1]) if is_pulses(content.signal[:, index])]
    return found[0] if len(found) == 1 and content.signal.shape[1] > 1 else None


def pulse_lines(content: Content, sensor: int, channel: int | str) -> list[Line]:
    """Return the lines for the speed of the shaft; empty where the column cannot be named.

    Args:
        content: of the first recording.
        sensor: the channel of pulses, from 0.
        channel: its number among the sensors, or its name, as in the components.
    """
    words = "pulses that come evenly, one a turn: the speed of the shaft"
    unit = Line("recording", "speed_unit", "pulses", "see speed_column", Sure.LIKELY)
    if isinstance(channel, str):
        return (
            [] if "*" in channel else [Line("recording", "speed_column", channel, words, Sure.LIKELY), unit]
        )
    if content.layout is not None:
        column = content.layout.signal_columns[sensor]
    elif content.columns == len(content.names):
        column = sensor + 1
    else:
        return []
    count = Line("recording", "columns", len(content.names), "sensors in one file, with that of the speed")
    return [count, Line("recording", "speed_column", column, words, Sure.LIKELY), unit]
