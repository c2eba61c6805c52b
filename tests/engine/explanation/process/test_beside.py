"""Words about slow sensors beside vibration."""

import pytest

from engine.explanation.process.beside import slow_origin, slow_sentences, slow_value_text
from engine.records.payloads import RingEvidence

HOT = {"name": "Temp", "unit": "°C", "measured": 75.0, "expected": 54.0, "severity": 4.7}
LOAD = {"name": "Load", "unit": "kW", "measured": 20.0, "low": 6.0, "high": 14.0, "outside": True}
USUAL = {"name": "Load", "unit": "kW", "measured": 10.0, "low": 6.0, "high": 14.0}
UNKNOWN = {"name": "Temp", "unit": "°C", "expected": 54.0}


def test_a_deviating_symptom_and_an_unlearned_condition_are_named() -> None:
    told = slow_origin(RingEvidence(slow=(LOAD, HOT))).text
    assert told == "Load 20 kW, outside the learned range, Temp 75 °C (expected 54 °C)"
    assert not slow_origin(RingEvidence(slow=(USUAL, {**HOT, "severity": 0.2}, UNKNOWN)))
    assert not slow_origin(None)


@pytest.mark.parametrize(
    ("one", "sentence", "briefly"),
    [
        (HOT, "Temp was 75 °C (expected 54 °C), 4.70 × limit.", "Temp 75 °C (expected 54 °C)"),
        (
            LOAD,
            "The condition Load was 20 kW, outside the learned range (6 kW to 14 kW in the baseline).",
            "Load 20 kW (outside the learned range)",
        ),
        (USUAL, "The condition Load was 10 kW (6 kW to 14 kW in the baseline).", "Load 10 kW"),
        (UNKNOWN, "Temp was not known at that time.", "Temp not known"),
        ({"name": "Temp", "measured": "damaged"}, "Temp was not known at that time.", "Temp not known"),
    ],
)
def test_each_sensor_has_a_sentence(one: dict[str, object], sentence: str, briefly: str) -> None:
    assert [each.text for each in slow_sentences(RingEvidence(slow=(one,)))] == [sentence]
    assert slow_value_text(one) == briefly
