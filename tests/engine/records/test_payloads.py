"""Payloads keep their stored form to the letter, and tolerate what other releases stored."""

import json

import pytest

from engine.records.events import Priority
from engine.records.payloads import (
    Cleared,
    Diagnosed,
    FaultLine,
    LevelStep,
    Ring,
    RingEvidence,
    SurfaceEvidence,
    TrendForecast,
)

LIMIT = (
    '{"cause": "limit", "priority": "medium", "surface": "", "carried_from": "", "beside": "Bearing 1",'
    ' "beside_severity": 9.5, "severity": 1.5, "snapshot": "a", "error": 2.0, "limit": 1.0, "share": null,'
    ' "bands": [[0.0, 320.0, 0.25]], "latent": 0.5, "occlusion": [{"band": [0.0, 1280.0], "fall": 0.5}]}'
)
RINGS = {
    "limit raised": LIMIT,
    "limit escalated": (
        '{"cause": "limit", "priority": "high", "promoted": "another band pattern", "severity": 4.5,'
        ' "snapshot": "b", "error": 2.0, "limit": 1.0, "share": 0.5, "bands": []}'
    ),
    "trend": (
        '{"cause": "trend", "priority": "low", "snapshot": "a", "severity": 0.5, "times": 2.0,'
        ' "seconds_to_limit": 60.0, "earliest": 30.0, "latest": null}'
    ),
    "sensor": '{"channel": 2, "snapshot": "a", "cause": "sensor dead", "priority": "medium"}',
    "stopped": '{"cause": "stopped", "priority": "medium", "snapshot": "a"}',
    "no data": (
        '{"cause": "no data", "priority": "medium", "message": "no snapshot", "last": "2004-02-12",'
        ' "interval_seconds": 600.0}'
    ),
    "recorder clock": (
        '{"cause": "recorder clock", "priority": "medium", "message": "it went back",'
        ' "correction_seconds": 3600.0}'
    ),
    "condition changed": (
        '{"cause": "condition changed", "priority": "low", "message": "stepped", "snapshot": "a",'
        ' "level_ratio": 1.5, "level_ratios": {"Bearing 1": 1.5}}'
    ),
}
CLEARED = {
    "limit": '{"snapshot": "a", "severity": 0.5, "peak": 9.0}',
    "trend": '{"snapshot": "a", "overtaken": false}',
    "sensor": '{"channel": 1, "snapshot": "a"}',
    "outage": '{"message": "data comes again"}',
    "stopped": '{"snapshot": "a", "settled": true}',
    "bare": "{}",
}
DIAGNOSED = {
    "named": (
        '{"snapshot": "a", "surface": "outer race", "channel": 1, "band": [2560.0, 3840.0], "lines":'
        ' [{"order": 1, "sideband": 0, "found_at": 236.0, "times_baseline": 3.5}]}'
    ),
    "withdrawn": '{"snapshot": "a", "surface": "", "withdrawn": "outer race"}',
}


@pytest.mark.parametrize("stored", RINGS.values(), ids=RINGS)
def test_ring_keeps_its_stored_form(stored: str) -> None:
    assert json.dumps(Ring.from_detail(json.loads(stored)).to_detail()) == stored


@pytest.mark.parametrize("stored", CLEARED.values(), ids=CLEARED)
def test_return_keeps_its_stored_form(stored: str) -> None:
    assert json.dumps(Cleared.from_detail(json.loads(stored)).to_detail()) == stored


@pytest.mark.parametrize("stored", DIAGNOSED.values(), ids=DIAGNOSED)
def test_diagnosis_keeps_its_stored_form(stored: str) -> None:
    assert json.dumps(Diagnosed.from_detail(json.loads(stored)).to_detail()) == stored


def test_values_of_a_ring_are_typed() -> None:
    ring = Ring.from_detail(json.loads(LIMIT))
    assert ring.priority is Priority.MEDIUM
    assert ring.evidence is not None
    assert ring.evidence.bands == ((0.0, 320.0, 0.25),)
    assert (ring.forecast, ring.step) == (None, None)


def test_damaged_values_are_left_out() -> None:
    ring = Ring.from_detail(
        {
            "priority": "low",
            "severity": "loud",
            "channel": "x",
            "bands": [1, [2, "x", 3]],
            "seconds_to_limit": "soon",
            "level_ratio": None,
            "unknown": 1,
        }
    )
    assert ring == Ring(cause="", priority=Priority.LOW, evidence=RingEvidence())
    assert Cleared.from_detail({"peak": "x", "snapshot": None}) == Cleared()
    assert Diagnosed.from_detail({"surface": "outer race", "lines": "none"}).evidence is None


@pytest.mark.parametrize("detail", [{}, {"priority": "loud"}])
def test_ring_without_a_priority_is_an_error(detail: dict[str, object]) -> None:
    with pytest.raises((KeyError, ValueError)):
        Ring.from_detail(detail)


def test_parts_are_found_only_where_they_are_stored() -> None:
    assert RingEvidence.from_detail({}) is None
    assert TrendForecast.from_detail({"times": 2.0}) is None
    assert LevelStep.from_detail({"level_ratios": {}}) is None
    line = {"order": 1, "found_at": 236.0}
    found = SurfaceEvidence.from_detail({"surface": "cage", "lines": [line, 3]})
    assert found == SurfaceEvidence("cage", None, (), (FaultLine(1, 0, 236.0, None),))
