"""The end of a machine's record: its newest snapshots, and the newest recording that came."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Newest:
    """The newest snapshots of a record, late ones excluded, and the last one's scores.

    Attributes:
        positions: of the snapshots, (n,) ascending.
        at: their recording times [microseconds since 1970], (n,).
        baseline: whether each belongs to the baseline, (n,).
        severity: of each component in the last snapshot, (components,); NaN where it has none.
        limit: error limit of each component in the last snapshot, (components,); NaN where it has none.
        quality: word for each component in the last snapshot.
        stamp: newest recording time of the record, late snapshots included; None without one.
        taken: newest recording time in the machine's ledger, and when it came by the wall clock.
    """

    positions: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    at: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    baseline: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    severity: Floats = field(default_factory=lambda: np.zeros(0))
    limit: Floats = field(default_factory=lambda: np.zeros(0))
    quality: tuple[str, ...] = ()
    stamp: datetime | None = None
    taken: tuple[datetime, datetime] | None = None

    def __len__(self) -> int:
        """Return the number of snapshots."""
        return len(self.at)
