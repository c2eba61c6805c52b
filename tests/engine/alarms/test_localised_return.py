"""An alarm on few bands returns only once those bands are back, and always once they are."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.rules import FEW_BANDS, LIFTED, Watch, localised, remain_lifted, watch_severity
from engine.records.events import EventKind
from tests.engine.severity_series import CLEARED, LIMIT, LOW, RAISED, RULES, observed

BANDS = 16
WORN = [0.0] * 5 + [2.0, 3.0] + [0.0] * 9
BACK = [0.0] * BANDS
BROAD = [2.0] * BANDS
ELSEWHERE = [0.0] * 12 + [3.0, 3.0] + [0.0] * 2


def decided(course: Sequence[tuple[float, Sequence[float]]]) -> list[tuple[int, EventKind]]:
    """Return the events of a course of severities and excesses by band, by the number of the snapshot."""
    watch, found = Watch(), []
    for number, (severity, excess) in enumerate(course):
        seen = observed(number, severity, exceeds=severity >= LIMIT, excess=excess)
        watch, events = watch_severity(watch, seen, RULES)
        found += [(number, event.kind) for event in events]
    return found


@pytest.mark.parametrize(
    ("raise_on", "then", "events"),
    [
        pytest.param(WORN, [WORN] * 50, [(2, RAISED)], id="worn smooth, it stands"),
        pytest.param(WORN, [BACK] * 4, [(2, RAISED), (6, CLEARED)], id="repaired, it returns as before"),
        pytest.param(WORN, [ELSEWHERE] * 4, [(2, RAISED), (6, CLEARED)], id="other bands do not hold it"),
        pytest.param(BROAD, [BROAD] * 4, [(2, RAISED), (6, CLEARED)], id="a broad one returns by severity"),
        pytest.param((), [()] * 4, [(2, RAISED), (6, CLEARED)], id="without bands severity decides"),
        pytest.param(WORN, [()] * 4, [(2, RAISED), (6, CLEARED)], id="bands that are not known hold nothing"),
        pytest.param(WORN, [[1.0] * 4] * 4, [(2, RAISED), (6, CLEARED)], id="nor do those of another model"),
    ],
)
def test_an_alarm_on_few_bands_stands_until_those_are_back(
    raise_on: Sequence[float], then: list[Sequence[float]], events: list[tuple[int, EventKind]]
) -> None:
    assert decided([(2.0, raise_on)] * 3 + [(LOW, excess) for excess in then]) == events


def test_severities_below_count_only_from_the_snapshot_on_in_which_the_bands_are_back() -> None:
    course = [(2.0, WORN)] * 3 + [(LOW, WORN)] * 9 + [(LOW, BACK)] * 4
    assert decided(course) == [(2, RAISED), (15, CLEARED)]


def test_an_alarm_raised_again_is_held_by_its_new_bands() -> None:
    course = [(2.0, WORN)] * 3 + [(LOW, BACK)] * 4 + [(2.0, ELSEWHERE)] * 3 + [(LOW, WORN)] * 4
    assert decided(course) == [(2, RAISED), (6, CLEARED), (9, RAISED), (13, CLEARED)]


EXCESS = st.lists(st.floats(-4.0, 8.0, width=32), min_size=1, max_size=70)


@given(EXCESS)
def test_localised_bands_are_few_and_hold_their_alarm_while_nothing_changes(excess: list[float]) -> None:
    values = np.array(excess, np.float32)
    bands = localised(values)
    assert len(bands) <= FEW_BANDS * len(values)
    assert all(values[list(bands)] >= LIFTED)
    assert remain_lifted(values, bands) == bool(bands)


@given(
    st.lists(
        st.tuples(st.floats(0.0, 6.0), st.lists(st.floats(-4.0, 9.0), min_size=8, max_size=8)), max_size=40
    )
)
def test_every_alarm_returns_once_severity_and_bands_are_back(
    course: list[tuple[float, list[float]]],
) -> None:
    healthy = [(LOW, [0.0] * 8)] * RULES.clear_after
    raised = [kind for _, kind in decided([*course, *healthy])]
    assert raised.count(RAISED) == raised.count(CLEARED)


@given(st.lists(st.tuples(st.floats(0.0, 6.0), EXCESS.filter(lambda one: len(one) >= 8)), max_size=30))
def test_bands_never_raise_nor_delay_an_alarm(course: list[tuple[float, list[float]]]) -> None:
    first = [number for number, kind in decided(course) if kind is RAISED][:1]
    plain = [number for number, kind in decided([(one, ()) for one, _ in course]) if kind is RAISED][:1]
    assert first == plain
