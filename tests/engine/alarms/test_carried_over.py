"""An alarm that a worse neighbour explains rings with low priority until it shows a sign of its own."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.rules import (
    Leader,
    Watch,
    is_echo,
    watch_severity,
)
from engine.config.sections.core import AlarmSettings
from engine.records.events import Cause, NewEvent
from tests.engine.severity_series import (
    ANY_RULES,
    CLEARED,
    ESCALATED,
    LOW,
    OUTER_RACE,
    RAISED,
    RULES,
    observed,
    rule_events,
)

LEADER = Leader("Bearing 1", 10.0, strength=5.0)


def beside(
    series: Iterable[tuple[float, Leader | None, str]], rules: AlarmSettings = RULES
) -> list[tuple[int, NewEvent]]:
    """Return the events of bearing 4, from severities, whether bearing 1 leads, and distinguishing signs."""
    watch, heard = Watch(), []
    for number, (severity, leader, own_sign) in enumerate(series):
        watch, events = watch_severity(
            watch,
            observed(
                number,
                severity,
                exceeds=severity >= 1.0,
                component="Bearing 4",
                leader=leader,
                own_sign=own_sign,
            ),
            rules,
        )
        heard += [(number, event) for event in events]
    return heard


EXPLAINED = (2.0, LEADER, "")
WEAKER = replace(LEADER, strength=0.5)


def test_alarm_that_a_worse_neighbour_explains_is_raised_low_and_names_it() -> None:
    ((number, event),) = beside([EXPLAINED] * 20)
    assert (number, event.kind, event.component) == (2, RAISED, "Bearing 4")
    assert (event.detail["priority"], event.detail["carried_from"]) == ("low", "Bearing 1")
    assert event.detail["cause"] == Cause.LIMIT.value


@pytest.mark.parametrize(
    ("apart", "why"),
    [
        pytest.param((2.0, LEADER, "another band pattern"), "another band pattern", id="a sign of its own"),
        pytest.param((2.0, None, ""), "its earlier explanation no longer holds", id="the leader is gone"),
    ],
)
def test_carried_over_alarm_is_promoted_when_it_has_a_cause_of_its_own(
    apart: tuple[float, Leader | None, str], why: str
) -> None:
    heard = beside([EXPLAINED] * 5 + [apart] * 9)
    assert [(number, event.kind) for number, event in heard] == [(2, RAISED), (7, ESCALATED)]
    assert heard[1][1].alarm == heard[0][1].alarm
    assert heard[1][1].detail["priority"] == "medium"
    assert heard[1][1].detail["promoted"] == why


def test_whoever_was_worse_when_it_rang_is_named_though_it_has_signs_of_its_own() -> None:
    own = (2.0, LEADER, "another band pattern")
    heard = beside([EXPLAINED] * 5 + [own] * 5 + [(12.0, LEADER, "")] * 5 + [(12.0, WEAKER, "")] * 5)
    told = [(event.detail.get("beside"), event.detail.get("beside_severity")) for _, event in heard]
    # Raised as carried over; promoted beside the worse one; then severe, though the other has more power.
    assert told == [(None, None), ("Bearing 1", 10.0), ("Bearing 1", None)]
    heard = beside([(2.0, None, "")] * 5 + [(12.0, WEAKER, "")] * 5)
    assert [event.detail.get("beside") for _, event in heard] == [None, None]


def test_the_lines_of_a_worse_neighbour_are_an_echo() -> None:
    leader = replace(LEADER, surface="outer race")
    assert is_echo(OUTER_RACE, 2.0, leader)
    assert not is_echo(OUTER_RACE, 6.0, leader)
    assert not is_echo(OUTER_RACE, 2.0, replace(LEADER, surface="inner race"))
    assert not is_echo(OUTER_RACE, 2.0, LEADER)
    assert not is_echo(OUTER_RACE, 2.0, None)
    assert not is_echo(None, 2.0, leader)


@pytest.mark.parametrize("count", [1, 2])
def test_short_sign_of_its_own_promotes_nothing(count: int) -> None:
    apart = (2.0, LEADER, "another band pattern")
    heard = beside([EXPLAINED] * 5 + ([apart] * count + [EXPLAINED]) * 5)
    assert [event.kind for _, event in heard] == [RAISED]


def test_alarm_with_a_sign_of_its_own_from_the_start_is_no_advisory() -> None:
    ((_, event),) = beside([(2.0, LEADER, "a fault line of its own (inner race)")] * 5)
    assert (event.detail["priority"], event.detail["carried_from"]) == ("medium", "")


def test_promoted_alarm_stays_so_though_a_leader_comes_back() -> None:
    heard = beside([EXPLAINED] * 5 + [(2.0, None, "")] * 3 + [EXPLAINED] * 9)
    assert [event.kind for _, event in heard] == [RAISED, ESCALATED]


def test_severe_neighbour_stays_low_while_it_is_explained() -> None:
    heard = beside([EXPLAINED] * 5 + [(60.0, LEADER, "")] * 50)
    assert [event.detail["priority"] for _, event in heard] == ["low"]


def test_severe_neighbour_is_promoted_to_high_at_once() -> None:
    heard = beside([EXPLAINED] * 5 + [(6.0, LEADER, "a band of its own")] * 9)
    assert [(event.kind, event.detail["priority"]) for _, event in heard] == [
        (RAISED, "low"),
        (ESCALATED, "high"),
    ]


def test_carried_over_alarm_below_its_limit_rings_no_more_when_its_leader_has_returned() -> None:
    heard = beside([EXPLAINED] * 5 + [(0.9, None, "")] * 9 + [(LOW, None, "")] * 4)
    assert [event.kind for _, event in heard] == [RAISED, CLEARED]


def test_carried_over_alarm_clears_like_any_other() -> None:
    heard = beside([EXPLAINED] * 5 + [(LOW, LEADER, "")] * 4)
    assert [(number, event.kind) for number, event in heard] == [(2, RAISED), (8, CLEARED)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.5, 1.0, 2.0, 6.0, 20.0]),
            st.sampled_from([None, LEADER]),
            st.sampled_from(["", "another band pattern"]),
        ),
        max_size=60,
    ),
    ANY_RULES,
)
def test_leader_never_delays_or_drops_an_alarm(
    series: list[tuple[float, Leader | None, str]], rules: AlarmSettings
) -> None:
    """With a leader the same alarms ring at the same snapshots, possibly with lower priority."""
    kept = {RAISED, CLEARED}
    explained = [(number, event.kind) for number, event in beside(series, rules) if event.kind in kept]
    severities = [severity for severity, _, _ in series]
    assert explained == [
        (number, event.kind) for number, event in rule_events(severities, rules) if event.kind in kept
    ]
