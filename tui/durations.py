"""Spans of time as people write them: 30m, 4h, 1d12h."""

import re
from datetime import timedelta

EXAMPLES = "30m, 4h or 1d"

_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)([mhd])")


def span_of(text: str) -> timedelta | None:
    """Return the written span; None if it is invalid."""
    text = "".join(text.split())
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        return None
