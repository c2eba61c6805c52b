"""The panes of the bearing screen as strings: what they say, with gaps, without data, and at any size."""

import math
import re
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from engine.kinematics import Surface
from engine.marking import MarkedLine, Marking, marking
from engine.records import Event, EventKind
from engine.store import Store
from tests.tui import synthetic
from tui.draw.contributions import contribution_lines
from tui.draw.envelope import envelope_lines, line_table, surface_text
from tui.draw.figures import figure_lines
from tui.draw.glyphs import Glyphs
from tui.draw.spectra import loudest_channel, spectrum_lines
from tui.draw.text import plain, width_of
from tui.draw.trend import estimate_text, strip_lines, trend_lines
from tui.draw.waterfall import waterfall_lines
from tui.draw.waveform import waveform_lines
from tui.frame import Frame
from tui.gallery import Album, Gallery, wanted_places
from tui.playhead import Playhead, instant
from tui.reading import Reader, View
from tui.waveform import Waveform, no_waveform
from tui.zoom import MOST, Zoom, around


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "night shift")
    found = reader.poll(110).view
    reader.close()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def gallery(whole_store: Path, view: View) -> Gallery:
    with Store.open(whole_store) as store:
        found = Album().gallery(store, view)
    assert found is not None
    return found


def frame(view: View, position: int) -> Frame:
    return Frame(view, Playhead(instant(synthetic.at(position)), 1.0, False))


def marked(view: View) -> Marking:
    assert view.picture is not None
    return marking(view.assessment.settings, 0, view.picture.envelope[0], view.picture.envelope_step)


SIGNAL = np.random.default_rng(5).normal(0, 0.1, (20_480, 4)).astype(np.float32)
WAVEFORM = Waveform("now", 20_480.0, SIGNAL)


# Trend.


def test_the_trend_has_its_limit_its_times_and_what_rang(view: View) -> None:
    drawn = plain(trend_lines(80, 18, frame(view, 139), 0, UTC))
    for word in ("┈", "02-12 11:02", "02-19 05:12", "rang", "▲", "limit", "▾", "○"):
        assert word in drawn


def test_what_lies_after_the_playhead_is_not_on_the_trend(view: View) -> None:
    drawn = plain(trend_lines(80, 18, frame(view, synthetic.ONSET - 1), 0, UTC))
    assert "rang" not in drawn
    assert "▾" not in drawn


def test_acknowledgements_are_marked(view: View) -> None:
    ring = next(event for event in view.events if event.kind is EventKind.RAISED)
    given = Event(
        99,
        EventKind.ACKNOWLEDGED,
        synthetic.at(90),
        synthetic.WALL,
        "",
        "Bearing 1",
        ring.alarm,
        ring.seq,
        "",
        {},
    )
    seen = replace(view, events=(*view.events, given))
    assert "acked" in plain(trend_lines(80, 20, frame(seen, 110), 0, UTC))
    assert "✓" in plain(trend_lines(80, 20, frame(seen, 110), 0, UTC))


def test_zooming_shows_a_part_of_the_time_about_the_playhead(view: View) -> None:
    drawn = plain(trend_lines(80, 18, frame(view, 100), 0, UTC, level=2))
    assert "02-12 11:02" not in drawn
    assert "02-17" in drawn


@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_severity_above_the_limit_is_seen_in_one_line_as_well(view: View, glyphs: Glyphs) -> None:
    drawn = plain(strip_lines(80, 2, frame(view, 120), 0, UTC, glyphs))
    assert drawn.isascii() is (glyphs is Glyphs.ASCII)
    assert "above the limit, alarm since 02-16 06:02" in drawn


def test_the_time_to_the_limit_is_what_the_engine_said_with_its_range(view: View) -> None:
    detail = {
        "cause": "trend",
        "priority": "low",
        "severity": 0.7,
        "seconds_to_limit": 40 * 3600.0,
        "earliest": 30 * 3600.0,
        "latest": None,
    }
    raised = Event(
        98,
        EventKind.RAISED,
        synthetic.at(60),
        synthetic.WALL,
        "component",
        "Bearing 2",
        "t",
        None,
        "",
        detail,
    )
    seen = replace(view, events=(*view.events, raised))
    told = estimate_text(frame(seen, 62), 1, UTC)
    assert told == "rising: limit about 02-17 01:02 (30 h to never from 02-15 09:02)"
    late = estimate_text(frame(seen, 139), 1, UTC)
    assert late.endswith("that time has passed")
    assert "no estimate" in estimate_text(frame(view, 62), 1, UTC)


