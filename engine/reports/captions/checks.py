"""Checks of a machine caption: emptiness, repetition, contradictions to measured facts. Pure functions."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from engine.explanation.sentence import Sentence

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)?")  # a minus sign as in print

CLOSE = 0.02
"""Relative difference within which a number of a caption is one of the facts: captions round."""

GROUP = 3
"""Words of a group whose repetition is counted."""

MOST_REPEATS = 2
"""Times that a group of words may stand in a caption."""

FEWEST_DISTINCT = 0.35
"""Least share of different words in a caption of `LONG` words or more."""

LONG = 12


def doubts_of(text: str, sentences: Iterable[Sentence], components: Sequence[str]) -> tuple[str, ...]:
    """Return what speaks against a caption, empty where nothing does.

    Args:
        text: the caption.
        sentences: measured ones about the same alarm or machine.
        components: names of all components of the machine.
    """
    if not re.search(r"\w", text):
        return ("it is empty",)
    told = tuple(sentences)
    return (*_repetition(text), *_numbers(text, told), *_components(text, told, components))


def _repetition(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    groups = Counter(zip(*(words[start:] for start in range(GROUP)), strict=False))
    group, count = max(groups.items(), key=lambda one: one[1], default=((), 0))
    if count > MOST_REPEATS:
        yield f"it repeats {' '.join(group)!r} {count} times"
    elif len(words) >= LONG and len(set(words)) < FEWEST_DISTINCT * len(words):
        yield f"it repeats itself: {len(set(words))} different words of {len(words)}"


def _numbers(text: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    known = set(_known_numbers(sentences))
    bare = [one for one in dict.fromkeys(NUMBER.findall(text)) if not _among(_value(one), known)]
    if bare:
        yield f"no measured fact holds its numbers {', '.join(bare)}"


def _components(text: str, sentences: Sequence[Sentence], components: Sequence[str]) -> Iterator[str]:
    measured = " ".join(one.text for one in sentences).casefold()
    for name in components:
        pattern = rf"(?<!\w){re.escape(name.casefold())}(?!\w)"
        if re.search(pattern, text.casefold()) and not re.search(pattern, measured):
            yield f"it names {name}, which the measured sentences do not"


def _known_numbers(sentences: Iterable[Sentence]) -> Iterator[float]:
    for sentence in sentences:
        yield from (_value(one) for one in NUMBER.findall(sentence.text))
        for fact in sentence.facts:
            if isinstance(fact.value, int | float) and math.isfinite(fact.value):
                yield float(fact.value)


def _value(number: str) -> float:
    return float(number.replace("−", "-").replace(",", "."))  # a minus sign as in print


def _among(value: float, known: Iterable[float]) -> bool:
    return any(abs(value - one) <= CLOSE * max(abs(one), 1e-9) for one in known)
