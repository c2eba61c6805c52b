"""Files that belong together: one a channel, told apart by a word of their names."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from replay.inspection.names import times_of_names

MOST = 64
"""Channels that may have a file each."""

MOST_BARE = 16
"""Channels that numbers without a word before them may tell."""

_WORDS = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]")
_CHANNEL_WORD = re.compile(r"(?i)(.*[^a-z])?(channel|chan|ch|kanal|canal|voie|sensor|axis|acc|mic|probe|c)")
_OF_A_CHANNEL = re.compile(
    r"(?i)((?:.*[^a-z])?(?:channel|chan|ch|kanal|canal|voie)[ _-]?)([0-9]{1,2})(\.\w+)"
)
_FEWEST = 2
_OF_TIMES = re.compile(
    r"(?i)am|pm|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|[tz]|january|february|march"
)
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class ChannelFiles:
    """How names tell the channels of one recording.

    Attributes:
        tokens: of the channels, in order; numbers count from 1 without a gap.
        pattern: for `channel_pattern`.
        counted: whether the tokens are 1, 2, 3 ...; others are named.
        first: names of the first channel's files.
    """

    tokens: tuple[str, ...]
    pattern: str
    counted: bool
    first: tuple[str, ...]


def channel_files_of(names: Sequence[str]) -> ChannelFiles | None:
    """Return how names tell channels: a word that has the same few values beside all that stays the same.

    A number without a word such as "ch" before it tells channels only where the rest tells the time.
    """
    split = [_WORDS.findall(name) for name in names]
    longest = max(map(len, split), default=0)
    # Names of folders may have any number of words, so that places are counted from the end, too.
    from_end = [[*[""] * (longest - len(parts)), *parts] for parts in split]
    found = _best(split, names, bare=False) or _best(from_end, names, bare=False)
    if found is not None:
        return found
    found = _best(split, names, bare=True)
    return found if found is not None and times_of_names(found.first).mode == "name" else None


def channels_of_one(names: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the first of a few files that are the channels of one recording, and the others, or None.

    Their names differ by the numbers from 0 or 1 on behind a word such as "ch".
    """
    found = [_OF_A_CHANNEL.fullmatch(name) for name in names]
    parts = [one.groups() for one in found if one is not None]
    if len(parts) < len(names) or len({(before, after) for before, _, after in parts}) > 1:
        return None
    if len(names) < _FEWEST or not _are_counted({number for _, number, _ in parts}):
        return None
    first = min(names, key=lambda name: int(parts[names.index(name)][1]))
    return first, tuple(name for name in names if name != first)


def _best(split: Sequence[Sequence[str]], names: Sequence[str], *, bare: bool) -> ChannelFiles | None:
    best: tuple[int, int] | None = None
    for position in range(max(map(len, split), default=0)):
        groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
        words = set()
        for parts in split:
            if len(parts) > position:
                groups[(*parts[:position], "*", *parts[position + 1 :])].add(parts[position])
                words.add(parts[position])
        is_channel = _are_counted(words) if bare else _is_channel(position, split, words)
        if 2 <= len(words) <= MOST and is_channel and _full(groups, words, split):
            size = (len(words), -position)
            best = size if best is None else min(best, size)
    return None if best is None else _found(-best[1], split, names)


def _is_channel(position: int, split: Sequence[Sequence[str]], words: set[str]) -> bool:
    """Return whether the words at a position may be channels: numbers behind a channel's word, or words."""
    if all(word.isdecimal() for word in words):
        before = "".join(split[0][max(0, position - 2) : position]).rstrip("_- ")
        return _CHANNEL_WORD.fullmatch(before) is not None
    # The axes x, y and z are channels, although T and Z may belong to a time.
    return all(map(str.isalpha, words)) and not all(map(_OF_TIMES.fullmatch, words))


def _are_counted(words: set[str]) -> bool:
    """Return whether words are the numbers from 0 or 1 on."""
    if len(words) > MOST_BARE or not all(word.isascii() and word.isdecimal() for word in words):
        return False
    numbers = sorted(map(int, words))
    return numbers in ([*range(len(words))], [*range(1, len(words) + 1)])


def _full(groups: dict[tuple[str, ...], set[str]], words: set[str], split: Sequence[Sequence[str]]) -> bool:
    """Return whether most recordings have a file of every channel."""
    whole = sum(found == words for found in groups.values())
    return len(groups) > 1 and whole >= _ALIKE * len(groups) and len(groups) * len(words) <= 1.3 * len(split)


def _found(position: int, split: Sequence[Sequence[str]], names: Sequence[str]) -> ChannelFiles:
    tokens = sorted({parts[position] for parts in split if len(parts) > position}, key=_order)
    numbers = [int(token) for token in tokens if token.isdecimal()]
    counted = numbers == [*range(1, len(tokens) + 1)]
    parts = next(one for one in split if len(one) > position and one[position] == tokens[0])
    before = parts[position - 1] if position else ""
    is_number = len(numbers) == len(tokens)
    if before and not before.isalnum() and is_number and position > 1 and parts[position - 2].isalpha():
        before = parts[position - 2] + before
    after = parts[position + 1] if position + 1 < len(parts) else ""
    first = tuple(
        name
        for name, one in zip(names, split, strict=True)
        if len(one) > position and one[position] == tokens[0]
    )
    return ChannelFiles(tuple(tokens), f"{before}*{after}", counted, first)


def _order(token: str) -> tuple[int, str]:
    return (int(token), "") if token.isdecimal() else (0, token)