# Spectrum.


def test_the_spectrum_has_measured_expected_and_the_baseline_s_range(view: View, gallery: Gallery) -> None:
    drawn = plain(spectrum_lines(100, 16, view.picture, 1, "at 02-17 19:22", gallery.usual(0), unit="V"))
    for word in ("ch 1 at 02-17 19:22", "dB re 1 V", "•", "░", "kHz", "dB"):
        assert word in drawn


def test_a_spectrum_without_numbers_says_so(view: View) -> None:
    assert view.picture is not None
    nothing = replace(
        view.picture,
        spectrum=np.full_like(view.picture.spectrum, np.nan),
    )
    assert "nothing measured" in plain(spectrum_lines(80, 12, nothing, 1, ""))
    assert "no picture" in plain(spectrum_lines(80, 12, None, 1, ""))
    assert "no picture" in plain(spectrum_lines(80, 12, view.picture, 9, ""))


def test_zooming_shows_a_part_of_the_frequencies(view: View) -> None:
    whole = plain(spectrum_lines(100, 16, view.picture, 1, ""))
    part = plain(spectrum_lines(100, 16, view.picture, 1, "", zoom=Zoom(2, 1.0)))
    assert "10 kHz" in whole
    assert " 0 kHz" not in part
    assert "9 kHz" in part


def test_the_channel_with_most_of_the_error_is_chosen(view: View) -> None:
    assert loudest_channel(view.picture, (1, 2)) == 1
    assert loudest_channel(None, (3, 4)) == 3
    assert loudest_channel(None, ()) == 1


# Envelope.


def test_the_envelope_has_its_fault_lines_in_hertz_and_times(view: View) -> None:
    drawn = plain(envelope_lines(120, 24, view.picture, 1, "", marked(view)))
    for word in (
        "O1",
        "O2",
        "O3",
        "outer race",
        "expected 235.9 Hz at 1996 rpm, found 236 Hz (+0.0 %)",
        "2nd 472 Hz",
        "3.84–5.12 kHz",
        "shaft",
        "mains",
    ):
        assert word in drawn
    assert "O outer race      expected 235.9 Hz at 1996 rpm, found 236 Hz (+0.0 %) " in drawn
    assert "I inner race      expected 296.3 Hz at 1996 rpm, highest " in drawn
    assert (
        "expected for 1996 rpm as set, 16 rollers of 0.331 on a pitch of 2.815, contact angle 15.17°" in drawn
    )


@pytest.mark.parametrize(("width", "height"), [(76, 10), (80, 13), (80, 24), (120, 11), (200, 18)])
def test_every_mark_is_explained_and_the_surface_can_be_checked_where_there_is_a_line_for_it(
    view: View, width: int, height: int
) -> None:
    rows = plain(envelope_lines(width, height, view.picture, 1, "", marked(view))).splitlines()
    for word in ("O outer", "I inner", "R roll", "C cage", "s shaft", "m mains", "!"):
        assert word in rows[1]
    told = next(row for row in rows[2:] if "O outer race" in row)
    assert "expected 235.9 Hz" in told
    assert "found 236 Hz (+0.0 %)" in told
    assert not any(row.endswith("…") for row in rows)


def test_where_no_mark_fits_the_measure_is_told_instead(view: View) -> None:
    rows = plain(envelope_lines(60, 7, view.picture, 1, "", marked(view))).splitlines()
    assert rows[1].strip() == "× mean of the squared envelope, 3.84–5.12 kHz"


