"""The panes of an analyst as strings: readouts, peaks, cepstrum, comparison, and no recording."""

from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest

from engine.diagnosis.line_markers import Marking, marking
from engine.diagnosis.line_names import NamedLine, named_lines
from engine.records.picture import Picture
from engine.signals.spectral_peaks import peaks_of
from engine.signals.spectrum import AxisUnit, Quantity, Scale, amplitude_spectrum, autocorrelation, cepstrum
from tests.tui.conftest import frame
from tui.data.pictures import Gallery
from tui.data.view import View
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.glyphs import Glyphs
from tui.draw.text import Span, plain, width_of
from tui.screens.bearing.analysis.cepstrum import cepstrum_lines
from tui.screens.bearing.analysis.envelope_plot import EnvelopeExtras
from tui.screens.bearing.analysis.laboratory import Analysis, Source, Wanted
from tui.screens.bearing.analysis.peaks import peak_list_lines
from tui.screens.bearing.analysis.readout import Ruler
from tui.screens.bearing.analysis.spectrum import Sheet, spectrum_lines
from tui.screens.bearing.analysis.tools import Compare, Cursors, Tools
from tui.screens.bearing.bands import BandExtras, band_lines
from tui.screens.bearing.envelope import envelope_lines
from tui.screens.bearing.recording import Waveform
from tui.screens.bearing.screen import BearingScreen
from tui.screens.bearing.trend import trend_lines
from tui.screens.bearing.waveform import waveform_lines
from tui.screens.paned import tab_lines

RATE, ROWS, SHAFT = 4096.0, 4096, 1996 / 60
TIME = np.arange(ROWS) / RATE


def analysis(unit: str = "g", then: float = 0.0, baseline: float = 0.0) -> Analysis:
    """Return the analysis of impacts 236 times a second, and the same weaker for comparison."""
    noise = np.random.default_rng(3).normal(0, 0.02, ROWS)
    signal = noise + 2.0 * np.sin(2 * np.pi * 236 * TIME) + np.sin(2 * np.pi * 472 * TIME)
    now = amplitude_spectrum(signal, RATE, unit)
    usual = replace(now, amplitude=now.amplitude * baseline) if baseline else None
    return Analysis(
        wanted=Wanted(1, Source("now", 0)),
        sample_rate=RATE,
        signal=signal,
        spectrum=now,
        then=replace(now, amplitude=now.amplitude * then) if then else None,
        baseline=usual,
        peaks=peaks_of(now, None if usual is None else usual.amplitude),
        crest=2.1,
        correlation=autocorrelation(signal),
        cepstrum=cepstrum(signal, RATE),
    )


@pytest.fixture
def lines(view: View) -> tuple[NamedLine, ...]:
    return named_lines(view.assessment.settings, 0)


def sheet(found: Analysis | None, lines: tuple[NamedLine, ...], tools: Tools | None = None) -> Sheet:
    return Sheet(found, tools or Tools(), 1, "at 02-17 07:12", "02-12 11:02", SHAFT, lines)


def at(place: float, **changes: object) -> Tools:
    return replace(Tools(frequency=Cursors(place)), **changes)


def instead(width: int, height: int) -> list[tuple[Span, ...]]:
    return [(Span("the bands".ljust(width)),)] * height


# The spectrum.


def test_the_cursor_reads_frequency_order_amplitude_distance_and_times_the_baseline(
    lines: tuple[NamedLine, ...],
) -> None:
    drawn = plain(spectrum_lines(120, 20, sheet(analysis(baseline=0.1), lines, at(236.0))))
    for word in ("236.0 Hz", "7.09 orders", "1.41 g RMS", "BPFO +0.1 Hz (+0.0 %)", "10.0× baseline"):
        assert word in drawn
    assert "peaks: 236.0 Hz BPFO 10.0× ·" in drawn


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"axis": AxisUnit.CPM}, ("14160 cpm", "7.09 orders")),
        ({"axis": AxisUnit.ORDERS}, ("7.094 orders", "236.0 Hz", "20 ord")),
        ({"scale": Scale.PEAK}, ("2 g peak",)),
        ({"scale": Scale.DECIBEL}, ("3.0 dB", "dB re 1 g RMS")),
        ({"quantity": Quantity.VELOCITY}, ("9.35 mm/s RMS", "velocity, mm/s RMS")),
    ],
)
def test_axis_scale_and_quantity_are_those_of_the_analyst(
    lines: tuple[NamedLine, ...], changes: dict[str, object], words: tuple[str, ...]
) -> None:
    drawn = plain(spectrum_lines(120, 20, sheet(analysis(), lines, at(236.0, **changes))))
    for word in words:
        assert word in drawn


