"""Checks of machine captions: emptiness, repetition, numbers and names without a measured fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.explanation.sentence import Fact, Sentence, say
from engine.reports.captions.checks import doubts_of

NAMES = ("Bearing 1", "Bearing 2", "Bearing 12")
MEASURED = (
    say("{} is above its limit.", Fact("component", "Bearing 1", "Bearing 1")),
    say("Its severity is {}.", Fact("severity", 9.4021, "9.40")),
    Sentence("The line at 236.4 Hz is the outer race."),
)


def doubts(text: str) -> tuple[str, ...]:
    return doubts_of(text, MEASURED, NAMES)


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "-- !"])
def test_a_caption_without_a_word_is_empty(text: str) -> None:
    assert doubts(text) == ("it is empty",)


@pytest.mark.parametrize(
    "text",
    [
        "The severity of Bearing 1 rises to 9.4 above the limit.",
        "bearing 1 shows a peak near 236 Hz",
        "A peak at 236,4 Hz stands out.",
        "The plot shows a rising line.",
    ],
)
def test_a_caption_that_agrees_with_the_facts_has_no_doubt(text: str) -> None:
    assert doubts(text) == ()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The peak is at 120 Hz.", "120"),
        ("It fell to -3.5 and rose to 9.4.", "-3.5"),
        ("from 7 to 8", "7, 8"),
    ],
)
def test_a_number_that_no_fact_holds_is_named(text: str, numbers: str) -> None:
    assert doubts(text) == (f"no measured fact holds its numbers {numbers}",)


def test_another_component_is_named_whole() -> None:
    (numbers, name) = doubts("Bearing 12 is failing.")
    assert numbers == "no measured fact holds its numbers 12"
    assert name == "it names Bearing 12, which the measured sentences do not"


@pytest.mark.parametrize(
    "text", ["the line of the line of the line of the line of", "a a a a a a", "peak noise " * 4 + "line"]
)
def test_repetition_is_a_doubt(text: str) -> None:
    (found,) = doubts(text)
    assert found.startswith("it repeats ")


@given(st.text())
def test_any_text_is_checked(text: str) -> None:
    assert all(one and "\n" not in one for one in doubts(text))