def test_a_line_found_beside_where_it_is_expected_says_how_far() -> None:
    off = MarkedLine(Surface.OUTER, 1, 0, 236.4, 235.9, 5.0, 4.0, False)
    assert "expected 236.4 Hz at 1996 rpm, found 235.9 Hz (−0.2 %) 4.0×!" in surface_text(
        100, [off], 1996 / 60
    )
    masked = replace(off, masked=True, found=np.nan)
    assert "expected 236.4 Hz, masked by shaft or mains" in surface_text(100, [masked], 1996 / 60)


def test_what_stands_out_comes_first_where_there_is_room_for_one_line(view: View) -> None:
    told = plain(line_table(80, marked(view))).splitlines()
    assert "outer race" in told[0]


def test_without_geometry_the_spectrum_is_drawn_and_the_reason_told(view: View) -> None:
    drawn = plain(envelope_lines(80, 16, view.picture, 1, "", Marking(why_not="no geometry is set")))
    assert "no fault lines: no geometry is set" in drawn
    assert "Hz" in drawn


def test_a_picture_of_an_earlier_version_has_no_envelope_and_says_so(view: View) -> None:
    assert view.picture is not None
    old = replace(view.picture, envelope=np.zeros((0, 0), np.float32), carriers=np.zeros((0, 2), np.float32))
    assert "by an earlier" in plain(envelope_lines(80, 12, old, 1, "", Marking()))
    still = replace(view.picture, envelope=np.zeros((4, 1038), np.float32))
    assert "did not run" in plain(envelope_lines(80, 12, still, 1, "", Marking()))


# Waterfall.


def test_the_waterfall_darkens_where_it_grew_louder_and_when(view: View, gallery: Gallery) -> None:
    rows = plain(waterfall_lines(80, 20, frame(view, 120), gallery, 1, UTC)).splitlines()[2:-2]
    dark = [row for row in rows if "▓" in row or "█" in row or "▒" in row]
    assert dark
    assert all(row.index(next(c for c in row if c in "▒▓█")) > 40 for row in dark)
    assert not any(
        set(row) & set("▒▓█")
        for row in plain(waterfall_lines(80, 20, frame(view, 120), gallery, 2, UTC)).splitlines()[2:-2]
    )


def test_the_waterfall_ends_at_the_playhead(view: View, gallery: Gallery) -> None:
    rows = plain(waterfall_lines(80, 20, frame(view, 30), gallery, 1, UTC)).splitlines()[2:-2]
    assert max(len(row) for row in rows) < 40


def test_without_pictures_the_waterfall_says_so(view: View) -> None:
    assert "nothing to compare" in plain(waterfall_lines(80, 12, frame(view, 120), None, 1, UTC))


# Contributions.


def test_contributions_are_told_by_channel_band_and_part(view: View) -> None:
    drawn = plain(contribution_lines(80, 40, view.picture, view.assessment, 0, "", 1.0))
    assert "› ch 1 Bearing 1" in drawn
    assert "by band of Bearing 1" in drawn
    assert "kHz" in drawn
    assert "of 19 of 1 s" in drawn
    assert "more" not in drawn.split("by band")[1]


def test_bands_that_there_is_no_room_for_are_counted_with_their_share(view: View) -> None:
    assert view.picture is not None
    whole = plain(contribution_lines(80, 40, view.picture, view.assessment, 0, "", 1.0))
    bands = whole.split("by band")[1].count("kHz")
    drawn = plain(contribution_lines(80, 11, view.picture, view.assessment, 0, "", 1.0))
    told = re.search(r"by band of Bearing 1: the (\d+) with most; (\d+) more, (\d+) %", drawn)
    assert told is not None
    assert int(told[1]) + int(told[2]) == bands
    assert drawn.split("by band")[1].count("kHz") == int(told[1])
    assert len(drawn.splitlines()) <= 11
    assert "%" in drawn


def test_where_nothing_was_scored_that_is_said(view: View) -> None:
    assert view.picture is not None
    still = replace(view.picture, contribution=np.zeros_like(view.picture.contribution))
    assert "nothing was scored" in plain(contribution_lines(80, 12, still, view.assessment, 0, "", 1.0))
    assert "no picture" in plain(contribution_lines(80, 12, None, view.assessment, 0, "", 1.0))


# Waveform and figures.


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
    assert "V is no acceleration" in drawn


