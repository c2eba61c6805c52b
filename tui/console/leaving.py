"""Leaving on the second press: a slip of one finger must not end the watch."""

import math
from collections.abc import Callable

LEAVE_SECONDS = 2.0
"""Longest time between the two presses of a reserved key."""

LEAVE_HINT = "Press ^c or ^q once more within 2 seconds to leave."


class SecondPress:
    """Tells the second press of a key from the first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a monotonic clock [s]."""
        self._clock = clock
        self._last = -math.inf

    def comes(self) -> bool:
        """Count a press; return whether it follows another one within `LEAVE_SECONDS`."""
        before, self._last = self._last, self._clock()
        return self._last - before <= LEAVE_SECONDS
