"""The advisory of a changed condition: raised once a step lasts, cleared when it is back or usual."""

import math
from collections.abc import Iterable
from dataclasses import asdict

import pytest

from engine.alarms.condition import SETTLED, ConditionWatch, watch_condition
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.payloads import Ring
from engine.scoring.condition_change import CommonStep
from tests.engine.severity_series import CLEARED, RAISED, RULES, moment

NAMES = ("Bearing 1", "Bearing 2", "Bearing 3")
UP = math.log(1.6)
STEP = CommonStep((-2.0,) * 3, (UP,) * 3, 1.6)


def watched(
    levels: Iterable[float], found_at: Iterable[int] = (0,), watch: ConditionWatch | None = None
) -> list[tuple[int, NewEvent]]:
    """Events of levels, each as a share of the step up, where a step is found at some of the snapshots."""
    watch, found_at, heard = watch or ConditionWatch(), set(found_at), []
    for number, share in enumerate(levels):
        found = STEP if number in found_at else None
        level = [-2.0 + share * UP] * 3
        watch, events = watch_condition(watch, found, level, NAMES, moment(number), RULES)
        heard += [(number, event) for event in events]
    return heard


def kinds(heard: list[tuple[int, NewEvent]]) -> list[tuple[int, EventKind]]:
    return [(number, event.kind) for number, event in heard]


def test_advisory_says_by_how_much_every_component_stepped() -> None:
    ((number, raised),) = watched([1.0] * 9)
    assert (number, raised.source, raised.component) == (2, "machine", "")
    ring = Ring.from_detail(raised.detail)
    assert (ring.cause, ring.priority, ring.snapshot) == (Cause.CONDITION, Priority.LOW, "snapshot 2")
    assert "all 3 components stepped together to 1.60 times (1.60 to 1.60)" in ring.message
    assert ring.step is not None
    assert ring.step.ratio == pytest.approx(1.6)
    assert ring.step.ratios == pytest.approx(dict.fromkeys(NAMES, 1.6))


@pytest.mark.parametrize(
    ("levels", "found_at", "events"),
    [
        pytest.param([1.0] * 9, (), [], id="without a step there is nothing to watch"),
        pytest.param([1.0, 1.0] + [0.0] * 20, (0,), [], id="a step that does not last rings nothing"),
        pytest.param([1.0] * 3 + [0.0] * 3, (0,), [(2, RAISED)], id="a short return leaves it"),
        pytest.param([1.0] * 3 + [0.0] * 4, (0,), [(2, RAISED), (6, CLEARED)], id="a longer one clears it"),
        pytest.param(
            [1.0] * 3 + [0.6] * 20, (0,), [(2, RAISED)], id="less than half way back is not a return"
        ),
        pytest.param(
            [1.0] * 3 + [0.0, 1.0] * 9, (0,), [(2, RAISED)], id="back and forth it rings once and stands"
        ),
        pytest.param(
            [1.0] * 12 + [0.0] * 12, (0, 12), [(2, RAISED), (15, CLEARED)], id="the step back rings nothing"
        ),
        pytest.param(
            [1.0] * (SETTLED + 30), (0,), [(2, RAISED), (SETTLED - 1, CLEARED)], id="it becomes usual"
        ),
        pytest.param(
            [1.0] * (SETTLED + 30),
            (0, 20),
            [(2, RAISED), (SETTLED + 19, CLEARED)],
            id="a further step takes its time anew",
        ),
    ],
)
def test_a_common_step_rings_once_it_lasts_and_clears_when_it_is_back_or_usual(
    levels: list[float], found_at: tuple[int, ...], events: list[tuple[int, EventKind]]
) -> None:
    assert kinds(watched(levels, found_at)) == events


def test_snapshot_in_which_a_component_does_not_run_counts_for_nothing() -> None:
    watch, _ = watch_condition(ConditionWatch(), STEP, [-2.0 + UP] * 3, NAMES, moment(0), RULES)
    same, events = watch_condition(watch, None, [-2.0, math.nan, -2.0], NAMES, moment(1), RULES)
    assert (same, events) == (watch, ())


def test_one_failing_bearing_neither_holds_nor_ends_the_advisory() -> None:
    watch = ConditionWatch(STEP.before, STEP.steps, held=9, alarm="machine/condition changed/a")
    back, _ = watch_condition(watch, None, [3.0, -2.0, -2.0], NAMES, moment(0), RULES)
    held, _ = watch_condition(watch, None, [-9.0, -2.0 + UP, -2.0 + UP], NAMES, moment(0), RULES)
    assert (back.back, held.held) == (1, 10)


def test_state_survives_plain_json_types() -> None:
    packed = asdict(ConditionWatch(STEP.before, STEP.steps, 2, 0, "a"))
    assert packed == {
        "before": STEP.before,
        "steps": STEP.steps,
        "held": 2,
        "back": 0,
        "alarm": "a",
        "moved": False,
    }


DOWN = math.log(0.1)
FALLEN = CommonStep((-2.0,) * 3, (DOWN,) * 3, 0.1)


def faint(shares: Iterable[float]) -> list[tuple[int, NewEvent]]:
    """Events of levels, each as a share of a fall to a tenth, of which no step was seen."""
    watch, heard = ConditionWatch(), []
    for number, share in enumerate(shares):
        level = [-2.0 + share * DOWN] * 3
        fallen = FALLEN if share > 0.7 else None
        watch, events = watch_condition(watch, None, level, NAMES, moment(number), RULES, fallen)
        heard += [(number, event) for event in events]
    return heard


def test_levels_far_below_the_baseline_ring_without_a_step_and_never_become_usual() -> None:
    ((number, raised),) = faint([1.0] * (SETTLED + 30))
    assert number == 2
    assert "all vibration levels fell to 0.10 times (0.10 to 0.10); faults are seen late" in str(
        raised.detail["message"]
    )


def test_levels_that_rise_to_the_baseline_again_end_it() -> None:
    assert kinds(faint([1.0] * 5 + [0.0] * 4)) == [(2, RAISED), (8, CLEARED)]


def test_single_component_can_be_far_below_its_baseline() -> None:
    watch, heard = ConditionWatch(), []
    fallen = CommonStep((-2.0,), (DOWN,), 0.1)
    for number in range(5):
        watch, events = watch_condition(watch, None, [-2.0 + DOWN], NAMES[:1], moment(number), RULES, fallen)
        heard += [(number, event.kind) for event in events]
    assert heard == [(2, RAISED)]
