"""The scans of all folders of a process: together they take a bounded share of its time."""

import threading

from replay.incoming.complete_files import pause_between

LARGEST_SHARE_OF_ALL = 0.25
"""Largest share of time for the scans of all folders: a plant may have many folders with very many files."""


class ScanTimes:
    """Durations of the last scan of each folder. Safe to use from several threads."""

    def __init__(self) -> None:
        """Start without a scan."""
        self._seconds: dict[int, float] = {}
        self._total = 0.0
        self._lock = threading.Lock()

    def pause(self, folder: int, interval: float, seconds: float) -> float:
        """Note a scan, and return the pause before the next one [s].

        Args:
            folder: a number of the folder in this process.
            interval: pause as set [s].
            seconds: duration of the scan [s].
        """
        with self._lock:
            self._total += seconds - self._seconds.get(folder, 0.0)
            self._seconds[folder] = seconds
            total = max(self._total, seconds)
        return max(pause_between(interval, seconds), total / LARGEST_SHARE_OF_ALL)

    def forget(self, folder: int) -> None:
        """Forget a folder that is not watched any more."""
        with self._lock:
            self._total -= self._seconds.pop(folder, 0.0)


OF_PROCESS = ScanTimes()
"""The scans of this process: of one machine, or of all machines of a plant."""
