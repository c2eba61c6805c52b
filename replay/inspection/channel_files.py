"""Files that belong together: one a channel, told apart by a word of their names."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 64
"""Channels that may have a file each."""

_WORDS = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]")
_CHANNEL_WORD = re.compile(r"(?i)(.*[^a-z])?(channel|chan|ch|kanal|canal|voie|sensor|axis|acc|mic|probe|c)")
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
        counted: whether the tokens are 1, 2, 3 ...
        first: names of the first channel's files.
    """

    tokens: tuple[str, ...]
    pattern: str
    counted: bool
    first: tuple[str, ...]


def channel_files_of(names: Sequence[str]) -> ChannelFiles | None:
    """Return how names tell channels: a word that has the same few values beside all that stays the same."""
    split = [_WORDS.findall(name) for name in names]
    best: tuple[int, int, dict[tuple[str, ...], set[str]]] | None = None
    for position in range(max(map(len, split), default=0)):
        groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
        words = set()
        for parts in split:
            if len(parts) > position:
                groups[(*parts[:position], "*", *parts[position + 1 :])].add(parts[position])
                words.add(parts[position])
        if 2 <= len(words) <= MOST and _is_channel(position, split, words) and _full(groups, words, split):
            size = (len(words), -position)
            if best is None or size < best[:2]:
                best = (*size, groups)
    if best is None:
        return None
    return _found(-best[1], split, names)


def _is_channel(position: int, split: Sequence[Sequence[str]], words: set[str]) -> bool:
    """Return whether the words at a position may be channels: numbers behind a channel's word, or words."""
    if all(word.isdecimal() for word in words):
        before = "".join(split[0][max(0, position - 2) : position]).rstrip("_- ")
        return _CHANNEL_WORD.fullmatch(before) is not None and sorted(map(int, words)) == [
            *range(1, len(words) + 1)
        ]
    return all(word.isalpha() and not _OF_TIMES.fullmatch(word) for word in words)


def _full(groups: dict[tuple[str, ...], set[str]], words: set[str], split: Sequence[Sequence[str]]) -> bool:
    """Return whether most recordings have a file of every channel."""
    whole = sum(found == words for found in groups.values())
    return whole >= _ALIKE * len(groups) and len(groups) * len(words) <= 1.3 * len(split)


def _found(position: int, split: Sequence[Sequence[str]], names: Sequence[str]) -> ChannelFiles:
    tokens = sorted({parts[position] for parts in split if len(parts) > position}, key=_order)
    counted = all(token.isdecimal() for token in tokens)
    parts = split[0]
    before = parts[position - 1] if position else ""
    if before and not before.isalnum() and counted and position > 1:
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
