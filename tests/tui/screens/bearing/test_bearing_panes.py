"""The panes of the bearing screen as strings: with gaps, without data, at any size."""

import re
from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest

from engine.diagnosis.line_markers import MarkedLine, Marking, marking
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Ring
from engine.records.picture import Picture, loudest_channel
from engine.signals.bearing import Surface
from tests.tui import synthetic
from tests.tui.conftest import frame
from tui.data.frame import Frame
from tui.data.pictures import Gallery
from tui.data.playhead import Playhead
from tui.data.view import View
from tui.draw.charts.zoom import Zoom
from tui.draw.format import PRIORITY_ROLES
from tui.draw.glyphs import Glyphs
from tui.draw.text import plain, width_of
from tui.screens.bearing.bands import band_lines
from tui.screens.bearing.contributions import contribution_lines
from tui.screens.bearing.envelope import envelope_lines, line_table, surface_text
from tui.screens.bearing.figures import figure_lines
from tui.screens.bearing.recording import Waveform
from tui.screens.bearing.trend import estimate_text, mark_rows, strip_lines, trend_lines
from tui.screens.bearing.waterfall import waterfall_lines
from tui.screens.bearing.waveform import waveform_lines


def marked(view: View) -> Marking:
    assert view.picture is not None
    return marking(view.assessment.settings, 0, view.picture.envelope[0], view.picture.envelope_step)


SIGNAL = np.random.default_rng(5).normal(0, 0.1, (20_480, 4)).astype(np.float32)
WAVEFORM = Waveform("now", 20_480.0, SIGNAL)


def test_the_trend_has_its_limit_its_times_and_what_rang(view: View) -> None:
    drawn = plain(trend_lines(80, 18, frame(view, 139), 0, UTC))
    for word in ("┈", "13 Feb", "19 Feb", "rang", "◆", "limit", "↑"):
        assert word in drawn


def test_a_ring_on_the_trend_has_glyph_and_colour_of_its_priority(view: View) -> None:
    rings = [event for event in view.events if event.kind in RINGS and event.component == "Bearing 1"]
    priorities = [Ring.from_detail(event.detail).priority for event in rings]
    assert {Priority.MEDIUM, Priority.HIGH} == set(priorities)
    (marks,) = (marks for word, marks in mark_rows(frame(view, 139), 0) if word == "rang")
    assert marks[0].glyph == "■", "the most urgent is seen where two share a place"
    told = {(mark.glyph, mark.role) for mark in marks}
    assert told == {("◆", PRIORITY_ROLES[Priority.MEDIUM]), ("■", PRIORITY_ROLES[Priority.HIGH])}


@pytest.mark.parametrize("width", [60, 70, 80, 100])
def test_the_estimate_above_the_envelope_is_not_cut(view: View, width: int) -> None:
    for position in (synthetic.ONSET - 1, 139):
        (_, told) = strip_lines(width, 2, frame(view, position), 0, UTC)
        assert "…" not in plain([told])


