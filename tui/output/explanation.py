"""Explanations as plain text for a shell."""

import textwrap
from collections.abc import Sequence

from engine.explanation.sentence import Sentence
from replay.recording import clean_text

LABEL = 11
"""Cells of a topic."""

WIDTH = 100
"""Cells of a line."""


def explanation_text(machine: str, at: str, sentences: Sequence[Sentence]) -> str:
    """Return sentences under their topics, each with the numbers of the events that it rests on.

    Args:
        machine: its name.
        at: the instant, in words.
        sentences: in order.
    """
    lines = [f"{clean_text(machine)}, as of {at}"]
    last = ""
    for sentence in sentences:
        topic = "" if sentence.topic is None else sentence.topic.value
        label = "" if topic == last else topic
        last = topic
        rests = f" [{', '.join(map(str, sentence.events))}]" if sentence.events else ""
        rows = textwrap.wrap(f"{sentence.text}{rests}", WIDTH - LABEL, break_long_words=False) or [""]
        lines += [f"{label if not number else '':<{LABEL}}{row}" for number, row in enumerate(rows)]
    if any(sentence.events for sentence in sentences):
        lines.append("[numbers]: events of the store; raceway store export writes them")
    return "\n".join(lines)
