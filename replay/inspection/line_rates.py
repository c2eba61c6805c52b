"""The sample rate in a line above the numbers: as a rate, or as the time between two samples."""

import re
from collections.abc import Sequence
from itertools import pairwise

_NUMBER = r"(\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|\.\d+)"
_RATE = re.compile(
    r"(?i)(?:sampl\w*|fs|rate|frequency|freq|abtast\w*)[^0-9]{0,30}(\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)"
    r"\s*(k?hz|k?sa?/s|sps|k?samples?(?:/s|\s*per\s*s)\w*)?"
)
_OF_SAMPLES = re.compile(r"(?i)(?:sampl\w*[ _-]*(?:rate|freq)|abtast(?:rate|freq)|\bfs\b|\bsr\b)")
_STEP = re.compile(
    r"(?i)(?:\bdelta(?:[ _]?[xt]\b|(?=\s*:))|\bd[xt]\b|\bts\b|\bincrement\b"
    r"|\b(?:sampl\w*|x|time|abtast)[ _-]*(?:interval|period|increment|step)\w*)"
    rf"[^0-9.+-]{{0,30}}{_NUMBER}\s*(s|ms|us|µs|ns)?\b"
)
_CELLS = re.compile("[\t;,]")
_SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
SLOWEST, FASTEST = 1.0, 1e8
"""Rates that a recorder of vibration may have [Hz]."""

SURELY = 100.0
"""A rate without a unit is believed from here on [Hz]: smaller numbers may be kHz, or bits."""


def rate_of_lines(lines: Sequence[str]) -> tuple[float, str] | None:
    """Return the first rate [Hz] that a line tells, or a cell with the one below it, and the words it is in.

    Args:
        lines: above the numbers, from top to bottom.
    """
    for line in lines:
        if (rate := rate_of_line(line)) is not None:
            return rate, line
    for above, below in pairwise(lines):
        for word, value in zip(_CELLS.split(above), _CELLS.split(below), strict=False):
            words = f"{word.strip()} {value.strip()}"
            if _STEP.search(words) and (rate := rate_of_line(words)) is not None:
                return rate, words
    return None


def rate_of_line(text: str) -> float | None:
    """Return the rate [Hz] that a line tells; None where it tells none."""
    found = _RATE.search(text)
    if found:
        value = float(found[1].replace(",", "."))
        rate = value * (1000 if (found[2] or "").lower().startswith("k") else 1)
        if SLOWEST <= rate <= FASTEST and (found[2] or (rate >= SURELY and _OF_SAMPLES.search(text))):
            return rate
    step = _STEP.search(text)
    if step is None:
        return None
    seconds = float(step[1].replace(",", ".")) * _SECONDS[(step[2] or "").lower()]
    if not seconds > 0 or not SLOWEST <= 1 / seconds <= FASTEST:
        return None
    rate = 1 / seconds
    near = round(rate)
    # A step of few decimals leaves the rate uncertain.
    return float(near) if abs(rate - near) < 2e-4 * rate else float(f"{rate:.6g}")