def accelerating(view: View, *, velocity: float = math.nan, rows: int = 20_480) -> Frame:
    """The same record of a sensor in g, whose velocity was told from the 20th snapshot on."""
    told = np.full_like(view.series.velocity, np.nan)
    told[20:] = velocity
    settings = {"machine": {"sample_rate": 20_480.0}, "recording": {"rows": rows}}
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


# Every pane.


@pytest.mark.parametrize("width", [1, 7, 24, 60, 80, 200])
@pytest.mark.parametrize("position", [-1, 0, 78, 139])
@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_no_pane_breaks_or_overflows_at_any_size(
    view: View, gallery: Gallery, width: int, position: int, glyphs: Glyphs
) -> None:
    shown = frame(view, position) if position >= 0 else Frame(view, Playhead(None))
    for height in (1, 2, 3, 5, 9, 30):
        panes = [
            trend_lines(width, height, shown, 0, UTC, 0, glyphs),
            spectrum_lines(width, height, view.picture, 1, "", gallery.usual(0), "V", Zoom(), glyphs),
            envelope_lines(width, height, view.picture, 1, "", marked(view), Zoom(), glyphs),
            waterfall_lines(width, height, shown, gallery, 1, UTC, Zoom(), glyphs),
            waveform_lines(width, height, WAVEFORM, 1, "V", "", Zoom(), glyphs),
            contribution_lines(width, height, view.picture, view.assessment, 0, "", 1.0, glyphs),
            figure_lines(width, height, shown, 0, 1, UTC, glyphs),
        ]
        for lines in panes:
            assert len(lines) <= height
            if width >= 24:
                assert all(width_of(line) <= width for line in lines)
            if glyphs is Glyphs.ASCII:
                assert plain(lines).isascii()


def test_names_from_outside_cannot_move_the_cursor(view: View) -> None:
    evil = "Bear\x1b]0;x\x07ing[/b]"
    named = replace(view.assessment, components=(evil, *view.assessment.components[1:]))
    seen = replace(view, assessment=named)
    drawn = plain(contribution_lines(80, 24, view.picture, named, 0, "", 1.0))
    assert "\x1b" not in drawn
    assert "[/b]" in drawn
    assert "\x1b" not in plain(trend_lines(80, 20, frame(seen, 110), 0, UTC))


# Zoom, and the sample of pictures.


def test_zooming_out_leads_back_to_the_whole() -> None:
    zoom = Zoom()
    for _ in range(20):
        zoom = zoom.deeper(1)
    for _ in range(2 * 2**MOST):
        zoom = zoom.moved(1)
    low, high = zoom.part(0.0, 128.0)
    assert high - low == pytest.approx(128.0 / 2**MOST)
    assert high == pytest.approx(128.0)
    for _ in range(20):
        zoom = zoom.deeper(-1)
    assert zoom.part(0.0, 128.0) == (0.0, 128.0)


def test_a_part_about_a_centre_stays_within_the_whole() -> None:
    assert around(0.0, 100.0, 0, 90.0) == (0.0, 100.0)
    assert around(0.0, 100.0, 2, 90.0) == (75.0, 100.0)
    assert around(0.0, 100.0, 2, 50.0) == (37.5, 62.5)


@pytest.mark.parametrize("count", [0, 1, 240, 241, 1000, 100_000])
def test_a_gallery_is_a_bounded_sample_that_grows_by_what_is_new(count: int) -> None:
    baseline = np.arange(count) < count // 5
    places = wanted_places(count, baseline)
    assert len(places) <= 240 + 64
    more = wanted_places(count + 1, np.append(baseline, False))
    if count not in (240, 0):
        assert set(more) >= set(places)


def test_a_gallery_reads_a_picture_once(whole_store: Path, view: View) -> None:
    with Store.open(whole_store) as store:
        album = Album()
        first = album.gallery(store, view)
        store.close()
        assert album.gallery(store, view) is first


def test_the_usual_range_of_the_baseline_is_ordered(gallery: Gallery) -> None:
    usual = gallery.usual(0)
    assert usual is not None
    low, middle, high = usual
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert math.isfinite(float(high.max()))
