"""Parses plain decimal numbers with the same count of decimals in about half of pandas' processor time.

A recorder prints its numbers by one format, such as `%.3f`. Such a number is an integer over a power of ten.
Both are exact, so the quotient is correctly rounded, as that of pandas is. With few digits both are exact in
single precision, too. Then the quotient equals that in double precision, rounded once more.

Source:
    Figueroa (1995), When is double rounding innocuous?, for the quotient in single precision.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_FIRST_NUMBER = re.compile(rb"-?\d+(?:\.(\d+))?")
_MOST_DIGITS = 15
"""Digits of an integer that double precision holds exactly, whichever they are."""
_SHORT, _LONG = 4, 9
"""Digits that 16 and 32 bits hold."""
_SINGLE = 7
"""Digits of an integer that single precision holds exactly, whichever they are."""
_ROOM = _MOST_DIGITS + 2
_NEWLINE, _POINT, _ZERO = b"\n.0"
_SIGN = (ord("-") - _ZERO) % 256
"""A minus sign as a digit, in 8 bits."""

Signal = np.ndarray[tuple[int, int], np.dtype[np.float32]]


def parse_fixed_point(data: bytes, separator: str, rows: int, columns: int) -> Signal | None:
    r"""Parse rows of numbers such as `-12.345`, each with the same count of decimals.

    Args:
        data: lines that end with \n; the last one may lack it.
        separator: one ASCII character between two numbers; any other text gives None.
        rows: lines that are expected.
        columns: numbers in a line that are expected.

    Returns:
        float32 (rows, columns), each column contiguous, bit for bit as pandas parses it. None for anything
        else: another shape, another count of decimals, a sign +, an exponent, a blank, a word, many digits.
    """
    first = _FIRST_NUMBER.match(data)
    if first is None or len(separator) != 1:
        return None
    # Room in front, so that a shifted view has each character before an end at that end.
    last = b"" if data.endswith(b"\n") else b"\n"
    text = np.frombuffer(b"".join((bytes(_ROOM), data, last)), np.uint8)
    ends = _ends(text[_ROOM:], separator.encode(), rows, columns)
    decimals = len(first[1]) if first[1] else 0
    if ends is None or decimals >= _MOST_DIGITS:
        return None
    behind = decimals + bool(decimals)
    total = np.zeros(len(ends), _integer_of(decimals + 1))
    for power in range(decimals):
        if not _add(total, text[_ROOM - 1 - power :].take(ends) - _ZERO, power):
            return None
    if decimals and (text[_ROOM - behind :].take(ends) != _POINT).any():
        return None
    # Each number has at least one digit before the point.
    if not _add(total, text[_ROOM - behind - 1 :].take(ends) - _ZERO, decimals):
        return None
    read = len(ends) * (behind + 2)
    alive, negative = np.ones(len(ends), np.bool_), np.zeros(len(ends), np.bool_)
    for power in range(decimals + 1, _MOST_DIGITS + 1):
        digits = text[_ROOM - power - bool(decimals) - 1 :].take(ends) - _ZERO
        minus = alive & (digits == _SIGN)
        alive &= digits <= 9
        negative |= minus
        more = int(np.count_nonzero(alive))
        read += int(np.count_nonzero(minus)) + more
        if not more:
            break
        total = total.astype(_integer_of(power + 1))
        # A product takes an eighth of the time that numpy takes for a choice by a random condition.
        _add(total, digits * alive.view(np.uint8), power)
    # Numbers do not overlap: if nothing is left between them, nothing but numbers was there.
    if read != len(text) - _ROOM or more:
        return None
    # The last power had no digit.
    numbers = np.divide(total, 10.0**decimals, dtype=np.float32 if power <= _SINGLE else np.float64)
    # A product, because zero has a sign, too.
    numbers *= 1 - 2 * negative.view(np.int8)
    return numbers.reshape(rows, columns).T.astype(np.float32, order="C").T


def _integer_of(digits: int) -> type[np.uint16 | np.int32 | np.int64]:
    """Return the smallest type of integer that holds so many digits."""
    return np.uint16 if digits <= _SHORT else np.int32 if digits <= _LONG else np.int64


def _ends(codes: NDArray[np.uint8], separator: bytes, rows: int, columns: int) -> NDArray[np.intp] | None:
    """Return the place behind each number, (rows x columns,); None where rows or columns differ."""
    # For tabs a single comparison: other control characters are found out below.
    tabs = separator == b"\t"
    marks = codes <= _NEWLINE if tabs else (codes == ord(separator)) | (codes == _NEWLINE)
    ends = np.flatnonzero(marks)
    found = codes.take(ends).tobytes()
    return ends if found == _marks(separator, rows, columns) else None


@lru_cache(maxsize=4)
def _marks(separator: bytes, rows: int, columns: int) -> bytes:
    """Return the characters behind the numbers of a whole text, in order."""
    return (separator * (columns - 1) + b"\n") * rows


def _add(total: NDArray[np.integer], digits: NDArray[np.uint8], power: int) -> bool:
    """Add a digit of each number, times a power of ten; return whether all are digits."""
    if digits.max() > 9:
        return False
    total += np.multiply(digits, total.dtype.type(10**power), dtype=total.dtype) if power else digits
    return True
