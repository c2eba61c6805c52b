"""The failing surface is named by new fault lines, or is "not clear"."""

from pathlib import Path

import numpy as np
import pytest

from engine.bundles.bundle import UsualLines
from engine.config.settings import Settings, load_settings
from engine.diagnosis.demodulation import Heard, Listener
from engine.diagnosis.line_memory import LineMemory
from engine.diagnosis.surface import Diagnostician, Evidence
from engine.signals.bearing import Surface, fault_frequencies
from engine.signals.envelope import whole_spectrum
from engine.signals.features import centred
from tests.engine.rigs import SMALL_CONFIG, noise

EDGES = np.linspace(0, 10_240, 65).astype(np.float32)
RESONANCE = 4_500.0
IMS = load_settings()
LEARNED_FROM = 16


def lines_of(settings: Settings) -> dict[Surface, float]:
    geometry = settings.components[0].geometry
    assert geometry is not None
    return fault_frequencies(geometry, settings.machine.shaft_speed / 60)


def impacts(settings: Settings, hertz: float, height: float = 3.0) -> np.ndarray:
    """Return impacts at a rate [1/s] that excite a resonance, (rows,)."""
    rate = settings.machine.sample_rate
    since = np.mod(np.arange(settings.recording.rows) / rate, 1 / hertz)
    return height * np.exp(-since * 800.0) * np.sin(2 * np.pi * RESONANCE * since)


def with_the_cage(settings: Settings) -> np.ndarray:
    """Return the load on a roller as it turns with the cage, (rows,)."""
    seconds = np.arange(settings.recording.rows) / settings.machine.sample_rate
    return 1 + np.cos(2 * np.pi * lines_of(settings)[Surface.CAGE] * seconds)


class Bench:
    """Bearing 1 of a machine with a baseline of noise, for trials of damage."""

    def __init__(self, settings: Settings, before: float | np.ndarray = 0.0) -> None:
        self.settings, self.diagnostician = settings, Diagnostician(settings)
        self.rng = np.random.default_rng(1996)
        strengths = [
            self.diagnostician.strengths(whole_spectrum(centred(self.signal(before))))[0]
            for _ in range(LEARNED_FROM)
        ]
        self.usual = UsualLines(np.mean(strengths, axis=0), np.std(strengths, axis=0, ddof=1))

    def signal(self, damage: float | np.ndarray) -> np.ndarray:
        signal = noise(self.rng, self.settings.recording.rows, self.settings.columns)
        signal[:, 0] += damage
        return signal.astype(np.float32)

    def find(
        self,
        damage: float | np.ndarray,
        error_at: float = RESONANCE,
        course: np.ndarray | None = None,
    ) -> Evidence | None:
        error = np.zeros((self.settings.columns, len(EDGES) - 1), np.float32)
        error[0, int(np.searchsorted(EDGES, error_at)) - 1] = 1.0
        # The same noise whatever tests ran before.
        self.rng = np.random.default_rng(2004)
        usual = self.usual
        listener = Listener(self.settings.machine.sample_rate, self.diagnostician.bands, EDGES)
        spectrum = whole_spectrum(centred(self.signal(damage)))
        heard = listener.hear(spectrum, error, {0}, self.diagnostician.course(course))
        return self.diagnostician.findings(heard, {0: usual}, LineMemory())[0].get(0)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(IMS)


def swept_impacts(settings: Settings, order: float, course: np.ndarray) -> np.ndarray:
    """Return impacts at an order of a shaft whose speed follows a course, (rows,)."""
    rows, rate = settings.recording.rows, settings.machine.sample_rate
    speed = np.interp(np.linspace(0, 1, rows), np.linspace(0, 1, len(course)), course)
    since = np.mod(order * np.cumsum(speed) / rate, 1) / (order * speed)
    return 0.7 * np.exp(-since * 800.0) * np.sin(2 * np.pi * RESONANCE * since)