def test_a_unit_without_velocity_is_drawn_as_recorded_and_says_why(lines: tuple[NamedLine, ...]) -> None:
    tools = Tools(quantity=Quantity.VELOCITY)
    drawn = plain(spectrum_lines(120, 20, sheet(analysis("V"), lines, tools)))
    assert "no velocity: the sensor's unit is V" in drawn
    assert "V RMS" in drawn


def test_two_cursors_read_their_difference(lines: tuple[NamedLine, ...]) -> None:
    tools = Tools(frequency=Cursors(472.0, 236.0))
    assert "Δ 236.0 Hz −6.0 dB" in plain(spectrum_lines(120, 20, sheet(analysis(), lines, tools)))


def test_harmonics_and_sidebands_stand_at_their_places(lines: tuple[NamedLine, ...]) -> None:
    tools = Tools(frequency=Cursors(236.0, harmonics=True, spacing=33.3))
    drawn = plain(spectrum_lines(160, 20, sheet(analysis(), lines, tools)))
    for word in ("2×", "3×", "8×", "sidebands ±33.3 Hz"):
        assert word in drawn
    near = replace(sheet(analysis(), lines, tools), zoom=Zoom(2, 0.0))
    assert "+1" in plain(spectrum_lines(160, 20, near))


def test_what_is_compared_is_named(lines: tuple[NamedLine, ...]) -> None:
    then = Tools(compare=Compare.THEN)
    assert "dim: then, 02-12 11:02" in plain(spectrum_lines(120, 20, sheet(analysis(then=0.5), lines, then)))
    gone = replace(analysis(), then_why="it is gone")
    assert "not compared: it is gone" in plain(spectrum_lines(120, 20, sheet(gone, lines, then)))
    base = Tools(compare=Compare.BASELINE)
    drawn = plain(spectrum_lines(120, 20, sheet(analysis(baseline=0.5), lines, base)))
    assert "baseline, mean of 1 recordings" in drawn
    pending = replace(analysis(), pending=True)
    assert "is being read" in plain(spectrum_lines(120, 20, sheet(pending, lines, base)))


def test_where_there_is_no_recording_it_says_so_and_shows_the_bands_instead(
    lines: tuple[NamedLine, ...],
) -> None:
    gone = Analysis(
        Wanted(1, Source("now", 0)), "the recordings are not reachable from here: /x does not exist"
    )
    for draw in (spectrum_lines, peak_list_lines):
        drawn = plain(draw(80, 20, sheet(gone, lines), instead))
        assert "The recordings are not reachable from here: /x does not exist; the bands" in drawn
        assert "shown instead" in " ".join(drawn.split())
        assert drawn.count("the bands\n") > 5
    assert "Reading the recording" in plain(spectrum_lines(80, 20, sheet(None, lines), instead))
    assert "not reachable" in plain(cepstrum_lines(80, 20, sheet(gone, lines)))


# The peaks.


def test_the_peaks_are_listed_with_their_names_and_the_one_under_the_cursor_is_marked(
    lines: tuple[NamedLine, ...],
) -> None:
    drawn = plain(peak_list_lines(100, 12, sheet(analysis(baseline=0.25), lines, at(471.0)))).splitlines()
    assert drawn[2].split() == [
        "236.0",
        "Hz",
        "7.09",
        "orders",
        "1.41",
        "g",
        "RMS",
        "4.0×",
        *drawn[2].split()[8:],
    ]
    assert drawn[2].endswith("BPFO")
    assert drawn[3].startswith("›")
    assert drawn[3].endswith("2×BPFO")


