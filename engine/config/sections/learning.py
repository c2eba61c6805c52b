"""The table [learning] of config.toml: proposals to learn again."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from engine.config.sections.core import Table

_SECONDS = {"h": 3600.0, "hour": 3600.0, "d": 86_400.0, "day": 86_400.0, "week": 604_800.0}
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(h|hours?|d|days?|weeks?)", re.ASCII)

LONGEST_DAYS = 3660


def _time(text: str) -> str:
    """Refuse a text that is not a time of an hour to ten years; empty is none."""
    if not text:
        return text
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError('must be a time such as "30 days", "2 weeks" or "12 h", or empty for none')
    if not 3600 <= _seconds(found) <= LONGEST_DAYS * 86_400:
        raise ValueError(f"must be at least 1 h and at most {LONGEST_DAYS} days")
    return text


def _seconds(found: re.Match[str]) -> float:
    unit = found[2]
    return float(found[1]) * _SECONDS[unit if unit in _SECONDS else unit.removesuffix("s")]


class LearningSettings(Table):
    """When the engine proposes a new baseline, and from how many snapshots.

    They do not change the engine's results: only a person brings a proposal into use.
    """

    propose: bool
    every: Annotated[str, Field(max_length=40), AfterValidator(_time)]
    span: Annotated[int, Field(ge=30, le=100_000)]

    @property
    def period(self) -> timedelta | None:
        """Return the time between proposals on a schedule, None without one."""
        found = _TIME.fullmatch(self.every.strip())
        return None if found is None else timedelta(seconds=_seconds(found))