@pytest.mark.parametrize("swing", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("surface", [Surface.OUTER, Surface.INNER])
def test_surface_of_a_shaft_that_speeds_up_is_named_with_its_course_and_not_without(
    bench: Bench, surface: Surface, swing: float
) -> None:
    shaft = IMS.machine.shaft_speed / 60
    course = (shaft * (1 + swing * np.linspace(-0.5, 0.5, 200))).astype(np.float32)
    damage = swept_impacts(IMS, lines_of(IMS)[surface] / shaft, course)
    found = bench.find(damage, course=course)
    assert found is not None
    assert found.surface is surface
    assert bench.find(damage) is None


def test_baseline_of_an_older_scoring_is_not_tracked() -> None:
    course = np.array([30.0, 36.0], np.float32)
    assert Diagnostician(IMS).course(course) is course
    assert Diagnostician(IMS, 3).course(course) is None
    assert Diagnostician(IMS).course(None) is None


@pytest.mark.parametrize("surface", [Surface.OUTER, Surface.INNER, Surface.ROLLER, Surface.CAGE])
def test_impacts_on_a_surface_name_it_with_two_harmonics_or_more(bench: Bench, surface: Surface) -> None:
    hertz = lines_of(IMS)[surface]
    through_load = with_the_cage(IMS) if surface is Surface.ROLLER else 1.0
    found = bench.find(impacts(IMS, hertz) * through_load)
    assert found is not None
    assert (found.surface, found.channel) == (surface, 1)
    assert found.band[0] <= RESONANCE <= found.band[1]
    assert len(found.lines) >= 2
    for order, sideband, found_at, times in found.lines:
        if not sideband:
            assert found_at == pytest.approx(order * hertz, rel=0.01, abs=1.0)
        assert times > 1.5


def test_impacts_that_pass_through_the_load_once_a_turn_show_the_sidebands_too(bench: Bench) -> None:
    turns = np.arange(IMS.recording.rows) / IMS.machine.sample_rate * IMS.machine.shaft_speed / 60
    found = bench.find(impacts(IMS, lines_of(IMS)[Surface.INNER]) * (1 + np.cos(2 * np.pi * turns)))
    assert found is not None
    assert found.surface is Surface.INNER
    assert any(sideband for _, sideband, _, _ in found.lines)


def test_impacts_at_twice_the_spin_without_the_load_of_the_cage_are_not_clear(bench: Bench) -> None:
    assert bench.find(impacts(IMS, lines_of(IMS)[Surface.ROLLER])) is None


def test_evidence_is_plain_data_that_can_be_shown(bench: Bench) -> None:
    found = bench.find(impacts(IMS, lines_of(IMS)[Surface.OUTER]))
    assert found is not None
    plain = found.payload().to_detail()
    assert plain["surface"] == "outer race"
    assert plain["channel"] == 1
    first = plain["lines"][0]
    assert first["order"] == 1
    assert first["found_at"] == pytest.approx(236.0, abs=1.0)
    assert first["times_baseline"] > 1.5


def test_noise_speaks_for_no_surface(bench: Bench) -> None:
    assert [bench.find(0.0) for _ in range(20)] == [None] * 20


def test_impacts_at_a_shaft_order_and_at_mains_speak_for_no_surface(bench: Bench) -> None:
    for hertz in (7 * IMS.machine.shaft_speed / 60, 240.0, 300.0):
        assert bench.find(impacts(IMS, hertz)) is None


def test_impacts_at_no_line_of_the_bearing_speak_for_no_surface(bench: Bench) -> None:
    assert bench.find(impacts(IMS, 205.0)) is None


def test_two_surfaces_alike_are_not_clear(bench: Bench) -> None:
    lines = lines_of(IMS)
    both = impacts(IMS, lines[Surface.OUTER]) + impacts(IMS, lines[Surface.INNER])
    assert bench.find(both) is None


def test_lines_where_the_error_is_not_are_no_evidence(bench: Bench) -> None:
    damage = impacts(IMS, lines_of(IMS)[Surface.OUTER])
    assert bench.find(damage, error_at=RESONANCE) is not None
    assert bench.find(damage, error_at=9_900.0) is None


def test_line_that_was_there_in_health_proves_nothing() -> None:
    damage = impacts(IMS, lines_of(IMS)[Surface.OUTER])
    assert Bench(IMS, before=damage).find(damage) is None


def test_line_that_was_there_in_health_is_doubted(bench: Bench) -> None:
    damaged = Bench(IMS, before=impacts(IMS, lines_of(IMS)[Surface.OUTER]))
    names = [part.name for part in IMS.components]
    assert bench.diagnostician.doubts({0: bench.usual}, names) == ()
    (doubt,) = damaged.diagnostician.doubts({0: damaged.usual}, names)
    assert doubt == "Bearing 1, channel 1: lines of the outer race stand out already"


def test_short_recording_that_cannot_tell_the_surfaces_apart_is_not_clear() -> None:
    short = load_settings(overrides={"recording.rows": 2048})
    damage = impacts(short, lines_of(short)[Surface.OUTER], 9.0)
    assert Bench(short).find(damage) is None


def test_recording_too_short_for_any_surface_is_still_looked_at() -> None:
    diagnostician = Diagnostician(load_settings(overrides={"recording.rows": 512}))
    assert diagnostician.searches[0].surfaces == ()
    error = np.full((4, 64), 1 / 256, np.float32)
    spectrum = whole_spectrum(centred(np.ones((512, 4), np.float32)))
    usual = diagnostician.strengths(spectrum)[0]
    heard = Listener(20_480, diagnostician.bands, EDGES).hear(spectrum, error, {0, 1, 2, 3})
    assert diagnostician.findings(heard, {0: UsualLines(usual, usual)}, LineMemory())[0] == {}


@pytest.mark.parametrize(("speed", "searches"), [(0.0, 0), (1996.0, 4)])
def test_machine_of_unknown_speed_is_not_searched(speed: float, searches: int) -> None:
    diagnostician = Diagnostician(load_settings(overrides={"machine.shaft_speed": speed}))
    assert len(diagnostician.strengths(whole_spectrum(centred(np.ones((20_480, 4), np.float32))))) == searches


def test_bearing_without_geometry_is_not_searched(tmp_path: Path) -> None:
    config = tmp_path / "rig.toml"
    config.write_text(SMALL_CONFIG)
    diagnostician = Diagnostician(load_settings(config))
    assert diagnostician.strengths(whole_spectrum(centred(np.ones((2560, 2), np.float32)))) == {}
    nothing = np.zeros(0, np.float32)
    heard = Heard(nothing.astype(np.int64), nothing, {0: [(0, 0)]})
    assert diagnostician.findings(heard, {0: UsualLines(nothing, nothing)}, LineMemory())[0] == {}