def test_velocity_sorts_the_peaks_by_velocity(lines: tuple[NamedLine, ...]) -> None:
    found = analysis()
    strong = replace(found, peaks=tuple(replace(peak, amplitude=peak.hertz) for peak in found.peaks[:2]))
    recorded = plain(peak_list_lines(100, 12, sheet(strong, lines))).splitlines()
    assert "472.0 Hz" in recorded[2]
    velocity = plain(peak_list_lines(100, 12, sheet(strong, lines, Tools(quantity=Quantity.VELOCITY))))
    assert "mm/s RMS" in velocity


# Cepstrum and waveform.


def test_the_cepstrum_has_the_expected_families_and_reads_their_spacing(lines: tuple[NamedLine, ...]) -> None:
    tools = Tools(quefrency=Cursors(1 / 236))
    drawn = plain(cepstrum_lines(120, 20, sheet(analysis(), lines, tools)))
    for word in ("BPFO", "shaft", "4.24 ms", "lines 236.0 Hz apart", "7.09 orders"):
        assert word in drawn


def test_the_waveform_has_crest_factor_repetition_and_a_cursor(lines: tuple[NamedLine, ...]) -> None:
    found = analysis()
    waveform = Waveform("now", RATE, found.signal[:, None].astype(np.float32))
    drawn = plain(waveform_lines(100, 24, waveform, 1, "g", "", WHOLE, Glyphs.UNICODE, sheet(found, lines)))
    assert "crest factor 2.1" in drawn
    assert "autocorrelation: repeats every" in drawn
    tools = Tools(time=Cursors(0.5, 0.25))
    read = plain(
        waveform_lines(100, 12, waveform, 1, "g", "", WHOLE, Glyphs.UNICODE, sheet(found, lines, tools))
    )
    assert "500.00 ms" in read
    assert "Δ 250.00 ms = 4.0 Hz" in read


# Envelope and bands.


def marked(view: View) -> Marking:
    assert view.picture is not None
    return marking(view.assessment.settings, 0, view.picture.envelope[0], view.picture.envelope_step)


def test_the_envelope_has_bars_at_what_stands_out_and_the_median_of_the_baseline(
    view: View, gallery: Gallery, lines: tuple[NamedLine, ...]
) -> None:
    assert view.picture is not None
    usual = gallery.usual_envelope(0, view.picture.carriers[0])
    assert usual is not None
    ruler = Ruler(AxisUnit.HERTZ, SHAFT, lines)
    extras = EnvelopeExtras(Tools(whole=True, frequency=Cursors(236.0)), ruler, usual)
    drawn = plain(envelope_lines(110, 30, view.picture, 1, "", marked(view), WHOLE, Glyphs.UNICODE, extras))
    for word in ("┃", "O1", "O2", "O3", "236.0 Hz", "7.09 orders", "× baseline", "peaks: 236.0 Hz BPFO"):
        assert word in drawn
    assert "other" not in drawn
    shown = replace(extras, tools=replace(extras.tools, lines=True))
    assert "other" in plain(
        envelope_lines(110, 30, view.picture, 1, "", marked(view), WHOLE, Glyphs.UNICODE, shown)
    )


def test_an_envelope_in_the_unit_needs_the_recording_and_says_so(view: View) -> None:
    extras = EnvelopeExtras(Tools(in_unit=True, whole=True))
    drawn = plain(envelope_lines(110, 30, view.picture, 1, "", marked(view), WHOLE, Glyphs.UNICODE, extras))
    assert "relative, because there is no envelope in the unit: reading" in drawn
    found = analysis()
    own = replace(found, envelope=found.spectrum)
    there = replace(extras, analysis=own)
    drawn = plain(envelope_lines(110, 30, view.picture, 1, "", marked(view), WHOLE, Glyphs.UNICODE, there))
    assert "g RMS of the envelope" in drawn


