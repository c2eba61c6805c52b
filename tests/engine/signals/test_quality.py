"""Signal quality is judged for each channel; a failing bearing is not a sensor fault."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.bundles.bundle import Bundle
from engine.records.assessment import Quality
from engine.signals.features import centred
from engine.signals.quality import (
    channel_quality,
    component_quality,
    copies,
    drops_out,
    fall_of,
    falls_alone,
    is_silent,
    keep_shape,
    out_of_range,
    stands_still,
)
from replay.run import Run

CLIPPED, DEAD, INVALID = Quality.CLIPPED, Quality.DEAD, Quality.INVALID
RUNNING, STOPPED = Quality.RUNNING, Quality.STOPPED
LEVEL = np.ones(3, np.float32)
ALL = np.array([True, True, True])


def judged(signal: np.ndarray, level: np.ndarray | None, watched: np.ndarray) -> tuple[Quality, ...]:
    """Return the quality of each channel of a signal (rows, channels)."""
    invalid = out_of_range(signal)
    columns = centred(np.where(invalid, np.float32(0.0), signal))
    return channel_quality(columns, invalid, level, watched)


def live() -> np.ndarray:
    """Return three channels of a running machine, (rows, channels), with the offset of real recorders."""
    return (np.random.default_rng(5).normal(size=(4096, 3)) - 0.09).astype(np.float32)


def test_machine_that_runs_has_three_running_channels() -> None:
    assert judged(live(), LEVEL, ALL) == (RUNNING,) * 3
    assert judged(live(), None, ALL) == (RUNNING,) * 3


def test_machine_is_stopped_when_every_watched_channel_is_quiet() -> None:
    assert judged(live() * np.float32(0.02), LEVEL, ALL) == (STOPPED,) * 3


@pytest.mark.parametrize("value", [0.0, 0.1, -0.09])
def test_machine_without_any_signal_is_stopped_before_its_usual_level_is_known(value: float) -> None:
    assert judged(np.full((4096, 3), value, np.float32), None, ALL) == (STOPPED,) * 3


def test_half_the_usual_level_still_runs() -> None:
    assert judged(live() * np.float32(0.5), LEVEL, ALL) == (RUNNING,) * 3


@pytest.mark.parametrize("value", [0.0, 0.5, -0.09])
def test_flat_channel_beside_live_ones_is_dead(value: float) -> None:
    signal = live()
    signal[:, 1] = value
    assert judged(signal, LEVEL, ALL) == (RUNNING, DEAD, RUNNING)


def test_hissing_channel_beside_live_ones_is_dead() -> None:
    signal = live()
    signal[:, 2] *= 0.02
    assert judged(signal, LEVEL, ALL) == (RUNNING, RUNNING, DEAD)


def test_channel_that_sits_at_the_end_of_its_range_is_clipped() -> None:
    signal = live()
    signal[:, 0] = np.clip(signal[:, 0], -1.0, 5.0)
    assert judged(signal, LEVEL, ALL) == (CLIPPED, RUNNING, RUNNING)


def test_single_impacts_that_touch_the_range_are_the_fault_and_not_clipped() -> None:
    signal = live()
    signal[::512, 0] = 5.0
    assert judged(signal, LEVEL, ALL)[0] is RUNNING


def tone(rows_a_period: float, bits: int, cut_at: float = 1.0, height: float = 1.0) -> np.ndarray:
    """Return three channels of one sine, (4096, 3), clipped at a share of its height by a converter."""
    phases = np.arange(4096)[:, None] / rows_a_period + np.array([0.0, 0.1, 0.37])
    wave = np.clip(np.sin(2 * np.pi * phases), -cut_at, cut_at)
    return (np.round(height * wave * 2 ** (bits - 1)) / 2 ** (bits - 1)).astype(np.float32)


@given(
    rows_a_period=st.integers(5, 500).flatmap(lambda whole: st.sampled_from([whole, whole + 0.382])),
    bits=st.integers(8, 16),
    height=st.floats(0.2, 1),
)
@example(rows_a_period=8, bits=12, height=1.0)
@example(rows_a_period=500, bits=8, height=1.0)
def test_clean_sine_dwells_at_its_peak_and_is_not_clipped(
    rows_a_period: float, bits: int, height: float
) -> None:
    assert judged(tone(rows_a_period, bits, height=height), None, ALL) == (RUNNING,) * 3


@pytest.mark.parametrize("cut_at", [0.95, 0.9, 0.8])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("rows_a_period", [50, 63.7, 200, 500])
def test_sine_with_a_flat_top_is_clipped(rows_a_period: float, bits: int, cut_at: float) -> None:
    assert judged(tone(rows_a_period, bits, cut_at), None, ALL) == (CLIPPED,) * 3


def test_square_wave_is_clipped() -> None:
    assert judged(np.sign(tone(100, 12) + np.float32(0.3)), None, ALL) == (CLIPPED,) * 3


@pytest.mark.parametrize(("deviations", "quality"), [(3.0, RUNNING), (2.0, CLIPPED), (1.5, CLIPPED)])
def test_vibration_is_clipped_where_the_end_of_the_range_takes_more_than_its_impacts(
    deviations: float, quality: Quality, sample_run: Run
) -> None:
    signal = sample_run.read(0).signal
    reach = deviations * signal.std(axis=0)
    cut = np.clip(signal, signal.mean(axis=0) - reach, signal.mean(axis=0) + reach)
    assert judged(cut, None, np.full(4, True)) == (quality,) * 4


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_number_that_is_not_finite_makes_its_channel_invalid(value: float) -> None:
    signal = live()
    signal[17, 1] = value
    assert judged(signal, LEVEL, ALL) == (RUNNING, INVALID, RUNNING)


def test_column_that_nobody_watches_neither_keeps_a_machine_running_nor_stops_it() -> None:
    signal = live()
    signal[:, :2] *= 0.02
    two_of_three = np.array([True, True, False])
    assert judged(signal, LEVEL, two_of_three)[:2] == (STOPPED, STOPPED)
    signal = live()
    signal[:, 2] = 0.0
    assert judged(signal, LEVEL, two_of_three)[:2] == (RUNNING, RUNNING)


@pytest.mark.parametrize(
    ("channels", "quality"),
    [
        ((RUNNING, RUNNING), RUNNING),
        ((RUNNING, DEAD), RUNNING),
        ((CLIPPED, RUNNING), RUNNING),
        ((CLIPPED, DEAD), DEAD),
        ((DEAD, INVALID), INVALID),
        ((STOPPED, STOPPED), STOPPED),
    ],
)
def test_component_runs_while_one_of_its_sensors_does_and_is_otherwise_as_its_worst(
    channels: tuple[Quality, ...], quality: Quality
) -> None:
    assert component_quality(channels, (1, 2)) is quality


def test_component_looks_at_its_own_channels_only() -> None:
    assert component_quality((DEAD, RUNNING, RUNNING), (2, 3)) is RUNNING
    assert component_quality((DEAD, RUNNING, RUNNING), (1,)) is DEAD


def test_last_snapshots_of_the_sample_are_judged_as_they_were(sample_run: Run, sample_bundle: Bundle) -> None:
    every, level = np.full(4, True), sample_bundle.calibration.level
    last = len(sample_run) - 1
    assert judged(sample_run.read(last).signal, level, every) == (STOPPED,) * 4
    assert judged(sample_run.read(last - 1).signal, level, every) == (RUNNING,) * 4


# What cannot be read, and what measures nothing


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e15])
@pytest.mark.parametrize("rows", [slice(None), slice(7, 8), slice(-1, None)])
def test_channel_with_a_number_that_is_none_is_invalid_and_the_others_run(value: float, rows: slice) -> None:
    signal = live()
    signal[rows, 1] = value
    assert judged(signal, LEVEL, ALL) == (RUNNING, INVALID, RUNNING)


def test_machine_stops_though_a_channel_cannot_be_read() -> None:
    signal = live() * np.float32(0.02)
    signal[:, 1] = np.nan
    quality = judged(signal, LEVEL, ALL)
    assert quality == (STOPPED, INVALID, STOPPED)
    assert stands_still(quality, ALL)
    assert component_quality(quality, (1, 2)) is STOPPED
    assert component_quality(quality, (2,)) is INVALID


@pytest.mark.parametrize("told", [(INVALID,) * 3, (RUNNING, INVALID, STOPPED), (DEAD, STOPPED, STOPPED)])
def test_machine_that_nobody_can_hear_is_not_stopped(told: tuple[Quality, ...]) -> None:
    assert not stands_still(told, ALL)


def silent(signal: np.ndarray, watched: np.ndarray = ALL) -> bool:
    columns = centred(np.nan_to_num(signal))
    return is_silent(columns, channel_quality(columns, out_of_range(signal), LEVEL, watched), LEVEL, watched)


@given(
    offsets=st.tuples(*[st.floats(-5, 5, width=32)] * 3),
    step=st.sampled_from([0.0, 2.0**-12, 10.0 / 4096]),
    seed=st.integers(0, 2**32 - 1),
)
def test_constant_channels_and_those_that_toggle_between_codes_are_silent(
    offsets: tuple[float, ...], step: float, seed: int
) -> None:
    codes = np.random.default_rng(seed).integers(-1, 2, (4096, 3))
    assert silent((np.array(offsets) + codes * step).astype(np.float32))


def test_noise_of_a_hall_is_no_silence_and_neither_is_a_running_machine() -> None:
    assert not silent(live() * np.float32(0.01))
    assert not silent(live())
    flat = live()
    flat[:, 1] = 0.25
    assert not silent(flat)


def test_channel_that_cannot_be_read_or_is_not_watched_breaks_no_silence() -> None:
    signal = np.zeros((4096, 3), np.float32)
    signal[:, 0] = np.nan
    assert silent(signal)
    signal[:, 1] = live()[:, 1]
    assert silent(signal, np.array([True, False, True]))
    assert not silent(np.full((4096, 3), np.nan, np.float32))


SHAPE = np.linspace(0.0, -30.0, 64, dtype=np.float32)
"""Bands of a machine with a resonance below [dB]."""


@pytest.mark.parametrize(
    ("bands", "shift", "alike"),
    [
        pytest.param(SHAPE, 0.0, True, id="as usual"),
        pytest.param(SHAPE - 20.0, -20.0, True, id="a tenth of the gain"),
        pytest.param(SHAPE * 0.0 - 45.0, -30.0, False, id="noise of the sensor alone"),
        pytest.param(SHAPE - 60.0, -60.0, False, id="fainter than any gain"),
    ],
)
def test_fall_of_the_bands_tells_a_smaller_gain_from_noise(
    bands: np.ndarray, shift: float, alike: bool
) -> None:
    fall = fall_of(bands[None], SHAPE[None])
    assert (round(float(fall[0])), bool(keep_shape(bands[None], SHAPE[None])[0])) == (shift, alike)


@pytest.mark.parametrize(
    ("fall", "alone", "most"),
    [
        pytest.param([0.0, -6.0, 0.5, -1.0], {1: -6.0}, False, id="half of the gain"),
        pytest.param([-6.0, -6.2, -5.9, -6.1], {}, True, id="all at half of the gain"),
        pytest.param([-6.0, -20.0, -6.0, -6.0], {1: -14.0}, True, id="one of them is lost beside it"),
        pytest.param([3.0, -6.0, -6.0, -6.0], {}, True, id="one that fails beside a lower gain"),
        pytest.param([-2.0, -1.0, -3.0, 4.0], {}, False, id="health, and one that fails"),
        pytest.param([6.0, 6.0, 6.0, -1.0], {}, False, id="the others rose"),
        pytest.param([-9.0], {}, True, id="the only channel"),
        pytest.param([-9.0, np.nan, np.nan, np.nan], {}, True, id="the only one beside currents"),
        pytest.param([0.0, -9.0], {1: -9.0}, False, id="one of two"),
    ],
)
def test_channel_that_falls_alone_is_told_from_a_machine_that_falls(
    fall: list[float], alone: dict[int, float], most: bool
) -> None:
    running = np.ones(len(fall), np.bool_)
    found, all_fell = falls_alone(np.array(fall), running)
    assert ({one: round(by, 6) for one, by in found.items()}, all_fell) == (alone, most)


def test_single_loud_line_does_not_hide_the_fall_of_all_other_bands() -> None:
    hum = SHAPE - 45.0
    hum[2] = 10.0
    assert fall_of(hum[None], SHAPE[None])[0] == pytest.approx(-45.0)


def test_channel_whose_bands_are_lost_is_dead_beside_live_ones_however_loud_its_hum_is() -> None:
    columns = centred(live())
    lost = np.array([False, True, False])
    judged = channel_quality(columns, np.zeros(3, np.bool_), LEVEL, ALL, lost)
    assert judged == (RUNNING, DEAD, RUNNING)


def test_stopped_machine_asks_a_person_where_a_signal_is_none_of_a_stop() -> None:
    columns = centred(live() * np.float32(0.05))
    quality = channel_quality(columns, np.zeros(3, np.bool_), LEVEL, ALL)
    assert not is_silent(columns, quality, LEVEL, ALL)
    assert is_silent(columns, quality, LEVEL, ALL, np.array([False, True, False]))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_channel_that_repeats_another_is_found_with_it(sources: list[int]) -> None:
    signals = np.random.default_rng(3).normal(size=(300, 4)).astype(np.float32)
    found = copies(signals[:, sources], np.ones(len(sources), np.bool_))
    assert set(found) == {place for place, one in enumerate(sources) if sources.count(one) > 1}
    assert all(own != other and sources[own] == sources[other] for own, other in found.items())


def test_constant_and_unwatched_channels_are_no_copies() -> None:
    signal = np.random.default_rng(3).normal(size=(300, 4)).astype(np.float32)
    signal[:, :2] = 0.5
    signal[:, 3] = signal[:, 2]
    assert copies(signal, np.array([True, True, True, False])) == {}


@pytest.mark.parametrize("held", [0.0, None], ids=["zeros", "the last value"])
def test_signal_that_drops_out_within_a_recording_is_found(held: float | None) -> None:
    signal = live()[:, 0].copy()
    for start in range(500, 3500, 500):
        signal[start : start + 100] = signal[start] if held is None else held
    assert drops_out(signal)


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param(live()[:, 0], id="a running machine"),
        pytest.param(np.round(live()[:, 0] * 0.8).astype(np.float32), id="noise of a few codes"),
        pytest.param(np.concatenate([live()[:, 0], np.zeros(900, np.float32)]), id="filled up at the end"),
        pytest.param(np.zeros(4096, np.float32), id="a constant"),
        pytest.param(np.repeat(live()[:200, 0], 20), id="values held for 20 rows each"),
        pytest.param(np.clip(live()[:, 0], -0.5, 0.5), id="a clipped amplifier"),
        pytest.param(np.round(np.sin(np.arange(4096) * 0.002) * 40).astype(np.float32), id="a slow tone"),
    ],
)
def test_what_repeats_values_by_itself_does_not_drop_out(signal: np.ndarray) -> None:
    assert not drops_out(signal)
