"""The versions of the scoring: how a bundle's errors and limits are made, by its number."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """One version of the scoring; a bundle is scored by the version that it was learned for.

    Attributes:
        group: adjacent bands whose worst group counts beside the whole; 0 for the whole alone.
        followed: healthy standard deviations that the usual residual may follow slow drift in all.
    """

    group: int
    followed: float


METHODS = {
    1: Method(group=0, followed=math.inf),
    2: Method(group=16, followed=1.0),
    3: Method(group=16, followed=1.0),
}
"""By the number in a bundle's manifest."""
