"""Waveform and condition figures as strings: units, baseline, reasons for missing values."""

import math
from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest

from engine.records.stored_settings import StoredMachine, StoredRecording, StoredSettings
from tests.tui.conftest import frame
from tui.data.frame import Frame
from tui.data.view import View
from tui.draw.charts.zoom import Zoom
from tui.draw.text import plain
from tui.screens.bearing.figures import figure_lines
from tui.screens.bearing.recording import Waveform, no_waveform
from tui.screens.bearing.waveform import waveform_lines

SIGNAL = np.random.default_rng(5).normal(0, 0.1, (20_480, 4)).astype(np.float32)
WAVEFORM = Waveform("now", 20_480.0, SIGNAL)


def test_the_waveform_has_seconds_and_its_unit() -> None:
    drawn = plain(waveform_lines(80, 16, WAVEFORM, 1, "V", "at 02-17"))
    assert "1 s of 1 s, 20480 samples" in drawn
    assert "0 V" in drawn
    assert "0.5 s" in drawn
    near = plain(waveform_lines(80, 16, WAVEFORM, 1, "V", "", Zoom(5, 0.5)))
    assert "ms" in near


@pytest.mark.parametrize(
    ("waveform", "said"),
    [
        (None, "reading the recording"),
        (
            no_waveform("x", "the recordings are not reachable from here: /gone does not exist"),
            "not reachable",
        ),
        (replace(WAVEFORM, signal=np.full((100, 1), np.nan, np.float32)), "nothing that is a number"),
        (replace(WAVEFORM, signal=np.zeros((100, 0), np.float32)), "no channel 1"),
    ],
)
def test_where_there_is_no_waveform_a_sentence_stands(waveform: Waveform | None, said: str) -> None:
    assert said in plain(waveform_lines(80, 12, waveform, 1, "V", ""))


def test_a_signal_that_stands_still_is_drawn_as_a_line() -> None:
    flat = replace(WAVEFORM, signal=np.full((100, 1), 0.25, np.float32))
    assert any(ord(one) > 0x2800 for one in plain(waveform_lines(80, 12, flat, 1, "V", "")))


def test_figures_have_units_and_what_is_usual(view: View) -> None:
    drawn = plain(figure_lines(100, 12, frame(view, 116), 0, 1, UTC))
    assert "0.15 V (usual 0.075)" in drawn
    assert "3.2 (usual 3.2)" in drawn
    assert "(limit 1.0)" in drawn
    assert 'No velocity RMS: the sensor\'s unit is V. Set unit = "g".' in drawn


def accelerating(view: View, *, velocity: float = math.nan, rows: int = 20_480) -> Frame:
    """Return the same record with a sensor in g and velocity from the 20th snapshot on."""
    told = np.full_like(view.series.velocity, np.nan)
    told[20:] = velocity
    recording = StoredRecording(rows, 0, "%Y.%m.%d.%H.%M.%S", "UTC", "\t")
    settings = StoredSettings(machine=StoredMachine(20_480.0), recording=recording)
    assessment = replace(view.assessment, units=("g",) * 4, settings=settings)
    return frame(replace(view, assessment=assessment, series=replace(view.series, velocity=told)), 116)


def test_the_velocity_is_a_trend_like_the_others_with_a_gap_where_it_was_not_kept(view: View) -> None:
    lines = figure_lines(120, 12, accelerating(view, velocity=2.5), 0, 1, UTC)
    (row,) = [plain([line]) for line in lines if "velocity " in plain([line]) and "mm/s" in plain([line])]
    assert "2.5 mm/s (usual 2.5)" in row
    assert "·" in row[:30]
    assert "·" not in row[40:70]
    assert "RMS: 10–1000 Hz" in plain(lines)


@pytest.mark.parametrize(
    ("rows", "said"), [(20_480, "scored by an earlier Raceway"), (4000, "too short to hold 10 Hz")]
)
def test_where_there_is_no_velocity_the_reason_stands_and_no_row(view: View, rows: int, said: str) -> None:
    drawn = plain(figure_lines(120, 12, accelerating(view, rows=rows), 0, 1, UTC))
    assert said in drawn
    assert "mm/s" not in drawn
