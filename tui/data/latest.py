"""How the components of a machine are now, read without a console: the same as its overview would say."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.clock import microseconds, usual_step
from engine.records.assessment import Assessment, Quality
from tui.data.crossings import TAIL
from tui.data.frame import PATIENCE

if TYPE_CHECKING:
    from engine.records.series import Series
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Latest:
    """One component: its severity now; or why it has none, and the last that it had, with its instant.

    `quality` is that of the newest snapshot, None where there is none or none for so long that there is no
    data, as `silent` says.
    """

    severity: float | None = None
    quality: Quality | None = None
    silent: bool = False
    last: tuple[float, datetime] | None = None

    @property
    def known(self) -> float:
        """The severity that is known last, 0 where there was none."""
        return self.severity if self.severity is not None else self.last[0] if self.last is not None else 0.0


NEVER = Latest()
"""Before the first snapshot."""


def newest_of(store: "Store", assessment: Assessment) -> "Series":
    """The newest snapshots: as many as tell how often one comes."""
    return store.series(assessment, store.after_newest(assessment, TAIL))


def latest_of(
    store: "Store", assessment: Assessment, newest: "Series", until: datetime | None
) -> tuple[Latest, ...]:
    """Every component, in display order.

    Args:
        store: that holds the assessment.
        assessment: whose components.
        newest: its, from `newest_of`.
        until: the instant in recording time at which is looked, None where nothing is stored.
    """
    names = assessment.components
    if not len(newest):
        return (NEVER,) * len(names)
    interval = usual_step(newest.at, newest.positions)
    silent = bool(until and interval and microseconds(until) > int(newest.at[-1]) + PATIENCE * interval)
    found = []
    for component in range(len(names)):
        severity = float(newest.severity[-1, component])
        if np.isfinite(severity) and not silent:
            found.append(Latest(severity, Quality(newest.quality[-1, component])))
            continue
        quality = None if silent else Quality(newest.quality[-1, component])
        found.append(Latest(None, quality, silent, store.last_severity(assessment, component)))
    return tuple(found)
