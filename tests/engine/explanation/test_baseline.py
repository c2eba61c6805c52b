"""Sentences about the baseline: learning, and drift."""

from dataclasses import replace

import pytest

from engine.explanation.baseline import drift, learning
from engine.records.events import EventKind
from engine.records.progress import Phase
from tests.engine.explanation.situations import raised


@pytest.mark.parametrize("alarmed", [True, False])
def test_learning_again_is_never_advised_while_an_alarm_stands(alarmed: bool) -> None:
    sentence = drift(raised(3, EventKind.DRIFTED), alarmed=alarmed)
    assert ("learn again" in sentence.text) is not alarmed
    assert sentence.events == (3,)


HEALTHY = "Reading the healthy start of the recording to learn from"


@pytest.mark.parametrize(
    ("phase", "done", "total", "per_item", "text"),
    [
        (Phase.GATHERING, 48, 200, 60.0, "to learn from: 48 of 200 so far; about 3 h to go."),
        (Phase.READING, 30, 196, 0.1, f"{HEALTHY}: 30 of 196 snapshots; less than a minute to go."),
        (Phase.LEARNING, 12, 60, 2.0, "machine runs: epoch 12 of 60; at most 2 min to go."),
        (Phase.LEARNING, 12, 0, 2.0, "Learning how the healthy machine runs: epoch 12."),
        (Phase.WATCHING, 12, 0, 2.0, ""),
    ],
)
def test_learning_says_from_how_much_and_how_long_still(
    phase: Phase, done: int, total: int, per_item: float, text: str
) -> None:
    assert learning(phase, done, total, per_item).text.endswith(text)


@pytest.mark.parametrize("alarmed", [True, False])
def test_latent_drift_is_said_with_its_distance_and_bound(alarmed: bool) -> None:
    event = replace(raised(3, EventKind.DRIFTED), detail={"latent_distance": 1.234, "latent_bound": 0.456})
    sentence = drift(event, alarmed=alarmed)
    assert "energy distance 1.23, at most 0.46 by chance" in sentence.text
    assert ("learn again" in sentence.text) is not alarmed
    assert sentence.events == (3,)


@pytest.mark.parametrize("value", ["far", None, [1.0]])
def test_drift_with_a_distance_that_is_no_number_is_a_drift_of_errors(value: object) -> None:
    event = replace(raised(3, EventKind.DRIFTED), detail={"latent_distance": value, "latent_bound": 0.4})
    assert "has changed since the baseline" in drift(event, alarmed=False).text
