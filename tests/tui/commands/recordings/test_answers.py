"""Typed answers: decimal commas, units, and sentences about what cannot be right."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.commands.recordings.answers import (
    ANGLE,
    COUNT,
    LENGTH,
    MAINS,
    SAMPLE_RATE,
    SPAN,
    SPEED,
    AnswerError,
    Quantity,
    checked,
    count_of,
    quantity_of,
    sensitivity_of,
)

QUANTITIES = (SAMPLE_RATE, SPEED, MAINS, SPAN, LENGTH, ANGLE, COUNT)


@pytest.mark.parametrize(
    ("typed", "quantity", "value"),
    [
        ("1482", SPEED, 1482),
        ("1482,5", SPEED, 1482.5),
        (" 1482.5 ", SPEED, 1482.5),
        ("1.482,5", SPEED, 1482.5),
        ("1,482.5", SPEED, 1482.5),
        ("1 482,5", SPEED, 1482.5),
        ("1\u202f482", SPEED, 1482),
        ("1'482,5", SPEED, 1482.5),
        ("1.482.000", SPEED, 1_482_000),
        ("1482 rpm", SPEED, 1482),
        ("1482rpm", SPEED, 1482),
        ("1482 RPM", SPEED, 1482),
        ("1482 U/min", SPEED, 1482),
        ("1482 min\u207b\u00b9", SPEED, 1482),
        ("24.7 Hz", SPEED, 1482),
        ("24,7Hz", SPEED, 1482),
        ("1e3", SPEED, 1000),
        ("unknown", SPEED, 0),
        ("?", MAINS, 0),
        ("50 Hz", MAINS, 50),
        ("16,7", MAINS, 16.7),
        ("25.6 kHz", SAMPLE_RATE, 25600),
        ("51200 S/s", SAMPLE_RATE, 51200),
        ("10 min", SPAN, 600),
        ("1 h", SPAN, 3600),
        ("500 ms", SPAN, 0.5),
        ("7,94", LENGTH, 7.94),
        ("15,081 mm", LENGTH, 15.081),
        ("0.3125 in", LENGTH, 7.9375),
        ("15°", ANGLE, 15),
        ("\u22125", SPEED, -5),
    ],
)
def test_number_is_read_with_its_unit_and_decimal_sign(typed: str, quantity: Quantity, value: float) -> None:
    assert quantity_of(typed, quantity) == pytest.approx(value, rel=1e-11)


@pytest.mark.parametrize(
    ("typed", "quantity", "words"),
    [
        ("", SPEED, "type a speed, a number like"),
        ("abc", SPEED, "'abc' is not a speed"),
        ("rpm", SPEED, "is not a speed"),
        ("1482 kg", SPEED, "'kg' is no unit of a speed"),
        ("50 rpm", MAINS, "'rpm' is no unit of a mains frequency"),
        ("1,482", SPEED, "1,482 can mean 1482 or 1.482"),
        ("12,34,56", SPEED, "is not a number"),
        ("nan", SPEED, "is not a speed"),
        ("inf", SPEED, "is not a speed"),
        ("1e999", SPEED, "is too large"),
        ("unknown", SAMPLE_RATE, "is not a sample rate"),
        ("\x1b[31m7", SPEED, "is not a speed"),
    ],
)
def test_answer_that_cannot_be_right_is_one_sentence(typed: str, quantity: Quantity, words: str) -> None:
    with pytest.raises(AnswerError) as raised:
        quantity_of(typed, quantity)
    assert words in str(raised.value)
    assert str(raised.value).isprintable()


@given(st.text(max_size=30), st.sampled_from(QUANTITIES))
def test_any_answer_is_a_finite_number_or_refused(typed: str, quantity: Quantity) -> None:
    with suppress(AnswerError):
        assert math.isfinite(quantity_of(typed, quantity))


@given(st.floats(min_value=-1e9, max_value=1e9).map(lambda value: round(value, 2)))
def test_a_number_is_the_same_with_a_decimal_comma_and_with_marks(value: float) -> None:
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for typed in (f"{value:.2f}", f"{value:.2f}".replace(".", ","), english, german):
        assert quantity_of(typed, SPEED) == value


@pytest.mark.parametrize(("typed", "count"), [("9", 9), ("9.0", 9), (" 16 ", 16)])
def test_whole_number_is_read(typed: str, count: int) -> None:
    assert count_of(typed) == count


@pytest.mark.parametrize("typed", ["-1", "8.5", "eight", "8 balls", ""])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    with pytest.raises(AnswerError):
        count_of(typed)


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [("1", "g", 1), ("0,1", "g", 0.1), ("0.1 V/g", "g", 0.1), ("0.0102 V/(m/s\u00b2)", "m/s2", 0.0102)],
)
def test_sensitivity_is_a_number_or_volts_per_unit(typed: str, unit: str, value: float) -> None:
    assert sensitivity_of(typed, unit) == value


@pytest.mark.parametrize(
    ("typed", "unit", "words"),
    [
        ("100 mV/g", "g", "100 mV/g is 0.1 where the files hold volts, and 100 where they hold mV"),
        ("100 mV/g", "m/s2", "'mv/g' is not per m/s2"),
        ("100 pC/g", "g", "'pc/g' is no unit of a sensitivity"),
        ("much", "g", "'much' is not a sensitivity"),
    ],
)
def test_sensitivity_that_leaves_its_unit_open_is_asked_again(typed: str, unit: str, words: str) -> None:
    with pytest.raises(AnswerError) as raised:
        sensitivity_of(typed, unit)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"machine.mains_frequency": 1482.0}, "the value must be 1000 or less, not 1482"),
        ({"machine.name": "a\udc80"}, "the value holds letters that cannot be stored; type it without them"),
        (
            {"component": [{"name": "a\x07", "channels": [1]}]},
            "the value must not hold control or invisible characters",
        ),
        (
            {"component": [{"name": "a", "channels": [1], "sensitivity": 0.0}]},
            "the value must be 0.000001 or more, not 0",
        ),
    ],
)
def test_value_that_the_settings_refuse_is_a_sentence_about_the_question(
    overrides: dict[str, object], said: str
) -> None:
    with pytest.raises(AnswerError) as raised:
        checked(overrides, "the value")
    assert str(raised.value) == said
