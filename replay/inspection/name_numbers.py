"""The number in the names of files that counts them: the last one, another one, or one beside a date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from replay.name_pattern import counted_in

_WORDS = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]")
_NUMBERS = re.compile(r"[0-9]{1,15}")
_LONGEST = 15
# Share of the names in which a number must differ from all others.
_DISTINCT = 0.99
# Words before a fraction: a whole number and a point.
_BEHIND_A_POINT = 2
# Range of a count beside its numbers, above which they are no count.
_SPREAD = 3


@dataclass(frozen=True, slots=True)
class NameTimes:
    """How the names of files tell times.

    Attributes:
        mode: "name", "number", "date" (a day without a time of day), or "" where they tell none.
        pattern: of the names; for "number" with `#`, or empty where the last number counts.
        share: of the names that follow it.
        ambiguous: whether day and month may be swapped: no name has a day above 12.
        most: largest number, for "number" beside a date.
        times: of the sample, by the recorder's clock, in order of the names; empty unless "name".
    """

    mode: str
    pattern: str = ""
    share: float = 0.0
    ambiguous: bool = False
    times: tuple[datetime, ...] = ()
    most: int = 0


def numbers_of(sample: Sequence[str]) -> NameTimes:
    """Return how numbers in names count them: mode "number", or "" where none does."""
    last = [_last_number(name) for name in sample]
    if None not in last and len(set(last)) >= _DISTINCT * len(sample):
        return NameTimes("number", share=1.0)
    split = [_WORDS.findall(name) for name in sample]
    usual = max((len(words) for words in split), key=[len(words) for words in split].count, default=0)
    alike = [words for words in split if len(words) == usual]
    for position in reversed(range(usual)):
        values = {words[position] for words in alike}
        if _is_fraction(position, alike):
            continue
        is_number = all(value.isascii() and value.isdecimal() and len(value) <= _LONGEST for value in values)
        if is_number and len({int(value) for value in values}) >= _DISTINCT * len(sample):
            names = ["".join(words) for words in alike]
            return NameTimes("number", _with_counter(alike[0], position, names), len(alike) / len(sample))
    share = len({one for one in last if one is not None}) / len(sample)
    return NameTimes("number", share=share) if share > 0.8 else NameTimes("")


def _is_fraction(position: int, names: Sequence[Sequence[str]]) -> bool:
    """Return whether numbers are decimals behind a point, such as 12.288 and 13.312, and no count."""
    values = [words[position] for words in names]
    if position < _BEHIND_A_POINT or not all(value.isascii() and value.isdecimal() for value in values):
        return False
    numbers = {int(value) for value in values}
    behind = all(words[position - 1] == "." and words[position - 2].isdecimal() for words in names)
    return behind and max(numbers) - min(numbers) > _SPREAD * len(numbers)


def dated_numbers(sample: Sequence[str], dated: str) -> NameTimes | None:
    """Return how names with a date, several to a day, count the recordings of a day; None where they do not.

    Args:
        sample: names.
        dated: the pattern of their dates.
    """
    at = dated.find("*")
    while at >= 0:
        pattern = dated[:at] + "#" + dated[at + 1 :]
        try:
            read = [counted_in(name, pattern) for name in sample]
        except (ValueError, re.error):
            return None
        found = [one for one in read if one is not None]
        if len(set(found)) >= _DISTINCT * len(sample):
            return NameTimes("number", pattern, len(found) / len(sample), most=max(one for one, _ in found))
        at = dated.find("*", at + 1)
    return None


def _last_number(name: str) -> int | None:
    stem = name.rsplit("/", 1)[-1]
    found = _NUMBERS.findall(stem.split(".", 1)[0] or stem)
    return int(found[-1]) if found else None


def _with_counter(words: Sequence[str], position: int, names: Sequence[str]) -> str:
    before, after = "".join(words[:position]), "".join(words[position + 1 :])
    folders = before.count("/")
    parts = [name.split("/", folders)[folders] for name in names]
    return (
        common_of(before[before.rfind("/") + 1 :], parts, left=True)
        + "#"
        + common_of(after, names, left=False)
    )


def common_of(part: str, others: Sequence[str], *, left: bool) -> str:
    """Return the letters beside a time, with `*` for words that differ from name to name.

    Words are compared at the same place counted from the time's side of the name.
    """
    split = [_WORDS.findall(one) for one in others]
    own = _WORDS.findall(part)
    kept = []
    for index, word in enumerate(own):
        at = index if left else index - len(own)
        same = sum(-len(words) <= at < len(words) and words[at] == word for words in split)
        # A sample may hold files of others, which have other words.
        kept.append(word.replace("%", "%%") if same > 0.9 * len(split) else "*")
    text = "".join(kept)
    return re.sub(r"\*+(?:[-_. ]?\*)*", "*", text)