def test_the_bands_that_changed_most_are_named_in_decibels(view: View, gallery: Gallery) -> None:
    assert view.picture is not None
    louder = view.picture.spectrum.copy()
    louder[0, 5] -= 12.0
    then = replace(view.picture, spectrum=louder)
    extras = BandExtras(Tools(compare=Compare.THEN), Ruler(), then, "02-12 11:02")
    drawn = plain(band_lines(110, 16, view.picture, 1, "", gallery.usual(0), "V", extras=extras))
    assert "now − then, 02-12 11:02:" in drawn
    assert "+12.0 dB" in drawn
    other = replace(view.picture, edges=view.picture.edges * 2)
    strange = replace(extras, then=other)
    assert "no bands to compare" in plain(band_lines(110, 16, view.picture, 1, "", None, "V", extras=strange))
    base = BandExtras(Tools(compare=Compare.BASELINE))
    drawn = plain(band_lines(110, 16, view.picture, 1, "", gallery.usual(0), "V", extras=base))
    assert "now − baseline:" in drawn


@pytest.mark.parametrize("glyphs", list(Glyphs))
@pytest.mark.parametrize("width", [24, 60, 80, 120, 200])
@pytest.mark.parametrize("height", [1, 2, 5, 9, 16, 40])
def test_no_pane_leaves_its_room_in_any_glyphs(
    view: View, lines: tuple[NamedLine, ...], width: int, height: int, glyphs: Glyphs
) -> None:
    tools = Tools(
        frequency=Cursors(236.0, 250.0, True, 33.3), quefrency=Cursors(0.004), time=Cursors(0.1), lines=True
    )
    whole = sheet(analysis(then=0.5, baseline=0.1), lines, tools)
    empty = Picture(*(np.zeros(0, np.float32),) * 4)
    assert not empty.envelope.size
    ruler = Ruler(AxisUnit.ORDERS, SHAFT, lines)
    waveform = Waveform("now", RATE, analysis().signal[:, None].astype(np.float32))
    panes = [
        spectrum_lines(width, height, whole, instead, glyphs),
        spectrum_lines(width, height, replace(whole, analysis=None), instead, glyphs),
        peak_list_lines(width, height, whole, instead, glyphs),
        cepstrum_lines(width, height, whole, glyphs),
        waveform_lines(width, height, waveform, 1, "g", "", WHOLE, glyphs, whole),
        envelope_lines(
            width, height, view.picture, 1, "", marked(view), WHOLE, glyphs, EnvelopeExtras(tools, ruler)
        ),
        band_lines(width, height, view.picture, 1, "", None, "V", WHOLE, glyphs, BandExtras(tools, ruler)),
    ]
    for drawn in panes:
        assert len(drawn) <= height
        assert all(width_of(line) <= width for line in drawn)
        if glyphs is Glyphs.ASCII:
            assert plain(drawn).isascii()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("chosen", BearingScreen.PANES)
def test_the_chosen_tab_and_the_next_are_in_sight_at_any_width(width: int, chosen: str) -> None:
    lines = tab_lines(width, 1, BearingScreen.PANES, chosen)
    drawn = plain(lines)
    place = BearingScreen.PANES.index(chosen)
    assert f"[{chosen}]" in drawn
    if width >= 40:
        assert width_of(lines[0]) <= width
        assert all(name in drawn for name in BearingScreen.PANES[place : place + 2])
    assert ("‹" in drawn) == (BearingScreen.PANES[0] not in drawn)
    assert ("›" in drawn) == (BearingScreen.PANES[-1] not in drawn)


def test_the_marked_snapshot_stands_on_the_trend(view: View) -> None:
    shown = frame(view, 120)
    then = int(view.series.at[40])
    assert "then" not in plain(trend_lines(100, 16, shown, 0, UTC))
    assert "┊then" in plain(trend_lines(100, 16, shown, 0, UTC, then=then))
