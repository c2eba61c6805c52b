"""The sentence: text, and the numbers and events that it rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Write = Callable[[datetime], str]
"""Writes an instant as the reader wants it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its facts, so that a reader can check it.

    Attributes:
        text: in plain words.
        numbers: each number that the text rests on, with its name.
        events: `seq` of each event that the text rests on, ascending.
    """

    text: str
    numbers: tuple[tuple[str, float], ...] = ()
    events: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)


NOTHING = Sentence("")
"""No sentence: the facts for it are not there."""
