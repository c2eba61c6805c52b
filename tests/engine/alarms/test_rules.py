"""Alarm rules: a set number of snapshots in a row raises, escalates or clears an alarm."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.rules import (
    SURFACE_KEPT,
    Rise,
    Watch,
    watch_severity,
    watch_surface,
    watch_trend,
)
from engine.config.sections.core import AlarmSettings
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.payloads import SurfaceEvidence, TrendForecast
from tests.engine.severity_series import (
    ANY_RULES,
    CLEARED,
    ESCALATED,
    EVIDENCE,
    LIMIT,
    LOW,
    OUTER_RACE,
    RAISED,
    RULES,
    SEVERE,
    moment,
    observed,
    rule_events,
)


def rung(severities: Iterable[float]) -> list[tuple[int, EventKind]]:
    return [(number, event.kind) for number, event in rule_events(severities)]


@pytest.mark.parametrize(
    ("severities", "events"),
    [
        pytest.param([LIMIT] * 2, [], id="two in a row are not enough"),
        pytest.param([LIMIT] * 3, [(2, RAISED)], id="the third in a row raises"),
        pytest.param([LIMIT] * 9, [(2, RAISED)], id="what stands is not raised again"),
        pytest.param([0.999] * 9, [], id="just below the limit never raises"),
        pytest.param([2, 2, LOW, 2, 2, 0.9, 2, 2], [], id="an interruption starts the count again"),
        pytest.param([2, 2, LOW, 2, 2, 2], [(5, RAISED)], id="and then it takes three once more"),
        pytest.param([2] * 3 + [0.9] * 9, [(2, RAISED)], id="between clearing and limit it stands"),
        pytest.param([2] * 3 + [LOW] * 3, [(2, RAISED)], id="three below are not enough to clear"),
        pytest.param([2] * 3 + [LOW] * 4, [(2, RAISED), (6, CLEARED)], id="the fourth below clears"),
        pytest.param([2] * 3 + [LOW, LOW, LOW, 0.8] * 3, [(2, RAISED)], id="0.8 is not below 0.8"),
        pytest.param(
            [2] * 3 + [LOW] * 4 + [2] * 3,
            [(2, RAISED), (6, CLEARED), (9, RAISED)],
            id="what was cleared may be raised again",
        ),
        pytest.param([2] * 3 + [SEVERE] * 2, [(2, RAISED)], id="two severe ones do not escalate"),
        pytest.param([2] * 3 + [SEVERE] * 9, [(2, RAISED), (5, ESCALATED)], id="escalated once"),
        pytest.param(
            [2] * 3 + [SEVERE] * 3 + [2] * 3 + [SEVERE] * 3,
            [(2, RAISED), (5, ESCALATED)],
            id="severe again within an episode does not ring again",
        ),
        pytest.param([2, SEVERE, SEVERE, SEVERE], [(2, RAISED), (3, ESCALATED)], id="raised, then severe"),
        pytest.param([SEVERE] * 9, [(2, RAISED)], id="severe from the start rings once"),
    ],
)
def test_severity_in_a_row_raises_escalates_and_clears_an_alarm(
    severities: list[float], events: list[tuple[int, EventKind]]
) -> None:
    assert rung(severities) == events


def test_severe_from_the_start_is_raised_with_high_priority_and_less_with_medium() -> None:
    (_, severe), (_, plain) = rule_events([SEVERE] * 3)[0], rule_events([LIMIT] * 3)[0]
    assert severe.detail["priority"] == Priority.HIGH.value
    assert plain.detail["priority"] == Priority.MEDIUM.value


def test_raise_is_stamped_with_the_snapshot_that_decided_it() -> None:
    ((number, event),) = rule_events([2.0, 2.5, 3.0])
    assert event.at == moment(number).at
    assert event.detail == {
        "cause": Cause.LIMIT.value,
        "priority": "medium",
        "surface": "",
        "carried_from": "",
        "severity": 3.0,
        "snapshot": "snapshot 2",
        **EVIDENCE.to_detail(),
    }


def test_alarm_raised_again_is_another_alarm() -> None:
    heard = [event for _, event in rule_events([2] * 3 + [SEVERE] * 3 + [LOW] * 4 + [2] * 3)]
    assert [event.kind for event in heard] == [RAISED, ESCALATED, CLEARED, RAISED]
    once, again = heard[0].alarm, heard[3].alarm
    assert [event.alarm for event in heard[:3]] == [once] * 3
    assert once != again


def test_clearing_tells_the_peak_of_the_episode() -> None:
    _, (_, cleared) = rule_events([9.0, 1.0, 2.0, 3.5, 3.0, *[LOW] * 4])
    assert cleared.detail["peak"] == 3.5


SERIES = st.lists(st.sampled_from([0.2, 0.79, 0.8, 0.99, 1.0, 1.5, 3.99, 4.0, 9.0]), max_size=60)


@given(SERIES, ANY_RULES)
def test_nothing_rings_without_so_many_in_a_row_that_justify_it(
    severities: list[float], rules: AlarmSettings
) -> None:
    for number, event in rule_events(severities, rules):
        count = rules.clear_after if event.kind is CLEARED else rules.persistence
        last = severities[max(0, number - count + 1) : number + 1]
        assert len(last) == count
        if event.kind is CLEARED:
            assert max(last) < rules.clear_below
        else:
            assert min(last) >= (1.0 if event.kind is RAISED else rules.severe)


@given(SERIES, ANY_RULES)
def test_raises_and_clears_take_turns_and_each_episode_escalates_at_most_once(
    severities: list[float], rules: AlarmSettings
) -> None:
    events = [event for _, event in rule_events(severities, rules)]
    turns = [event.kind for event in events if event.kind is not ESCALATED]
    assert turns == [RAISED, CLEARED] * (len(turns) // 2) + [RAISED] * (len(turns) % 2)
    escalated = [event.alarm for event in events if event.kind is ESCALATED]
    assert len(escalated) == len(set(escalated))
    raised = [event.alarm for event in events if event.kind is RAISED]
    assert len(raised) == len(set(raised))


@given(SERIES, ANY_RULES)
def test_so_many_in_a_row_always_raise(severities: list[float], rules: AlarmSettings) -> None:
    assert [event.kind for _, event in rule_events([*severities, *[1.0] * rules.persistence], rules)][
        -1:
    ] != [CLEARED]
    standing = Watch()
    for number, severity in enumerate([*severities, *[1.0] * rules.persistence]):
        standing, _ = watch_severity(standing, observed(number, severity), rules)
    assert standing.alarm


def test_one_odd_snapshot_of_60_sigma_rings_nothing_however_long_the_smoothing_remembers_it() -> None:
    watch, heard, smoothed = Watch(), [], 0.0
    for number in range(40):
        error = 60.0 if number == 5 else 0.2
        smoothed += 0.1 * (error - smoothed)
        exceeds = min(error, smoothed) >= 1.0
        watch, events = watch_severity(watch, observed(number, smoothed, exceeds=exceeds), RULES)
        heard += events
    assert heard == []


def test_severe_smoothing_without_a_severe_snapshot_does_not_escalate() -> None:
    watch, heard = Watch(), []
    for number, exceeds in enumerate([True] * 3 + [False] * 9):
        severity = 2.0 if number < 3 else SEVERE
        watch, events = watch_severity(watch, observed(number, severity, exceeds=exceeds), RULES)
        heard += [event.kind for event in events]
    assert heard == [RAISED]


# The patient average


def lasted(series: Iterable[tuple[bool, bool]]) -> list[tuple[int, EventKind]]:
    """Return the events of an error at its limit, from the state of the quick and the patient average."""
    watch, heard = Watch(), []
    for number, (exceeds, lasts) in enumerate(series):
        watch, events = watch_severity(watch, observed(number, 1.0, exceeds=exceeds, lasts=lasts), RULES)
        heard += [(number, event.kind) for event in events]
    return heard


@pytest.mark.parametrize(
    ("series", "events"),
    [
        pytest.param([(False, True)] * 5, [], id="five of the patient average are not enough"),
        pytest.param([(False, True)] * 9, [(5, RAISED)], id="the sixth raises, once"),
        pytest.param([(False, True)] * 5 + [(False, False)] + [(False, True)] * 5, [], id="in a row"),
        pytest.param([(True, True)] * 9, [(2, RAISED)], id="the quick one is sooner"),
        pytest.param([(True, False), (False, True)] * 9, [], id="they are not counted together"),
    ],
)
def test_patient_average_raises_what_the_quick_one_misses(
    series: list[tuple[bool, bool]], events: list[tuple[int, EventKind]]
) -> None:
    assert lasted(series) == events


# Surfaces


INNER_RACE = replace(OUTER_RACE, surface="inner race")
STANDING = Watch(alarm="Bearing 1/limit/snapshot", priority="medium")


def spoken(found: Iterable[SurfaceEvidence | None], watch: Watch = STANDING) -> list[tuple[int, str]]:
    """Return the surface of each event, with the number of the deciding snapshot."""
    heard = []
    for number, one in enumerate(found):
        watch, events = watch_surface(watch, one, "Bearing 1", moment(number), RULES)
        assert {event.kind for event in events} <= {EventKind.DIAGNOSED}
        assert {event.alarm for event in events} <= {watch.alarm}
        heard += [(number, str(event.detail["surface"])) for event in events]
    return heard


@pytest.mark.parametrize(
    ("found", "named"),
    [
        pytest.param([OUTER_RACE] * 2, [], id="two in a row are not enough"),
        pytest.param([OUTER_RACE] * 9, [(2, "outer race")], id="the third names it, once"),
        pytest.param([OUTER_RACE, None] * 9, [], id="now and then is not in a row"),
        pytest.param([OUTER_RACE, INNER_RACE] * 9, [], id="now this and now that is not clear"),
        pytest.param(
            [OUTER_RACE] * 3 + [INNER_RACE] * 3, [(2, "outer race"), (5, "inner race")], id="it may change"
        ),
        pytest.param([OUTER_RACE] * 3 + [None] * (SURFACE_KEPT - 1), [(2, "outer race")], id="it is kept"),
        pytest.param(
            [OUTER_RACE] * 3 + [None] * (SURFACE_KEPT + 9),
            [(2, "outer race"), (2 + SURFACE_KEPT, "")],
            id="and withdrawn when unseen for too long",
        ),
        pytest.param(
            [OUTER_RACE] * 3 + [*[None] * (SURFACE_KEPT - 1), OUTER_RACE] * 3,
            [(2, "outer race")],
            id="seen in time it stays",
        ),
    ],
)
def test_a_surface_is_named_after_enough_snapshots_in_a_row(
    found: list[SurfaceEvidence | None], named: list[tuple[int, str]]
) -> None:
    assert spoken(found) == named


def test_surface_is_named_with_its_evidence_and_withdrawn_by_name() -> None:
    watch, heard = STANDING, []
    for number in range(3 + SURFACE_KEPT):
        found = OUTER_RACE if number < 3 else None
        watch, events = watch_surface(watch, found, "Bearing 1", moment(number), RULES)
        heard += events
    named, withdrawn = heard
    assert named.detail == {"snapshot": "snapshot 2", **OUTER_RACE.to_detail()}
    assert withdrawn.detail["withdrawn"] == "outer race"


def test_surface_heard_before_the_alarm_is_named_with_it() -> None:
    watch = Watch()
    for number in range(9):
        watch, events = watch_surface(watch, OUTER_RACE, "Bearing 1", moment(number), RULES)
        assert events == ()
    watch, (event,) = watch_surface(replace(watch, alarm="A"), OUTER_RACE, "Bearing 1", moment(9), RULES)
    assert (event.alarm, event.detail["surface"]) == ("A", "outer race")


def test_surface_of_a_bearing_that_only_carries_over_is_not_named() -> None:
    assert spoken([OUTER_RACE] * 9, replace(STANDING, carried_from="Bearing 3")) == []


# Trends


RISE = Rise(0.6, TrendForecast(1.5, 3600.0, 1800.0, None))


def advised(rises: Iterable[tuple[bool, bool]]) -> list[tuple[int, NewEvent]]:
    """Return the events, from whether the error rises and whether the limit alarm stands."""
    watch, heard = Watch(), []
    for number, (rise, overtaken) in enumerate(rises):
        trend = RISE if rise else None
        watch, events = watch_trend(watch, trend, "Bearing 1", moment(number), RULES, overtaken)
        heard += [(number, event) for event in events]
    return heard


UP, LEVEL, OVER = (True, False), (False, False), (True, True)


@pytest.mark.parametrize(
    ("rises", "events"),
    [
        pytest.param([UP] * 2, [], id="two in a row are not enough"),
        pytest.param([UP] * 9, [(2, RAISED)], id="the third raises, once"),
        pytest.param([UP, LEVEL] * 9, [], id="now and then is not a trend"),
        pytest.param([UP] * 3 + [LEVEL] * 3, [(2, RAISED)], id="a short rest leaves it"),
        pytest.param([UP] * 3 + [LEVEL] * 4, [(2, RAISED), (6, CLEARED)], id="a longer one takes it back"),
        pytest.param([UP] * 3 + [OVER], [(2, RAISED), (3, CLEARED)], id="overtaken it goes at once"),
        pytest.param([OVER] * 9, [], id="beside an alarm by the limit there is none"),
        pytest.param([UP] * 3 + [OVER] * 9 + [UP] * 3, [(2, RAISED), (3, CLEARED), (14, RAISED)], id="again"),
    ],
)
def test_a_rise_in_a_row_raises_an_advisory_that_a_rest_or_an_alarm_clears(
    rises: list[tuple[bool, bool]], events: list[tuple[int, EventKind]]
) -> None:
    assert [(number, event.kind) for number, event in advised(rises)] == events


def test_trend_is_an_advisory_of_low_priority_with_what_is_known_of_it() -> None:
    ((_, event),) = advised([UP] * 3)
    assert event.detail == {
        "cause": "trend",
        "priority": "low",
        "snapshot": "snapshot 2",
        "severity": 0.6,
        **RISE.forecast.to_detail(),
    }
