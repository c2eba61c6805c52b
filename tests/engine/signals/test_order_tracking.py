"""Resampled to constant angle, lines of a shaft are sharp whatever its speed did within the recording."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.envelope import envelope_spectra, whole_spectrum
from engine.signals.order_tracking import LEAST_SWING, order_track, tracked_course

ROWS = 8192
BANDS = 4


def turned(course: np.ndarray, rows: int = ROWS) -> np.ndarray:
    """Return the turns of the shaft at each row, at a rate of one row a second, (rows,)."""
    speed = np.interp(np.linspace(0, 1, rows), np.linspace(0, 1, len(course)), course)
    return np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])


def swept(swing: float, cycles: float = 40.0, points: int = 64) -> np.ndarray:
    """Return a speed that rises by a share within a recording, with some cycles of the shaft in it."""
    return (cycles / ROWS * (1 + swing * np.linspace(-0.5, 0.5, points))).astype(np.float32)


def sharpness(signal: np.ndarray, line: int) -> float:
    """Return the share of power within two bins of a line."""
    power = np.square(np.abs(np.fft.rfft(signal * np.hanning(len(signal)))))
    return float(power[line - 2 : line + 3].sum() / power.sum())


@given(st.floats(0.01, 0.4), st.booleans(), st.sampled_from([1, 3, 7]))
def test_a_line_of_a_shaft_that_speeds_up_or_slows_down_is_sharp(
    swing: float, falls: bool, order: int
) -> None:
    course = swept(-swing if falls else swing)
    signal = np.sin(2 * np.pi * order * turned(course)).astype(np.float32)
    # Turns over the rows but one: a line moves by less than a bin.
    line = round(order * 40 * ROWS / (ROWS - 1))
    assert sharpness(order_track(signal, course), line) > 0.98
    if swing * order * 40 > 20:
        assert sharpness(signal, line) < 0.8


@given(st.floats(0.1, 1e4), st.integers(2, 200))
def test_a_steady_speed_leaves_the_signal_as_it_is(speed: float, points: int) -> None:
    signal = np.random.default_rng(points).normal(size=(2, 500)).astype(np.float32)
    np.testing.assert_allclose(order_track(signal, np.full(points, speed, np.float32)), signal, atol=1e-3)


@pytest.mark.parametrize("samples", [4, 5, 9])
def test_short_signals_keep_their_length_and_their_ends(samples: int) -> None:
    signal = np.arange(samples, dtype=np.float32)
    tracked = order_track(signal, np.array([1.0, 2.0], np.float32))
    assert tracked.shape == signal.shape
    assert tracked[[0, -1]] == pytest.approx([0.0, samples - 1.0], abs=1e-4)
    assert (np.diff(tracked) > 0).all()


@pytest.mark.parametrize(
    ("course", "tracks"),
    [
        pytest.param([30.0, 33.0], True, id="a rise of a tenth"),
        pytest.param([33.0, 30.0, 33.0], True, id="there and back"),
        pytest.param([30.0, 30.0 * (1 + LEAST_SWING / 2)], False, id="as good as steady"),
        pytest.param([30.0, 1.0], False, id="a stop"),
        pytest.param([30.0, -1.0], False, id="turned back"),
        pytest.param([0.0, 0.0], False, id="at rest"),
        pytest.param([30.0, np.nan], False, id="not known"),
        pytest.param([30.0], False, id="a single speed"),
    ],
)
def test_only_a_known_course_that_swings_enough_is_tracked(course: list[float], tracks: bool) -> None:
    assert (tracked_course(np.array(course, np.float32)) is not None) is tracks
    assert tracked_course(None) is None


@pytest.mark.parametrize("swing", [0.05, 0.1, 0.2, -0.2])
def test_envelope_lines_of_impacts_resolve_with_the_course_and_not_without(swing: float) -> None:
    course = swept(swing, cycles=60.0)
    order = 3
    passed = np.mod(order * turned(course), 1) / (order * course.mean())
    ringing = np.exp(-passed / 20) * np.sin(2 * np.pi * 0.19 * passed)
    signal = ringing + np.random.default_rng(7).normal(0, 0.3, ROWS)
    spectrum = whole_spectrum(signal[None].astype(np.float32))
    tracked, plain = (envelope_spectra(spectrum, BANDS, one)[0, 1] for one in (course, None))
    line = order * 60
    floor = np.median(tracked[line - 30 : line + 30])
    assert tracked[line - 1 : line + 2].max() > 20 * floor
    # Its power spreads over as many bins as the line sweeps through.
    left = 2.3 / np.sqrt(line * abs(swing))
    assert plain[line - 1 : line + 2].max() < left * tracked[line - 1 : line + 2].max()


def test_a_resonance_keeps_its_band() -> None:
    """The envelope is resampled and not the signal: a carrier at a constant frequency stays in its band."""
    carrier = np.sin(2 * np.pi * 0.19 * np.arange(ROWS))
    course = swept(0.2)
    signal = ((1 + 0.5 * np.sin(2 * np.pi * turned(course))) * carrier).astype(np.float32)
    envelopes = envelope_spectra(whole_spectrum(signal[None]), BANDS, course)[0]
    assert envelopes[1, 39:42].max() > 50 * np.median(envelopes[1])
