"""Recordings are analysed once each, on a worker: averages, comparison, baseline, reasons of failures."""

from dataclasses import replace

import numpy as np
import pytest

from engine.records.assessment import Assessment
from tests.tui import synthetic
from tui.data.view import View
from tui.screens.bearing.analysis.desk import Place, pressed, wanted_of
from tui.screens.bearing.analysis.laboratory import Laboratory, Source, Wanted, spread
from tui.screens.bearing.analysis.tools import Compare, Tools
from tui.screens.bearing.recording import Waveform, no_waveform

RATE, ROWS = 2048.0, 2048
NOW = Source("r9", 9)


class Recorder:
    """Recordings with a line at 100 Hz as high as their number; it counts what is read."""

    def __init__(self, missing: tuple[str, ...] = ()) -> None:
        self.read: list[str] = []
        self.missing = missing

    def __call__(self, _assessment: Assessment, name: str, _at: int) -> Waveform:
        self.read.append(name)
        if name in self.missing:
            return no_waveform(name, f"{name} is gone")
        noise = np.random.default_rng(len(name)).normal(0, 0.001, ROWS)
        signal = int(name[1:]) * np.sin(2 * np.pi * 100 * np.arange(ROWS) / RATE) + noise
        return Waveform(name, RATE, np.stack([signal, np.full(ROWS, np.nan)], 1).astype(np.float32))


