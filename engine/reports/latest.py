"""The present condition of a machine's components, as on the overview, for commands without a console."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.clock import PATIENCE, microseconds, moment, usual_step
from engine.records.assessment import Assessment, Quality

if TYPE_CHECKING:
    from engine.records.plants.newest import Newest
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Latest:
    """One component: its severity now; or the reason why it has none, and its last severity and instant.

    `quality` is that of the newest snapshot; None without one, or if it is so old that there is no data
    (`silent`).
    """

    severity: float | None = None
    quality: Quality | None = None
    silent: bool = False
    last: tuple[float, datetime] | None = None

    @property
    def known(self) -> float:
        """Return the last known severity, 0 without one."""
        return self.severity if self.severity is not None else self.last[0] if self.last is not None else 0.0


NEVER = Latest()
"""Before the first snapshot."""


def newest_of(store: "Store", assessment: Assessment) -> "Newest":
    """Return the newest snapshots, enough to know the usual interval."""
    return store.newest([assessment])[assessment.id]


def latest_of(
    store: "Store", assessment: Assessment, newest: "Newest", until: datetime | None
) -> tuple[Latest, ...]:
    """Return the condition of every component, in display order.

    Args:
        store: holds the assessment.
        assessment: the assessment of the components.
        newest: its newest snapshots, from `newest_of`.
        until: the playhead in recording time, None if nothing is stored.
    """
    names = assessment.components
    if not len(newest):
        return (NEVER,) * len(names)
    interval = usual_step(newest.at, newest.positions)
    silent = bool(until and interval and microseconds(until) > int(newest.at[-1]) + PATIENCE * interval)
    found = []
    for component in range(len(names)):
        severity, quality = float(newest.severity[component]), Quality(newest.quality[component])
        if not np.isfinite(severity):
            last = store.last_severity(assessment, component)
            found.append(Latest(None, None if silent else quality, silent, last))
        elif silent:
            found.append(Latest(None, None, silent, (severity, moment(int(newest.at[-1])))))
        else:
            found.append(Latest(severity, quality))
    return tuple(found)
