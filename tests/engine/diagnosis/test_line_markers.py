"""Fault lines are marked by the geometry, and never on shaft or mains harmonics."""

import numpy as np
import pytest

from engine.config.settings import load_settings
from engine.diagnosis.line_markers import marking
from engine.records.stored_settings import stored_settings
from engine.signals.bearing import Surface

SETTINGS = load_settings(rig="ims-set2").plain()
STORED = stored_settings(SETTINGS)


def envelope(*lines: float) -> np.ndarray:
    floor = np.abs(np.random.default_rng(3).normal(0.02, 0.004, 1038)).astype(np.float32)
    for hertz in lines:
        floor[round(hertz)] = 0.4
    return floor


def test_an_outer_race_s_row_of_lines_stands_out() -> None:
    told = marking(STORED, 0, envelope(236, 472, 708), 1.0)
    own = [line for line in told.lines if line.surface is Surface.OUTER]
    assert [round(line.found) for line in own] == [236, 472, 708]
    assert all(line.times_floor > 10 for line in own)
    assert all(np.isnan(line.times_baseline) for line in own)
    others = [one for one in told.lines if one.surface is Surface.INNER and not one.masked]
    assert all(one.times_floor < 4 for one in others)


def test_against_the_baseline_the_ratio_is_told() -> None:
    plain = marking(STORED, 0, envelope(236), 1.0)
    usual = np.full((len({line.surface for line in plain.lines}), 5), np.log(2.0), np.float32)
    told = marking(STORED, 0, envelope(236), 1.0, usual)
    first, same = plain.lines[0], told.lines[0]
    assert same.times_baseline == pytest.approx(first.times_floor / 2.0, rel=1e-4)


def test_what_lies_beyond_the_spectrum_or_under_shaft_or_mains_is_masked() -> None:
    told = marking(STORED, 0, envelope()[:400], 1.0)
    beyond = [line for line in told.lines if line.expected > 420]
    assert beyond
    assert all(line.masked and np.isnan(line.found) for line in beyond)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "do not tell"),
        ({**SETTINGS, "machine": {**SETTINGS["machine"], "shaft_speed": 0.0}}, "speed is not set"),
        ({**SETTINGS, "component": [{"name": "Pump"}]}, "no geometry"),
    ],
)
def test_where_no_line_can_be_named_the_reason_is_told(settings: dict[str, object], why: str) -> None:
    told = marking(stored_settings(settings), 0, envelope(236), 1.0)
    assert told.lines == ()
    assert why in told.why_not


def test_without_an_envelope_the_reason_is_told_too() -> None:
    assert "no envelope" in marking(STORED, 0, np.zeros(0, np.float32), 0.0).why_not
