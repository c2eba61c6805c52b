"""The versions of the scoring: how a bundle's errors and limits are made, by its number."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """One version of the scoring; a bundle is scored by the version that it was learned for.

    Attributes:
        group: adjacent bands whose worst group counts beside the whole; 0 for the whole alone.
        followed: healthy standard deviations that the usual residual may follow slow drift in all.
        returns: whether an alarm on few bands stands until those are back, see `rules.remain_lifted`.
        falls: whether a fall of the level is taken away like a rise, see `level.levelled`.
    """

    group: int
    followed: float
    falls: bool = True
    returns: bool = False


METHODS = {
    1: Method(group=0, followed=math.inf),
    2: Method(group=16, followed=1.0),
    3: Method(group=16, followed=1.0),
    4: Method(group=16, followed=1.0, falls=False, returns=True),
}
"""By the number in a bundle's manifest."""
