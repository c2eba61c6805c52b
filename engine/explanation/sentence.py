"""The sentence: text, and the facts and events that it rests on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

Write = Callable[[datetime], str]
"""Writes an instant as the reader wants it."""


class Topic(StrEnum):
    """The question that a sentence answers."""

    WHAT = "what"
    SINCE = "since"
    SEVERITY = "severity"
    GROWTH = "growth"
    COMPONENT = "component"
    SURFACE = "surface"
    VIBRATION = "vibration"
    SENSORS = "sensors"
    AGAINST = "against"
    DONE = "done"
    DO = "do"


@dataclass(frozen=True, slots=True)
class Fact:
    """A stored fact, and how a sentence writes it.

    Attributes:
        name: of the fact: "severity", "raised_at".
        value: as stored: a number, a text, or an instant in ISO 8601.
        shown: its wording in the sentence: "9.40", "12 h", "16 Feb 03:42".
    """

    name: str
    value: float | str
    shown: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its facts, so that a reader can check it.

    Attributes:
        text: in plain words.
        facts: each number, time and name that the text states, in the order of the text.
        events: `seq` of each event that the text rests on, ascending.
        topic: the question that it answers, None where a screen shows it by itself.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    events: tuple[int, ...] = ()
    topic: Topic | None = None

    def __bool__(self) -> bool:
        return bool(self.text)

    def about(self, topic: Topic) -> "Sentence":
        """Return the sentence as the answer to a question."""
        return replace(self, topic=topic)


NOTHING = Sentence("")
"""No sentence: the facts for it are not there."""


def say(template: str, *facts: Fact, events: Iterable[int] = ()) -> Sentence:
    """Return a sentence whose facts take the places of the template, in order.

    Args:
        template: words with a `{}` for each fact; it holds no digit.
        facts: in the order of the places.
        events: `seq` of the events that it rests on.
    """
    text = template.format(*(fact.shown for fact in facts))
    return Sentence(text, facts, tuple(sorted(set(events))))


def joined(*sentences: Sentence, by: str = ", ") -> Sentence:
    """Return several wordings as one sentence, with the facts and events of all; empty ones are left out."""
    parts = [one for one in sentences if one]
    return Sentence(
        by.join(one.text for one in parts),
        tuple(fact for one in parts for fact in one.facts),
        tuple(sorted({seq for one in parts for seq in one.events})),
    )


def listed(*sentences: Sentence) -> Sentence:
    """Return several wordings as a list, "A, B and C"."""
    if len(sentences) < 2:
        return joined(*sentences)
    return joined(joined(*sentences[:-1]), sentences[-1], by=" and ")


def capital(sentence: Sentence, end: str = "") -> Sentence:
    """Return the sentence with a capital letter at its start, and a mark at its end."""
    text = sentence.text
    return replace(sentence, text=f"{text[:1].upper()}{text[1:]}{end}") if text else sentence
