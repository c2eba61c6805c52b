"""The scores of an assessment as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Series:
    """The scored snapshots of one assessment in time order, as columns.

    `positions` (n,) int64, `at` (n,) int64 microseconds since 1970 UTC, `names` n file names,
    `baseline` (n,) bool; `error`, `limit`, `severity`, `share` float64 (n, components) with NaN where there
    is none; `quality` (n, components) of Quality values as str objects; `figures` float32
    (n, channels, 4); `velocity` float32 (n, channels) in mm/s RMS, NaN where there is none; `speed` float64
    (n,), the shaft speed that came with the recording [Hz], NaN where none did.
    """

    positions: NDArray[np.int64]
    at: NDArray[np.int64]
    names: tuple[str, ...]
    baseline: NDArray[np.bool_]
    error: NDArray[np.float64]
    limit: NDArray[np.float64]
    severity: NDArray[np.float64]
    share: NDArray[np.float64]
    quality: NDArray[np.object_]
    figures: NDArray[np.float32]
    velocity: NDArray[np.float32]
    speed: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the snapshots."""
        return len(self.names)