@pytest.mark.parametrize("width", [60, 66, 80, 120])
def test_names_of_contributions_with_the_same_beginning_can_be_told_apart(
    view: View, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tuple(f"negative sequence part {number:03d}" for number in range(200))
    monkeypatch.setattr("tui.screens.bearing.contributions.motor_features", lambda *_: names)
    drawn = plain(contribution_lines(width, 40, view.picture, view.assessment, 0, "", 1.0))
    assert "negative sequence part 0" in drawn
    assert "negative sequence…" not in drawn


@pytest.mark.parametrize("width", [46, 60, 66, 80])
def test_the_share_of_a_part_of_the_recording_is_not_cut(view: View, width: int) -> None:
    drawn = plain(contribution_lines(width, 40, view.picture, view.assessment, 0, "", 1.0)).splitlines()
    assert "…" not in next(row for row in drawn if "the most in part" in row)


def test_what_lies_after_the_playhead_is_not_on_the_trend(view: View) -> None:
    drawn = plain(trend_lines(80, 18, frame(view, synthetic.ONSET - 1), 0, UTC))
    assert not any(mark in drawn for mark in ("rang", "↑"))


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
    assert "13 Feb" not in drawn
    assert "17 Feb" in drawn
    assert "12:00" in drawn


@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_severity_above_the_limit_is_seen_in_one_line_as_well(view: View, glyphs: Glyphs) -> None:
    drawn = plain(strip_lines(80, 2, frame(view, 120), 0, UTC, glyphs))
    assert drawn.isascii() is (glyphs is Glyphs.ASCII)
    assert "alarm raised 16 Feb 06:02, HIGH since 17 Feb 07:42" in drawn


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
    assert told == "rising: limit about 17 Feb 01:02 (30 h to never from 15 Feb 09:02)"
    late = estimate_text(frame(seen, 139), 1, UTC)
    assert late.endswith("that time has passed")
    assert "no estimate" in estimate_text(frame(view, 62), 1, UTC)
    assert "…" not in plain(trend_lines(36, 10, frame(view, 62), 1, UTC))


# Spectrum.


def test_the_spectrum_has_measured_expected_and_the_baseline_s_range(view: View, gallery: Gallery) -> None:
    drawn = plain(band_lines(100, 16, view.picture, 1, "at 17 Feb 19:22", gallery.usual(0), unit="V"))
    for word in ("ch 1 at 17 Feb 19:22", "dB re 1 V", "•", "░", "kHz", "dB"):
        assert word in drawn


def test_a_spectrum_without_numbers_says_so(view: View) -> None:
    assert view.picture is not None
    nothing = replace(
        view.picture,
        spectrum=np.full_like(view.picture.spectrum, np.nan),
    )
    assert "the channel is invalid in this snapshot" in plain(band_lines(80, 12, nothing, 1, ""))
    assert "no picture" in plain(band_lines(80, 12, None, 1, ""))
    assert "no picture" in plain(band_lines(80, 12, view.picture, 9, ""))


def test_zooming_shows_a_part_of_the_frequencies(view: View) -> None:
    whole = plain(band_lines(100, 16, view.picture, 1, ""))
    part = plain(band_lines(100, 16, view.picture, 1, "", zoom=Zoom(2, 1.0)))
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
            band_lines(width, height, view.picture, 1, "", gallery.usual(0), "V", Zoom(), glyphs),
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


# A channel whose recording holds no numbers.


def without_channel(view: View, channel: int, places: slice) -> View:
    """Return the view with a channel, counted from 1, that is unreadable in some snapshots."""
    figures, velocity = view.series.figures.copy(), view.series.velocity.copy()
    figures[places, channel - 1] = np.nan
    velocity[places, channel - 1] = np.nan
    assert view.picture is not None
    spectrum, expected = view.picture.spectrum.copy(), view.picture.reconstruction.copy()
    spectrum[channel - 1], expected[channel - 1] = np.nan, np.nan
    shares, parts, envelope = (
        plane.copy() for plane in (view.picture.contribution, view.picture.parts, view.picture.envelope)
    )
    shares[channel - 1] = parts[channel - 1] = envelope[channel - 1] = 0.0
    picture = replace(
        view.picture,
        spectrum=spectrum,
        reconstruction=expected,
        contribution=shares,
        parts=parts,
        envelope=envelope,
    )
    packed = Picture.unpack(picture.pack())
    return replace(view, series=replace(view.series, figures=figures, velocity=velocity), picture=packed)


@pytest.mark.parametrize("glyphs", list(Glyphs))
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("places", [slice(None), slice(100, None), slice(3, 9)], ids=["all", "late", "early"])
def test_invalid_channel_is_named_and_crashes_no_pane(
    view: View, gallery: Gallery, places: slice, width: int, glyphs: Glyphs
) -> None:
    seen = without_channel(view, 1, places)
    spectra = gallery.spectrum.copy()
    spectra[: len(spectra) // 3, 0] = np.nan
    holes = replace(gallery, spectrum=spectra)
    now = frame(seen, 120)
    figures = plain(figure_lines(width, 16, now, 0, 1, UTC, glyphs))
    assert ("invalid" in figures) is (places.stop is None)
    assert seen.picture is not None
    spectrum = plain(band_lines(width, 14, seen.picture, 1, "", holes.usual(0), "g", Zoom(), glyphs))
    assert "the channel is invalid in this snapshot" in spectrum
    shares = plain(contribution_lines(width, 24, seen.picture, seen.assessment, 0, "", 1.0, glyphs))
    assert "ch 1 invalid" in shares
    assert waterfall_lines(width, 14, now, holes, 1, UTC, Zoom(), glyphs)
    assert envelope_lines(width, 14, seen.picture, 1, "", marked(seen), Zoom(), glyphs)
    signal = SIGNAL.copy()
    signal[:, 0] = np.nan
    drawn = plain(waveform_lines(width, 14, Waveform("now", 20_480.0, signal), 1, "g", "", Zoom(), glyphs))
    assert "nothing that is a number here" in drawn


def test_usual_range_of_a_channel_leaves_out_the_pictures_without_it(gallery: Gallery) -> None:
    spectra = gallery.spectrum.copy()
    spectra[::4, 0] = np.nan
    usual = replace(gallery, spectrum=spectra).usual(0)
    assert usual is not None
    assert all(np.isfinite(line).all() for line in usual)
    spectra[:, 0] = np.nan
    assert replace(gallery, spectrum=spectra).usual(0) is None


@pytest.mark.parametrize("width", range(12, 100))
def test_no_number_of_a_fault_line_is_cut(width: int) -> None:
    line = MarkedLine(Surface.OUTER, 1, 0, 235.9, 236.04, 20.0, 28.63, masked=False)
    assert len(told := surface_text(width, [line], 33.3).rstrip()) <= width
    assert "28.6×" in told or width < 20
