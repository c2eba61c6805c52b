"""A change of the whole machine is not a failing bearing; drifted errors are reported until they return."""

import numpy as np
import pytest

from engine.scoring.condition_change import DRIFT_RATIO, FEWEST, RECENT, common_step, drifted
from engine.scoring.history import History
from engine.signals.statistics import median

CHANNELS = 4


def history_of(severity: np.ndarray, level: np.ndarray) -> History:
    count = len(severity)
    return History(np.arange(count, dtype=np.int64), severity.astype(np.float32), level.astype(np.float32))


def stepped(steps: list[float], count: int = 12, scatter: float = 0.01, after: int = 2) -> History:
    """Return scattered levels that step in the last snapshots, each component by its ratio."""
    level = np.random.default_rng(9).normal(-2.0, scatter, (count, len(steps)))
    level[count - after :] += np.log(steps)
    return history_of(np.zeros_like(level), level)


# A step of all components


@pytest.mark.parametrize(
    ("steps", "ratio"),
    [
        pytest.param([1.5] * 4, 1.5, id="all louder alike"),
        pytest.param([0.5] * 4, 0.5, id="all quieter alike"),
        pytest.param([1.4, 1.5, 1.6, 1.5], 1.5, id="nearly alike"),
        pytest.param([1.0] * 4, None, id="nothing happened"),
        pytest.param([1.1] * 4, None, id="too little to matter"),
        pytest.param([3.0, 1.0, 1.0, 1.0], None, id="one bearing alone"),
        pytest.param([3.0, 3.0, 3.0, 1.0], None, id="all but one"),
        pytest.param([8.0, 1.3, 1.3, 1.3], None, id="one bearing most, its neighbours by cross-talk"),
        pytest.param([2.0, 2.0, 0.5, 0.5], None, id="two up and two down"),
        pytest.param([1.5], None, id="a single component has nothing in common"),
    ],
)
def test_common_step(steps: list[float], ratio: float | None) -> None:
    found = common_step(stepped(steps))
    assert (found and found.ratio) == (None if ratio is None else pytest.approx(ratio, rel=0.05))
    if found:
        np.testing.assert_allclose(found.before, -2.0, atol=0.05)
        np.testing.assert_allclose(np.exp(found.steps), steps, rtol=0.05)


def test_step_within_the_usual_scatter_is_none() -> None:
    assert common_step(stepped([1.5] * 4, scatter=0.01)) is not None
    assert common_step(stepped([1.5] * 4, scatter=0.2)) is None


def test_step_is_told_at_the_first_snapshot_that_shows_it_and_the_next() -> None:
    assert common_step(stepped([1.5] * 4, after=1)) is not None
    assert common_step(stepped([1.5] * 4, after=2)) is not None


def test_step_needs_snapshots_before_it() -> None:
    assert common_step(stepped([1.5] * 4, count=FEWEST + 2)) is not None
    assert common_step(stepped([1.5] * 4, count=FEWEST + 1)) is None


def test_component_whose_level_is_not_known_leaves_nothing_to_say() -> None:
    history = stepped([1.5] * 4)
    history.level[3, 2] = np.nan
    assert common_step(history) is None


def test_machine_that_warms_up_slowly_does_not_step() -> None:
    warming = np.linspace(0.0, -0.6, 40)[:, None] + np.zeros((1, 4))
    for count in range(1, 41):
        assert common_step(history_of(np.zeros((count, 4)), warming[:count])) is None


# Drift


CALM = np.random.default_rng(10).normal(0.0, 0.1, (60, CHANNELS)).astype(np.float32)
USUAL = median(CALM, 0)


def shifted(shift: list[float], count: int = RECENT) -> History:
    error = np.random.default_rng(11).normal(0.0, 0.1, (count, CHANNELS)) + shift
    return history_of(error, np.zeros_like(error))


def test_errors_of_the_baselines_kind_have_not_drifted() -> None:
    assert drifted(shifted([0.0] * 4), CALM, USUAL, (False,) * 4) == (False,) * 4


def test_only_the_component_whose_errors_moved_up_has_drifted() -> None:
    ratios = np.log([1.0, 2.0, 1.2, 0.3])
    assert drifted(shifted(list(ratios)), CALM, USUAL, (False,) * 4) == (False, True, False, False)


@pytest.mark.parametrize(
    ("ratio", "was", "now"),
    [
        pytest.param(DRIFT_RATIO * 1.2, False, True, id="begins well above the ratio"),
        pytest.param(DRIFT_RATIO * 0.9, False, False, id="does not begin below it"),
        pytest.param(DRIFT_RATIO * 0.9, True, True, id="but goes on below it"),
        pytest.param(DRIFT_RATIO**0.3, True, False, id="until more than half is undone"),
    ],
)
def test_drift_ends_later_than_it_begins(ratio: float, was: bool, now: bool) -> None:
    assert drifted(shifted([np.log(ratio)] * 4), CALM, USUAL, (was,) * 4) == (now,) * 4


@pytest.mark.parametrize("was", [True, False])
def test_few_snapshots_change_no_mind(was: bool) -> None:
    assert drifted(shifted([5.0] * 4, count=RECENT - 1), CALM, USUAL, (was,) * 4) == (was,) * 4


def test_component_that_does_not_run_has_not_drifted_anew() -> None:
    history = shifted([1.0] * 4)
    history.severity[:, 1] = np.nan
    assert drifted(history, CALM, USUAL, (False,) * 4) == (True, False, True, True)
