"""The outcome of an alarm as a person types it: words to a checked value."""

import math
from collections.abc import Mapping

from engine.errors import UnusableError
from engine.operator.operator import worded
from engine.records.outcome import FINDINGS, SURFACES, AlarmOutcome, Finding

LARGEST_MM = 10_000.0
"""Largest size of a damage that is stored [mm]; more is a slip of the keys."""

REPLACED = "replaced"
"""The word that says that the component was replaced."""


class OutcomeError(UnusableError):
    """An outcome that cannot be stored as it was typed; the message gives the reason."""


def outcome_fault(outcome: AlarmOutcome, component: str) -> str:
    """Return why an outcome cannot be stored, in a sentence; "" if it can.

    Args:
        outcome: with its words cleaned.
        component: of the alarm, "" where it has none.
    """
    if outcome.finding == Finding.OTHER and not outcome.note:
        return "another cause needs a note that names it"
    if (outcome.surface or outcome.size is not None) and outcome.finding != Finding.CONFIRMED:
        return f'a surface or a size belongs to a confirmed fault, not to "{outcome.finding}"'
    if outcome.size is not None and not 0 < outcome.size <= LARGEST_MM:
        return f"the size is in mm, above 0 and at most {LARGEST_MM:g}"
    if (outcome.surface or outcome.replaced) and not component:
        return "this alarm is of no component: it has no surface, and no part of it is replaced"
    return ""


def outcome_of(
    finding: str, surface: str = "", size: float | None = None, photo: str = "", note: str = ""
) -> AlarmOutcome:
    """Return the outcome of typed words.

    Args:
        finding: confirmed, nothing or other.
        surface: outer, inner, element or cage; "" for none.
        size: of the damage [mm], None where it was not measured.
        photo: path of a photo, "" for none.
        note: words, "" for none.

    Raises:
        OutcomeError: a word is not known, or the size is not a number.
    """
    if size is not None and not math.isfinite(size):
        raise OutcomeError("the size is not a number")
    return AlarmOutcome(
        _word(finding, FINDINGS, "outcome"),
        _word(surface, SURFACES, "surface") if surface.strip() else "",
        size,
        worded(photo),
        worded(note),
    )


def typed_finding(text: str) -> tuple[str, bool]:
    """Return the finding of a field of the console, and whether the part was replaced.

    Raises:
        OutcomeError: a word is not known.
    """
    told = text.lower().replace(",", " ").split()
    found = [word for word in told if word != REPLACED]
    if len(found) != 1:
        raise OutcomeError(f"name one outcome: {', '.join(FINDINGS)}")
    return _word(found[0], FINDINGS, "outcome"), REPLACED in told


def typed_damage(text: str) -> tuple[str, float | None]:
    """Return surface and size [mm] of a field of the console, such as "outer 2.1".

    Raises:
        OutcomeError: a word is neither a surface nor a number.
    """
    surface, size = "", None
    for word in text.lower().removesuffix("mm").replace(",", ".").split():
        try:
            size = float(word.removesuffix("mm"))
        except ValueError:
            surface = _word(word, SURFACES, "surface")
    if size is not None and not 0 < size <= LARGEST_MM:
        raise OutcomeError(f"the size is in mm, above 0 and at most {LARGEST_MM:g}")
    return surface, size


def _word(text: str, known: Mapping[str, str], what: str) -> str:
    """Return the stored text of a short word; the stored text itself will do too."""
    word = " ".join(text.lower().split())
    if word in known.values():
        return word
    if word not in known:
        article = "an" if what[0] in "aeiou" else "a"
        raise OutcomeError(f"{worded(text)!r} is not {article} {what}; it is one of {', '.join(known)}")
    return str(known[word])