class Ticks:
    """A clock that goes on by a tenth of a second at each look."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 0.1
        return self.seconds


@pytest.fixture
def assessment(view: View) -> Assessment:
    return replace(view.assessment, units=("g", "g", "g", "g"))


def test_the_spectrum_has_its_line_its_peak_and_its_unit(assessment: Assessment) -> None:
    found = Laboratory(Recorder()).analyse(assessment, Wanted(1, NOW, band=(50.0, 200.0)))
    assert found.spectrum is not None
    assert found.spectrum.unit == "g"
    assert found.spectrum.amplitude[100] == pytest.approx(9.0, rel=0.01)
    assert round(found.peaks[0].hertz) == 100
    assert found.crest == pytest.approx(1.41, abs=0.02)
    assert found.envelope is not None
    assert not found.pending


def test_recordings_are_read_once_and_averaged_by_power(assessment: Assessment) -> None:
    recorder = Recorder()
    laboratory = Laboratory(recorder)
    wanted = Wanted(1, NOW, before=(Source("r3", 3),), baseline=(Source("r1", 1), Source("r2", 2)))
    first = laboratory.analyse(assessment, wanted)
    again = laboratory.analyse(assessment, wanted)
    assert recorder.read == ["r9", "r3", "r1", "r2"]
    for found in (first, again):
        assert found.spectrum is not None
        assert found.spectrum.amplitude[100] == pytest.approx(np.sqrt((81 + 9) / 2), rel=0.01)
        assert found.baseline is not None
        assert found.baseline.amplitude[100] == pytest.approx(np.sqrt(5 / 2), rel=0.01)
        assert found.peaks[0].times_baseline == pytest.approx(np.sqrt(45 / 2.5), rel=0.02)


def test_a_long_baseline_is_read_in_portions_so_that_the_spectrum_comes_soon(assessment: Assessment) -> None:
    recorder = Recorder()
    laboratory = Laboratory(recorder, Ticks())
    wanted = Wanted(1, NOW, baseline=tuple(Source(f"r{number}", number) for number in range(1, 9)))
    portions = 1
    while laboratory.analyse(assessment, wanted).pending:
        portions += 1
        assert portions < 10
    assert portions > 1
    assert len(set(recorder.read)) == 9


def test_what_cannot_be_read_is_named_and_the_rest_is_there(assessment: Assessment) -> None:
    laboratory = Laboratory(Recorder(missing=("r3", "r1")))
    wanted = Wanted(1, NOW, then=Source("r3", 3), baseline=(Source("r1", 1), Source("r2", 2)))
    found = laboratory.analyse(assessment, wanted)
    assert found.then is None
    assert found.then_why == "r3 is gone"
    assert found.baseline is not None
    assert found.baseline.averages == 1
    assert laboratory.analyse(assessment, replace(wanted, now=Source("r1", 1))).why_not == "r1 is gone"


@pytest.mark.parametrize(("channel", "said"), [(2, "not numbers"), (3, "no channel 3")])
def test_a_channel_without_numbers_is_no_spectrum(assessment: Assessment, channel: int, said: str) -> None:
    assert said in Laboratory(Recorder()).analyse(assessment, Wanted(channel, NOW)).why_not


def test_another_record_forgets_the_spectra_of_the_last(assessment: Assessment) -> None:
    recorder = Recorder()
    laboratory = Laboratory(recorder)
    laboratory.analyse(assessment, Wanted(1, NOW))
    laboratory.analyse(replace(assessment, id=assessment.id + 1), Wanted(1, NOW))
    assert recorder.read == ["r9", "r9"]


@pytest.mark.parametrize("count", [0, 1, 8, 9, 1000])
def test_the_baseline_is_sampled_from_end_to_end(count: int) -> None:
    chosen = spread(count, 8)
    assert len(chosen) == min(count, 8)
    assert len(set(chosen)) == len(chosen)
    if count:
        assert (chosen[0], chosen[-1]) == (0, count - 1)


# What is wanted.


def test_only_panes_on_recordings_read_recordings(view: View) -> None:
    place = Place(view, 110, 0, 1)
    assert wanted_of(place, Tools(), ("trend", "envelope", "bands")) is None
    assert wanted_of(replace_index(place, -1), Tools(), ("spectrum",)) is None
    plain = wanted_of(place, Tools(), ("spectrum",))
    assert plain is not None
    assert plain.now.name == view.series.names[110]
    assert len(plain.baseline) == 8
    assert plain.then is None
    in_unit = wanted_of(place, Tools(in_unit=True), ("envelope",))
    assert in_unit is not None
    assert in_unit.band == (3840.0, 5120.0)


def test_averages_are_of_what_came_before_the_playhead_and_never_of_what_comes_after(view: View) -> None:
    wanted = wanted_of(Place(view, 110, 0, 1), Tools(averages=9), ("spectrum",))
    assert wanted is not None
    assert [one.name for one in wanted.before] == list(view.series.names[102:110])
    first = wanted_of(Place(view, 1, 0, 1), Tools(averages=9), ("spectrum",))
    assert first is not None
    assert len(first.before) == 1


def test_the_marked_snapshot_is_read_while_it_is_compared(view: View) -> None:
    place = Place(view, 110, 0, 1)
    tools = pressed(Tools(), "then", Place(view, 40, 0, 1), "spectrum", None)
    assert tools.then == view.series.positions[40]
    wanted = wanted_of(place, tools, ("spectrum",))
    assert wanted is not None
    assert wanted.then is not None
    assert wanted.then.name == view.series.names[40]
    other = wanted_of(place, replace(tools, compare=Compare.BASELINE), ("spectrum",))
    assert other is not None
    assert other.then is None


def test_shaft_and_cage_are_those_of_the_settings(view: View) -> None:
    place = Place(view, synthetic.ONSET, 0, 1)
    assert place.shaft == pytest.approx(1996 / 60)
    assert place.cage == pytest.approx(14.75, abs=0.05)


def test_the_speed_that_came_with_the_recording_comes_before_that_of_the_settings(view: View) -> None:
    speed = view.series.speed.copy()
    speed[110] = 25.0
    place = Place(replace(view, series=replace(view.series, speed=speed)), 110, 0, 1)
    assert place.shaft == 25.0
    assert next(line.hertz for line in place.lines if line.name == "2× shaft") == 50.0
    assert replace_index(place, 109).shaft == pytest.approx(1996 / 60)


def replace_index(place: Place, index: int) -> Place:
    return replace(place, index=index)
