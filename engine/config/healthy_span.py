"""The healthy start of a run: a count of snapshots, a share of them, or a span of time."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class HealthyCount:
    """The first `snapshots` snapshots are healthy."""

    snapshots: int


@dataclass(frozen=True, slots=True)
class HealthyShare:
    """The first `share` (0 to 1) of a finished run is healthy."""

    share: float


@dataclass(frozen=True, slots=True)
class HealthySpan:
    """The snapshots from `begin` to `end`, both included, are healthy; both aware, UTC."""

    begin: datetime
    end: datetime


Healthy = HealthyCount | HealthyShare | HealthySpan


def parse_healthy(text: str) -> Healthy:
    """Read N, N% or FROM..TO (ISO 8601; a time without an offset is UTC).

    Raises:
        ValueError: it is none of them, or a count, share or span that holds nothing.
    """
    text = text.strip()
    if ".." in text:
        begin, end = (_utc(part) for part in text.split("..", 1))
        if not begin < end:
            raise ValueError("must begin before it ends")
        return HealthySpan(begin, end)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text, re.ASCII):
        share = float(match[1]) / 100
        if not 0 < share <= 1:
            raise ValueError("must be more than 0% and at most 100%")
        return HealthyShare(share)
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) and int(text) > 0:
        return HealthyCount(int(text))
    raise ValueError(
        'must be a number of snapshots ("200"), a share ("20%") or a span ("FROM..TO", ISO times)'
    )


def healthy_positions(times: Sequence[datetime], healthy: Healthy, skip: int) -> range:
    """Return which recordings of a run are its healthy start.

    Args:
        times: of the recordings, oldest first.
        healthy: the healthy start, by count, share or span.
        skip: leading recordings passed over as run-in.

    Returns:
        Their positions; empty where nothing of the run is meant.
    """
    match healthy:
        case HealthySpan():
            first, last = bisect_left(times, healthy.begin), bisect_right(times, healthy.end)
        case HealthyCount():
            first, last = skip, skip + healthy.snapshots
        case HealthyShare():
            first, last = skip, skip + int(len(times) * healthy.share)
    return range(max(first, skip), min(last, len(times)))


def _utc(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    # An offset may lead out of the years 1 to 9999.
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text.strip()[:40]}' is not an ISO time such as 2004-02-12T10:32:39") from error
